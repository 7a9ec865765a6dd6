"""Build networks as Discourse Network Analyzer defines them (Leifeld 2017, Oxford Handbook of Political Networks, ch.
12).

With x[i, j, k] statements by actor i on concept j with qualifier k: a two-mode network sums over k, a one-mode
network multiplies the counts of two actors on the same concept: under equal k (congruence), unequal k (conflict), both
(subtract: congruence less conflict) or regardless of k (ignore). An integer qualifier counts by its distance,
1 - |k - k'| / range for congruence and |k - k'| / range for conflict. `docs/dna.md` gives every rule and where
DNA's own exporter departs from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from onrecord.analyse.encoding import DOCUMENT_FIELDS, SMALL, UNDATED, Bools, EncodedTable, Floats, Ints, Levels, moment
from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.sparse_rows import SparseRows
from onrecord.errors import TableError

# Beyond these, a dense matrix would not fit: a one-mode matrix has nodes squared cells of 8 bytes.
MOST_NODES = 20_000
MOST_CELLS = 200_000_000
DENSE_CELLS = 4_000_000


@dataclass(frozen=True)
class Selection:
    """Hold the statements that a network counts, as indices into `coded` in time order, and the possible nodes."""

    coded: EncodedTable
    options: Options
    original: Ints
    chosen: Ints

    @cached_property
    def levels(self) -> Levels:
        """Return the qualifier; its integer or text levels are those of the statements before exclusion."""
        levels = self.coded.levels(self.options.qualifier)
        if levels.kind not in ("integer", "text"):
            return levels
        used = np.unique(levels.codes[self.original])
        used = used[used >= 0]
        if used.size == 0:
            return Levels(levels.kind, np.zeros(1), np.full(levels.codes.size, -1, dtype=np.int64), ("",))
        index = np.full(levels.values.size + 1, -1, dtype=np.int64)
        index[used] = np.arange(used.size)
        labels = tuple(levels.labels[place] for place in used)
        return Levels(levels.kind, levels.values[used], index[levels.codes], labels)

    def nodes(self, field: str, chosen: Ints) -> tuple[tuple[str, ...], Ints]:
        """Return the names to show for a field, and each code's index among them (or -1)."""
        coded = self.coded.field(field)
        among = self.original if self.options.isolates else chosen
        present = np.zeros(len(coded.names) + 1, dtype=np.bool_)
        present[coded.codes[among]] = True
        present[-1] = False
        used = np.flatnonzero(present)
        place = np.full(len(coded.names) + 1, -1, dtype=np.int64)
        place[used] = np.arange(used.size)
        return tuple(coded.names[index] for index in used), place


@dataclass(frozen=True, slots=True)
class CellCounts:
    """Hold statements as the cells they count in: (row x columns + column) x depth + level.

    `depth` is the number of levels, and one more where statements without a level count. `weights` are those of the
    statements (1 where None), `start` and `stop` their first and last dates. `cache` holds what was computed from them.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    levels: Levels
    depth: int
    cells: Ints
    weights: Floats | None = None
    start: datetime | None = None
    stop: datetime | None = None
    cache: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def by_actor(self) -> Floats | SparseRows:
        """Return the counts of a one-mode network: actors x (concepts and levels)."""
        if ("tally", "one") not in self.cache:
            shape = len(self.rows), len(self.columns) * self.depth
            self.cache["tally", "one"] = _tally(self.cells, *shape, self.weights)
        counts: Floats | SparseRows = self.cache["tally", "one"]
        return counts

    @property
    def by_cell(self) -> Floats:
        """Return the counts of a two-mode network: (actors x concepts) x levels."""
        if ("tally", "two") not in self.cache:
            shape = len(self.rows) * len(self.columns), self.depth
            self.cache["tally", "two"] = _dense_tally(self.cells, *shape, self.weights)
        counts: Floats = self.cache["tally", "two"]
        return counts

    def norm(self, normalise: str) -> Floats | None:
        """Return the divisor of a one-mode matrix."""
        if normalise != "none" and ("norm", normalise) not in self.cache:
            self.cache["norm", normalise] = _norm(self.by_actor, normalise)
        return None if normalise == "none" else self.cache["norm", normalise]


def network(table: pl.DataFrame | EncodedTable, options: Options) -> Network:
    """Build the network of a statement table (or of its codes).

    Raises:
        TableError: a field is missing, or the network is too large.
    """
    if options.mode == "events":
        raise TableError("an event list is not a matrix; call events")
    coded = table if isinstance(table, EncodedTable) else EncodedTable(table)
    # Which of several duplicates stays shows only where their unlike sides do, in the Jaccard norm of ignored sides.
    ordered = options.aggregate == "ignore" and options.normalise == "jaccard"
    counted = coded.remember((*options.counting, ordered), lambda: _whole(select(coded, options, ordered=ordered)))
    return aggregate_counts(counted, options)


def events(table: pl.DataFrame | EncodedTable, options: Options) -> pl.DataFrame:
    """Return the statements after exclusion and removal of duplicates, in time order: an event list."""
    selection = select(table, options)
    return selection.coded.table[selection.chosen]


def select(table: pl.DataFrame | EncodedTable, options: Options, *, ordered: bool = True) -> Selection:
    """Apply time range, exclusions and the filter of duplicates.

    `ordered` puts the statements in time order, so that of equal ones the first stays; without, any of them may.
    """
    coded = table if isinstance(table, EncodedTable) else EncodedTable(table)
    inside = coded.between(options.since, options.until) & _not_excluded(coded, options, document=True)
    original = np.flatnonzero(inside)
    inside = inside & _not_excluded(coded, options, document=False)
    levels = coded.levels(options.qualifier)
    rows, columns = coded.field(options.rows).codes, coded.field(options.columns).codes
    if options.mode != "events":
        inside &= (rows >= 0) & (columns >= 0)
        if options.aggregate != "ignore":
            inside &= levels.codes >= 0
    chosen = coded.order[inside[coded.order]] if ordered else np.flatnonzero(inside)
    if options.duplicates != "include" and chosen.size:
        keys = [coded.period(options.duplicates)[chosen], rows[chosen], columns[chosen]]
        if options.aggregate != "ignore":
            keys.append(levels.codes[chosen])
        chosen = chosen[_first(keys)]
    return Selection(coded, options, original, chosen)


def build(selection: Selection, chosen: Ints, weights: Floats | None = None) -> Network:
    """Build the matrix of some of the selected statements, each with its weight (default 1)."""
    return aggregate_counts(count(selection, chosen, weights), selection.options)


def count(selection: Selection, chosen: Ints, weights: Floats | None = None) -> CellCounts:
    """Count some of the selected statements in cells."""
    options, coded = selection.options, selection.coded
    rows, row_place = selection.nodes(options.rows, chosen)
    columns, column_place = selection.nodes(options.columns, chosen)
    levels = selection.levels
    depth = max(len(levels.labels), 1)
    layer = levels.codes[chosen]
    if options.aggregate == "ignore" and layer.size and layer.min() < 0:
        # Statements without a side still count where sides are ignored; they are a level of their own.
        layer, depth = np.where(layer < 0, depth, layer), depth + 1
    row = row_place[coded.field(options.rows).codes[chosen]]
    column = column_place[coded.field(options.columns).codes[chosen]]
    cells = (row * len(columns) + column) * depth + layer
    return CellCounts(rows, columns, levels, depth, cells, weights)


def aggregate_counts(counted: CellCounts, options: Options) -> Network:
    """Aggregate counted statements to a network."""
    rows, columns, levels = counted.rows, counted.columns, counted.levels
    _fits(len(rows), len(columns), options.mode)
    if options.mode == "two":
        values = two_mode(counted.by_cell, (len(rows), len(columns)), levels, options)
    else:
        columns = rows
        near = similarity(levels, options.aggregate, counted.depth)
        values = one_mode(counted.by_actor, near, options.aggregate, levels.kind)
        norm = counted.norm(options.normalise)
        if norm is not None:
            values = np.divide(values, norm, out=np.zeros_like(values), where=norm != 0)
        np.fill_diagonal(values, 0.0)
    size = int(counted.cells.size)
    return Network(options.mode, rows, columns, values, size, options, counted.start, None, counted.stop)


def one_mode(counts: Floats | SparseRows, weights: Floats, aggregate: str, kind: str) -> Floats:
    """Compute the one-mode matrix, not normalised, of counts (actors x concepts and levels, levels running fastest)."""
    if kind == "text" and aggregate in ("conflict", "subtract"):
        alone = _alone(counts)
        return alone if aggregate == "conflict" else _product(counts, counts) - alone
    return _product(_weighted(counts, weights), counts)


def two_mode(counts: Floats, shape: tuple[int, int], levels: Levels, options: Options) -> Floats:
    """Compute the two-mode matrix of counts (cells x levels, columns running fastest), normalised on request.

    Activity divides each row, prominence each column: by the number of its statements, or under `combine` (where a
    weight is a code, no amount) by the number of its ties.
    """
    totals = counts.sum(axis=1)
    weights = totals
    if options.aggregate == "combine":
        if counts.shape[1] > 52:
            raise TableError("combine numbers every set of levels; more than 52 levels are impossible")
        values = (counts > 0) @ (2.0 ** np.arange(counts.shape[1] - 1, -1, -1))
        weights = (values > 0).astype(np.float64)
    elif options.aggregate == "subtract" and levels.kind != "text":
        values = counts @ (levels.values * 2 - 1 if levels.kind == "boolean" else levels.values)
    else:
        values = totals
    values, weights = values.reshape(shape), weights.reshape(shape)
    if options.normalise == "none":
        return np.asarray(values)
    norm: Floats = (
        weights.sum(axis=1, keepdims=True) if options.normalise == "activity" else weights.sum(axis=0, keepdims=True)
    )
    return np.asarray(np.divide(values, norm, out=np.zeros_like(values), where=norm != 0))


def _whole(selection: Selection) -> CellCounts:
    """Count all selected statements in cells, with their first and last dates."""
    counted = count(selection, selection.chosen)
    dated = selection.coded.time[selection.chosen]
    dated = dated[dated != UNDATED]
    if dated.size == 0:
        return counted
    return replace(counted, start=moment(dated.min()), stop=moment(dated.max()))


def similarity(levels: Levels, aggregate: str, depth: int) -> Floats:
    """Return the contribution of each pair of levels to a tie (levels x levels), computed once per set of levels."""
    if (aggregate, depth) not in levels.near:
        levels.near[aggregate, depth] = _similarity(levels, aggregate, depth)
    return levels.near[aggregate, depth]


def _similarity(levels: Levels, aggregate: str, depth: int) -> Floats:
    if aggregate == "ignore" or not levels.values.size:
        return np.ones((depth, depth))
    if levels.kind == "text":
        near = np.eye(depth)
    else:
        # With one level only, DNA divides by a range of 0; statements at the same level agree.
        span = float(levels.values.max() - levels.values.min()) if levels.values.size else 0.0
        apart = np.abs(levels.values[:, None] - levels.values[None, :])
        near = 1.0 - (apart / span if span else apart)
    return {"congruence": near, "conflict": 1.0 - near, "subtract": 2.0 * near - 1.0}[aggregate]


def _not_excluded(coded: EncodedTable, options: Options, *, document: bool) -> Bools:
    """Select the statements that the exclusions on the document (or on the statement) leave."""
    mask = np.ones(coded.size, dtype=np.bool_)
    for pairs, wanted in ((options.exclude, False), (options.only, True)):
        for name, values in _by_field(pairs):
            if (name in DOCUMENT_FIELDS) == document:
                mask &= coded.matches(name, values) == wanted
    return mask


def _by_field(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return [(name, tuple(values)) for name, values in grouped.items()]


def _first(keys: list[Ints]) -> Bools:
    """Mark the first statement with each combination of keys."""
    combined = np.zeros(keys[0].size, dtype=np.int64)
    room = 1
    for key in keys:
        low = int(key.min())
        width = int(key.max()) - low + 1
        if room > np.iinfo(np.int64).max // width:
            _, combined = np.unique(combined, return_inverse=True)
            room = int(combined.max()) + 1
        combined = combined * width + (key - low)
        room *= width
    if combined.size > SMALL:
        return np.asarray(pl.Series(combined).is_first_distinct().to_numpy(), dtype=np.bool_)
    first = np.zeros(combined.size, dtype=np.bool_)
    first[np.unique(combined, return_index=True)[1]] = True
    return first


def _fits(rows: int, columns: int, mode: str) -> None:
    if mode == "one" and rows > MOST_NODES:
        raise TableError(f"{rows:,} nodes are too many for a one-mode matrix; exclude some, or choose other rows")
    if mode == "two" and rows * columns > MOST_CELLS:
        raise TableError(f"{rows:,} x {columns:,} cells are too many for a two-mode matrix; exclude some")


def _tally(cells: Ints, rows: int, columns: int, weights: Floats | None) -> Floats | SparseRows:
    """Count each cell as a rows x columns array, sparse where a dense one would be mostly empty."""
    if rows * columns > max(DENSE_CELLS, 8 * cells.size):
        return SparseRows.of_cells(cells, (rows, columns), weights)
    return _dense_tally(cells, rows, columns, weights)


def _dense_tally(cells: Ints, rows: int, columns: int, weights: Floats | None) -> Floats:
    counts = np.bincount(cells, weights, minlength=rows * columns)
    return np.asarray(counts.astype(np.float64).reshape(rows, columns))


def _weighted(counts: Floats | SparseRows, weights: Floats) -> Floats | SparseRows:
    if isinstance(counts, SparseRows):
        return counts.mixed(weights)
    return np.asarray((counts.reshape(-1, len(weights)) @ weights).reshape(counts.shape))


def _product(one: Floats | SparseRows, two: Floats | SparseRows) -> Floats:
    """Multiply counts by the transpose of others; both are dense, or both sparse."""
    if isinstance(one, SparseRows):
        assert isinstance(two, SparseRows)
        return one.times_transposed(two)
    assert not isinstance(two, SparseRows)
    return np.asarray(one @ two.T, dtype=np.float64)


def _row_sums(counts: Floats | SparseRows) -> Floats:
    return counts.row_sums() if isinstance(counts, SparseRows) else np.asarray(counts.sum(axis=1))


def _alone(counts: Floats | SparseRows) -> Floats:
    """Count statements of one actor at concepts and levels where the other has none, both ways."""
    said = counts.positive() if isinstance(counts, SparseRows) else (counts > 0).astype(np.float64)
    total, shared = _row_sums(counts), _product(counts, said)
    return np.asarray(total[:, None] - shared + total[None, :] - shared.T, dtype=np.float64)


def _norm(counts: Floats | SparseRows, normalise: str) -> Floats | None:
    if normalise == "none":
        return None
    total = _row_sums(counts)
    if normalise == "average":
        return np.asarray((total[:, None] + total[None, :]) / 2)
    if normalise == "cosine":
        return np.outer(total, total)
    return _alone(counts) + _product(counts, counts)

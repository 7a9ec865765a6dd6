"""Build networks through time: moving windows, plain or weighted by a kernel around their middle.

A plain window of n units reaches round((n - 1) / 2) units to either side (halves up); one of n events is the n
statements around each statement. A kernel window of width w (made even) weights a statement at distance d units from
the middle by K(2d / w): uniform 1/2, epanechnikov 3/4 (1 - u^2), triangular 1 - |u| within [-1, 1], gaussian the
standard normal density without end; a tie of two statements has the geometric mean of their weights. Distances are
whole units, cut towards zero. `docs/dna.md` says where DNA 3.0 differs.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from onrecord.analyse.encoding import DAY, UNDATED, EncodedTable, Floats, Ints, bound, moment
from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.networks import Selection, build, select, similarity
from onrecord.analyse.sparse_rows import SparseRows
from onrecord.errors import TableError

KERNELS = ("uniform", "gaussian", "epanechnikov", "triangular")
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": DAY, "weeks": 7 * DAY}
LONG: dict[str, Any] = {
    "k": pl.Int64, "start": pl.Datetime("us"), "middle": pl.Datetime("us"), "stop": pl.Datetime("us"),
    "statements": pl.Int64, "row": pl.String, "column": pl.String, "value": pl.Float64,
}  # fmt: skip

# A block of windows is computed at a time; this bounds its memory (in numbers of 8 bytes).
BLOCK = 4_000_000
MOST_WINDOWS = 1_000_000


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Hold the length of a window and the unit in which it moves."""

    unit: str
    size: int

    @classmethod
    def parse(cls, text: str) -> TimeWindow:
        """Parse a window such as `days:8` or `events:20`.

        Raises:
            TableError: the text is no window.
        """
        found = re.fullmatch(r"(events?|seconds?|minutes?|hours?|days?|weeks?|months?|years?):(\d{1,9})", text.strip())
        if found is None or int(found[2]) < 1:
            raise TableError(f"{text!r} is not a window; write days:8, weeks:4, months:6, years:1 or events:20")
        return cls(found[1].rstrip("s") + "s", int(found[2]))


def series(
    table: pl.DataFrame | EncodedTable,
    options: Options,
    window: str | TimeWindow,
    *,
    kernel: str | None = None,
    indent: bool = True,
) -> Iterator[Network]:
    """Yield the networks of a moving window; none where there are no dated statements.

    With a kernel all networks have the same nodes, and only `none` and `average` can normalise; with `indent` (always
    so without a kernel) the first and the last window lie wholly inside the range of time.
    """
    window = TimeWindow.parse(window) if isinstance(window, str) else window
    if kernel is not None:
        for block in blocks(table, options, window, kernel=kernel, indent=indent):
            yield from block.networks()
        return
    _check(options, window, None)
    yield from _plain(_dated(select(table, options)), window)


def long(networks: Iterator[Network]) -> pl.DataFrame:
    """Return a row per window and cell: k (from 1), start, middle, stop, statements, row, column, value."""
    return pl.concat([pl.DataFrame(schema=LONG), *[_cells(k, net) for k, net in enumerate(networks, 1)]])


def _cells(k: int, net: Network) -> pl.DataFrame:
    when = [pl.lit(getattr(net, name), dtype=LONG[name]).alias(name) for name in ("start", "middle", "stop")]
    cells = pl.DataFrame(
        {
            "row": pl.Series([row for row in net.rows for _ in net.columns], dtype=pl.String),
            "column": pl.Series(list(net.columns) * len(net.rows), dtype=pl.String),
            "value": pl.Series(net.values.ravel(), dtype=pl.Float64),
        }
    )
    count = pl.lit(net.statements, dtype=pl.Int64).alias("statements")
    return cells.select(pl.lit(k, dtype=pl.Int64).alias("k"), *when, count, "row", "column", "value")


def _check(options: Options, window: TimeWindow, kernel: str | None) -> None:
    if options.mode == "events":
        raise TableError("an event list has no windows")
    if kernel is None:
        return
    if kernel not in KERNELS:
        raise TableError(f"the kernel is one of {', '.join(KERNELS)}, not {kernel!r}")
    if window.unit == "events":
        raise TableError("a kernel needs a window in time; events:N has none")
    if options.normalise not in ("none", "average") or options.aggregate == "combine":
        raise TableError("with a kernel, networks can be normalised by none or average only, and not be combined")


def _dated(selection: Selection) -> Selection:
    return replace(selection, chosen=selection.chosen[selection.coded.time[selection.chosen] != UNDATED])


def _plain(selection: Selection, window: TimeWindow) -> Iterator[Network]:
    times = selection.coded.time[selection.chosen]
    if times.size == 0:
        return
    if window.unit == "events":
        yield from _events(selection, window.size)
        return
    first, last = _range(selection)
    middles = _middles(first, last, window.unit)
    reach = (window.size - 1 + 1) // 2
    starts, stops = _reach(middles, window.unit, -reach), _reach(middles, window.unit, reach)
    inside = (starts >= first) & (stops <= last)
    starts, middles, stops = starts[inside], middles[inside], stops[inside]
    lows, highs = times.searchsorted(starts, side="left"), times.searchsorted(stops, side="right")
    known: dict[tuple[int, int], Network] = {}
    for low, high, *when in zip(lows, highs, starts, middles, stops, strict=True):
        if (low, high) not in known:
            # Windows move on while statements rarely do: most windows hold the statements of the one before.
            known = {(low, high): build(selection, selection.chosen[low:high])}
        yield known[low, high].at(*map(moment, when))


def _events(selection: Selection, size: int) -> Iterator[Network]:
    """Yield a window around each statement; statements of one moment keep their order by document and position."""
    half = size // 2
    times = selection.coded.time[selection.chosen]
    for place in range(half, times.size - half):
        built = build(selection, selection.chosen[place - half : place + half + 1])
        yield built.at(*map(moment, times[[place - half, place, place + half]]))


@dataclass(frozen=True, slots=True)
class Block:
    """Hold networks of consecutive windows with the same nodes, as one array: windows x rows x columns.

    `start`, `middle` and `stop` are arrays of datetime64[s], `statements` counts those inside each window.
    """

    options: Options
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    statements: Ints
    start: Any
    middle: Any
    stop: Any

    def networks(self) -> Iterator[Network]:
        """Yield the windows one by one."""
        times = zip(self.start.tolist(), self.middle.tolist(), self.stop.tolist(), strict=True)
        for place, (start, middle, stop) in enumerate(times):
            yield Network(
                self.options.mode, self.rows, self.columns, self.values[place], int(self.statements[place]),
                self.options, start, middle, stop,
            )  # fmt: skip


def blocks(
    table: pl.DataFrame | EncodedTable, options: Options, window: str | TimeWindow, *, kernel: str, indent: bool = True
) -> Iterator[Block]:
    """Yield the networks of a kernel's windows as arrays, a block of windows at a time (see `series`)."""
    window = TimeWindow.parse(window) if isinstance(window, str) else window
    _check(options, window, kernel)
    coded = table if isinstance(table, EncodedTable) else EncodedTable(table)
    tensor = coded.remember(("tensor", *options.counting), lambda: _Tensor(_dated(select(coded, options))))
    if tensor.moments.size == 0:
        return
    half = (window.size + 1) // 2
    first, last = int(tensor.moments[0]), int(tensor.moments[-1])
    begin, end = first, last
    if indent:
        begin = second(shift(moment(first), window.unit, half))
        end = second(shift(moment(last), window.unit, -half))
    middles = _middles(begin, end, window.unit)
    columns = tensor.rows if options.mode == "one" else tensor.columns
    step = max(1, BLOCK // max(tensor.room, tensor.moments.size, 1))
    for low in range(0, middles.size, step):
        centres = middles[low : low + step]
        starts, stops = _reach(centres, window.unit, -half), _reach(centres, window.unit, half)
        counted = tensor.within(starts, stops)
        weights = _weights(tensor.moments, centres, window.unit, half, kernel)
        if kernel == "gaussian":
            starts, stops = np.full_like(starts, first), np.full_like(stops, last)
        else:
            outside = (tensor.moments < starts[:, None]) | (tensor.moments > stops[:, None])
            weights[outside] = 0.0
        values = (tensor.one if options.mode == "one" else tensor.two)(weights, options)
        ends = np.maximum(starts, first), centres, np.minimum(stops, last)
        yield Block(options, tensor.rows, columns, values, counted, *[at.astype("datetime64[s]") for at in ends])


class _Tensor:
    """Hold the selected statements as counts: moments x (rows x columns x levels)."""

    def __init__(self, selection: Selection) -> None:
        options, coded, chosen = selection.options, selection.coded, selection.chosen
        self.rows, row_place = selection.nodes(options.rows, chosen)
        self.columns, column_place = selection.nodes(options.columns, chosen)
        self.levels = selection.levels
        layer = self.levels.codes[chosen]
        self.depth = max(len(self.levels.labels), 1)
        if layer.size and layer.min() < 0:
            layer, self.depth = np.where(layer < 0, self.depth, layer), self.depth + 1
        self.shape = (len(self.rows), len(self.columns), self.depth)
        self.moments, place = np.unique(coded.time[chosen], return_inverse=True)
        self.until: Ints = np.append(0, np.bincount(place).cumsum())
        row = row_place[coded.field(options.rows).codes[chosen]]
        column = column_place[coded.field(options.columns).codes[chosen]]
        cells = (row * self.shape[1] + column) * self.depth + layer
        size = int(np.prod(self.shape))
        if self.moments.size * size <= BLOCK // 4:
            counts = np.bincount(place * size + cells, minlength=self.moments.size * size)
            self.counts: Floats | SparseRows = counts.astype(np.float64).reshape(self.moments.size, size)
        else:
            self.counts = SparseRows.of_cells(place * size + cells, (self.moments.size, size))
        self.room = max(size, len(self.rows) * len(self.columns))

    def within(self, starts: Ints, stops: Ints) -> Ints:
        """Count the statements between each start and its stop, both included."""
        low, high = self.moments.searchsorted(starts, side="left"), self.moments.searchsorted(stops, side="right")
        return np.asarray(self.until[high] - self.until[low])

    def two(self, weights: Floats, options: Options) -> Floats:
        """Compute the two-mode matrices of weights (windows x moments)."""
        cells = self._sum(weights).reshape(-1, *self.shape)
        if options.aggregate == "subtract" and self.levels.kind != "text":
            values = self.levels.values
            return np.asarray(cells @ (values * 2 - 1 if self.levels.kind == "boolean" else values))
        return np.asarray(cells.sum(axis=3))

    def one(self, weights: Floats, options: Options) -> Floats:
        """Compute the one-mode matrices, diagonals included, by the root of the product of weights."""
        cells = self._sum(np.sqrt(weights))
        pairs = similarity(self.levels, options.aggregate, self.depth)
        left = (cells.reshape(-1, self.depth) @ pairs).reshape(-1, self.shape[0], self.shape[1] * self.depth)
        values = left @ cells.reshape(left.shape).transpose(0, 2, 1)
        if options.normalise == "average":
            values *= self._average
        return np.asarray(values)

    def _sum(self, weights: Floats) -> Floats:
        if isinstance(self.counts, SparseRows):
            size = int(np.prod(self.shape))
            return np.stack([self.counts.combined(some, size) for some in weights])
        return np.asarray((self.counts.T @ weights.T).T)

    @cached_property
    def _average(self) -> Floats:
        """Compute DNA's norm under a kernel: the sum of 2 / (n + n') over concepts and levels that either actor
        used.
        """
        counts = self._sum(np.ones((1, self.moments.size))).reshape(self.shape[0], -1)
        norm = np.zeros((self.shape[0], self.shape[0]))
        for place in range(self.shape[0]):
            total = counts + counts[place]
            norm[place] = np.divide(2.0, total, out=np.zeros_like(total), where=total != 0).sum(axis=1)
        return norm


def _weights(moments: Ints, centres: Ints, unit: str, half: int, kernel: str) -> Floats:
    """Compute the kernel's weights, windows x moments, before those outside a bounded window are removed."""
    if unit in UNITS:
        apart = np.trunc((centres[:, None] - moments[None, :]) / UNITS[unit])
    else:
        dates = [moment(at) for at in moments]
        apart = np.array([[_months(at, moment(middle), unit) for at in dates] for middle in centres], dtype=np.float64)
    if kernel == "gaussian":
        return np.asarray(np.exp(-0.5 * np.square(apart / half)) / np.sqrt(2 * np.pi))
    if kernel == "uniform":
        return np.full(apart.shape, 0.5)
    u = np.clip(apart / half, -1, 1)
    return np.asarray(0.75 * (1 - u * u) if kernel == "epanechnikov" else 1 - np.abs(u))


def _middles(begin: int, end: int, unit: str) -> Ints:
    """Return the middles of the windows, in seconds since 1970, both ends included."""
    if unit in UNITS:
        if (end - begin) // UNITS[unit] > MOST_WINDOWS:
            raise TableError(f"more than {MOST_WINDOWS:,} windows; choose a longer unit than {unit}")
        return np.arange(begin, end + 1, UNITS[unit], dtype=np.int64)
    return np.array([second(at) for at in _steps(moment(begin), moment(end), unit)], dtype=np.int64)


def _reach(centres: Ints, unit: str, count: int) -> Ints:
    """Shift the centres by some units."""
    if unit in UNITS:
        return centres + UNITS[unit] * count
    return np.array([second(shift(moment(at), unit, count)) for at in centres], dtype=np.int64)


def _months(at: datetime, middle: datetime, unit: str) -> int:
    """Count whole calendar months (or years) from one day to the other, truncated towards zero."""
    sign = 1 if middle >= at else -1
    early, late = (at, middle) if sign > 0 else (middle, at)
    months = (late.year - early.year) * 12 + late.month - early.month - (late.day < early.day)
    return sign * (months if unit == "months" else months // 12)


def _range(selection: Selection) -> tuple[int, int]:
    """Return the range that plain windows cover: the one asked for, or else that of the statements."""
    since, until = selection.options.since, selection.options.until
    inside = selection.coded.time[selection.original]
    inside = inside[inside != UNDATED]
    first = int(inside.min()) if since is None else bound(since, end=False)
    return first, int(inside.max()) if until is None else bound(until, end=True)


def _steps(begin: datetime, end: datetime, unit: str) -> Iterator[datetime]:
    at = begin
    while at <= end:
        yield at
        at = shift(at, unit, 1)


def shift(at: datetime, unit: str, count: int) -> datetime:
    """Shift a point in time by some units; a day that the month lacks becomes its last."""
    if unit in UNITS:
        return at + timedelta(seconds=UNITS[unit] * count)
    months = at.year * 12 + at.month - 1 + count * (1 if unit == "months" else 12)
    year, month = divmod(months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def second(at: datetime) -> int:
    """Convert a date and time (UTC) to seconds since 1970."""
    return round((at - datetime(1970, 1, 1)).total_seconds())

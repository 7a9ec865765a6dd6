"""Index positions, so that those of any day are looked up, where `positions.matrix` computes them.

For callers that query often, such as a server. Positions are grouped by actor and issue, each group ordered from
old to new, so that the newest one of a day is found by bisection in one sorted array of numbers. The answer is that of
`matrix` under the rule `latest`; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onrecord.analyse.increments import Increment, of_pairs, pairs
from onrecord.analyse.positions import NEEDED, positions
from onrecord.analyse.tables import POSITIONS, STANCE_VALUE, asserted, check, last_day

Numbers = NDArray[np.int64]
Rows = NDArray[np.int32]
Sides = NDArray[np.int8]
Company = list[tuple[str, list[str]]]  # actors, each with the issues that they share
COMPANY_SIZE = 10  # allies or opponents that are named, those with the most issues in common

_EPOCH = date(1970, 1, 1)
_SHIFT = 1 << 32  # a group's keys are its number times this, plus the day
_ZERO = 1 << 31  # day 0 of the keys is this many days before 1970; below it no date is
_UNDATED = 0
_SIDE = np.array([STANCE_VALUE[stance] for stance in POSITIONS], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Cells:
    """Hold the cells of a matrix as columns; `actor` and `issue` are indices into the lists of `PositionIndex`.

    `row` is where the newest statement stands in the table, `count` how many statements are behind the cell.
    """

    actor: Numbers
    issue: Numbers
    row: Numbers
    count: Numbers

    def take(self, chosen: NDArray[np.bool_] | Numbers) -> Cells:
        """Select some of the cells."""
        return Cells(self.actor[chosen], self.issue[chosen], self.row[chosen], self.count[chosen])


class PositionIndex:
    """Index the positions of a table by `speaker` or `affiliation`; actors and issues are in code point order.

    `busy` are the actors' places, those with the most positions first. It holds some 20 bytes per position.
    """

    def __init__(self, table: pl.DataFrame, by: str = "speaker") -> None:
        held = positions(_numbered(table), by)
        self.by = by
        self.actors: list[str] = held["actor"].unique().sort().to_list()
        self.issues: list[str] = held["issue"].unique().sort().to_list()
        self._places = {name: place for place, name in enumerate(self.actors)}
        group, day, row, stance = self._columns(held)
        order = np.argsort(group, kind="stable")  # within a group from old to new, as `positions` gives them
        self._arrange(group[order], day[order], row[order], stance[order])

    def _columns(self, held: pl.DataFrame) -> tuple[Numbers, Numbers, Rows, Sides]:
        """Return the group, the day, the row and the stance of some positions."""
        actor, issue = _places(held["actor"], self.actors), _places(held["issue"], self.issues)
        day = held["date"].cast(pl.Int32).cast(pl.Int64).fill_null(-_ZERO).to_numpy() + _ZERO
        stance = _places(held["stance"], list(POSITIONS)).astype(np.int8)
        return actor * max(1, len(self.issues)) + issue, day, held["row"].to_numpy().astype(np.int32), stance

    def _arrange(self, group: Numbers, day: Numbers, row: Rows, stance: Sides) -> None:
        """Take the positions, which come group by group."""
        wide = max(1, len(self.issues))
        self._row, self._stance = row, stance
        begins = np.flatnonzero(np.diff(group, prepend=-1))
        known = group[begins]
        self._start = begins.astype(np.int64)
        self._end = np.append(self._start, len(group))[1:].astype(np.int64)
        self._actor: Numbers = known // wide
        self._issue: Numbers = known % wide
        numbers = np.repeat(np.arange(len(known), dtype=np.int64), self._end - self._start)
        self._key = numbers * _SHIFT + day
        sizes = (self._end - self._start).astype(np.float64)
        total = np.bincount(self._actor, weights=sizes, minlength=len(self.actors)).astype(np.int64)
        self.busy: Numbers = np.lexsort((np.arange(len(self.actors)), -total))
        self.total: Numbers = total

    def renewed(self, table: pl.DataFrame, changes: Sequence[Increment]) -> PositionIndex:
        """Return the index of the table that some small changes made of this index's table."""
        touched = pairs(changes, self.by)
        held = positions(of_pairs(_numbered(table), touched, self.by), self.by)
        if not (set(held["actor"].unique()) <= self._places.keys() and set(held["issue"].unique()) <= set(self.issues)):
            return PositionIndex(table, self.by)
        row = self._row.astype(np.int64)
        for change in changes:
            row = change.moved(row)
        wide = max(1, len(self.issues))
        sizes = self._end - self._start
        group = np.repeat(self._actor * wide + self._issue, sizes)
        known = touched.filter(pl.col("actor").is_in(self.actors), pl.col("issue").is_in(self.issues))
        gone = _places(known["actor"], self.actors) * wide + _places(known["issue"], self.issues)
        rest = ~np.isin(group, gone)
        old = (
            group[rest],
            (self._key % _SHIFT)[rest],
            row[rest].astype(np.int32),
            self._stance[rest],
        )
        new = self._columns(held)
        order = np.argsort(new[0], kind="stable")
        at = np.searchsorted(old[0], new[0][order])
        made = copy(self)
        group, day = np.insert(old[0], at, new[0][order]), np.insert(old[1], at, new[1][order])
        rows, stance = np.insert(old[2], at, new[2][order]), np.insert(old[3], at, new[3][order])
        made._arrange(group, day, rows, stance)
        if (made.total == 0).any() or len(np.unique(made._issue)) < len(self.issues):
            return PositionIndex(table, self.by)  # an actor has no position any more, or an issue has none
        return made

    def place(self, actor: str) -> int | None:
        """Return the actor's index in `actors`; None if they hold no position."""
        return self._places.get(actor)

    def cells(
        self, *, actors: Sequence[int] | None = None, issue: str | None = None, as_of: str | date | None = None
    ) -> Cells:
        """Return the cells of some actors (by index) or of all, on one issue or on all, by actor and issue.

        Up to the end of `as_of`, as in `matrix`: undated statements count only where no date is asked for.
        """
        groups = self._groups(actors, issue)
        first, last = self._start[groups], self._end[groups]
        if as_of is not None:
            end = (last_day(as_of) - _EPOCH).days + _ZERO
            first = np.searchsorted(self._key, groups * _SHIFT + _UNDATED, side="right")
            last = np.searchsorted(self._key, groups * _SHIFT + end, side="right")
        said = last > first
        groups, first, last = groups[said], first[said], last[said]
        rows = self._row[last - 1].astype(np.int64)
        return Cells(self._actor[groups], self._issue[groups], rows, last - first)

    def rows(self, actors: Sequence[int], as_of: str | date | None = None) -> Numbers:
        """Return the row numbers of all positions of some actors, in the table's order, up to `as_of`."""
        groups = self._groups(actors, None)
        pieces = [np.arange(self._start[g], self._end[g]) for g in groups]
        found = np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)
        if as_of is not None:
            day = self._key[found] % _SHIFT
            found = found[(day > _UNDATED) & (day <= (last_day(as_of) - _EPOCH).days + _ZERO)]
        return np.sort(self._row[found].astype(np.int64))

    def company(self, actor: int) -> tuple[Company, Company]:
        """Return allies (on an actor's side on more issues than not) and opponents, each with the issues.

        Sides are those of the newest positions, support or oppose; the most issues in common come first.
        """
        side = _SIDE[self._stance[self._end - 1]]
        own = self._actor == actor
        mine = np.zeros(max(1, len(self.issues)), dtype=np.int64)
        mine[self._issue[own]] = side[own]
        product = np.where(own, 0, side * mine[self._issue])
        same = np.bincount(self._actor[product > 0], minlength=len(self.actors))
        other = np.bincount(self._actor[product < 0], minlength=len(self.actors))
        return (
            [(self.actors[one], self._shared(one, product > 0)) for one in _most(same, other)],
            [(self.actors[one], self._shared(one, product < 0)) for one in _most(other, same)],
        )

    def balance(self) -> dict[str, dict[str, int]]:
        """Count the actors that hold each stance on each issue today."""
        stance = self._stance[self._end - 1].astype(np.int64)
        wide = len(POSITIONS)
        counts = np.bincount(self._issue * wide + stance, minlength=wide * len(self.issues)).reshape(-1, wide)
        return {
            issue: dict(zip(POSITIONS, row, strict=True))
            for issue, row in zip(self.issues, counts.tolist(), strict=True)
        }

    def _shared(self, actor: int, fits: NDArray[np.bool_]) -> list[str]:
        chosen = slice(*np.searchsorted(self._actor, (actor, actor + 1)))
        return [self.issues[place] for place in self._issue[chosen][fits[chosen]]]

    def _groups(self, actors: Sequence[int] | None, issue: str | None) -> Numbers:
        if actors is None:
            groups = np.arange(len(self._actor), dtype=np.int64)
        else:
            wanted = np.sort(np.asarray(actors, dtype=np.int64))
            ends = np.searchsorted(self._actor, wanted), np.searchsorted(self._actor, wanted, side="right")
            pieces = [np.arange(low, high, dtype=np.int64) for low, high in zip(*ends, strict=True)]
            groups = np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int64)
        if issue is None:
            return groups
        if issue not in self.issues:
            return groups[:0]
        fits: NDArray[np.bool_] = self._issue[groups] == self.issues.index(issue)
        return groups[fits]


def _numbered(table: pl.DataFrame) -> pl.DataFrame:
    """Return the statements that are sure enough to count, with their places and the columns that are needed."""
    marked = ("asserted",) if "asserted" in check(table, NEEDED).columns else ()
    return asserted(table.select(*NEEDED, *marked).with_row_index("row")).select("row", *NEEDED)


def _places(values: pl.Series, names: list[str]) -> Numbers:
    """Return the position of each value in the list."""
    known = pl.DataFrame({"name": pl.Series(names, dtype=pl.String), "place": np.arange(len(names), dtype=np.int64)})
    found = values.to_frame("name").join(known, on="name", how="left", maintain_order="left")
    return np.asarray(found["place"].to_numpy(), dtype=np.int64)


def _most(of: Numbers, than: Numbers, number: int = COMPANY_SIZE) -> Numbers:
    """Return the indices where the first count exceeds the second, the greatest first; at most `number`."""
    fit = np.flatnonzero(of > than)
    return fit[np.argsort(-of[fit], kind="stable")][:number]

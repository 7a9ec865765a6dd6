"""Index positions, so that those of any day are looked up, where `positions.matrix` computes them.

For callers that query often, such as a server. Positions are grouped by actor and issue, each group ordered from
old to new, so that the newest one of a day is found by bisection in one sorted array of numbers. The answer is that of
`matrix` under the rule `latest`; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from onrecord.analyse.positions import NEEDED, positions
from onrecord.analyse.tables import POSITIONS, STANCE_VALUE, asserted, check, last_day

Numbers = NDArray[np.int64]
Company = list[tuple[str, list[str]]]  # actors, each with the issues that they share

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
        held = positions(asserted(check(table, NEEDED).with_row_index("row")).select("row", *NEEDED), by)
        self.by = by
        self.actors: list[str] = held["actor"].unique().sort().to_list()
        self.issues: list[str] = held["issue"].unique().sort().to_list()
        self._places = {name: place for place, name in enumerate(self.actors)}
        actor, issue = _places(held["actor"], self.actors), _places(held["issue"], self.issues)
        wide = max(1, len(self.issues))
        group = actor * wide + issue
        order = np.argsort(group, kind="stable")  # within a group from old to new, as `positions` gives them
        group = group[order]
        day = held["date"].cast(pl.Int32).cast(pl.Int64).fill_null(-_ZERO).to_numpy() + _ZERO
        self._row = held["row"].to_numpy().astype(np.int32)[order]
        self._stance = _places(held["stance"], list(POSITIONS)).astype(np.int8)[order]
        known, self._start = np.unique(group, return_index=True)
        self._end = np.append(self._start, len(group))[1:].astype(np.int64)
        self._actor: Numbers = known // wide
        self._issue: Numbers = known % wide
        numbers = np.repeat(np.arange(len(known), dtype=np.int64), self._end - self._start)
        self._key = numbers * _SHIFT + day[order]
        total = np.bincount(actor, minlength=len(self.actors))
        self.busy: Numbers = np.lexsort((np.arange(len(self.actors)), -total))
        self.total: Numbers = total

    def place(self, actor: str) -> int | None:
        """Return the actor's index in `actors`; None where they hold no position."""
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


def _places(values: pl.Series, names: list[str]) -> Numbers:
    """Return the position of each value in the list."""
    known = pl.DataFrame({"name": pl.Series(names, dtype=pl.String), "place": np.arange(len(names), dtype=np.int64)})
    found = values.to_frame("name").join(known, on="name", how="left", maintain_order="left")
    return np.asarray(found["place"].to_numpy(), dtype=np.int64)


def _most(of: Numbers, than: Numbers, number: int = 10) -> Numbers:
    """Return the indices where the first count exceeds the second, the greatest first; at most `number`."""
    fit = np.flatnonzero(of > than)
    return fit[np.argsort(-of[fit], kind="stable")][:number]

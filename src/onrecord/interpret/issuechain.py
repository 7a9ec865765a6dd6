"""From the evidence on single contents to one reading of an article: which issue each statement speaks to.

A linear-chain conditional random field (Lafferty, McCallum & Pereira 2001): the states are the codebook's issues and
"none of them"; evidence weighs each state, and links say how likely a statement stays with the issue of the one before
(a pronoun, the same paragraph, no term of its own). Forward and backward sums give each state's probability. The
weights are shared by all issues and codebooks, so a new codebook needs no training.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from onrecord.errors import LexiconError
from onrecord.interpret.issues import FEATURES, LINKS

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IssueModel:
    """Weights of the evidence, and of the links for staying with an issue and for staying with none."""

    evidence: Floats
    stay: Floats
    stay_none: Floats
    temperature: float = 1.0

    @classmethod
    def from_json(cls, text: str) -> IssueModel:
        """The model of `data/meaning/issue-model.json`; LexiconError where it was fitted for other features."""
        raw = json.loads(text)
        if list(raw["evidence"]) != list(FEATURES) or list(raw["stay"]) != list(LINKS):
            raise LexiconError("issue-model.json: fitted for other features; run training/fit_meaning.py again")
        evidence, stay, none = (
            np.array(list(raw[key].values()), dtype=np.float64) for key in ("evidence", "stay", "stay_none")
        )
        return cls(evidence, stay, none, float(raw["temperature"]))

    def to_json(self) -> str:
        """The model as reviewable JSON, weights by name."""
        named = {
            "evidence": dict(zip(FEATURES, self.evidence.round(4).tolist(), strict=True)),
            "stay": dict(zip(LINKS, self.stay.round(4).tolist(), strict=True)),
            "stay_none": dict(zip(LINKS, self.stay_none.round(4).tolist(), strict=True)),
            "temperature": round(self.temperature, 4),
        }
        return json.dumps(named, indent=1) + "\n"

    def beliefs(self, tables: Sequence[npt.NDArray[np.float32]], links: Sequence[npt.NDArray[np.float32]]) -> Floats:
        """The probability of each state for each statement of an article, shape (statements, issues + 1)."""
        if not tables:
            return np.zeros((0, 0))
        stacked = np.stack(tables).astype(np.float64)
        weighed = np.stack(links).astype(np.float64)
        chain = Chain.of(
            stacked @ self.evidence / self.temperature,
            weighed @ self.stay / self.temperature,
            weighed @ self.stay_none / self.temperature,
        )
        return chain.marginals


@dataclass(frozen=True, slots=True)
class Chain:
    """Sums over all readings of an article: log partition, marginals, and pairwise probabilities of staying."""

    log_sum: float
    marginals: Floats
    stays: Floats

    @classmethod
    def of(cls, scores: Floats, stay: Floats, stay_none: Floats) -> Chain:
        """`scores` (n, m); `stay[k]` and `stay_none[k]` reward that statement k keeps the state of k - 1."""
        n, m = scores.shape
        bonus = np.repeat(stay[:, None], m, axis=1)
        bonus[:, -1] = stay_none
        forward, backward = np.zeros((n, m)), np.zeros((n, m))
        forward[0] = scores[0]
        for k in range(1, n):
            forward[k] = scores[k] + _step(forward[k - 1], bonus[k])
        for k in range(n - 2, -1, -1):
            backward[k] = _step(scores[k + 1] + backward[k + 1], bonus[k + 1])
        log_sum = float(_log_sum(forward[-1]))
        stays = np.zeros((n, m))
        if n > 1:
            stays[1:] = np.exp(forward[:-1] + bonus[1:] + scores[1:] + backward[1:] - log_sum)
        return cls(log_sum, np.exp(forward + backward - log_sum), stays)


def _log_sum(values: Floats) -> Floats:
    top = values.max()
    return np.asarray(top + np.log(np.exp(values - top).sum()))


def _step(values: Floats, bonus: Floats) -> Floats:
    """log(sum over i of exp(values[i] + (bonus[j] where i == j))) for each j, without an m by m table."""
    top = values.max()
    shares = np.exp(values - top)
    return np.asarray(top + np.log(shares.sum() + shares * np.expm1(bonus)))


@cache
def bundled_issue_model() -> IssueModel:
    """The fitted model under `data/`; a rough one by hand where the file is missing (while it is being made)."""
    path = resources.files("onrecord").joinpath("data", "meaning", "issue-model.json")
    if path.is_file():
        return IssueModel.from_json(path.read_text(encoding="utf-8"))
    evidence = np.array([0.5 if "none" not in name else 0.2 for name in FEATURES])
    return IssueModel(evidence, np.full(len(LINKS), 0.3), np.full(len(LINKS), 0.1))

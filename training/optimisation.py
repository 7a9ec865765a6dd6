"""The optimisation behind the models for meaning: convex losses, L-BFGS, no randomness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from onrecord.interpret.issuechain import Chain

Floats = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.intp]
LEAST = 3  # examples that must show a feature for it to be kept
CHAIN_STRENGTH = 0.003


@dataclass(frozen=True, slots=True)
class Matrix:
    """Named features as columns, those seen too rarely left out; a last column of ones is the bias."""

    index: Mapping[str, int]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, float]]) -> Matrix:
        """The columns that enough rows show."""
        counts = Counter(name for row in rows for name in row)
        return cls({name: n for n, name in enumerate(sorted(name for name, count in counts.items() if count >= LEAST))})

    def fill(self, rows: Sequence[Mapping[str, float]]) -> csr_array:
        """The rows as a sparse array, shape (rows, features + 1)."""
        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for row in rows:
            known = [(column, value) for name, value in row.items() if (column := self.index.get(name)) is not None]
            columns += [column for column, _ in known] + [len(self.index)]
            values += [value for _, value in known] + [1.0]
            ends.append(len(values))
        return csr_array((values, columns, ends), shape=(len(rows), len(self.index) + 1))


def fit_multinomial(rows: csr_array, truth: Indexes, classes: int, strength: float, shares: Floats) -> Floats:
    """Weights (features + 1, classes) of a multinomial logistic regression; the bias is not penalised."""
    from scipy.optimize import minimize

    shares = shares / shares.sum()
    target = np.eye(classes)[truth]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(-1, classes)
        scores = rows @ weights
        scores -= scores.max(1, keepdims=True)
        odds = np.exp(scores)
        odds /= odds.sum(1, keepdims=True)
        value = (
            -(shares * np.log(odds[np.arange(len(truth)), truth] + 1e-12)).sum()
            + strength / 2 * (weights[:-1] ** 2).sum()
        )
        slope = rows.T @ ((odds - target) * shares[:, None])
        slope[:-1] += strength * weights[:-1]
        return float(value), slope.ravel()

    found = minimize(loss, np.zeros(rows.shape[1] * classes), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return np.asarray(found.x.reshape(-1, classes))


def fit_blend(one: Floats, other: Floats, truth: Indexes) -> tuple[float, float]:
    """The weights of two tables of scores (rows, classes) that make their sum most likely; both at least 0.

    Rows whose true class no table has (index -1) are left out.
    """
    from scipy.optimize import minimize

    known = truth >= 0
    one, other, truth = one[known], other[known], truth[known]

    def loss(weights: Floats) -> float:
        scores = weights[0] * one + weights[1] * other
        scores = scores - scores.max(1, keepdims=True)
        return float(np.mean(np.log(np.exp(scores).sum(1)) - scores[np.arange(len(truth)), truth]))

    found = minimize(loss, np.array([0.5, 0.5]), method="L-BFGS-B", bounds=[(0, None), (0, None)])
    return round(float(found.x[0]), 3), round(float(found.x[1]), 3)


def fit_chain(
    cases: Sequence[tuple[Floats, Floats, Indexes]], strength: float = CHAIN_STRENGTH
) -> tuple[Floats, Floats, Floats]:
    """Weights of evidence, of staying with an issue and with none, from (tables, links, issues) of articles."""
    from scipy.optimize import minimize

    width, joints = cases[0][0].shape[2], cases[0][1].shape[1]
    total = sum(len(issues) for _, _, issues in cases)

    def loss(flat: Floats) -> tuple[float, Floats]:
        evidence, stay, none = flat[:width], flat[width : width + joints], flat[width + joints :]
        value, slope = 0.0, np.zeros_like(flat)
        for tables, links, issues in cases:
            scores = tables @ evidence
            chain = Chain.of(scores, links @ stay, links @ none)
            rows = np.arange(len(issues))
            last = scores.shape[1] - 1
            same = np.r_[False, issues[1:] == issues[:-1]]
            kept, kept_none = same & (issues != last), same & (issues == last)
            value += (
                chain.log_sum
                - scores[rows, issues].sum()
                - (links @ stay)[kept].sum()
                - (links @ none)[kept_none].sum()
            )
            slope[:width] += np.einsum("km,kmf->f", chain.marginals, tables) - tables[rows, issues].sum(0)
            slope[width : width + joints] += links.T @ (chain.stays[:, :-1].sum(1) - kept)
            slope[width + joints :] += links.T @ (chain.stays[:, -1] - kept_none)
        return value / total + strength / 2 * float(flat @ flat), slope / total + strength * flat

    found = minimize(loss, np.zeros(width + 2 * joints), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return found.x[:width], found.x[width : width + joints], found.x[width + joints :]


def fit_temperature(scores: npt.NDArray[np.float32], truth: Indexes) -> float:
    """The temperature under which held-out scores give the least log loss (Guo et al. 2017), by a fine grid."""
    known = truth >= 0
    best, least = 1.0, np.inf
    for temperature in np.geomspace(0.4, 4.0, 93):
        scaled = scores[known] / temperature
        scaled -= scaled.max(1, keepdims=True)
        value = float(np.mean(np.log(np.exp(scaled).sum(1)) - scaled[np.arange(len(scaled)), truth[known]]))
        if value < least:
            best, least = float(temperature), value
    return best

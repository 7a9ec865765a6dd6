"""Multinomial logistic regression at run time: named features times a weight table, then a softmax.

Fitted by `learn/meaning.py`; the weights are plain arrays in an npz file, never code.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def softmax(scores: Floats) -> Floats:
    """Scores as probabilities."""
    shares = np.exp(scores - scores.max())
    return np.asarray(shares / shares.sum(), dtype=np.float32)


@dataclass(slots=True)
class Linear:
    """Classes, a weight table (features, classes) whose rows `index` names, a bias, and a calibrating temperature."""

    classes: tuple[str, ...]
    index: Mapping[str, int] = field(repr=False)
    table: Floats = field(repr=False)
    bias: Floats
    temperature: float = 1.0

    def scores(self, features: Mapping[str, float]) -> Floats:
        """The score of each class; features that the model does not know count nothing."""
        index = self.index
        names = [name for name in features if name in index]
        values = np.fromiter((features[name] for name in names), dtype=np.float32, count=len(names))
        result: Floats = self.bias + values @ self.table[[index[name] for name in names]]
        return result

    def probabilities(self, features: Mapping[str, float], prior: Floats | None = None) -> Floats:
        """The calibrated probability of each class; `prior` is added to the scores."""
        scores = self.scores(features) if prior is None else self.scores(features) + prior
        return softmax(scores / self.temperature)

    def telling(self, features: Mapping[str, float], winner: int, count: int = 3) -> list[str]:
        """The named features that speak most for a class against the mean of the others, best first."""
        names = [n for n in features if n[0] != "~" and n in self.index]
        values = np.array([features[n] for n in names], dtype=np.float32)
        picked = self.table[[self.index[n] for n in names]]
        gains = (values * (picked[:, winner] - picked.mean(1))).tolist()
        ranked = sorted(zip(gains, names, strict=True), key=lambda g: (-g[0], g[1]))
        return [name for gain, name in ranked[:count] if gain > 0]


PRIOR_STRENGTH = 0.6  # of the act's say in the stance; chosen by cross-validation


def stance_prior(act: Linear, given: Linear, seen: Mapping[str, float]) -> Floats:
    """What the act lets expect of the stance, as scores: `given` holds log P(stance | act) / P(stance) by act."""
    shares = act.probabilities(seen)
    ratio = np.zeros(len(given.classes), dtype=np.float32)
    for share, name in zip(shares, act.classes, strict=True):
        ratio += share * (np.exp(given.table[given.index[name]]) if name in given.index else 1.0)
    return np.asarray(PRIOR_STRENGTH * np.log(ratio), dtype=np.float32)


def save(models: Mapping[str, Linear]) -> bytes:
    """Several models as one npz file (half precision)."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for key, model in models.items():
        arrays[f"{key}.classes"] = np.frombuffer("\n".join(model.classes).encode(), dtype=np.uint8)
        arrays[f"{key}.features"] = np.frombuffer(
            "\n".join(sorted(model.index, key=model.index.__getitem__)).encode(), dtype=np.uint8
        )
        arrays[f"{key}.weights"] = model.table.astype(np.float16)
        arrays[f"{key}.bias"] = model.bias.astype(np.float32)
        arrays[f"{key}.temperature"] = np.array([model.temperature], dtype=np.float32)
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def load(raw: bytes) -> dict[str, Linear]:
    """The models of an npz file made by `save`."""
    made: dict[str, Linear] = {}
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        for key in sorted({name.rsplit(".", 1)[0] for name in stored.files}):
            text = {
                part: stored[f"{key}.{part}"].tobytes().decode("utf-8").split("\n") for part in ("classes", "features")
            }
            table = stored[f"{key}.weights"].astype(np.float32)
            index = {name: n for n, name in enumerate(text["features"])}
            made[key] = Linear(
                tuple(text["classes"]), index, table, stored[f"{key}.bias"], float(stored[f"{key}.temperature"][0])
            )
    return made


@cache
def bundled_models() -> dict[str, Linear]:
    """The models under `data/meaning.npz`; none where the file is missing (while it is being made)."""
    path = resources.files("onrecord").joinpath("data", "meaning.npz")
    return load(path.read_bytes()) if path.is_file() else {}

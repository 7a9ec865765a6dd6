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


@dataclass(slots=True)
class Linear:
    """Classes, the weights of each named feature (features, classes), a bias, and a temperature for calibration."""

    classes: tuple[str, ...]
    weights: dict[str, Floats] = field(repr=False)
    bias: Floats
    temperature: float = 1.0

    def scores(self, features: Mapping[str, float]) -> Floats:
        """The score of each class; features that the model does not know count nothing."""
        total = self.bias.copy()
        for name, value in features.items():
            row = self.weights.get(name)
            if row is not None:
                total += value * row
        return total

    def probabilities(self, features: Mapping[str, float]) -> Floats:
        """The calibrated probability of each class."""
        scores = self.scores(features) / self.temperature
        scores = np.exp(scores - scores.max())
        return np.asarray(scores / scores.sum(), dtype=np.float32)

    def telling(self, features: Mapping[str, float], winner: int, count: int = 3) -> list[str]:
        """The named features that speak most for a class against the mean of the others, best first."""
        gains = []
        for name, value in features.items():
            row = self.weights.get(name)
            if row is not None and not name.startswith("~"):
                gains.append((float(value * (row[winner] - row.mean())), name))
        return [name for gain, name in sorted(gains, key=lambda g: (-g[0], g[1]))[:count] if gain > 0]


def save(models: Mapping[str, Linear]) -> bytes:
    """Several models as one npz file (half precision)."""
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for key, model in models.items():
        names = sorted(model.weights)
        arrays[f"{key}.classes"] = np.frombuffer("\n".join(model.classes).encode(), dtype=np.uint8)
        arrays[f"{key}.features"] = np.frombuffer("\n".join(names).encode(), dtype=np.uint8)
        arrays[f"{key}.weights"] = np.stack([model.weights[n] for n in names]).astype(np.float16)
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
            weights = dict(zip(text["features"], table, strict=True))
            made[key] = Linear(
                tuple(text["classes"]), weights, stored[f"{key}.bias"], float(stored[f"{key}.temperature"][0])
            )
    return made


@cache
def bundled_models() -> dict[str, Linear]:
    """The models under `data/meaning.npz`; none where the file is missing (while it is being made)."""
    path = resources.files("onrecord").joinpath("data", "meaning.npz")
    return load(path.read_bytes()) if path.is_file() else {}

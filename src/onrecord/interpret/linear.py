"""Multinomial logistic regression at run time: named features times a weight table, then a softmax.

Fitted by `training/fit_meaning.py`; the weights are plain arrays in an npz file, never code.
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


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """The features of one saying that models with this `index` know: their names, rows of the table, and values."""

    index: Mapping[str, int] = field(repr=False)
    names: list[str]
    rows: list[int]
    values: Floats


def pick(features: Mapping[str, float], index: Mapping[str, int]) -> Picked:
    """What an index knows of some features; the rest counts nothing."""
    names = [name for name in features if name in index]
    values = np.array([features[name] for name in names], dtype=np.float32)
    return Picked(index, names, [index[name] for name in names], values)


@dataclass(slots=True)
class Linear:
    """Classes, a weight table (features, classes) whose rows `index` names, a bias, and a calibrating temperature."""

    classes: tuple[str, ...]
    index: Mapping[str, int] = field(repr=False)
    table: Floats = field(repr=False)
    bias: Floats
    temperature: float = 1.0
    _means: Floats = field(init=False, repr=False)  # of each feature's weights

    def __post_init__(self) -> None:
        self._means = self.table.mean(1)

    def scores(self, features: Mapping[str, float] | Picked) -> Floats:
        """The score of each class, of features or of what was picked of them with this model's index."""
        picked = features if isinstance(features, Picked) else pick(features, self.index)
        result: Floats = self.bias + picked.values @ self.table[picked.rows]
        return result

    def telling(self, picked: Picked, winner: int, count: int = 3) -> list[str]:
        """The named features that speak most for a class against the mean of the others, best first."""
        named = [n for n, name in enumerate(picked.names) if name[0] != "~"]
        rows = [picked.rows[n] for n in named]
        gains = (picked.values[named] * (self.table[rows, winner] - self._means[rows])).tolist()
        ranked = sorted((-gain, picked.names[n]) for gain, n in zip(gains, named, strict=True) if gain > 0)
        return [name for _, name in ranked[:count]]


PRIOR_STRENGTH = 0.6  # of the act's say in the stance; chosen by cross-validation


def stance_prior(act: Linear, given: Linear, scores: Floats) -> Floats:
    """What the act's scores let expect of the stance, as scores.

    `given` holds log P(stance | act) / P(stance) by act.
    """
    shares = softmax(scores / act.temperature)
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
    indexes: dict[tuple[str, ...], Mapping[str, int]] = {}  # models of the same features share one
    with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
        for key in sorted({name.rsplit(".", 1)[0] for name in stored.files}):
            text = {
                part: stored[f"{key}.{part}"].tobytes().decode("utf-8").split("\n") for part in ("classes", "features")
            }
            table = stored[f"{key}.weights"].astype(np.float32)
            names = tuple(text["features"])
            index = indexes.setdefault(names, {name: n for n, name in enumerate(names)})
            made[key] = Linear(
                tuple(text["classes"]), index, table, stored[f"{key}.bias"], float(stored[f"{key}.temperature"][0])
            )
    return made


@cache
def bundled_models() -> dict[str, Linear]:
    """The models under `data/meaning/meaning.npz`; none where the file is missing (while it is being made)."""
    path = resources.files("onrecord").joinpath("data", "meaning", "meaning.npz")
    return load(path.read_bytes()) if path.is_file() else {}

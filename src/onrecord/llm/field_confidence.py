"""Measure how often a language model is right, field by field, against statements that people judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from onrecord.core.statement import FIELDS
from onrecord.errors import LanguageModelError

if TYPE_CHECKING:
    from onrecord.analyse.comparison import Comparison

MIN_JUDGED = 10  # judged values that a share needs


def confidences(comparison: Comparison) -> dict[str, float]:
    """Return the share of a reader's values that a reference confirms, by field, each drawn towards one half.

    (right + 1) / (all + 2), Laplace's rule of succession. Fields with fewer than ten values are left out.
    """
    return {
        name: round((field.agree + 1) / (field.pairs + 2), 4)
        for name, field in comparison.fields.items()
        if field.pairs >= MIN_JUDGED
    }


def write_confidences(path: Path, shares: Mapping[str, float]) -> None:
    """Write shares as JSON."""
    path.write_text(json.dumps(dict(shares), indent=1) + "\n", encoding="utf-8")


def read_confidences(path: Path) -> dict[str, float]:
    """Read shares that `write_confidences` wrote.

    Raises:
        LanguageModelError: the file is missing, or holds something else.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = {str(name): float(value) for name, value in raw.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LanguageModelError(f"{path}: not a calibration file ({error}); `onrecord compare` writes one") from error
    if not all(name in FIELDS and 0.0 <= value <= 1.0 for name, value in found.items()):
        raise LanguageModelError(f"{path}: a calibration has a share from 0 to 1 for fields of a statement")
    return found

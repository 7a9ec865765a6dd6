"""How well confidences keep their word: expected calibration error, and the reliability diagram of the docs.

    python -m training.calibration REPORT.json OUT.svg

REPORT.json comes from `python -m training.fit_meaning … --report`: cross-validated confidences and outcomes by field.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BINS = 10
SIDE, GAP, LEFT, TOP = 180, 50, 40, 40


@dataclass(frozen=True, slots=True)
class Bin:
    """Judgements of like confidence: how many, their mean confidence, and the share that was right."""

    count: int
    confidence: float
    accuracy: float


def bins(sure: Sequence[float], right: Sequence[bool], count: int = BINS) -> list[Bin]:
    """Bins of equal width over [0, 1], empty ones left out; 1.0 belongs to the last."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for confidence, correct in zip(sure, right, strict=True):
        groups.setdefault(min(count - 1, int(confidence * count)), []).append((confidence, correct))
    return [
        Bin(len(g), sum(c for c, _ in g) / len(g), sum(r for _, r in g) / len(g)) for _, g in sorted(groups.items())
    ]


def calibration_error(sure: Sequence[float], right: Sequence[bool], count: int = BINS) -> float:
    """Expected calibration error (Naeini et al. 2015): mean gap of confidence and accuracy, weighted by bin size."""
    total = len(sure)
    return sum(b.count * abs(b.confidence - b.accuracy) for b in bins(sure, right, count)) / total if total else 0.0


def diagram(report: dict[str, tuple[Sequence[float], Sequence[bool]]]) -> str:
    """Reliability diagrams side by side as SVG: accuracy over confidence, dots as large as their bins."""
    width, height = LEFT + len(report) * (SIDE + GAP), TOP + SIDE + 45
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">'
    ]
    for n, (name, (sure, right)) in enumerate(report.items()):
        x0, y0 = LEFT + n * (SIDE + GAP), TOP + SIDE
        error = calibration_error(sure, right)
        parts.append(
            f'<text x="{x0}" y="{TOP - 12}" font-weight="bold">{name}, ECE {error:.3f} (n = {len(sure)})</text>'
        )
        parts.append(f'<rect x="{x0}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>')
        parts.append(f'<line x1="{x0}" y1="{y0}" x2="{x0 + SIDE}" y2="{TOP}" stroke="#bbb" stroke-dasharray="4 3"/>')
        for one in bins(sure, right):
            x, y = x0 + SIDE * one.confidence, y0 - SIDE * one.accuracy
            radius = 2 + 12 * (one.count / len(sure)) ** 0.5
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#2b6cb0" fill-opacity="0.6"/>')
        parts += [f'<text x="{x0 + SIDE * t - 6:.0f}" y="{y0 + 14}">{t:g}</text>' for t in (0, 0.5, 1)]
        parts.append(f'<text x="{x0 + SIDE / 2 - 28:.0f}" y="{y0 + 30}">confidence</text>')
    middle = f"{TOP + SIDE / 2 + 24:.0f}"
    parts.append(f'<text x="12" y="{middle}" transform="rotate(-90 12 {middle})">accuracy</text></svg>')
    return "\n".join(parts) + "\n"


def main(argv: Sequence[str]) -> int:
    """Command line entry point: prints the errors and writes the diagram."""
    raw = json.loads(Path(argv[0]).read_text(encoding="utf-8"))
    report = {name: (raw["sure"][name], raw["right"][name]) for name in raw["sure"]}
    for name, (sure, right) in report.items():
        print(f"{name:12} ECE {calibration_error(sure, right):.3f} over {len(sure)}")
    Path(argv[1]).write_text(diagram(report), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Plots of networks and matrices with matplotlib, which is imported when something is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onrecord.analyse.network_layout import COLUMN, NEGATIVE, POSITIVE, ROW, lay_out
from onrecord.errors import TableError

if TYPE_CHECKING:
    from onrecord.analyse.network_types import Network
    from onrecord.analyse.positions import Matrix

MAX_LABEL = 40  # characters of a label
MIXED = "#B9A44C"


def new_axes(side: float, height: float | None = None) -> Any:
    """Make the axes of a new figure, `side` inches wide; TableError if matplotlib is not installed."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise TableError("plots need matplotlib: pip install 'onrecord[plot]'") from error
    _, axes = pyplot.subplots(figsize=(side, 0.75 * side if height is None else height), layout="constrained")
    return axes


def draw_network(net: Network, axes: Any, title: str = "") -> None:
    """Draw a network: rows blue, columns orange, positive ties green, negative ones red and dashed."""
    drawn = lay_out(net)
    axes.set_axis_off()
    axes.set_xlim(-0.12, 1.12)
    axes.set_ylim(-0.08, 1.08)
    if title:
        axes.set_title(title)
    for a, b, weight, width in drawn.ties:
        ends = [drawn.nodes[a][2], drawn.nodes[b][2]], [drawn.nodes[a][3], drawn.nodes[b][3]]
        colour, dashes = (POSITIVE, "-") if weight >= 0 else (NEGATIVE, "--")
        axes.plot(*ends, color=colour, linestyle=dashes, linewidth=0.4 + 4 * width, alpha=0.55, zorder=1)
    for name, kind, x, y, size in drawn.nodes:
        shape = "o" if kind == "row" else "s"
        axes.scatter([x], [y], s=60 + 340 * size, c=ROW if kind == "row" else COLUMN, marker=shape, zorder=2)
        axes.annotate(label(name), (x, y), xytext=(0, 9), textcoords="offset points", ha="center", fontsize=8, zorder=3)
    if not drawn.nodes:
        axes.text(0.5, 0.5, "no ties", ha="center", va="center")


def draw_matrix(found: Matrix, axes: Any, title: str = "") -> None:
    """Draw a matrix: a mark per cell, its colour the side, its size the probability that the side is right."""
    actors, issues = found.actors, found.issues
    colours = {"support": POSITIVE, "oppose": NEGATIVE, "mixed": MIXED}
    for row in found.cells.to_dicts():
        at = [issues.index(row["issue"])], [actors.index(row["actor"])]
        sure = 0.5 if row["probability"] is None else row["probability"]
        colour = colours.get(row["stance"], "#9AA0A6")
        axes.scatter(*at, s=40 + 260 * sure, c=colour, marker="o" if row["stance"] in colours else "D")
    axes.set_xticks(range(len(issues)), [label(issue) for issue in issues], rotation=30, ha="right")
    axes.set_yticks(range(len(actors)), [label(actor) for actor in actors])
    axes.set_xlim(-0.5, max(len(issues), 1) - 0.5)
    axes.set_ylim(max(len(actors), 1) - 0.5, -0.5)
    axes.set_title(title or "green supports, red opposes, yellow mixed, grey no clear position", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)


def label(name: str) -> str:
    """Shorten a name that is too long to draw."""
    return name if len(name) <= MAX_LABEL else name[: MAX_LABEL - 1] + "…"

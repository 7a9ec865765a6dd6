"""Draw a network as SVG or PNG: rows blue, columns orange, positive ties green, negative ones red and dashed."""

from __future__ import annotations

import io
import warnings

from onrecord.analyse.network_types import Network
from onrecord.errors import ExchangeError
from onrecord.exchange.network_layout import COLUMN, NEGATIVE, POSITIVE, ROW, lay_out

try:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
except ImportError as error:
    raise ExchangeError("pictures need matplotlib: pip install 'onrecord[plot]', or write .html or .graphml") from error

CANVAS = {"svg": FigureCanvasSVG, "png": FigureCanvasAgg}


def write(net: Network, form: str, *, title: str = "") -> bytes:
    """Draw the picture; its bytes are the same on every run.

    Raises:
        ExchangeError: the form is unknown, or there are too many nodes.
    """
    if form not in CANVAS:
        raise ExchangeError(f"a picture is svg or png, not {form!r}")
    out = io.BytesIO()
    # Fixed ids and no date, so that two runs give one file; text stays text.
    with (
        warnings.catch_warnings(),
        rc_context({"svg.hashsalt": "onrecord", "svg.fonttype": "none", "text.parse_math": False}),
    ):
        # A letter that the font lacks is drawn as a box, and that is no reason to warn.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = _figure(net, title)
        CANVAS[form](figure)
        figure.savefig(out, format=form, metadata={"Date": None} if form == "svg" else {"Software": None})
    return out.getvalue()


def _figure(net: Network, title: str) -> Figure:
    drawn = lay_out(net)
    side = min(8 + len(drawn.nodes) / 12, 24)
    figure = Figure(figsize=(side, side * 0.75), dpi=110, layout="constrained")
    axes = figure.add_subplot()
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
        label = name if len(name) <= 40 else name[:39] + "…"
        axes.annotate(label, (x, y), xytext=(0, 9), textcoords="offset points", ha="center", fontsize=8, zorder=3)
    if not drawn.nodes:
        axes.text(0.5, 0.5, "no ties", ha="center", va="center")
    return figure

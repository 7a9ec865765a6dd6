"""Draw a network as SVG or PNG: rows blue, columns orange, positive ties green, negative ones red and dashed."""

from __future__ import annotations

import io
import warnings

from onrecord.analyse.network_types import Network
from onrecord.analyse.plots import draw_network
from onrecord.errors import ExchangeError

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
    side = min(8 + (len(net.rows) + (len(net.columns) if net.mode == "two" else 0)) / 12, 24)
    figure = Figure(figsize=(side, side * 0.75), dpi=110, layout="constrained")
    draw_network(net, figure.add_subplot(), title)
    return figure

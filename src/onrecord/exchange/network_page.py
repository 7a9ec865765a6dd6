"""Write a network as one self-contained HTML page: drag nodes, zoom, hover to see ties, hide weak ties.

All data is put in as JSON in which no `<` occurs, and is shown as text, so a name can never become markup or script.
"""

from __future__ import annotations

import json
from html import escape
from importlib import resources

from onrecord.analyse.network_layout import COLUMN, NEGATIVE, POSITIVE, ROW, lay_out
from onrecord.analyse.network_types import Network


def write(net: Network, *, title: str = "Network") -> str:
    """Write the page.

    Raises:
        ExchangeError: there are too many nodes to draw.
    """
    drawn = lay_out(net)
    data = {
        "nodes": [
            {"name": name, "kind": kind, "x": round(x, 5), "y": round(y, 5), "size": round(size, 4)}
            for name, kind, x, y, size in drawn.nodes
        ],
        "ties": [{"a": a, "b": b, "weight": weight, "width": round(width, 5)} for a, b, weight, width in drawn.ties],
        "colours": {"row": ROW, "column": COLUMN, "positive": POSITIVE, "negative": NEGATIVE},
    }
    encoded = json.dumps(data, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    template = resources.files("onrecord").joinpath("exchange", "page.html").read_text(encoding="utf-8")
    words = f"{len(drawn.nodes)} nodes, {len(drawn.ties)} ties, {net.statements} statements"
    filled = template.replace("{{title}}", escape(title)).replace("{{words}}", escape(words))
    return filled.replace("{{data}}", encoded)

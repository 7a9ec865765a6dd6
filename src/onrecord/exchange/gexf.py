"""Write GEXF 1.2, Gephi's format; `graph` defines the attributes of nodes and ties.

Gephi takes positive weights only, so `weight` is without sign and the matrix's own value is in `value`.
"""

from __future__ import annotations

import re

import networkx as nx

from onrecord.analyse.network_types import Network
from onrecord.exchange.graph import Attributes, to_networkx

SPACE = "http://www.gexf.net/1.2draft"
_META = re.compile(r"\s{0,40}<meta .*?</meta>", re.DOTALL)
_NAME = re.compile(r'(<graph [^>]*?) name=""')


def write(net: Network, attributes: Attributes | None = None) -> str:
    """Encode a network as GEXF; `attributes` maps node names to named texts."""
    made = to_networkx(net, attributes)
    for _, _, data in made.edges(data=True):
        data["value"] = data["weight"]
        data["weight"] = data.pop("size")
        data["sign"] = "negative" if data["sign"] < 0 else "positive"
    text = "\n".join(nx.generate_gexf(made, version="1.2draft"))
    # The date of writing would make each day's file another one, and the schema knows no name of a graph.
    text = _NAME.sub(r"\1", _META.sub("", text, count=1), count=1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'

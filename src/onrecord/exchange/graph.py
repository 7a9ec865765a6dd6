"""Convert a network to a networkx graph, from which the graph formats are written.

Nodes have `name` and `label`, `type` (false for rows, true for the columns of a two-mode network: igraph's bipartite
type), `kind` (row or column) and any attributes given, of which one called `type` becomes `entity_type`. Ties have
`weight`, which may be negative, `size` (without sign) and `sign`. Ties of weight 0 are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import networkx as nx

from onrecord.analyse.network_types import Network

Attributes = Mapping[str, Mapping[str, str]]
OWN = ("name", "label", "type", "kind")
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_TOKEN = re.compile(
    "[^-.0-9:A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
)


def to_networkx(net: Network, attributes: Attributes | None = None) -> nx.Graph:
    """Build an undirected graph; `attributes` maps node names to named texts."""
    given = attributes or {}
    keys = _tokens({key for node in given.values() for key in node})
    made = nx.Graph()
    ids = node_ids(net)
    for (kind, name), number in ids.items():
        shown = clean(name)
        own = {"name": shown, "label": shown, "type": kind == "column", "kind": kind}
        made.add_node(number, **own, **{keys[key]: clean(value) for key, value in given.get(name, {}).items()})
    columns = "row" if net.mode == "one" else "column"
    for source, target, weight in net.edges().iter_rows():
        ends = ids["row", source], ids[columns, target]
        made.add_edge(*ends, weight=weight, size=abs(weight), sign=-1 if weight < 0 else 1)
    return made


def node_ids(net: Network) -> dict[tuple[str, str], str]:
    """Assign numbers to the nodes by kind and name: an outlet may be a row, and a column of that name another node."""
    nodes = [("row", name) for name in net.rows]
    if net.mode == "two":
        nodes += [("column", name) for name in net.columns]
    return {node: f"n{number}" for number, node in enumerate(nodes)}


def clean(value: str) -> str:
    """Return a text without characters that XML 1.0 cannot hold."""
    return NOT_XML.sub("", value)


def _tokens(names: set[str]) -> dict[str, str]:
    """Give each attribute a unique name that GraphML's schema accepts (no spaces)."""
    tokens: dict[str, str] = {}
    for name in sorted(names, key=lambda name: (bool(_NOT_TOKEN.search(name)), name)):
        token = _NOT_TOKEN.sub("_", name) or "_"
        token = f"entity_{token}" if token in OWN else token
        while token in tokens.values():
            token += "_"
        tokens[name] = token
    return tokens

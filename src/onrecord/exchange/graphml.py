"""GraphML, as Gephi, visone, yEd, igraph and networkx open it.

Nodes have `label`, `kind` (row or column: in a two-mode network these are two sets) and any attributes given; ties
have `weight` as it is in the matrix, which may be negative, with `size` (without sign) and `sign` for programs that
draw only positive weights. Ties of weight 0 are left out. GraphML's schema takes no spaces in the name of an attribute:
such a name is written with `_` for them, and as it is in the key's description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import polars as pl

from onrecord.analyse.networks import Network
from onrecord.errors import ExchangeError

SPACE = "http://graphml.graphdrawing.org/xmlns"
TIE = {"weight": "double", "size": "double", "sign": "int"}
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_TOKEN = re.compile(
    "[^-.0-9:A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
)
Attributes = Mapping[str, Mapping[str, str]]


def write(net: Network, attributes: Attributes | None = None) -> str:
    """The network as GraphML text; `attributes` maps node names to named texts."""
    given = attributes or {}
    names = ["label", "kind", *sorted({key for node in given.values() for key in node} - {"label", "kind"})]
    tokens = _tokens(names)
    root = ET.Element("graphml", xmlns=SPACE)
    for name, token in tokens.items():
        own = {"id": f"n_{token}", "for": "node", "attr.name": token, "attr.type": "string"}
        head = ET.SubElement(root, "key", own)
        if token != name:
            ET.SubElement(head, "desc").text = clean(name)
    for key, kind in TIE.items():
        ET.SubElement(root, "key", {"id": f"e_{key}", "for": "edge", "attr.name": key, "attr.type": kind})
    graph = ET.SubElement(root, "graph", {"id": "network", "edgedefault": "undirected"})
    ids = node_ids(net)
    for (kind, name), number in ids.items():
        node = ET.SubElement(graph, "node", id=number)
        own = {"label": name, "kind": kind}
        for key, value in {**own, **given.get(name, {}), **own}.items():
            ET.SubElement(node, "data", key=f"n_{tokens[key]}").text = clean(value)
    columns = "row" if net.mode == "one" else "column"
    for place, (source, target, weight) in enumerate(net.edges().iter_rows()):
        tie = ET.SubElement(
            graph, "edge", id=f"e{place}", source=ids["row", source], target=ids[columns, target]
        )  # fmt: skip
        values = {"weight": repr(weight), "size": repr(abs(weight)), "sign": "-1" if weight < 0 else "1"}
        for key, value in values.items():
            ET.SubElement(tie, "data", key=f"e_{key}").text = value
    return to_text(root)


def read(text: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Nodes (name, kind) and ties (source, target, weight); ExchangeError where it is no GraphML of ours or DNA's."""
    space = {"g": SPACE}
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        raise ExchangeError(f"no GraphML: {error}") from error
    keys = {str(key.get("id")): str(key.get("attr.name")) for key in root.iterfind("g:key", space)}
    names: dict[str | None, str] = {}
    kinds = []
    for node in root.iterfind("g:graph/g:node", space):
        data = {keys.get(item.get("key", "")): item.text or "" for item in node.iterfind("g:data", space)}
        names[node.get("id")] = data.get("label") or data.get("name") or str(node.get("id"))
        kinds.append(data.get("kind") or data.get("variable") or "")
    ties = []
    for tie in root.iterfind("g:graph/g:edge", space):
        data = {keys.get(item.get("key", "")): item.text or "" for item in tie.iterfind("g:data", space)}
        try:
            ties.append((names[tie.get("source")], names[tie.get("target")], float(data["weight"])))
        except (KeyError, ValueError) as error:
            raise ExchangeError(f"no GraphML of a weighted network: {error!r}") from error
    nodes = pl.DataFrame({"name": list(names.values()), "kind": kinds}, schema={"name": pl.String, "kind": pl.String})
    schema = {"source": pl.String, "target": pl.String, "weight": pl.Float64}
    return nodes, pl.DataFrame(ties, schema=schema, orient="row")


def node_ids(net: Network) -> dict[tuple[str, str], str]:
    """An id per node, by kind and name: an outlet may be a row, and a column of that name another node."""
    nodes = [("row", name) for name in net.rows]
    if net.mode == "two":
        nodes += [("column", name) for name in net.columns]
    return {node: f"n{number}" for number, node in enumerate(nodes)}


def _tokens(names: Iterable[str]) -> dict[str, str]:
    """For each name one of letters, digits and `.-_:` that no other has; a name that is such already keeps its own."""
    tokens: dict[str, str] = {}
    for name in sorted(names, key=lambda name: bool(_NOT_TOKEN.search(name))):
        token = _NOT_TOKEN.sub("_", name) or "_"
        while token in tokens.values():
            token += "_"
        tokens[name] = token
    return tokens


def clean(value: str) -> str:
    """The text without characters that XML 1.0 cannot hold."""
    return _NOT_XML.sub("", value)


def to_text(root: Any) -> str:
    """An element tree as indented text."""
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"

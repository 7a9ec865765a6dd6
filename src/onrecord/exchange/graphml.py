"""Write GraphML, for Gephi, visone, yEd, igraph and networkx; `graph` defines the attributes of nodes and ties."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import networkx as nx
import polars as pl

from onrecord.analyse.network_types import Network
from onrecord.errors import ExchangeError
from onrecord.exchange.graph import Attributes, to_networkx

SPACE = "http://graphml.graphdrawing.org/xmlns"


def write(net: Network, attributes: Attributes | None = None) -> str:
    """Encode a network as GraphML; `attributes` maps node names to named texts."""
    out = io.BytesIO()
    nx.write_graphml_xml(to_networkx(net, attributes), out)
    return out.getvalue().decode()


def read(text: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read nodes (name, kind) and ties (source, target, weight) of a GraphML file of ours or DNA's.

    ExchangeError if it is invalid.
    """
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
            raise ExchangeError(f"not a GraphML file of a weighted network: {error!r}") from error
    nodes = pl.DataFrame({"name": list(names.values()), "kind": kinds}, schema={"name": pl.String, "kind": pl.String})
    schema = {"source": pl.String, "target": pl.String, "weight": pl.Float64}
    return nodes, pl.DataFrame(ties, schema=schema, orient="row")

"""GEXF 1.2, Gephi's own format: nodes with label and kind, ties with weight and sign.

Gephi takes positive weights only, so `weight` is without sign and the matrix's own value is in `value`.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from onrecord.analyse.networks import Network
from onrecord.exchange.graphml import Attributes, clean, node_ids, to_text

SPACE = "http://www.gexf.net/1.2draft"


def write(net: Network, attributes: Attributes | None = None) -> str:
    """The network as GEXF text; `attributes` maps node names to named texts."""
    given = attributes or {}
    names = ["kind", *sorted({key for node in given.values() for key in node} - {"kind"})]
    root = ET.Element("gexf", xmlns=SPACE, version="1.2")
    graph = ET.SubElement(root, "graph", defaultedgetype="undirected", mode="static")
    heads = {
        "node": [(key, "string") for key in names],
        "edge": [("value", "double"), ("sign", "string")],
    }
    for kind, keys in heads.items():
        head = ET.SubElement(graph, "attributes", {"class": kind})
        for place, (key, form) in enumerate(keys):
            ET.SubElement(head, "attribute", id=str(place), title=clean(key), type=form)
    ids = node_ids(net)
    nodes = ET.SubElement(graph, "nodes")
    for (kind, name), number in ids.items():
        node = ET.SubElement(nodes, "node", id=number, label=clean(name))
        values = ET.SubElement(node, "attvalues")
        own = {**given.get(name, {}), "kind": kind}
        for place, key in enumerate(names):
            if key in own:
                ET.SubElement(values, "attvalue", {"for": str(place), "value": clean(own[key])})
    columns = "row" if net.mode == "one" else "column"
    ties = ET.SubElement(graph, "edges")
    for place, (source, target, weight) in enumerate(net.edges().iter_rows()):
        tie = ET.SubElement(
            ties,
            "edge",
            id=str(place),
            source=ids["row", source],
            target=ids[columns, target],
            weight=repr(abs(weight)),
        )
        values = ET.SubElement(tie, "attvalues")
        for at, value in enumerate((repr(weight), "negative" if weight < 0 else "positive")):
            ET.SubElement(values, "attvalue", {"for": str(at), "value": value})
    return to_text(root)

"""What is written keeps the rules of the schemas of GraphML 1.1, GEXF 1.2 and REFI-QDA Project 1.0 (18 March 2019).

The schemas themselves are not here. Their rules for the elements that are written are, as a table per format: which
elements an element has, in which order, and what its attributes may hold (`!` marks those that must be there).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from onrecord.analyse.network_types import Network, Options
from onrecord.core.span import Text
from onrecord.core.statement import Article, Statement
from onrecord.exchange import gexf, graphml, refi

from tests.made import article, statement  # isort: skip

Rules = Mapping[str, tuple[str, Mapping[str, str]]]
ANY = r"[\s\S]*"
# A NMTOKEN, as far as the names in these tests go.
TOKEN = r"[\w.:·-]+"
NUMBER = r"-?\d+(\.\d+)?(e[+-]?\d+)?"
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
BY = {"creatingUser": GUID, "creationDateTime": TIME}

GRAPHML: Rules = {
    "graphml": ("(key )*(graph )*", {}),
    "key": (
        "(desc )?(default )?",
        {
            "id!": TOKEN, "for": "all|graphml|graph|node|edge", "attr.name": TOKEN,
            "attr.type": "boolean|int|long|float|double|string",
        },
    ),
    "desc": ("", {}),
    "graph": ("(node |edge |data )*", {"id": TOKEN, "edgedefault!": "directed|undirected"}),
    "node": ("(data )*", {"id!": TOKEN}),
    "edge": ("(data )*", {"id": TOKEN, "source!": TOKEN, "target!": TOKEN, "directed": "true|false"}),
    "data": ("", {"key!": TOKEN}),
}  # fmt: skip
GEXF: Rules = {
    "gexf": ("(meta )?graph ", {"version!": "1.2", "variant": ANY}),
    "graph": (
        "(attributes |nodes |edges )*",
        {"defaultedgetype": "directed|undirected|mutual", "mode": "static|dynamic", "idtype": "integer|string"},
    ),
    "attributes": ("(attribute )*", {"class!": "node|edge", "mode": "static|dynamic"}),
    "attribute": (
        "(default |options )*",
        {"id!": ANY, "title!": ANY, "type!": "integer|long|double|float|boolean|liststring|string|anyURI"},
    ),
    "nodes": ("(node )*", {"count": r"\d+"}),
    "node": ("(attvalues )*", {"id!": ANY, "label": ANY, "pid": ANY}),
    "edges": ("(edge )*", {"count": r"\d+"}),
    "edge": ("(attvalues )*", {"id!": ANY, "source!": ANY, "target!": ANY, "label": ANY, "weight": NUMBER}),
    "attvalues": ("(attvalue )*", {}),
    "attvalue": ("", {"for!": ANY, "value!": ANY}),
}
REFI: Rules = {
    "Project": (
        "(Users )?(CodeBook )?(Sources )?",
        {"name!": ANY, "origin": ANY, "creatingUserGUID": GUID, "creationDateTime": TIME},
    ),
    "Users": ("(User )+", {}),
    "User": ("", {"guid!": GUID, "name": ANY, "id": ANY}),
    "CodeBook": ("Codes ", {}),
    "Codes": ("(Code )+", {}),
    "Code": (
        "(Description )?(Code )*",
        {"guid!": GUID, "name!": ANY, "isCodable!": "true|false", "color": "#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})"},
    ),
    "Sources": ("(TextSource )+", {}),
    "TextSource": (
        "(Description )?(PlainTextSelection )*(Coding )*",
        {"guid!": GUID, "name": ANY, "plainTextPath!": f"internal://{GUID}[.]txt", **BY},
    ),
    "PlainTextSelection": (
        "(Description )?(Coding )*",
        {"guid!": GUID, "name": ANY, "startPosition!": r"\d+", "endPosition!": r"\d+", **BY},
    ),
    "Coding": ("CodeRef ", {"guid!": GUID, **BY}),
    "CodeRef": ("", {"targetGUID!": GUID}),
}  # fmt: skip

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NASTY = 'Ann "the Hammer" Lee; <b>&amp;</b>,\x01 Ω🙂'
TIES = np.array([[0, 1 / 3, 0], [1 / 3, 0, -2e-17], [0, -2e-17, 0]])
NETS = [
    Network("one", ("A", NASTY, "z"), ("A", NASTY, "z"), TIES, 5, Options()),
    Network("two", ("A", "B"), ("A", "dam"), np.array([[1.0, -1.0], [0.0, 0.3]]), 4, Options(mode="two")),
    Network("one", (), (), np.zeros((0, 0)), 0, Options()),
]
ATTRIBUTES = [
    None,
    {"A": {"Type": "state"}},
    {"A": {"Other name": "x", "Other_name": "y", "a\x02b": "z", "": "e"}, "z": {"label": "L", "kind": "K"}},
]


def faults(text: str, space: str, rules: Rules) -> list[str]:
    """Where a document departs from the rules."""
    found = []
    for element in ET.fromstring(text).iter():
        name = element.tag.removeprefix(f"{{{space}}}")
        inside, attributes = rules.get(name, ("", {}))
        children = "".join(child.tag.removeprefix(f"{{{space}}}") + " " for child in element)
        if name not in rules or not re.fullmatch(inside, children):
            found.append(f"{name} with {children or 'nothing'}")
        allowed = {key.rstrip("!"): pattern for key, pattern in attributes.items()}
        missing = {key[:-1] for key in attributes if key.endswith("!")} - set(element.keys())
        found += [f"{name} lacks {key}" for key in sorted(missing)]
        for key, value in element.items():
            if key.startswith(XSI):  # any document may say where its schema is
                continue
            if key not in allowed or not re.fullmatch(allowed[key], value):
                found.append(f"{name} {key}={value!r}")
    return found


def qde(results: Sequence[tuple[Article, Sequence[Statement]]]) -> str:
    """Return the project file of a REFI-QDA project."""
    with zipfile.ZipFile(io.BytesIO(refi.write(results))) as packed:
        return packed.read("project.qde").decode("utf-8")


@pytest.mark.parametrize("net", NETS, ids=["one", "two", "empty"])
@pytest.mark.parametrize("attributes", ATTRIBUTES, ids=["none", "one", "odd"])
def test_networks_keep_the_rules_of_their_schemas(net: Network, attributes: Any) -> None:
    """GraphML and GEXF follow the rules of their schemas."""
    assert not faults(graphml.write(net, attributes), graphml.SPACE, GRAPHML)
    assert not faults(gexf.write(net, attributes), gexf.SPACE, GEXF)


@pytest.mark.parametrize("net", NETS, ids=["one", "two", "empty"])
@pytest.mark.parametrize("attributes", ATTRIBUTES, ids=["none", "one", "odd"])
def test_what_graphml_refers_to_is_there_once(net: Network, attributes: Any) -> None:
    """The schema's keys: ids once, data of a declared key, each key once in a node or tie, ties between nodes."""
    space = {"g": graphml.SPACE}
    root = ET.fromstring(graphml.write(net, attributes))
    ids = {
        kind: [e.get("id") for e in root.iterfind(f".//g:{kind}", space) if e.get("id")]
        for kind in ("key", "node", "edge")
    }
    assert all(len(found) == len(set(found)) for found in ids.values())
    for element in [*root.iterfind(".//g:node", space), *root.iterfind(".//g:edge", space)]:
        used = [data.get("key") for data in element.iterfind("g:data", space)]
        assert len(used) == len(set(used))
        assert set(used) <= set(ids["key"])
    for tie in root.iterfind(".//g:edge", space):
        assert {tie.get("source"), tie.get("target")} <= set(ids["node"])


def test_an_attribute_never_takes_the_place_of_a_name_or_kind() -> None:
    """A database may have attributes called label or kind; characters that the schema does not take become `_`."""
    text = graphml.write(NETS[0], ATTRIBUTES[2])
    nodes, _ = graphml.read(text)
    assert nodes["name"].to_list() == ["A", NASTY.replace("\x01", ""), "z"]
    assert set(nodes["kind"]) == {"row"}
    space = {"g": graphml.SPACE}
    names = {key.get("attr.name") for key in ET.fromstring(text).iterfind("g:key[@for='node']", space)}
    own = {"name", "label", "type", "kind"}
    assert names == {*own, "Other_name", "Other_name_", "a_b", "_", "entity_label", "entity_kind"}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_refi_projects_keep_the_rules_of_the_schema(count: int) -> None:
    """REFI-QDA projects follow the rules of their schema, and are read back."""
    results = [(article(), [statement()]), (Article(text=Text("Nothing.\nAt all."), name="../emp\x01ty?"), [])]
    assert not faults(qde(results[:count]), refi.SPACE, REFI)
    assert refi.read(refi.write(results[:count])).height == (7 if count else 0)


def test_positions_in_refi_projects_count_code_points_of_the_text_file() -> None:
    """Positions in REFI-QDA projects count code points of the text file."""
    with zipfile.ZipFile(io.BytesIO(refi.write([(article(), [statement()])]))) as packed:
        root = ET.fromstring(packed.read("project.qde"))
        space = {"q": refi.SPACE}
        (source,) = root.iterfind("q:Sources/q:TextSource", space)
        text = packed.read(str(source.get("plainTextPath")).replace("internal://", "sources/")).decode("utf-8")
    users = {user.get("guid") for user in root.iterfind("q:Users/q:User", space)}
    places = [
        (int(str(passage.get("startPosition"))), int(str(passage.get("endPosition"))))
        for passage in source.iterfind("q:PlainTextSelection", space)
    ]
    assert [text[start:end] for start, end in places] == [piece.quote for piece in statement().content]
    assert {element.get("creatingUser") for element in root.iter() if element.get("creatingUser")} <= users
    assert root.get("creatingUserGUID") in users


@pytest.mark.parametrize(
    ("broken", "fault"),
    [("<graphml xmlns='{}'><key id='a b'/></graphml>", "key id='a b'"),
     ("<graphml xmlns='{}'><graph/></graphml>", "graph lacks edgedefault"),
     ("<graphml xmlns='{}'><graph edgedefault='directed'/><key id='a'/></graphml>", "graphml with graph key "),
     ("<graphml xmlns='{}'><hyper/></graphml>", "hyper with nothing")],
)  # fmt: skip
def test_the_rules_find_faults(broken: str, fault: str) -> None:
    """The checks of these tests find faulty files."""
    assert fault in faults(broken.format(graphml.SPACE), graphml.SPACE, GRAPHML)

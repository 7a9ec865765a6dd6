"""Networks in the formats of other programs, read back here or by a second reader."""

from __future__ import annotations

import io
import json
import re
from csv import reader
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import igraph
import networkx as nx
import numpy as np
import pytest

from onrecord.analyse.network_types import Network, Options
from onrecord.errors import ExchangeError
from onrecord.exchange import csv, dl, gexf, graphml, network_page, picture

NASTY = 'Ann "the Hammer" Lee; <b>&amp;</b>, Ω🙂'
TIES = np.array([[0, 1 / 3, 0], [1 / 3, 0, -2e-17], [0, -2e-17, 0]])
ONE = Network("one", ("A", NASTY, "z"), ("A", NASTY, "z"), TIES, 5, Options())
TWO = Network("two", ("A", "B"), ("A", "dam"), np.array([[1.0, -1.0], [0.0, 0.1 + 0.2]]), 4, Options(mode="two"))
EMPTY = Network("one", (), (), np.zeros((0, 0)), 0, Options())
FILES = pytest.mark.parametrize("net", [ONE, TWO, EMPTY], ids=["one", "two", "empty"])


@FILES
def test_csv_keeps_every_bit(net: Network) -> None:
    """A network in CSV keeps every bit of its values."""
    head, *lines = reader(csv.network(net).splitlines())
    assert (tuple(line[0] for line in lines), tuple(head[1:])) == (net.rows, net.columns)
    assert [[float(cell) for cell in line[1:]] for line in lines] == net.values.tolist()


def test_csv_has_names_in_the_first_row_and_column() -> None:
    """A network in CSV has names in its first row and column."""
    assert csv.network(TWO).splitlines() == [",A,dam", "A,1.0,-1.0", "B,0.0,0.30000000000000004"]


@FILES
def test_dl_keeps_every_bit_and_loses_quotation_marks_in_names(net: Network) -> None:
    """A network in DL keeps every bit, and names lose their quotation marks."""
    rows, columns, values = dl.read(dl.write(net))
    assert np.array_equal(values, net.values)
    blank = "_" if net.mode == "one" else " "
    assert rows == [re.sub("[\"',]", "", name).replace(" ", blank) for name in net.rows]
    assert columns == [re.sub("[\"',]", "", name).replace(" ", blank) for name in net.columns]


def test_dl_of_a_one_mode_network_is_read_by_igraph(tmp_path: Path) -> None:
    """igraph finds the nodes by name and every tie in both directions with its weight."""
    path = tmp_path / "n.dl"
    path.write_text(dl.write(ONE), encoding="utf-8")
    graph = igraph.Graph.Read_DL(str(path))
    assert (graph.vcount(), graph.vs["name"][0]) == (3, "A")
    assert sorted(graph.es["weight"]) == sorted(weight for row in ONE.values.tolist() for weight in row if weight)


@FILES
def test_graphml_is_read_back_and_by_networkx(net: Network) -> None:
    """GraphML is read back here and by networkx."""
    text = graphml.write(net, {"A": {"type": "state"}})
    nodes, ties = graphml.read(text)
    assert ties.equals(net.edges())
    assert nodes["name"].to_list() == [*net.rows, *(net.columns if net.mode == "two" else ())]
    graph = nx.read_graphml(io.BytesIO(text.encode()))
    weights = sorted(data["weight"] for *_, data in graph.edges(data=True))
    assert weights == sorted(net.edges()["weight"].to_list())
    assert {data["label"] for _, data in graph.nodes(data=True)} == {*net.rows, *net.columns}
    if net.rows:
        assert graph.nodes["n0"]["entity_type"] == "state"
        assert [data["type"] for _, data in graph.nodes(data=True)] == [
            kind == "column" for kind in nodes["kind"].to_list()
        ]


@FILES
def test_graphml_is_read_by_igraph(net: Network, tmp_path: Path) -> None:
    """A second reader, which has its own XML parser and reads the types that the keys declare."""
    path = tmp_path / "n.graphml"
    path.write_text(graphml.write(net), encoding="utf-8")
    graph = igraph.Graph.Read_GraphML(str(path))
    assert sorted(graph.es["weight"]) == sorted(net.edges()["weight"].to_list()) if net.rows else graph.vcount() == 0
    assert set(graph.vs["name"]) == {*net.rows, *net.columns} if net.rows else True


@FILES
def test_gexf_has_the_shape_that_its_schema_asks_for(net: Network) -> None:
    """GEXF 1.2draft: the order of elements, attributes declared before they are used, ids once, weights as floats."""
    root = ET.fromstring(gexf.write(net, {"A": {"type": "state"}}))
    space = f"{{{gexf.SPACE}}}"
    (graph,) = root
    assert (root.tag, root.get("version"), graph.tag) == (f"{space}gexf", "1.2", f"{space}graph")
    heads = ["attributes"] * (2 if net.rows else 0)
    assert [child.tag.removeprefix(space) for child in graph] == [*heads, "nodes", "edges"]
    nodes, edges = graph[-2], graph[-1]
    for kind, elements in (("node", nodes), ("edge", edges)) if net.rows else ():
        (head,) = (part for part in graph[:2] if part.get("class") == kind)
        types = {item.get("id"): item.get("type") for item in head}
        assert set(types.values()) <= {"string", "double", "integer", "float", "boolean"}
        assert len({element.get("id") for element in elements}) == len(elements)
        for value in elements.iter(f"{space}attvalue"):
            assert value.get("for") in types
            assert types[value.get("for")] != "double" or float(str(value.get("value"))) == float(
                str(value.get("value"))
            )
    ids = {node.get("id") for node in nodes}
    for edge in edges:
        assert {edge.get("source"), edge.get("target")} <= ids
        assert float(str(edge.get("weight"))) > 0


@FILES
def test_gexf_is_read_by_networkx_with_positive_weights(net: Network) -> None:
    """GEXF is read by networkx, with positive weights."""
    graph = nx.read_gexf(io.BytesIO(gexf.write(net).encode()))
    ties = [data for *_, data in graph.edges(data=True)]
    assert sorted(data["value"] for data in ties) == sorted(net.edges()["weight"].to_list())
    assert all(data["weight"] == abs(data["value"]) for data in ties)
    assert {data["label"] for _, data in graph.nodes(data=True)} == {*net.rows, *net.columns}


def test_a_row_and_a_column_of_one_name_are_two_nodes() -> None:
    """A row and a column of the same name are two nodes."""
    graph = nx.read_graphml(io.BytesIO(graphml.write(TWO).encode()))
    assert sorted((data["label"], data["kind"]) for _, data in graph.nodes(data=True)) == [
        ("A", "column"), ("A", "row"), ("B", "row"), ("dam", "column"),
    ]  # fmt: skip


def test_control_characters_do_not_break_xml() -> None:
    """Control characters in names do not break XML."""
    net = Network("one", ("a\x00b", "c"), ("a\x00b", "c"), np.ones((2, 2)) - np.eye(2), 1, Options())
    assert graphml.read(graphml.write(net))[0]["name"].to_list() == ["ab", "c"]
    assert nx.read_gexf(io.BytesIO(gexf.write(net).encode())).number_of_edges() == 1


@FILES
def test_pictures_are_the_same_on_every_run(net: Network) -> None:
    """A picture has the same bytes on every run."""
    svg = picture.write(net, "svg", title="Ties")
    assert svg == picture.write(net, "svg", title="Ties")
    assert svg.lstrip().startswith(b"<?xml")
    png = picture.write(net, "png")
    assert png.startswith(b"\x89PNG\r\n")
    assert len(png) > 1000


def test_a_page_holds_its_data_and_no_name_becomes_markup() -> None:
    """The page of a network holds its data as JSON, and no name becomes markup."""
    text = network_page.write(
        Network(
            "one",
            ("</script><script>alert(1)", "B"),
            ("</script><script>alert(1)", "B"),
            np.array([[0, 2.5], [2.5, 0]]),
            3,
            Options(),
        ),
        title="<i>Ties</i>",
    )
    assert "<script>alert" not in text
    assert "&lt;i&gt;Ties" in text
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    told = json.loads(data)
    assert [node["name"] for node in told["nodes"]] == ["</script><script>alert(1)", "B"]
    assert told["ties"][0]["weight"] == 2.5
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text)


def test_too_many_nodes_to_draw_are_refused() -> None:
    """A network with too many nodes to draw is refused."""
    names = tuple(map(str, range(2000)))
    with pytest.raises(ExchangeError, match="too many to draw"):
        network_page.write(Network("one", names, names, np.zeros((2000, 2000)), 1, Options()))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (graphml.read, "<graphml"), (graphml.read, "<a>"), (dl.read, "dl"), (dl.read, "dl n = 1, format = edgelist1"),
        (dl.read, 'dl n = 1\nlabels:\n"A"\ndata:\n1 2\n'),
    ],
)  # fmt: skip
def test_foreign_files_are_refused_in_words(read: Any, text: str) -> None:
    """Files of other formats are refused."""
    with pytest.raises(ExchangeError):
        read(text)

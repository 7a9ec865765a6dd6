"""The layout of networks, and what is drawn of it."""

from __future__ import annotations

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from tests.unit.analyse.made import statements

from onrecord.analyse import network_layout, plots
from onrecord.analyse.network_layout import lay_out
from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.positions import matrix
from onrecord.errors import ExchangeError

mpl.use("agg")


def net(ties: dict[tuple[str, str], float], names: str) -> Network:
    """A one-mode network of some ties."""
    values = np.zeros((len(names), len(names)))
    for (a, b), weight in ties.items():
        values[names.index(a), names.index(b)] = values[names.index(b), names.index(a)] = weight
    return Network("one", tuple(names), tuple(names), values, 9, Options(mode="one"))


def apart(of: Network) -> dict[tuple[str, str], float]:
    """Return the distances on the page."""
    at = {name: np.array([x, y]) for name, _, x, y, _ in lay_out(of).nodes}
    return {(a, b): float(np.linalg.norm(at[a] - at[b])) for a in at for b in at if a < b}


def test_distances_on_the_page_follow_steps() -> None:
    """On a path, distances are as the numbers of steps, at one scale in both directions."""
    found = apart(net({("a", "b"): 1, ("b", "c"): 1, ("c", "d"): 1}, "abcd"))
    assert found["a", "b"] / found["a", "d"] == pytest.approx(1 / 3, abs=0.05)
    assert found["b", "d"] / found["a", "d"] == pytest.approx(2 / 3, abs=0.05)
    assert found["a", "d"] == max(found.values())


def test_negative_ties_draw_nothing_together_and_parts_stay_apart() -> None:
    """Only positive ties count as steps; another component is half as far again as the longest path."""
    found = apart(net({("a", "b"): 2, ("b", "c"): -3}, "abc"))
    assert found["a", "b"] < min(found["b", "c"], found["a", "c"])
    lengths = network_layout._path_lengths(4, [(0, 1), (1, 2)])
    assert lengths.tolist() == [[0, 1, 2, 3], [1, 0, 1, 3], [2, 1, 0, 3], [3, 3, 3, 0]]


def test_sizes_widths_and_places_are_shares() -> None:
    """Sizes are roots of shares of the greatest total, widths shares of the greatest weight, places in [0, 1]."""
    drawn = lay_out(net({("a", "b"): 4, ("b", "c"): -1}, "abcd"))
    assert [(name, kind, round(size, 4)) for name, kind, _, _, size in drawn.nodes] == [
        ("a", "row", 0.8944), ("b", "row", 1.0), ("c", "row", 0.4472), ("d", "row", 0.0),
    ]  # fmt: skip
    assert drawn.ties == [(0, 1, 4.0, 1.0), (1, 2, -1.0, 0.25)]
    places = np.array([[x, y] for _, _, x, y, _ in drawn.nodes])
    assert (places.min() >= 0, places.max() <= 1, np.ptp(places, axis=0).max()) == (True, True, pytest.approx(1))
    assert lay_out(net({("a", "b"): 4, ("b", "c"): -1}, "abcd")) == drawn, "the same network is drawn the same way"


def test_rows_and_columns_of_one_name_are_two_nodes() -> None:
    """A two-mode network has a node for each row and each column."""
    two = Network("two", ("a", "b"), ("a",), np.array([[1.0], [0.0]]), 1, Options(mode="two"))
    drawn = lay_out(two)
    assert [(name, kind) for name, kind, *_ in drawn.nodes] == [("a", "row"), ("b", "row"), ("a", "column")]
    assert drawn.ties == [(0, 2, 1.0, 1.0)]


def test_nothing_one_and_too_many_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No node is an empty drawing, one stands in the middle, and too many are refused."""
    assert lay_out(net({}, "")).nodes == []
    assert lay_out(net({}, "a")).nodes == [("a", "row", 0.5, 0.5, 0.0)]
    monkeypatch.setattr(network_layout, "MOST", 2)
    with pytest.raises(ExchangeError, match="3 nodes are too many"):
        lay_out(net({}, "abc"))


def test_a_drawn_network_shows_kinds_and_signs() -> None:
    """Positive ties are solid and green, negative ones dashed and red; every node has its label."""
    axes = plots.new_axes(6)
    plots.draw_network(net({("a", "b"): 2, ("b", "c"): -2}, "abc"), axes, "Ties")
    assert [(line.get_color(), line.get_linestyle()) for line in axes.lines] == [
        (network_layout.POSITIVE, "-"), (network_layout.NEGATIVE, "--"),
    ]  # fmt: skip
    assert [text.get_text() for text in axes.texts] == ["a", "b", "c"]
    assert axes.get_title() == "Ties"
    assert [round(float(side), 2) for side in axes.figure.get_size_inches()] == [6, 4.5]
    empty = plots.new_axes(6, 2)
    plots.draw_network(net({}, ""), empty)
    assert [text.get_text() for text in empty.texts] == ["no ties"]
    assert empty.figure.get_size_inches().tolist() == [6, 2]


def test_a_drawn_matrix_shows_sides() -> None:
    """Each cell is a mark in the colour of its side; long names are cut."""
    found = matrix(statements({"speaker": "Ann"}, {"speaker": "Bo", "stance": "oppose"}))
    axes = plots.new_axes(5)
    plots.draw_matrix(found, axes)
    colours = [mpl.colors.to_hex(mark.get_facecolor()[0]).upper() for mark in axes.collections]
    assert sorted(colours) == sorted([network_layout.POSITIVE.upper(), network_layout.NEGATIVE.upper()])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Ann", "Bo"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["dam"]
    assert "green supports" in axes.get_title()
    assert sorted(float(mark.get_sizes()[0]) for mark in axes.collections) == [300.0, 300.0]
    assert plots.label("x" * 40) == "x" * 40
    assert plots.label("x" * 41) == "x" * 39 + "…"


def test_the_size_of_a_mark_is_the_probability_of_the_cell() -> None:
    """A mark grows with the probability, is middling where none is known, and is a diamond without a side."""
    rows = [
        {"speaker": "Ann", "confidence": 0.2}, {"speaker": "Bo", "stance": "mixed"},
        {"speaker": "Cy", "stance": "noncommittal"},
    ]  # fmt: skip
    found = matrix(statements(*rows))
    axes = plots.new_axes(5)
    plots.draw_matrix(found, axes, "Sides")
    sizes = {float(mark.get_offsets()[0][1]): float(mark.get_sizes()[0]) for mark in axes.collections}
    assert sizes == {0.0: pytest.approx(92.0), 1.0: pytest.approx(300.0), 2.0: pytest.approx(300.0)}
    corners = [len(mark.get_paths()[0].vertices) for mark in axes.collections]
    assert corners[0] == corners[1] > corners[2]
    assert axes.get_title() == "Sides"
    unknown = replace(found, cells=found.cells.with_columns(probability=pl.lit(None, dtype=pl.Float64)))
    plots.draw_matrix(unknown, again := plots.new_axes(5))
    assert {float(mark.get_sizes()[0]) for mark in again.collections} == {170.0}


def test_a_node_grows_with_its_ties_and_a_tie_with_its_weight() -> None:
    """Nodes of rows are round, those of columns square; the strongest tie is the widest."""
    two = Network("two", ("a", "b"), ("x",), np.array([[4.0], [1.0]]), 1, Options(mode="two"))
    axes = plots.new_axes(6)
    plots.draw_network(two, axes)
    assert [float(line.get_linewidth()) for line in axes.lines] == [pytest.approx(4.4), pytest.approx(1.4)]
    drawn = lay_out(two)
    assert [float(mark.get_sizes()[0]) for mark in axes.collections] == [
        pytest.approx(60 + 340 * size) for *_, size in drawn.nodes
    ]
    colours = [mpl.colors.to_hex(mark.get_facecolor()[0]).upper() for mark in axes.collections]
    assert colours == [network_layout.ROW.upper()] * 2 + [network_layout.COLUMN.upper()]
    assert axes.get_title() == ""

"""Networks as objects, their options, and how a table is encoded for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from onrecord.analyse import encoding
from onrecord.analyse.encoding import KEPT, UNDATED, EncodedTable, bound, moment, seconds
from onrecord.analyse.network_types import Network, Options
from onrecord.errors import TableError

from .made import statements

TIES = np.array([[0.0, 2.0, 0.0], [2.0, 0.0, -1.0], [0.0, -1.0, 0.0]])
ONE = Network("one", ("a", "b", "c"), ("a", "b", "c"), TIES, 5, Options())
TWO = Network("two", ("a", "b"), ("x", "y", "z"), np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]), 6, Options(mode="two"))


def test_a_tie_is_listed_once_and_a_node_never_with_itself() -> None:
    """In one mode each pair once, in two modes each cell; nothing where the tie is 0."""
    assert ONE.edges().rows() == [("a", "b", 2.0), ("b", "c", -1.0)]
    assert TWO.edges().rows() == [("a", "x", 1.0), ("a", "z", 2.0), ("b", "y", 3.0)]
    looped = Network("one", ("a", "b"), ("a", "b"), np.ones((2, 2)), 1, Options())
    assert looped.edges().rows() == [("a", "b", 1.0)]


def test_a_network_says_its_size_and_shows_its_matrix() -> None:
    """The text of a network has its mode, shape, ties and statements, its frame the names and values."""
    assert repr(ONE) == "Network(one-mode, 3 x 3, 2 ties, 5 statements)"
    assert TWO.frame().rows() == [("a", 1.0, 0.0, 2.0), ("b", 0.0, 3.0, 0.0)]
    assert TWO.frame().columns == ["name", "x", "y", "z"]
    named = Network("two", ("a",), ("name",), np.ones((1, 1)), 1, Options(mode="two"))
    assert named.frame().columns == ["", "name"]
    assert "x" in TWO._repr_html_()


def test_a_network_converts_to_networkx() -> None:
    """Nodes, ties and weights carry over; in two modes the nodes of either side are marked."""
    one, two = ONE.to_networkx(), TWO.to_networkx()
    assert sorted(one.nodes) == ["a", "b", "c"]
    assert {(a, b): data["weight"] for a, b, data in one.edges(data=True)} == {("a", "b"): 2.0, ("b", "c"): -1.0}
    assert dict(one.nodes["a"]) == {}
    assert {name: data["bipartite"] for name, data in two.nodes(data=True)} == {"a": 0, "b": 0, "x": 1, "y": 1, "z": 1}
    assert two.number_of_edges() == 3


def test_a_network_converts_to_igraph_and_pandas() -> None:
    """The libraries of the extras get the same names, ties and sides."""
    pytest.importorskip("igraph", reason="igraph needs the extra onrecord[clusters]")
    pytest.importorskip("pandas", reason="pandas needs the extra onrecord[pandas]")
    one, two = ONE.to_igraph(), TWO.to_igraph()
    assert (one.vs["name"], one.es["weight"]) == (["a", "b", "c"], [2.0, -1.0])
    assert (two.vs["name"], two.vs["type"]) == (["a", "b", "x", "y", "z"], [False, False, True, True, True])
    assert [edge.tuple for edge in two.es] == [(0, 2), (0, 4), (1, 3)]
    frame = TWO.to_pandas()
    assert (list(frame.index), list(frame.columns), frame.loc["a", "z"]) == (["a", "b"], ["x", "y", "z"], 2.0)


def test_a_window_has_its_times() -> None:
    """The network of a window is the same one at three points in time."""
    times = datetime(2026, 1, 1), datetime(2026, 1, 2), datetime(2026, 1, 3)
    made = ONE.at(*times)
    assert (made.start, made.middle, made.stop) == times
    assert made.values is ONE.values
    assert ONE.middle is None


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"mode": "three"}, "mode"),
        ({"aggregate": "sum"}, "aggregate"),
        ({"normalise": "max"}, "normalise"),
        ({"duplicates": "day"}, "duplicates"),
        ({"aggregate": "combine"}, "two-mode"),
        ({"mode": "two", "aggregate": "congruence"}, "one-mode"),
        ({"mode": "two", "aggregate": "conflict"}, "one-mode"),
        ({"normalise": "activity"}, "two-mode"),
        ({"normalise": "prominence"}, "two-mode"),
        ({"mode": "two", "normalise": "average"}, "one-mode"),
        ({"mode": "two", "normalise": "cosine"}, "one-mode"),
        ({"mode": "two", "normalise": "jaccard"}, "one-mode"),
        ({"rows": "issue"}, "two different fields"),
        ({"aggregate": "subtract", "qualifier": "issue"}, "choose another field"),
        ({"aggregate": "subtract", "qualifier": None}, "needs a qualifier"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: dict[str, Any], word: str) -> None:
    """Where DNA falls back to another setting in silence, the option is named."""
    with pytest.raises(TableError, match=word):
        Options(**options)


def test_options_of_event_lists_are_free() -> None:
    """An event list needs no two fields; a qualifier that is a node's field counts for nothing."""
    assert Options(mode="events", rows="issue").columns == "issue"
    assert Options(qualifier="issue").qualifier is None
    assert Options().counting == Options(normalise="cosine").counting
    assert Options().counting != Options(aggregate="congruence").counting
    assert Options().counting != Options(since="2026").counting


# ---------------------------------------------------------------- encoding


def encoded(*rows: dict[str, Any], **columns: list[Any]) -> EncodedTable:
    """A table with further columns, encoded."""
    return EncodedTable(statements(*rows).with_columns(pl.Series(name, values) for name, values in columns.items()))


@pytest.mark.parametrize("small", [0, 5_000])
def test_statements_are_ordered_by_time_then_document_then_place(monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    """Undated first, then by time; of one day by name, numbers by size, then by place; small tables as large ones."""
    monkeypatch.setattr(encoding, "SMALL", small)
    day = {"when": "2026-01-02"}
    rows = [
        {**day, "article_name": "10", "start": 5}, {**day, "article_name": "9", "start": 7},
        {**day, "article_name": "9", "start": 3}, {"when": "2026-01-01"}, {"article_name": "z"},
        {**day, "article_name": None, "start": 1},
    ]  # fmt: skip
    assert encoded(*rows).order.tolist() == [4, 3, 5, 2, 1, 0]
    assert encoded({"when": "2026-01-01"}, {"when": "2026-01-02"}).order.tolist() == [0, 1]
    assert encoded({**day}, {**day}).order.tolist() == [0, 1]


@pytest.mark.parametrize("small", [0, 5_000])
def test_fields_are_coded_in_order_and_empty_text_is_missing(monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    """Codes are places among the names in code point order, -1 for nothing; small tables as large ones."""
    monkeypatch.setattr(encoding, "SMALL", small)
    made = encoded({"speaker": "b"}, {"speaker": "a"}, {"speaker": ""}, {"speaker": None}, {"speaker": "b"})
    assert made.field("speaker").names == ("a", "b")
    assert made.field("speaker").codes.tolist() == [1, 0, -1, -1, 1]
    nobody = encoded({"speaker": None}, {"speaker": ""}).field("speaker")
    assert (nobody.names, nobody.codes.tolist()) == ((), [-1, -1])
    with pytest.raises(TableError, match="holds no text"):
        made.field("confidence")
    with pytest.raises(TableError, match="party"):
        made.field("party")


def test_qualifiers_are_boolean_integer_or_text() -> None:
    """Stances are support or oppose; booleans, integers and texts have their own levels; nothing is -1."""
    made = encoded(
        {"stance": "support"}, {"stance": "oppose"}, {"stance": "mixed"},
        yes=[True, None, False], grade=[5, None, -2], tone=["warm", "cold", None],
    )  # fmt: skip
    assert made.levels("stance").codes.tolist() == [1, 0, -1]
    assert (made.levels("yes").kind, made.levels("yes").codes.tolist()) == ("boolean", [1, -1, 0])
    grade = made.levels("grade")
    assert (grade.kind, grade.values.tolist(), grade.codes.tolist(), grade.labels) == (
        "integer", [-2.0, 5.0], [1, -1, 0], ("-2", "5"),
    )  # fmt: skip
    assert (made.levels("tone").kind, made.levels("tone").codes.tolist()) == ("text", [1, 0, -1])
    assert made.levels(None).codes.tolist() == [0, 0, 0]


def test_exclusions_match_numbers_truth_and_emptiness() -> None:
    """A boolean matches true and 1, a number its digits, "" what is empty, and a text itself."""
    made = encoded({"speaker": "a"}, {"speaker": None}, {"speaker": "b"}, yes=[True, None, False], grade=[5, None, -2])
    assert made.matches("yes", ("true",)).tolist() == made.matches("yes", ("1",)).tolist() == [True, False, False]
    assert made.matches("yes", ("False", "")).tolist() == [False, True, True]
    assert made.matches("grade", ("-2",)).tolist() == [False, False, True]
    assert made.matches("speaker", ("b", "")).tolist() == [False, True, True]
    assert made.matches("speaker", ("zed",)).tolist() == [False, False, False]


def test_ranges_include_both_ends() -> None:
    """A day as the end is included whole, a time to the second; undated statements are in no range."""
    times = [datetime(2026, 1, 1, 12), datetime(2026, 1, 2), None, datetime(2026, 1, 2, 23, 59, 59)]
    made = encoded({}, {}, {}, {}, time=times)
    assert made.between(None, None).tolist() == [True] * 4
    assert made.between("2026-01-02", None).tolist() == [False, True, False, True]
    assert made.between(None, "2026-01-02").tolist() == [True, True, False, True]
    assert made.between(None, "2026-01-01T12:00:00").tolist() == [True, False, False, False]
    assert made.between("2026-01-01T12:00:01", "2026").tolist() == [False, True, False, True]
    with pytest.raises(TableError, match="date and time"):
        bound("2026-01-01Tnoon", end=False)


def test_times_are_seconds_since_1970() -> None:
    """From `time` where a table has it, else from `date`; before 1970 they are negative, without either undated."""
    rows = statements({"when": "1970-01-02"}, {"when": "1969-12-31"}, {})
    assert seconds(rows).tolist() == [86_400, -86_400, UNDATED]
    assert seconds(rows.drop("date")).tolist() == [UNDATED] * 3
    timed = rows.with_columns(pl.Series("time", [datetime(1970, 1, 1, 0, 0, 5, 900_000), None, None]))
    assert seconds(timed).tolist() == [5, UNDATED, UNDATED]
    assert moment(86_401) == datetime(1970, 1, 2, 0, 0, 1)
    assert bound(date(1970, 1, 1), end=True) == 86_399
    assert bound(datetime(1970, 1, 1, 1), end=True) == 3_600


def test_articles_of_one_name_have_the_beginning_of_their_id() -> None:
    """Only where a name is shared is it told apart; an article without a name is its id."""
    rows = [
        {"article": "aaaaaaaaa1", "article_name": "Wire"}, {"article": "bbbbbbbbb2", "article_name": "Wire"},
        {"article": "c", "article_name": "Post"}, {"article": "d", "article_name": None},
    ]  # fmt: skip
    assert encoded(*rows).field("article").names == ("Post", "Wire (aaaaaaaa)", "Wire (bbbbbbbb)", "d")


def test_what_is_unsure_is_not_encoded_and_the_last_results_are_kept() -> None:
    """Rows that are not asserted are left out; of what was computed the last few are kept."""
    made = EncodedTable(statements({}, {}).with_columns(asserted=pl.Series([True, False])))
    assert made.size == 1
    calls: list[int] = []

    def make(number: int) -> int:
        calls.append(number)
        return number

    for number in [*range(KEPT), 0, KEPT, 0]:
        assert made.remember(number, lambda number=number: make(number)) == number  # type: ignore[misc]
    assert calls == [*range(KEPT + 1), 0]


@pytest.mark.parametrize(("unit", "same"), [("week", True), ("month", False), ("year", False), ("all", True)])
def test_periods_of_days_around_the_new_year(unit: str, same: bool) -> None:
    """30 December 2024 and 1 January 2025 are of one week; a Sunday and the Monday after it are not."""
    made = encoded({"when": "2024-12-30"}, {"when": "2025-01-01"}, {"when": "2025-01-05"}, {"when": "2025-01-06"}, {})
    numbers = made.period(unit).tolist()
    assert (numbers[0] == numbers[1]) == same
    if unit == "week":
        assert numbers[1] == numbers[2] != numbers[3]
    assert unit == "all" or numbers[4] < min(numbers[:4])
    with pytest.raises(TableError, match="fortnight"):
        made.period("fortnight")

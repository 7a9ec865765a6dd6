"""What makes the package pleasant in a notebook: paths and dates as text, short representations, a sentence to try."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest
from tests.made import article, statement

import onrecord
from onrecord.analyse.network_types import Options
from onrecord.analyse.tables import table_of

BOOK = "issues:\n  ferry: {label: Ferry, proposition: The ferry should run., terms: [ferry]}\n"


def test_a_codebook_is_loaded_from_a_path_as_text(tmp_path: Path) -> None:
    """A string names a file as well as a Path does."""
    path = tmp_path / "issues.yaml"
    path.write_text(BOOK)
    assert onrecord.load_codebook(str(path)) == onrecord.load_codebook(path)
    with pytest.raises(onrecord.OnRecordError, match=r"none\.yaml"):
        onrecord.load_codebook(str(tmp_path / "none.yaml"))


def test_representations_are_short() -> None:
    """A statement shows who says what in one line, an article leaves out its text."""
    one = statement()
    assert repr(one).startswith(f"Statement({one.id[:8]} Ann Lee: reject, bridge oppose, ")
    assert len(repr(one)) < 200
    assert article().text.content not in repr(article())


def test_a_sentence_can_be_tried(tmp_path: Path) -> None:
    """`read_text` takes a text, a codebook's path and a date as text, and gives its statements."""
    path = tmp_path / "issues.yaml"
    path.write_text(BOOK)
    (one,) = onrecord.read_text("Mayor Ann Lee said on Monday that the ferry should run.", str(path), date="2026-03-05")
    assert (one.speaker.value, str(one.when.value)) == ("Ann Lee", "2026-03-02")
    with pytest.raises(onrecord.OnRecordError):
        onrecord.read_text("x", date="the fifth")


def test_a_query_takes_dates_as_text() -> None:
    """A date that lacks the day is one, and what is no date is an error at once."""
    from onrecord.core.statement import PartialDate

    assert onrecord.Query(since="2026-02") == onrecord.Query(since=PartialDate("2026-02"))
    with pytest.raises(onrecord.OnRecordError):
        onrecord.Query(until="13/2026")


def table() -> pl.DataFrame:
    """Build a small table."""
    rows = [("Orr", "A", "support"), ("Lind", "B", "oppose"), ("Vey", "C", "support")]
    return table_of(
        {"id": f"s{n}", "article": f"a{n}", "when": "2026-01-10", "speaker": speaker, "affiliation": side,
         "issue": "truce", "stance": stance, "quote": "words"}
        for n, (speaker, side, stance) in enumerate(rows)
    )  # fmt: skip


def test_networks_become_graphs_of_networkx_and_igraph() -> None:
    """Nodes keep their names, ties their weights, and the two sides of a two-mode network are marked."""
    one = onrecord.network(table(), Options(aggregate="subtract"))
    graph = one.to_networkx()
    assert graph["A"]["B"]["weight"] == -1.0
    assert graph["A"]["C"]["weight"] == 1.0
    assert len(repr(one)) < 100
    assert "<table" in one._repr_html_()
    two = onrecord.network(table(), Options(mode="two", aggregate="subtract"))
    assert two.to_networkx().nodes["truce"]["bipartite"] == 1
    pytest.importorskip("igraph")
    found = two.to_igraph()
    assert found.vs["name"] == ["A", "B", "C", "truce"]
    assert found.vs["type"] == [False, False, False, True]
    assert sorted(found.es["weight"]) == [-1.0, 1.0, 1.0]


def test_a_matrix_shows_itself_in_a_notebook() -> None:
    """The short form counts actors and issues, the HTML form is the wide table."""
    held = onrecord.matrix(table())
    assert repr(held).startswith("Matrix(3 actors x 1 issues")
    assert "truce" in held._repr_html_()


def test_everything_is_drawn_with_matplotlib_and_nothing_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """`plot` returns axes with what is drawn, draws into those it is given, and names the extra where it is missing."""
    matplotlib = pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    matplotlib.use("Agg")
    held, net = onrecord.matrix(table()), onrecord.network(table(), Options(aggregate="subtract"))
    axes = held.plot()
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Lind", "Orr", "Vey"]
    assert net.plot(axes) is axes
    assert {"A", "B", "C"} <= {text.get_text() for text in axes.texts}
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(onrecord.OnRecordError, match=r"onrecord\[plot\]"):
        held.plot()


def test_a_missing_pandas_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """`to_pandas` of a matrix and of a network names the extra where pandas is missing."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    for one in (onrecord.matrix(table()), onrecord.network(table(), Options())):
        with pytest.raises(onrecord.OnRecordError, match=r"onrecord\[pandas\]"):
            one.to_pandas()


def test_a_matrix_becomes_a_frame_of_pandas() -> None:
    """Actors are the index, issues the columns."""
    pytest.importorskip("pandas", reason="the extra `pandas` is not installed")
    assert onrecord.matrix(table()).to_pandas().loc["Lind", "truce"] == "oppose"


def test_a_ledger_and_its_view_show_themselves_shortly(tmp_path: Path) -> None:
    """Neither prints its table or its texts."""
    from onrecord.view import current

    with onrecord.Ledger(tmp_path / "a.db") as ledger:
        ledger.add([(article(), [statement()])])
        assert repr(ledger) == f"Ledger({str(tmp_path / 'a.db')!r})"
        view = current(ledger)
        assert repr(view).startswith("View(1 statements of ")
        assert "<table" in view._repr_html_()


def test_every_analysis_can_be_imported_from_one_place() -> None:
    """`onrecord.analyse` has the functions by name, never a module in their place, in whatever order things load."""
    import importlib
    import inspect

    import onrecord.analyse as analyse

    for name in analyse.__all__:
        assert not inspect.ismodule(getattr(analyse, name)), name
        module = importlib.import_module(f"onrecord.analyse.{analyse._MODULES[name]}")
        assert getattr(analyse, name) is getattr(module, name)

"""The view: decisions, thresholds and utterances, the same on the command line, the desk, its API and in files."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer.testing

from onrecord.core.columns import MIN_CONFIDENCE, NAMES, position_confidence
from onrecord.core.span import Text
from onrecord.core.statement import (
    Act,
    Article,
    Commitment,
    Decision,
    Form,
    Judgement,
    PartialDate,
    Ruling,
    Stance,
    Statement,
)
from onrecord.exchange import csv as csv_files
from onrecord.lexicon import Codebook, Issue
from onrecord.record import Ledger, Query, Reviews, ReviewVerdict
from onrecord.view import Follower, View, current

CODEBOOK = Codebook(
    name="river",
    description="An invented dispute",
    issues=(
        Issue(id="dam", label="The dam", proposition="The dam is built.", terms=("dam", "weir")),
        Issue(id="toll", label="The toll", proposition="A toll is taken.", terms=("toll",)),
    ),
)


def judged(value: object, confidence: float = 0.95) -> Judgement[Any]:
    """Make a judgement with fixed rule."""
    return Judgement(value=value, rule="made for a test", confidence=confidence)


def said(
    day: str,
    speaker: str,
    words: str,
    stance: Stance,
    *,
    issue: str = "dam",
    sure: float = 0.95,
    outlet: str = "The Courier",
    condition: str | None = None,
    side: str | None = None,
    act: Act = Act.REJECT,
) -> tuple[Article, list[Statement]]:
    """An article with one statement."""
    body = f"{speaker} said {words}{' ' + condition if condition else ''}. Printed by {outlet} on {day}."
    article = Article(text=Text(body), name=f"{day}-{outlet}-{speaker}", outlet=outlet, published=PartialDate(day))

    def cite(part: str) -> tuple[Any, ...]:
        at = body.index(part)
        return (article.text.cite(at, at + len(part)),)

    return article, [
        Statement(
            article=article, source=cite(speaker), cue=cite("said"), content=cite(words), form=judged(Form.INDIRECT),
            speaker=judged(speaker, 1.0), affiliation=judged(side), chain=judged(()), venue=judged(None),
            act=judged(act), issue=judged(issue, 1.0), stance=judged(stance, sure),
            commitment=judged(Commitment.CERTAINLY_NOT), when=judged(None),
            condition=judged(cite(condition) if condition else ()),
        )
    ]  # fmt: skip


REPORTS = (
    said("2026-01-02", "Mark Orr", "the dam will never be built", Stance.OPPOSE, side="Ardesh"),
    said("2026-01-20", "M. Orrr", "the dam may be built after all", Stance.SUPPORT, condition="if the toll is dropped"),
    said("2026-02-01", "Boris Vel", "the dam will not stand in our valley", Stance.OPPOSE, side="Tarsia"),
    said("2026-02-02", "Boris Vel", "we must have a toll at once", Stance.SUPPORT, issue="toll", act=Act.DEMAND),
    said("2026-02-03", "M. Orrr", "the toll is robbery on the river", Stance.OPPOSE, issue="toll", sure=0.4),
    said("2026-03-01", "Cara Lind", "the dam is welcome in Lubia", Stance.SUPPORT, act=Act.ENDORSE, sure=0.3),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A ledger in which a person found that M. Orrr is Mark Orr."""
    made = tmp_path / "river.db"
    with Ledger(made) as ledger:
        ledger.add(REPORTS, codebook=CODEBOOK)
        ledger.decide(Decision(ruling=Ruling.MERGE, name="Mark Orr", others=("M. Orrr",), coder="Ada"))
    return str(made)


@pytest.fixture
def run(path: str) -> Callable[..., list[dict[str, Any]]]:
    """Run a command on the ledger and read its JSON Lines."""
    from onrecord.show.cli.app import build

    def invoke(*arguments: str) -> list[dict[str, Any]]:
        result = typer.testing.CliRunner().invoke(build(), [*arguments, "--ledger", path, "--format", "jsonl"])
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    return invoke


@pytest.fixture
def desk(path: str) -> Iterator[Any]:
    """A client of the desk on the ledger."""
    pytest.importorskip("starlette", reason="the extra `desk` is not installed")
    pytest.importorskip("argon2", reason="the extra `desk` is not installed")
    from starlette.testclient import TestClient

    from onrecord.show.desk.app import create_app
    from onrecord.show.desk.settings import Settings

    with TestClient(create_app(Settings(ledger=path, hosts=("testserver",), coder="Ada"))) as client:
        yield client


def api(desk: Any, address: str) -> list[dict[str, Any]]:
    """The items of an address of the API."""
    answer = desk.get(f"/api/v1{address}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def rows(desk: Any, address: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the desk."""
    answer = desk.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def flat(items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """JSON rows as the rows of a CSV file."""
    lists = {name for item in items for name, value in item.items() if isinstance(value, list)}
    frame = pl.DataFrame(items, infer_schema_length=None).with_columns(pl.col(name).list.join(" | ") for name in lists)
    return list(csv.DictReader(io.StringIO(csv_files.table(frame))))


@pytest.mark.parametrize("flags", [[], ["--min-confidence", "0"], ["--min-confidence", "0.99"]])
@pytest.mark.parametrize("rule", ["latest", "majority", "weighted"])
def test_the_matrix_is_the_same_everywhere(run: Any, desk: Any, rule: str, flags: list[str]) -> None:
    """A merge and a threshold change the matrix of the command line, the desk, the API and a workbook alike."""
    threshold = f"&min_confidence={flags[1]}" if flags else ""
    printed = run("matrix", "--rule", rule, *flags)
    assert api(desk, f"/positions?rule={rule}{threshold}") == printed
    if printed:
        assert rows(desk, f"/positions.csv?rule={rule}{threshold}") == flat(printed)
    page = desk.get(f"/positions?rule={rule}{threshold}").text
    for cell in printed:
        assert cell["actor"] in page
    assert "M. Orrr" not in json.dumps(printed) + page


ANALYSES = {
    "timeline": "/timeline",
    "changes": "/changes",
    "conflicts --days 10000": "/conflicts",
    "redlines": "/redlines",
    "conditions": "/conditions",
}


@pytest.mark.parametrize("threshold", [None, "0"])
@pytest.mark.parametrize("command", list(ANALYSES))
def test_every_analysis_is_the_same_on_the_command_line_and_in_the_api(
    run: Any, desk: Any, command: str, threshold: str | None
) -> None:
    """Each analysis has rows here, knows the merged speaker by the name decided on, and follows the threshold."""
    flags = [] if threshold is None else ["--min-confidence", threshold]
    printed = run(*command.split(), *flags)
    assert printed
    assert api(desk, ANALYSES[command] + ("" if threshold is None else f"?min_confidence={threshold}")) == printed
    assert "M. Orrr" not in json.dumps(printed)


def test_conflicts_and_moves_on_the_desk_are_those_of_the_command_line(run: Any, desk: Any) -> None:
    """The desk's files of conflicts and of moves have the rows that the commands print."""
    for kind in ("self", "between"):
        printed = run("conflicts", "--kind", kind, "--days", "10000")
        assert printed
        assert rows(desk, f"/conflicts.csv?kind={kind}") == flat(printed)
    assert rows(desk, "/conflicts.csv?kind=moved") == flat(run("changes"))


@pytest.mark.parametrize("kind", ["congruence", "conflict"])
def test_networks_are_the_same_everywhere(run: Any, desk: Any, kind: str) -> None:
    """The ties of the command line, of the API and of the desk are the same, and none is of the name merged away."""
    printed = run("network", "--rows", "speaker", "--aggregate", kind, "--duplicates", "document")
    assert api(desk, f"/network?by=speaker&kind={kind}") == printed
    mode = {"congruence": "agree", "conflict": "oppose"}[kind]
    shown = rows(desk, f"/network.csv?by=speaker&mode={mode}")
    assert [(row["source"], row["target"], float(row["weight"])) for row in shown] == [
        (row["source"], row["target"], row["weight"]) for row in printed
    ]
    assert "M. Orrr" not in json.dumps(printed)


@pytest.mark.parametrize("name", ["Mark Orr", "M. Orrr"])
def test_statements_of_a_merged_speaker_are_found_everywhere(run: Any, desk: Any, path: str, name: str) -> None:
    """Under either name all statements of the merged speaker come, in the CLI, the desk, the API and an export."""
    from onrecord.show.cli.app import build

    printed = run("statements", "--speaker", name)
    assert len(printed) == 3
    assert [one["id"] for one in api(desk, f"/statements?speaker={name}")] == [one["id"] for one in printed]
    assert [one["known_as"]["speaker"] for one in printed if "known_as" in one] == ["Mark Orr", "Mark Orr"]
    on_desk = rows(desk, f"/search.csv?speaker={name}")
    out = Path(path).with_name("out.csv")
    flags = ["--ledger", path, "--speaker", name]
    assert typer.testing.CliRunner().invoke(build(), ["export", *flags, "-o", str(out)]).exit_code == 0
    listed = typer.testing.CliRunner().invoke(build(), ["statements", *flags, "--format", "csv"])
    with out.open(encoding="utf-8", newline="") as handle:
        exported = list(csv.DictReader(handle))
    assert exported == list(csv.DictReader(io.StringIO(listed.stdout)))
    assert sorted(on_desk, key=lambda row: row["id"]) == sorted(exported, key=lambda row: row["id"])
    assert {row["speaker"] for row in exported} == {"Mark Orr"}


@pytest.mark.parametrize("form", ["jsonld", "qdpx", "dna", "parquet", "xlsx"])
def test_exports_know_the_merged_speaker(path: str, tmp_path: Path, form: str) -> None:
    """No file for another program has the name that was merged away."""
    from onrecord.exchange.formats import Content, by_name

    with Ledger(path) as ledger:
        view = current(ledger, min_confidence=0.0)
        out = tmp_path / f"out.{form}"
        by_name(Content.STATEMENTS, form).write(out, view)
        assert [one.speaker.value for one in view.statements()].count("Mark Orr") == 3
        assert {one.id for one in view.statements()} == set(ledger.table()["id"].to_list())
    if form == "dna":
        with sqlite3.connect(out) as base:
            known = {name for (name,) in base.execute("SELECT Value FROM ENTITIES WHERE VariableId = 1")}
        assert "Mark Orr" in known
        assert "M. Orrr" not in known
    if form == "parquet":
        assert "M. Orrr" not in pl.read_parquet(out)["speaker"].to_list()
    if form == "jsonld":
        told = [body["value"] for item in json.loads(out.read_text())["first"]["items"] for body in item["body"][:1]]
        assert sum(line.startswith("Mark Orr") for line in told) == 3


def test_a_position_needs_the_threshold_and_a_person_is_certain(path: str) -> None:
    """Below the threshold a statement takes no position and counts as unsure, until a person accepts it."""
    from onrecord.analyse.positions import matrix

    with Ledger(path) as ledger:
        view = current(ledger)
        assert view.min_confidence == MIN_CONFIDENCE
        found = matrix(view.utterances)
        assert "Cara Lind" not in found.actors
        assert {(row["actor"], row["issue"], row["unsure"]) for row in found.unsure.to_dicts()} == {
            ("Mark Orr", "toll", 1),
            ("Cara Lind", "dam", 1),
        }
        assert view.unsure == 2
        doubted = next(one for one in ledger.statements() if one.speaker.value == "Cara Lind")
        Reviews(ledger).judge(ReviewVerdict.ACCEPT, doubted, None, coder="Ada")
        again = current(ledger)
        row = again.table.filter(pl.col("id") == doubted.id).to_dicts()[0]
        assert (row["human_checked"], row["confidence"], row["asserted"]) == (True, 1.0, True)
        assert matrix(again.utterances).cell("Cara Lind", "dam") is not None
        assert again.unsure == 1


def test_a_position_is_as_sure_as_speaker_and_stance() -> None:
    """Speaker and stance multiply; a stance is no surer than its statement, where that has a probability."""
    (_, (one,)) = said("2026-01-02", "Mark Orr", "the dam will wait", Stance.OPPOSE, sure=0.8)
    assert position_confidence(one) == pytest.approx(0.8)
    assert position_confidence(replace(one, probability=0.5)) == pytest.approx(0.5)
    assert position_confidence(replace(one, speaker=judged("Mark Orr", 0.5))) == pytest.approx(0.4)


def test_a_reversal_needs_two_sure_positions(run: Any, path: str) -> None:
    """A change from or to an unsure position is none."""
    with Ledger(path) as ledger:
        ledger.add([said("2026-04-01", "Boris Vel", "the dam is a fine thing now", Stance.SUPPORT, sure=0.45)])
    assert "Boris Vel" not in {row["actor"] for row in run("changes")}
    assert "Boris Vel" in {row["actor"] for row in run("changes", "--min-confidence", "0.4")}


def test_reprints_are_one_utterance(path: str) -> None:
    """Three outlets that print the same words give one utterance, three outlets, and no more certainty than one."""
    from onrecord.analyse.positions import matrix

    with Ledger(path) as ledger:
        words = "the dam is a disgrace to the whole river"
        again = [
            said("2026-05-01", "Dora Nim", words, Stance.OPPOSE, sure=0.9, outlet=name)
            for name in ("Wire", "Post", "Herald")
        ]
        ledger.add(again)
        for rule in ("latest", "majority", "weighted"):
            cell = matrix(current(ledger).utterances, rule=rule).cell("Dora Nim", "dam")
            assert cell is not None
            assert (cell["count"], cell["utterances"], len(cell["outlets"])) == (3, 1, 3)
            assert cell["probability"] == pytest.approx(0.9)
        ledger.add([said("2026-06-01", "Dora Nim", "no wall while I live here", Stance.OPPOSE, sure=0.9)])
        both = matrix(current(ledger).utterances, rule="majority").cell("Dora Nim", "dam")
        assert both is not None
        assert both["probability"] == pytest.approx(0.81 / (0.81 + 3 * (0.1 / 3) ** 2), abs=1e-6)


def test_a_follower_has_the_table_that_is_fetched_anew(path: str) -> None:
    """What the desk keeps up batch by batch is the view, also after a new batch, a decision and a judgement."""
    with Ledger(path) as ledger:
        follower = Follower(ledger)

        def same() -> None:
            kept = follower.now().table.select(*NAMES, "human_checked").sort("id")
            assert kept.equals(current(ledger).table.select(*NAMES, "human_checked").sort("id"))

        same()
        ledger.add([said("2026-05-01", "Dora Nim", "the dam is a disgrace to us all", Stance.OPPOSE)])
        same()
        ledger.decide(Decision(ruling=Ruling.RENAME, name="Boris Vel", others=("Boris Velde",), coder="Ada"))
        same()
        Reviews(ledger).judge(ReviewVerdict.ACCEPT, next(ledger.statements()), None, coder="Ada")
        same()
        ledger.decide(Decision(ruling=Ruling.HIDE, name="Dora Nim", others=(), coder="Ada"))
        same()
        assert "Dora Nim" not in follower.now().table["speaker"].to_list()


def test_limits_and_filters_apply_to_what_people_decided(path: str) -> None:
    """A limit counts rows after decisions, and filters other than names hold as in the ledger."""
    with Ledger(path) as ledger:
        assert current(ledger, Query(speaker="mark orr", limit=2)).table.height == 2
        assert current(ledger, Query(speaker=["Mark Orr", "Boris"], issue="dam")).table.height == 3
        assert current(ledger, Query(since="2026-02-01", until="2026-02")).table.height == 3
        assert isinstance(current(ledger), View)


def test_a_view_says_what_it_holds(path: str) -> None:
    """In a session and in a notebook a view shows its size, its threshold and its statements."""
    with Ledger(path) as ledger:
        view = current(ledger)
    sure = view.table["asserted"].sum()
    assert repr(view).startswith(f"View({view.table.height} statements")
    assert repr(view).endswith(f" of {ledger.name}, {sure} at {MIN_CONFIDENCE:g} or more)")
    assert repr(View(view.table)) == f"View({view.table.height} statements, {sure} at {MIN_CONFIDENCE:g} or more)"
    assert "Cara Lind" in view._repr_html_()

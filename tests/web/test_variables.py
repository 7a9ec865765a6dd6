"""Variables of a codebook and relations of statements, coded in the article, exported and imported."""

from __future__ import annotations

import re

import polars as pl
import pytest

from onrecord.errors import CodebookError
from onrecord.exchange import dna
from onrecord.exchange.formats import Content, by_name
from onrecord.lexicon import parse_codebook
from onrecord.record import Ledger, Query
from onrecord.view import current
from tests.web.conftest import send, token

KINDS = {"frame": "short text", "salient": "boolean", "weight": "integer", "remark": "long text"}


def define(desk):
    """Define a variable of each kind."""
    for name, kind in KINDS.items():
        base = re.search(r'name="base" value="(\d+)"', desk.get("/codebook").text)
        answer = send(desk, "/codebook", "/codebook", do="variable", base=base[1], variable=name, kind=kind)
        assert answer.status_code == 303


def first(path):
    """Return the first article's id with its statements in text order."""
    with Ledger(path) as ledger:
        one = next(ledger.statements())
        return one.article.id, sorted(ledger.statements(Query(article=one.article.id)), key=lambda s: s.content[0].span)


def fields(one, **more):
    """Return the fields of a statement's form."""
    return {"verdict": "correct", "stance": str(one.stance.value), "issue": one.issue.value or "",
            "speaker": one.speaker.value or "", "affiliation": one.affiliation.value or "", **more}  # fmt: skip


GIVEN = {"var_frame": "risk", "var_salient": "no", "var_weight": "-2", "var_remark": "seen\ntwice"}
CODED = {"frame": "risk", "salient": False, "weight": -2, "remark": "seen\ntwice"}


def test_values_follow_their_statement_and_go_out_and_in(desk, path, tmp_path):
    """Claim: what is coded stays with the statement through corrections and undoing, and comes back from exports."""
    define(desk)
    assert "Not read under this version yet" not in desk.get("/codebook").text
    article, (one, _) = first(path)
    form = desk.get(f"/articles/{article}/form?s={one.id}").text
    assert 'name="var_frame"' in form
    csrf = token(desk.get("/").text)
    assert desk.post(f"/review/{one.id}", data={"csrf": csrf, **fields(one, **GIVEN)}).status_code == 303
    assert "frame: risk" in desk.get(f"/articles/{article}").text
    assert desk.post(f"/review/{one.id}", data={"csrf": csrf, **fields(one, stance="mixed")}).status_code == 303
    with Ledger(path) as ledger:
        view = current(ledger)
        assert view.table.filter(pl.col("frame") == "risk")["stance"].to_list() == ["mixed"]
        out = tmp_path / "out.csv"
        by_name(Content.STATEMENTS, "csv").write(out, view)
        assert "frame" in out.read_text().partition("\n")[0]
        for form in ("jsonl", "dna"):
            by_name(Content.STATEMENTS, form).write(tmp_path / f"out.{form}", view)
    database = dna.read(tmp_path / "out.dna")
    assert {name: database.more[0].variables.get(name) for name in KINDS} == KINDS
    for form in ("jsonl", "dna"):
        read = by_name(Content.STATEMENTS, form).read(tmp_path / f"out.{form}")
        with Ledger(tmp_path / f"{form}.db") as other:
            other.add(read if form == "jsonl" else list(dna.articles(read)))
            rows = current(other).table.filter(pl.col("frame") == "risk").select(*KINDS).to_dicts()
        assert rows == [CODED]
    number = re.search(r'action="/undo/(\d+)"', desk.get("/review/history").text)[1]
    assert desk.post(f"/undo/{number}", data={"csrf": csrf}).status_code == 303
    assert "frame: risk" in desk.get(f"/articles/{article}").text


def test_wrong_values_are_refused(desk, path):
    """Claim: a value that is not of its variable's kind is refused, and so is a name that is taken."""
    define(desk)
    _, (one, _) = first(path)
    csrf = token(desk.get("/").text)
    for wrong in ({"var_weight": "many"}, {"var_salient": "perhaps"}, {"var_frame": "x" * 200}):
        assert desk.post(f"/review/{one.id}", data={"csrf": csrf, **fields(one, **wrong)}).status_code == 422
    page = desk.get("/codebook").text
    base = re.search(r'name="base" value="(\d+)"', page)[1]
    for name in ("stance", "1st", ""):
        bad = {"csrf": csrf, "do": "variable", "base": base, "variable": name, "kind": "integer"}
        assert desk.post("/codebook", data=bad).status_code == 422


def test_a_codebook_file_has_variables(desk):
    """Claim: the YAML file brings them, and a codebook without any is the same as before there were variables."""
    define(desk)
    book = parse_codebook(desk.get("/codebook.yaml").content, "x")
    assert {one.name: str(one.kind) for one in book.variables} == KINDS
    plain = parse_codebook(b"issues: {a: {label: A, proposition: It is so., terms: [a]}}", "x")
    assert "variables" not in plain.to_dict()
    assert (
        plain.id
        == parse_codebook(b"issues: {a: {label: A, proposition: It is so., terms: [a]}}\nvariables: {}", "x").id
    )
    with pytest.raises(CodebookError, match="its kind is one of"):
        parse_codebook(b"issues: {a: {label: A, proposition: It is so., terms: [a]}}\nvariables: {b: float}", "x")


def test_relations_are_edited(desk, path):
    """Claim: a statement is set inside another one, as reported or not, and stands alone again; never in a circle."""
    article, (outer, inner) = first(path)
    csrf = token(desk.get("/").text)
    form = desk.get(f"/articles/{article}/form?s={inner.id}").text
    assert '<option value="reports" selected>' in form

    def relate(one, relation, other):
        return desk.post(f"/review/{one.id}", data={"csrf": csrf, **fields(one, relation=relation, outer=other)})

    assert relate(outer, "nested", inner.id).status_code == 422
    assert relate(inner, "", "").status_code == 303
    _, (outer, inner) = first(path)
    assert (inner.nested_in, inner.chain.value) == (None, ())
    assert relate(inner, "nested", outer.id).status_code == 303
    _, (outer, inner) = first(path)
    assert (inner.nested_in, inner.chain.value) == (outer.id, ())
    assert relate(inner, "reports", outer.id).status_code == 303
    _, (outer, inner) = first(path)
    assert (inner.nested_in, inner.chain.value) == (outer.id, ("Ana Orr",))
    assert relate(inner, "reports", "nobody").status_code == 422

"""The engine on the desk: networks with clusters and windows, scenarios, and files of the view that is shown."""

from __future__ import annotations

import json
import re

from onrecord.exchange import dna
from onrecord.exchange.formats import Content, by_name
from onrecord.record import Ledger
from tests.web.conftest import CODEBOOK, report, send


def with_opponents(path):
    """Four speakers of whom two and two stand together on the dam."""
    made = []
    for number, speaker in enumerate(("Cy Dow", "Di Fay", "Ed Gil", "Flo Hay")):
        of, (first, _) = report(number % 2, speaker=speaker, title=f"Part {number}", outlet=f"Paper {number}")
        made.append((of, [first]))
    with Ledger(path) as ledger:
        ledger.add(made, codebook=CODEBOOK)


def test_a_network_has_clusters_measures_and_windows(desk, path):
    """Claim: those who agree are in one cluster; a window holds what was said in it alone; a tie leads to its words."""
    with_opponents(path)
    net = desk.get("/network.json?by=speaker&mode=both").json()
    cluster = {node["id"]: node["cluster"] for node in net["nodes"]}
    assert cluster["Cy Dow"] == cluster["Ed Gil"] != cluster["Di Fay"] == cluster["Flo Hay"]
    page = desk.get("/network?by=speaker").text
    assert "Between" in page
    assert 'href="/tie?a=' in page
    month = desk.get("/network.json?by=speaker&window=month&at=1").json()
    assert {node["id"] for node in month["nodes"]} == {"Ana Orr", "Boris Vel", "Cy Dow", "Ed Gil"}
    assert "2026-01-01 to 2026-01-31, 1 of 6" in desk.get("/network?by=speaker&window=month&at=1").text
    assert desk.get("/network?by=speaker&window=month&at=7").status_code == 400
    words = desk.get("/tie?a=Cy+Dow&b=Di+Fay&by=speaker").text
    assert words.count("the dam must wait") == 2


def test_files_hold_what_the_view_shows(desk, path, tmp_path):
    """Claim: filters and corrections apply to every file; a format that is none is not found."""
    with Ledger(path) as ledger:
        one = next(s for s in ledger.statements() if s.issue.value == "dam")
    send(desk, f"/review/{one.id}", verdict="reject")
    rows = desk.get("/export/statements.csv?issue=dam").text.strip().splitlines()
    assert len(rows) == 6
    for form in ("jsonl", "dna"):
        kept = tmp_path / f"out.{form}"
        kept.write_bytes(desk.get(f"/export/statements.{form}?issue=dam").content)
        if form == "jsonl":
            found = [s for _, some in by_name(Content.STATEMENTS, form).read(kept) for s in some]
        else:
            found = dna.table(dna.read(kept)).to_dicts()
        assert len(found) == 5
    assert desk.get("/export/statements.exe").status_code == 404
    assert desk.get("/search.exe").status_code == 404


def test_a_scenario_with_an_assumption(desk, path):
    """Claim: settlements come with intervals, and a supposed stance moves them and is named."""
    with_opponents(path)
    plain = desk.get("/scenario/settlements.json?by=speaker").json()
    supposed = "if_actor=Di+Fay&if_issue=dam&if_stance=support"
    moved = desk.get(f"/scenario/settlements.json?by=speaker&{supposed}").json()
    dam = [next(row for row in rows if row["issue"] == "dam") for rows in (plain, moved)]
    assert dam[0]["compromise_low"] <= dam[0]["compromise"] <= dam[0]["compromise_high"]
    assert dam[1]["compromise"] > dam[0]["compromise"]
    for _ in range(50):
        page = desk.get(f"/scenario?by=speaker&{supposed}").text
        if "Being worked out" not in page:
            break
    assert "if Di Fay were to support The dam" in re.sub(r"\s+", " ", page)
    inputs = desk.get(f"/scenario/inputs.json?by=speaker&{supposed}").json()
    assert [row["actor"] for row in inputs if row["assumed"]] == ["Di Fay"]
    assert json.dumps(inputs)


def test_what_a_scenario_leaves_out_is_counted(desk, monkeypatch):
    """Claim: where the page shows some of the positions behind a scenario, it says of how many."""
    from onrecord.show.desk.routes import scenario

    total = len(desk.get("/scenario/inputs.json?by=speaker").json())
    assert total > 1
    monkeypatch.setitem(scenario.SHOWN, "inputs", 1)
    page = desk.get("/scenario?by=speaker").text
    while "Being worked out" in page:
        page = desk.get("/scenario?by=speaker").text
    assert f'The first 1 of {total}; <a href="/scenario/inputs.csv?by=speaker">' in page

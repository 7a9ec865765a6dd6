"""Who is who on the desk: decisions as `onrecord people` makes them, seen by every page."""

from __future__ import annotations

import re

import pytest

from onrecord.core.statement import Ruling
from onrecord.record import Ledger
from onrecord.view import current
from tests.web.conftest import CODEBOOK, log_in, report, send, token


@pytest.fixture
def names(path):
    """The ledger with further spellings of its speaker."""
    with Ledger(path) as ledger:
        for number, name in enumerate(("Anna Orr", "Ana Maria Orr", "Dora Mel"), 30):
            ledger.add([report(number, speaker=name)], codebook=CODEBOOK)
    return path


def speakers(path):
    """Return the speakers that the view shows."""
    with Ledger(path) as ledger:
        return set(current(ledger).table["speaker"].to_list())


def test_merge_reaches_every_view(desk, names):
    """Claim: a merge on the desk is the decision that the command line applies too."""
    form = {"csrf": token(desk.get("/registry").text), "ruling": "merge", "chosen": ["Ana Orr", "Anna Orr"]}
    assert desk.post("/registry", data=form).status_code == 303
    assert "Anna Orr" not in speakers(names)
    assert 'href="/people/Anna%20Orr"' not in desk.get("/positions").text
    assert desk.get("/people/Anna%20Orr").headers["location"] == "/people/Ana%20Orr"
    with Ledger(names) as ledger:
        assert [(one.ruling, one.coder) for one in ledger.decisions()] == [(Ruling.MERGE, "Ada")]


@pytest.mark.parametrize(
    ("ruling", "value", "gone", "there"),
    [("rename", "Ana Orr-Vey", "Ana Orr", "Ana Orr-Vey"), ("hide", "", "Ana Orr", "Dora Mel")],
)
def test_other_decisions(desk, names, ruling, value, gone, there):
    """Claim: an actor is renamed or hidden everywhere, and can be shown again."""
    answer = send(desk, "/registry", "/registry", ruling=ruling, name="Ana Orr", other=value)
    assert answer.status_code == 303, answer.text
    assert gone not in speakers(names)
    assert there in speakers(names)


def test_names_are_set_apart_again(desk, names):
    """Claim: what was merged is split again, and each is shown under the own name."""
    send(desk, "/registry", "/registry", ruling="merge", name="Ana Orr", other="Anna Orr")
    assert "Anna Orr" not in speakers(names)
    send(desk, "/registry", "/registry", ruling="split", name="Ana Orr", other="Anna Orr")
    assert {"Ana Orr", "Anna Orr"} <= speakers(names)


def test_aliases_kinds_and_parties(desk, names):
    """Claim: a further name is the actor's from then on, a kind is shown, a party is whom all statements are for."""
    send(desk, "/registry", "/registry", ruling="alias", name="Dora Mel", other="The Harbour Mouse")
    with Ledger(names) as ledger:
        ledger.add([report(40, speaker="The Harbour Mouse")], codebook=CODEBOOK)
    assert "The Harbour Mouse" not in speakers(names)
    send(desk, "/registry", "/registry", ruling="kind", name="Dora Mel", other="body")
    assert re.search(r'Dora Mel</a> <span class="of">body', desk.get("/registry").text)
    send(desk, "/registry", "/registry", ruling="party", name="Dora Mel", other="Guild of Pilots")
    assert desk.get("/people/Guild%20of%20Pilots?by=affiliation").status_code == 200
    assert 'href="/people/Guild%20of%20Pilots?by=affiliation"' in desk.get("/positions?by=affiliation").text


def test_parties_are_grouped_to_camps(desk, names):
    """Claim: all who speak for a party count under its camp, on every page, until the party is taken out of it."""
    send(desk, "/registry", "/registry", ruling="party", name="Dora Mel", other="Norrisk")
    for party in ("Ardesh", "Norrisk"):
        send(desk, "/registry", "/registry", ruling="camp", name=party, other="Mediators")
    rows = re.findall(r'<th scope="row" dir="auto"><a href="/people/([^"?]+)', desk.get("/?by=affiliation").text)
    assert rows == ["Mediators"]
    assert "Dora Mel" in desk.get("/people/Mediators?by=affiliation").text
    send(desk, "/registry", "/registry", ruling="camp", name="Norrisk", other="Norrisk")
    rows = re.findall(r'<th scope="row" dir="auto"><a href="/people/([^"?]+)', desk.get("/?by=affiliation").text)
    assert set(rows) == {"Mediators", "Norrisk"}


def test_suggestions_say_why(desk, names):
    """Claim: names that may be one are proposed with the reason; whoever says that they are two is not asked again."""
    page = desk.get("/registry").text
    assert "one name is part of the other" in page
    assert "spelled almost alike" in page
    send(desk, "/registry", "/registry", ruling="split", name="Ana Orr", other="Anna Orr")
    assert "spelled almost alike" not in desk.get("/registry").text


def test_pins_are_set_and_ordered(desk, names):
    """Claim: parties are pinned, moved up and unpinned on the desk."""
    for fields in ({"name": "Dora Mel"}, {"name": "Ana Orr"}, {"name": "Ana Orr", "other": "1"}):
        send(desk, "/registry", "/registry", ruling="pin", **fields)
    order = re.findall(r'<th scope="row" dir="auto"><a href="/people/([^"?]+)', desk.get("/?by=speaker").text)
    assert order == ["Ana%20Orr", "Dora%20Mel"]
    send(desk, "/registry", "/registry", ruling="unpin", name="Ana Orr")
    order = re.findall(r'<th scope="row" dir="auto"><a href="/people/([^"?]+)', desk.get("/?by=speaker").text)
    assert order == ["Dora%20Mel"]


def test_what_is_no_decision_is_refused_in_words(desk, names):
    """Claim: a slip is answered with what is wrong and changes nothing."""
    for fields in ({"ruling": "merge"}, {"ruling": "merge", "chosen": "Ana Orr"}, {"ruling": "hide", "name": "Nobody"}):
        answer = send(desk, "/registry", "/registry", **fields)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    with Ledger(names) as ledger:
        assert ledger.decisions() == []


def test_readers_decide_nothing(open_desk, names, people):
    """Claim: the registry is for coders."""
    client = open_desk(names, coder=None)
    log_in(client, "Rita")
    assert client.get("/registry").status_code == 403
    assert send(client, "/registry", ruling="hide", name="Ana Orr").status_code == 403


def test_a_short_form_is_called_one_until_it_is_merged(desk, path):
    """Claim: a short form that pages show by itself is no alias yet, and is merged by one button."""
    with Ledger(path) as ledger:
        ledger.add([report(30, speaker="A. Orr")], codebook=CODEBOOK)
    page = desk.get("/registry").text
    assert "A. Orr" in speakers(path)
    assert "looks like a short form: A. Orr" in page
    assert "also A. Orr" not in page
    answer = send(desk, "/registry", "/registry", ruling="merge", name="Ana Orr", other="A. Orr")
    assert answer.status_code == 303
    assert "A. Orr" not in speakers(path)
    page = desk.get("/registry").text
    assert "looks like a short form" not in page
    assert "also A. Orr" in page


def test_what_is_left_out_is_counted(desk, names, monkeypatch):
    """Claim: where suggestions and decisions are cut, the page says how many there are."""
    from onrecord.show.desk.routes import registry

    total = desk.get("/registry").text.count(">They are two</button>")
    assert total > 1
    for name in ("Ana Orr", "Dora Mel"):
        send(desk, "/registry", "/registry", ruling="pin", name=name)
    monkeypatch.setattr(registry, "SUGGESTED", 1)
    monkeypatch.setattr(registry, "LATEST", 1)
    page = desk.get("/registry").text
    assert page.count(">They are two</button>") == 1
    assert f"The first 1 of {total}" in page
    assert "The last 1 of 2." in page

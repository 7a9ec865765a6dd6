"""Every page of the desk, and every form, against scripts, odd values, foreign sites, strangers and large bodies.

Pages and forms are taken from the desk's own routes, so that a new one is attacked too.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `desk` is not installed")

from onrecord.errors import SourceError
from onrecord.read import MetadataDefaults
from onrecord.record import Ledger
from onrecord.show.desk import uploads
from onrecord.show.desk.routes.accounts import _local
from onrecord.show.desk.settings import Limits
from tests.web.conftest import CODEBOOK, log_in, report, token
from tests.web.test_safety import EVIL, Tags

FORMATS = ("csv", "json", "xlsx")
OPEN = ("/login", "/static", "/health", "/api/", "/feeds/")  # what answers without a login, or has an answer of its own
PARAMETERS = (
    "q", "issue", "stance", "act", "speaker", "affiliation", "outlet", "since", "until", "told", "checked", "by",
    "kind", "sort", "first", "min_confidence", "as_of", "pair", "party", "view", "then",
)  # fmt: skip
ODD = (
    "", " ", "0", "-1", "1.5", "1e308", "9" * 4_400, "nan", "NaN", "inf", "\x00", "\ud7ff", "🙂", "\u202e", "null",
    "[]", "{}",
    "../../etc/passwd", "%00", "%", "'", '"', "';drop table statements;--", "9999-99-99", "0000-00-00",
    "2026-02-31", "x" * 3_000,
)  # fmt: skip
INSIDE = (
    "http://127.0.0.1/", "http://localhost/", "http://0/", "http://0.0.0.0/", "http://127.1/", "http://2130706433/",
    "http://0x7f000001/", "http://0177.0.0.1/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://10.0.0.1/", "http://172.16.0.1/",
    "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://224.0.0.1/",
    "http://255.255.255.255/", "http://127.0.0.1:22/", "http://user@127.0.0.1/", "http://example.com@127.0.0.1/",
    "http://127.0.0.1#@example.com/", "http://127。0。0。1/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://localhost./",
    "http:///etc/passwd", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://[evil/",
    "http://127.0.0.1\\@example.com/", "//127.0.0.1/", "HTTP://LOCALHOST:80/",
)  # fmt: skip
ELSEWHERE = (
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "/\t/evil.example", "/\n/evil.example", "\t//evil.example", "///evil.example", "https:evil.example",
    "/%09/evil.example\r\nX: y", " //evil.example", "data:text/html,x", "/\x00/evil.example",
)  # fmt: skip


def routes(client: Any, method: str) -> Iterator[str]:
    """The paths of all routes with this method."""
    for route in client.app.routes:
        if method in (getattr(route, "methods", None) or ()):
            yield route.path


def filled(path: str, ids: dict[str, str]) -> list[str]:
    """A route's addresses, with ids that exist."""
    path = path.replace("{rest:path}", "nothing").replace("{name:path}", ids["name"])
    path = path.replace("{number:int}", "1").replace("{number}", "1").replace("{secret}", "s")
    path = path.replace("{page}", "positions")
    key = "statement" if path.startswith(("/statements", "/review")) else "issue" if "/issues" in path else "article"
    path = path.replace("{key}", ids[key]).replace("{id}", ids["statement"]).replace("{name}", "round")
    made = [path.replace("{format}", one) for one in FORMATS] if "{format}" in path else [path]
    return [re.sub(r"{[^}]+}", "x", one) for one in made]


@pytest.fixture
def evil(open_desk: Callable[..., Any], tmp_path: Path) -> tuple[Any, list[str]]:
    """A desk whose ledger holds scripts in every field, and the addresses of all its pages."""
    made = tmp_path / "evil.db"
    of, found = report(
        1, speaker=EVIL, said=f"the dam {EVIL}", title=EVIL, outlet="=cmd|'/c calc'!A1", url="javascript:alert(1)"
    )
    with Ledger(made) as ledger:
        ledger.add([(of, found)], codebook=CODEBOOK)
    desk = open_desk(made)
    ids = {"statement": found[0].id, "article": of.id, "issue": "dam", "name": "nobody"}
    return desk, [address for path in routes(desk, "GET") for address in filled(path, ids)]


def scripts(page: str) -> list[str]:
    """What a browser would run of a page that the desk did not put there."""
    tags = Tags()
    tags.feed(page)
    bad = []
    for tag, attributes in tags.seen:
        if tag == "script" and not (attributes.get("src") or "").startswith("/static/"):
            bad.append(tag)
        bad += [name for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            if (attributes.get(name) or "").strip().lower().startswith(("javascript:", "data:", "x")):
                bad.append(f"{name}={attributes[name]}")
    return bad


def test_no_page_runs_what_an_article_holds(evil: tuple[Any, list[str]]) -> None:
    """Claim: on every page of the desk, whatever an article holds comes out as text, and no page is an error."""
    desk, addresses = evil
    assert len(addresses) > 80
    bad = {}
    for address in addresses:
        if address.endswith("/events"):
            continue
        answer = desk.get(address)
        if answer.status_code >= 500:
            bad[address] = str(answer.status_code)
        elif "html" in answer.headers.get("content-type", "") and (found := scripts(answer.text)):
            bad[address] = found[0]
    assert bad == {}


def test_no_parameter_is_run_or_breaks_a_page(evil: tuple[Any, list[str]]) -> None:
    """Claim: every parameter of every page is escaped and checked: no script, no error of the server."""
    desk, addresses = evil
    bad = {}
    for address in addresses:
        if "{" in address or address.endswith(("/events", ".xlsx", "/static")):
            continue
        answer = desk.get(address, params=dict.fromkeys(PARAMETERS, EVIL))
        answers = [answer] + [desk.get(address, params={name: EVIL}) for name in PARAMETERS[:4]]
        for one in answers:
            if one.status_code >= 500 or ("html" in one.headers.get("content-type", "") and scripts(one.text)):
                bad[str(one.url)[:200]] = one.status_code
    assert bad == {}


@pytest.mark.parametrize("name", PARAMETERS)
def test_odd_values_are_the_errors_of_who_asks(desk: Any, name: str) -> None:
    """Claim: no value of a parameter is an error of the server, on any of the pages that take most of them."""
    pages = ("/", "/positions", "/search", "/people", "/conflicts", "/network", "/review", "/articles", "/brief",
             "/cells", "/scenario", "/search.json", "/positions.svg", "/api/v1/statements")  # fmt: skip
    bad = {}
    for number, value in enumerate(ODD):
        page = pages[(number + PARAMETERS.index(name)) % len(pages)]
        for address in {page, "/search"}:
            answer = desk.get(address, params={name: value})
            if answer.status_code >= 500:
                bad[address, value[:20]] = answer.status_code
    assert bad == {}


@pytest.mark.parametrize("number", ["9" * 4_400, "-1", "0", "1.5", "\u0661", "1_0", " 1", "x"])
def test_odd_numbers_in_paths_are_not_found(desk: Any, number: str) -> None:
    """Claim: wherever a path holds a number or an id, an odd one is no error of the server."""
    for path in {*routes(desk, "GET")}:
        if "{" in path and not path.startswith(("/static", "/api")):
            address = re.sub(r"{[^}]+}", number, path)
            assert desk.get(address).status_code < 500, address[:100]
    data = {"csrf": token(desk.get("/add").text)}
    for path in {*routes(desk, "POST")}:
        if "{" in path and not path.startswith("/api"):
            address = re.sub(r"{[^}]+}", number, path)
            assert desk.post(address, data=data).status_code < 500, address[:100]


def test_no_form_is_taken_without_its_token(desk: Any, path: Path) -> None:
    """Claim: every form of the desk is refused without the token, and from another site, and changes nothing."""
    before = Ledger(path).last()
    good = token(desk.get("/add").text)
    paths = [one for one in routes(desk, "POST") if not one.startswith(("/api", "/login"))]
    assert len(paths) > 20
    for one in paths:
        address = re.sub(r"{[^}]+}", "1", one)
        assert desk.post(address, data={"verdict": "reject"}).status_code in (400, 403), address
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
            answer = desk.post(address, data={"csrf": good}, headers=headers)
            assert answer.status_code == 403, (address, headers)
    assert Ledger(path).last() == before


def test_no_page_is_for_strangers(open_desk: Callable[..., Any], path: Path, people: dict[str, str]) -> None:
    """Claim: without a login no page and no form answers."""
    desk = open_desk(path, coder=None)
    for one in routes(desk, "GET"):
        if not one.startswith(OPEN) and one != "/jobs/{number}/events":
            assert desk.get(re.sub(r"{[^}]+}", "1", one)).status_code == 303, one
    assert desk.get("/jobs/1/events").status_code == 401
    for one in routes(desk, "POST"):
        if not one.startswith("/login"):
            assert desk.post(re.sub(r"{[^}]+}", "1", one), data={"csrf": "0"}).status_code in (401, 403), one


def test_no_reader_changes_anything(open_desk: Callable[..., Any], path: Path, people: dict[str, str]) -> None:
    """Claim: a reader may send no form but those of the own account and views, a coder none of an admin."""
    own = ("/login", "/logout", "/account", "/saved", "/api")
    for name, allowed in (("Rita", own), ("Cora", None)):
        desk = open_desk(path, coder=None)
        log_in(desk, name)
        data = {"csrf": token(desk.get("/account").text)}
        admin = ("/users", "/users/change", "/work", "/adapt")
        for one in routes(desk, "POST"):
            if (one.startswith(allowed)) if allowed else (one not in admin):
                continue
            assert desk.post(re.sub(r"{[^}]+}", "1", one), data=data).status_code == 403, (name, one)
        assert desk.get("/users").status_code == 403


def test_nothing_inside_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claim: no spelling of an address of the machine or its network is asked for a user, by name or by number."""
    connected = []

    def connect(_: socket.socket, to: object) -> None:
        connected.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert len(INSIDE) >= 35
    for address in INSIDE:
        found = list(uploads.fetched(address, MetadataDefaults(), Limits())())
        assert [type(one) for one in found if not isinstance(one, SourceError)] == [], address
        assert len(found) == 1
    inside = [to for to in connected if isinstance(to, tuple) and not is_resolver(to)]
    assert inside == []


def is_resolver(to: tuple[Any, ...]) -> bool:
    """Whether a connection asks the system's name server."""
    return to[1:2] == (53,)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_redirect_leads_elsewhere(address: str) -> None:
    """Claim: where a login leads is a page of this desk, however the address is written."""
    assert _local(address) == "/"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "testserver.evil.example",
             "testserver@evil.example", "testserver,evil.example", "[::2]", "localhost.evil", "testserver:x"],
)  # fmt: skip
def test_no_foreign_host_is_answered(desk: Any, host: str) -> None:
    """Claim: a request under a name that is not the desk's gets no page."""
    assert desk.get("/", headers={"Host": host}).status_code == 421


def test_no_table_holds_a_formula(evil: tuple[Any, list[str]]) -> None:
    """Claim: no cell of any CSV of the desk begins as a formula does."""
    desk, addresses = evil
    tables = [address for address in addresses if address.endswith(".csv")]
    assert len(tables) >= 8
    for address in tables:
        answer = desk.get(address)
        if answer.status_code == 200:
            for row in csv.reader(io.StringIO(answer.text)):
                numbers = re.compile(r"[-+][\d.]+(?:e[-+]?\d+)?")
                bad = [cell for cell in row if cell[:1] in "=+-@\t\r" and cell and not numbers.fullmatch(cell)]
                assert bad == [], address


@pytest.mark.parametrize("path", ["/login", "/add", "/api/v1/articles/read", "/nothing"])
def test_a_stranger_cannot_make_the_desk_take_in_much(open_desk: Callable[..., Any], path: str, tmp_path: Path) -> None:
    """Claim: of a body without a length no more is taken than the limit allows, before any login."""
    with Ledger(tmp_path / "l.db"):
        pass
    desk = open_desk(tmp_path / "l.db", coder=None)
    taken, answers = 0, []

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": b"a=" + b"x" * 999_998, "more_body": taken < 100}

    async def send(message: dict[str, Any]) -> None:
        answers.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(b"host", b"testserver"), (b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 1), "server": ("testserver", 80), "state": {},
    }  # fmt: skip
    asyncio.run(desk.app(scope, receive, send))
    assert taken <= 33
    assert answers[0]["status"] in (400, 401, 403, 404, 405, 413)

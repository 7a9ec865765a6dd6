"""A desk on a ledger of invented reports, for a client in process and for a real browser."""

from __future__ import annotations

import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `desk` is not installed")
pytest.importorskip("argon2", reason="the extra `desk` is not installed")

from onrecord.core.span import Text
from onrecord.core.statement import Act, Article, Commitment, Form, Judgement, PartialDate, Stance, Statement
from onrecord.lexicon import Codebook, Issue
from onrecord.record import Accounts, Ledger, Role
from onrecord.show.desk.passwords import hash_password
from onrecord.show.desk.settings import Settings

CODEBOOK = Codebook(
    name="river",
    description="An invented dispute",
    issues=(
        Issue(id="dam", label="The dam", proposition="The dam is built.", terms=("dam", "weir")),
        Issue(id="toll", label="The toll", proposition="A toll is taken.", terms=("toll",)),
    ),
)
PASSWORD = "correct horse battery"
STANCES = (Stance.SUPPORT, Stance.OPPOSE, Stance.MIXED, Stance.NONCOMMITTAL)


def judged(value: object, confidence: float = 0.98) -> Judgement[Any]:
    """Make a judgement with fixed rule."""
    return Judgement(value=value, rule="sample", confidence=confidence)


def report(
    number: int = 0, *, speaker: str = "Ana Orr", said: str = "the dam must wait", **more: Any
) -> tuple[Article, list[Statement]]:
    """An article with one statement and one nested in it."""
    body = f"{speaker} said that {said}, Boris Vel having claimed it “will not” stand, until spring. No. {number} 🙂é"
    of = Article(
        text=Text(body), name=f"report-{number}.txt", title=more.get("title", f"A quarrel, part {number}"),
        outlet=more.get("outlet", "The Courier"), published=PartialDate(f"2026-0{number % 6 + 1}-02"),
        url=more.get("url"),
    )  # fmt: skip

    def cite(words: str) -> tuple[Any, ...]:
        at = body.index(words)
        return (of.text.cite(at, at + len(words)),)

    inner = "it “will not” stand"
    outer = body[body.index("that ") : body.index(", until")] or said
    common: dict[str, Any] = {"affiliation": judged("Ardesh"), "venue": judged(None), "when": judged(None)}
    first = Statement(
        article=of, source=cite(speaker), cue=cite("said"), content=cite(outer), form=judged(Form.INDIRECT),
        speaker=judged(speaker), chain=judged(()), act=judged(Act.STATE), issue=judged("dam"),
        stance=judged(STANCES[number % 4], 0.88 + number % 4 / 40), commitment=judged(Commitment.CERTAIN),
        condition=Judgement(value=cite("until spring"), rule="sample", confidence=0.8), **common,
    )  # fmt: skip
    second = Statement(
        article=of, source=cite("Boris Vel"), cue=cite("claimed"), content=cite(inner), form=judged(Form.MIXED),
        speaker=judged("Boris Vel"), chain=judged((speaker,)), act=judged(Act.DENY), issue=judged("toll"),
        stance=judged(Stance.OPPOSE), commitment=judged(Commitment.POSSIBLE), condition=judged(()), nested_in=first.id,
        **common,
    )  # fmt: skip
    return of, [first, second]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of six reports."""
    made = tmp_path / "desk.db"
    with Ledger(made) as ledger:
        ledger.add([report(number) for number in range(6)], codebook=CODEBOOK)
    return made


@pytest.fixture
def open_desk() -> Iterator[Callable[..., Any]]:
    """Makes clients of desks in process."""
    from starlette.testclient import TestClient

    from onrecord.show.desk.app import create_app

    opened: list[Any] = []

    def make(path: object, **values: Any) -> Any:
        settings = Settings(ledger=str(path), hosts=("testserver",), **{"coder": "Ada", **values})
        client = TestClient(create_app(settings), follow_redirects=False)
        client.__enter__()
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def desk(open_desk: Callable[..., Any], path: Path) -> Any:
    """A client of a desk without login."""
    return open_desk(path)


@pytest.fixture
def people(path: Path) -> dict[str, str]:
    """A password for each of three people."""
    with Ledger(path) as ledger:
        for name, role in (("Rita", Role.READER), ("Cora", Role.CODER), ("Adam", Role.ADMIN)):
            Accounts(ledger).add(name, role, hash_password(PASSWORD))
    return dict.fromkeys(("Rita", "Cora", "Adam"), PASSWORD)


def token(page: str) -> str:
    """The token of a page's forms."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page) or re.search(r'CSRF-Token": "([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def send(client: Any, path: str, page: str = "/", **fields: str) -> Any:
    """A form sent from a page, with its token."""
    return client.post(path, data={"csrf": token(client.get(page).text), **fields})


def log_in(client: Any, name: str, password: str = PASSWORD) -> Any:
    """Log a person in."""
    return client.post("/login", data={"csrf": token(client.get("/login").text), "name": name, "password": password})


# ---------------------------------------------------------------- a real browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start Chromium, or skip."""
    chromium = os.environ.get("ONRECORD_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium, or set ONRECORD_CHROMIUM)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def serve(path: Path, **values: Any) -> Iterator[str]:
    """Serve a desk on a free port; its address."""
    import uvicorn

    from onrecord.show.desk.app import create_app

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(Settings(ledger=str(path), **{"coder": "Ada", **values}))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def served(path: Path) -> Iterator[str]:
    """The address of a desk on a free port."""
    with serve(path) as address:
        yield address

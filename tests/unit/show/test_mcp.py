"""An assistant gets positions, evidence and verification from a ledger, and can change nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.made import article, statement

from onrecord.errors import LedgerError, StatementNotFound
from onrecord.record import Ledger
from onrecord.show.mcp import LedgerTools, build_server


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    """Make a ledger with one statement."""
    path = tmp_path / "a.db"
    with Ledger(path) as made:
        made.add([(article(), [statement()])])
    return str(path)


def test_answers_lead_from_a_position_to_its_words(ledger: str) -> None:
    """The id behind a position gives the quotation, its surroundings in the article, and the reason for each field."""
    answers = LedgerTools(ledger)
    (position,) = answers.positions(min_confidence=0.0)["positions"]
    assert (position["actor"], position["issue"], position["stance"]) == ("Ann Lee", "bridge", "oppose")
    found = answers.evidence(position["ids"][0][:8])
    assert found["quote"] in article().text.content
    assert found["quote"] in found["text_around"]
    assert found["fields"]["stance"]["reason"] == "made for a test"
    assert [one["speaker"] for one in answers.statements(speaker="lee")] == ["Ann Lee"]
    assert answers.statements(since="2027") == []
    assert json.dumps(found)


def test_unsure_positions_are_counted(ledger: str) -> None:
    """Above the threshold nothing is left, and the answer says how much is unsure."""
    found = LedgerTools(ledger).positions(min_confidence=0.99)
    assert (found["positions"], found["unsure"]) == ([], 1)


def test_verification_is_passed_on(ledger: str) -> None:
    """A sound ledger is called so, with its digest; an unknown id is an error."""
    found = LedgerTools(ledger).verify()
    assert (found["sound"], found["statements"], found["findings"]) == (True, 1, [])
    with pytest.raises(StatementNotFound):
        LedgerTools(ledger).evidence("ffff")


def test_a_missing_ledger_is_not_made(tmp_path: Path) -> None:
    """The server of a ledger that is not there does not start, and writes no file."""
    with pytest.raises(LedgerError):
        LedgerTools(str(tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_client_can_call_the_tools(ledger: str) -> None:
    """Over the protocol the five tools are listed, and one answers."""
    pytest.importorskip("mcp")
    import anyio
    from mcp.client import Client

    async def ask() -> tuple[set[str], Any]:
        async with Client(build_server(ledger)) as client:
            listed = await client.list_tools()
            answer = await client.call_tool("positions", {"min_confidence": 0.0})
            return {tool.name for tool in listed.tools}, answer

    names, answer = anyio.run(ask)
    assert names == {"issues", "positions", "statements", "evidence", "verify"}
    assert "Ann Lee" in answer.content[0].text


def test_the_command_answers_over_its_pipes_and_changes_nothing(ledger: str) -> None:
    """`onrecord mcp`, as an assistant starts it, answers each tool; the ledger keeps every byte."""
    pytest.importorskip("mcp")
    before = {path.name: path.read_bytes() for path in Path(ledger).parent.iterdir()}
    hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    calls = [("issues", {}), ("positions", {"min_confidence": 0}), ("statements", {"speaker": "lee"}), ("verify", {})]
    messages: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        *(
            {"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
            for n, (name, arguments) in enumerate(calls, 1)
        ),
    ]
    command = [sys.executable, "-c", "from onrecord.show.cli import main; main()", "mcp", "--ledger", ledger]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        answers = {}
        for message in messages:
            server.stdin.write(json.dumps(message) + "\n")
            server.stdin.flush()
            if "id" in message:
                answer = json.loads(server.stdout.readline())
                answers[answer["id"]] = answer["result"]
        server.stdin.close()
        assert server.wait(timeout=30) == 0
    assert not any(answers[n].get("isError") for n in range(1, len(calls) + 1))
    assert "Ann Lee" in str(answers[2])
    after = {path.name: path.read_bytes() for path in Path(ledger).parent.iterdir()}
    assert {name for name in after if not name.endswith(("-shm", "-wal"))} == set(before)
    assert after[Path(ledger).name] == before[Path(ledger).name]

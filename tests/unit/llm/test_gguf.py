"""A small real model on this machine reads a handful of statements: llama.cpp by `xllamacpp`, a GGUF file of yours.

Set ONRECORD_GGUF to the file. The claims are about the protocol, as a model of 1.5 billion parameters reads badly.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.testing

from onrecord.show.cli.app import build

xllamacpp = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
GGUF = os.environ.get("ONRECORD_GGUF", "")

pytestmark = pytest.mark.skipif(not Path(GGUF).is_file(), reason="ONRECORD_GGUF names no GGUF file")

TEXT = """Prime Minister Ola Venn said on Monday that peacekeepers were "too early". Foreign Minister Aron Keld of
Tarsia rejected the peacekeepers.
"""
CODEBOOK = "issues: {troops: {label: Troops, proposition: The Pact should send peacekeepers., terms: [peacekeepers]}}"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a server in this process."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = GGUF
    parameters.n_ctx = 4096
    parameters.n_predict = 512
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


def ask(*words: object) -> typer.testing.Result:
    """Run the program."""
    return typer.testing.CliRunner().invoke(build(), [str(word) for word in words], prog_name="onrecord")


def test_a_real_model_reads_and_its_answers_repeat(endpoint: str, tmp_path: Path) -> None:
    """Claim: what is kept stands in the text, the ledger verifies, and a second run needs no endpoint."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "issues.yaml").write_text(CODEBOOK, encoding="utf-8")

    def read(ledger: str, url: str) -> typer.testing.Result:
        return ask(
            "read", tmp_path / "a.txt", "--codebook", tmp_path / "issues.yaml", "--ledger", tmp_path / ledger,
            "--llm", "local", "--llm-url", url, "--llm-answers", tmp_path / "answers", "--llm-timeout", "1800",
            "--format", "jsonl",
        )  # fmt: skip

    first = read("one.db", endpoint)
    assert first.exit_code == 0, first.stderr
    found = [json.loads(line) for line in first.stdout.splitlines()]
    assert found
    assert all(piece in TEXT for one in found for piece in one["quote"].split(" … "))
    assert ask("verify", "--ledger", tmp_path / "one.db").exit_code == 0
    again = read("two.db", "http://127.0.0.1:9/v1")  # nobody is there
    assert again.exit_code == 0, again.stderr
    assert again.stdout == first.stdout

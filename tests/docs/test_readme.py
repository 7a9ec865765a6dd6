"""The first session of the README is what the commands print."""

from __future__ import annotations

from pathlib import Path

from tests.docs.session import README, run, steps


def test_the_session_is_as_shown(tmp_path: Path) -> None:
    """Every command of the session, run in one empty folder, prints what the README shows below it."""
    session = steps(README.read_text(encoding="utf-8"))
    assert len(session) == 6
    for command, shown in session:
        assert run(command, tmp_path) == shown, command

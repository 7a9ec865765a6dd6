"""Decisions on who is who are kept like everything else: only added, and checked."""

from __future__ import annotations

import pytest

from onrecord.core.statement import Decision, Ruling
from onrecord.errors import CodecError
from onrecord.record import Ledger


def test_decisions_come_back_in_order_and_are_stamped(ledger: Ledger) -> None:
    """What was decided, by whom and when, oldest first; the ledger is sound with them."""
    ledger.decide(
        Decision(ruling=Ruling.MERGE, name="Ann Lee", others=("Lee", "A. Lee"), coder="kim", reason="same office")
    )
    ledger.decide(Decision(ruling=Ruling.RENAME, name="Ann Lee", others=("Ann M. Lee",), coder="kim"))
    found = ledger.decisions()
    assert [(d.ruling, d.name, d.others, d.reason) for d in found] == [
        (Ruling.MERGE, "Ann Lee", ("Lee", "A. Lee"), "same office"),
        (Ruling.RENAME, "Ann Lee", ("Ann M. Lee",), ""),
    ]
    assert all(d.created for d in found)
    assert ledger.verify().ok


def test_an_empty_decision_is_refused() -> None:
    """A merge of nobody, or a renaming to two names, is no decision."""
    with pytest.raises(CodecError):
        Decision(ruling=Ruling.MERGE, name="Ann Lee", others=(), coder="kim")
    with pytest.raises(CodecError):
        Decision(ruling=Ruling.RENAME, name="Ann Lee", others=("A", "B"), coder="kim")

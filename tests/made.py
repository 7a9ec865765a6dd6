"""Small made-up articles and statements that tests share."""

from __future__ import annotations

import os
from pathlib import Path

from onrecord.core.span import Text
from onrecord.core.statement import (
    Act,
    Article,
    Commitment,
    Form,
    Judgement,
    PartialDate,
    Stance,
    Statement,
)

TEXT = 'Ann Lee, the mayor of Brask, said on Monday that the bridge "will not open" unless the toll is dropped. — Ω🙂'
ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("ONRECORD_SHARED", ROOT.parent / "shared"))


def article(text: str = TEXT, name: str = "brask-1") -> Article:
    """An article with all that an article can have."""
    return Article(
        text=Text(text),
        name=name,
        title="The bridge stays shut",
        outlet="Brask Herald",
        published=PartialDate("2026-03-05"),
        url="https://example.org/brask/1",
    )


def statement(on: Article | None = None) -> Statement:
    """The statement of `TEXT`."""
    about = on or article()
    text = about.text

    def cite(words: str) -> tuple[int, int]:
        at = text.content.index(words)
        return at, at + len(words)

    def plain(value: object) -> Judgement[object]:
        return Judgement(value=value, rule="made for a test", confidence=0.95)

    condition = text.cite_all([cite("unless the toll is dropped")])
    judged = {
        "form": Form.MIXED,
        "speaker": "Ann Lee",
        "affiliation": "Brask",
        "chain": ("Radio Brask",),
        "venue": None,
        "act": Act.REJECT,
        "issue": "bridge",
        "stance": Stance.OPPOSE,
        "commitment": Commitment.CERTAINLY_NOT,
        "when": PartialDate("2026-03-02"),
    }
    return Statement(
        article=about,
        source=text.cite_all([cite("Ann Lee, the mayor of Brask")]),
        cue=text.cite_all([cite("said")]),
        content=text.cite_all([cite('that the bridge "will not open" unless the toll is dropped')]),
        condition=Judgement(value=condition, rule="unless", confidence=0.8, evidence=condition),
        **{name: plain(value) for name, value in judged.items()},  # type: ignore[arg-type]
    )

"""Articles for the tests of people and occasions: source, cue and content are marked in the text itself."""

from __future__ import annotations

import re

from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate, Statement
from onrecord.extract.assemble import RawAttribution, assemble
from onrecord.interpreter import Interpreter
from onrecord.lexicon import Codebook, Issue

MARK = re.compile(r"\[(\d)([scq]) |\]")


def read(
    marked: str, *, outlet: str = "The Echo", title: str = "", published: str = "2026-03-05", about: str = ""
) -> list[Statement]:
    """The statements of a text with marks `[1s Ann Lee] [1c said] [1q it rains]`: number of the attribution, part."""
    plain, opened, spans = "", [], {}
    at = 0
    for mark in MARK.finditer(marked):
        plain += marked[at : mark.start()]
        at = mark.end()
        if mark.group() == "]":
            number, part, start = opened.pop()
            spans.setdefault(number, {}).setdefault(part, []).append((start, len(plain)))
        else:
            opened.append((mark[1], mark[2], len(plain)))
    plain += marked[at:]
    article = Article(text=Text(plain), name="a", title=title or None, outlet=outlet, published=PartialDate(published))
    found = [
        RawAttribution(source=tuple(p.get("s", ())), cue=tuple(p.get("c", ())), content=tuple(sorted(p["q"])))
        for p in spans.values()
    ]
    issue = Issue(id="dam", label="Dam", proposition="The dam should be built.", terms=("dam",))
    codebook = Codebook(name="A quarrel", description=about, issues=(issue,))
    return Interpreter(codebook).statements(article, assemble(article.text, found))


def who(marked: str, **given: str) -> list[tuple[str | None, str | None]]:
    """(speaker, affiliation) of each statement."""
    return [(s.speaker.value, s.affiliation.value) for s in read(marked, **given)]

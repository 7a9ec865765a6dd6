"""Build the questions to a language model: prompts, passages of an article, and the JSON Schema of the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from onrecord.core.json_schema import DATE, NAME, closed
from onrecord.core.statement import Act, Article, Attribution, Commitment, Stance
from onrecord.lexicon import Codebook
from onrecord.llm.endpoint import Message

Schema = dict[str, Any]

PASSAGE = 6_000  # characters of an article in one question
BEFORE = 600  # characters before a passage that are shown for context
STATEMENTS = 12  # statements in one question about meaning
BEGIN, END = "<<<ARTICLE", "ARTICLE>>>"
WORDS: Schema = {"type": "string"}
SEVERAL: Schema = {"type": "array", "items": WORDS}


@dataclass(frozen=True, slots=True)
class QuestionPassage:
    """Hold the part of an article for one question, `[start, end)`, and the start of its context."""

    begin: int
    start: int
    end: int


@cache
def prompt(name: str) -> str:
    """Return a prompt of the package."""
    return (resources.files("onrecord.llm") / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


def prompt_version(name: str) -> str:
    """Return eight hex digits that change with any byte of a prompt."""
    return hashlib.sha256(prompt(name).encode()).hexdigest()[:8]


def passages(text: str, size: int = PASSAGE) -> Iterator[QuestionPassage]:
    """Cut a text into passages at the ends of paragraphs, or of lines or sentences where a paragraph is too long."""
    start = 0
    while start < len(text):
        end = _cut(text, start, size)
        if text[start:end].strip():
            yield QuestionPassage(max(0, start - BEFORE), start, end)
        start = end


def _cut(text: str, start: int, size: int) -> int:
    if len(text) - start <= size:
        return len(text)
    for mark in ("\n\n", "\n", ". ", " "):
        at = text.rfind(mark, start + size // 2, start + size)
        if at > 0:
            return at + len(mark)
    return start + size


def article_messages(article: Article, passage: QuestionPassage, codebook: Codebook | None) -> list[Message]:
    """Ask for all statements of a passage."""
    text = article.text.content
    head = [*_about(article), *_issues(codebook)]
    if passage.start > passage.begin:
        head.append(f"For context, the text before:\n{_fenced(text[passage.begin : passage.start])}")
        head.append("Extract the statements of the following part only.")
    return _messages("article", [*head, _fenced(text[passage.start : passage.end])])


def meaning_messages(
    article: Article,
    passage: QuestionPassage,
    numbered: Sequence[tuple[int, Attribution, str | None]],
    codebook: Codebook | None,
) -> list[Message]:
    """Ask what numbered statements of a passage mean; each comes with its speaker."""
    rows = [
        f"{number}. speaker: {speaker or 'unknown'} | cue: {_joined(one.cue)} | content: {one.quote}"
        for number, one, speaker in numbered
    ]
    text = article.text.content[passage.begin : passage.end]
    listed = "The statements:\n" + _fenced("\n".join(rows))
    return _messages("meaning", [*_about(article), *_issues(codebook), _fenced(text), listed])


def article_schema(codebook: Codebook | None) -> Schema:
    """Return the schema of an answer with all statements of a passage."""
    fields: dict[str, Schema] = {
        "source": WORDS, "cue": WORDS, "content": {**SEVERAL, "minItems": 1}, "speaker": NAME, "affiliation": NAME,
        "chain": SEVERAL, "venue": NAME, **_meaning_fields(codebook), "when": DATE,
    }  # fmt: skip
    return _object({"statements": {"type": "array", "items": _object(fields)}})


def meaning_schema(codebook: Codebook | None) -> Schema:
    """Return the schema of an answer about numbered statements."""
    fields: dict[str, Schema] = {"number": {"type": "integer"}, **_meaning_fields(codebook), "reason": SEVERAL}
    return _object({"statements": {"type": "array", "items": _object(fields)}})


def _meaning_fields(codebook: Codebook | None) -> dict[str, Schema]:
    issues = [issue.id for issue in codebook.issues] if codebook else []
    return {
        "act": closed(Act),
        "issue": {"enum": [*issues, None]},
        "stance": closed(Stance),
        "commitment": closed(Commitment),
        "condition": SEVERAL,
    }


def _object(properties: dict[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _about(article: Article) -> list[str]:
    known = {"Title": article.title, "Outlet": article.outlet, "Published": article.published}
    lines = [f"{name}: {_unmarked(' '.join(str(value).split()))}" for name, value in known.items() if value]
    return ["\n".join(lines)] if lines else []


def _issues(codebook: Codebook | None) -> list[str]:
    if codebook is None or not codebook.issues:
        return ["There are no issues: issue is null and stance is none."]
    about = f"{codebook.name}. {codebook.description}".strip()
    return [about, "Issues:\n" + "\n".join(f"- {issue.id}: {issue.proposition}" for issue in codebook.issues)]


def _fenced(text: str) -> str:
    return f"{BEGIN}\n{_unmarked(text)}\n{END}"


def _unmarked(text: str) -> str:
    """Remove the fence marks from a text, so that an article cannot end its own fence."""
    return text.replace(BEGIN, "<< <ARTICLE").replace(END, "ARTICLE> >>")


def _joined(pieces: Sequence[Any]) -> str:
    return " … ".join(piece.quote for piece in pieces) or "none"


def _messages(name: str, parts: Sequence[str]) -> list[Message]:
    return [{"role": "system", "content": prompt(name)}, {"role": "user", "content": "\n\n".join(parts)}]

"""Make judgements from forms: a corrected statement, a new one, and gold cases of what was judged."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from onrecord.core.codec import offsets
from onrecord.core.span import Evidence
from onrecord.core.statement import (
    FIELDS,
    Act,
    Article,
    Commitment,
    Form,
    Judgement,
    PartialDate,
    Stance,
    Statement,
    plain,
)
from onrecord.errors import CodecError
from onrecord.lexicon import Codebook, VariableKind
from onrecord.show.desk.marks import span_of_words, words_of_span

RULE = "by hand"
MAX_NAME = 300  # characters of a name
SPANS = ("source", "cue", "content")
CLOSED: Mapping[str, type[Form] | type[Act] | type[Stance] | type[Commitment]] = {
    "form": Form, "act": Act, "stance": Stance, "commitment": Commitment,
}  # fmt: skip
RELATIONS = ("", "reports", "nested")
LONGEST_VALUE = {VariableKind.SHORT_TEXT: 190, VariableKind.LONG_TEXT: 10_000}
CODED = ("speaker", "affiliation", "act", "issue", "stance", "commitment", "form", "venue", "when")
"""The fields that a form holds one value of; chain and condition have more."""


def corrected(old: Statement, form: Mapping[str, str], issues: Container[str] | None) -> Statement:
    """Apply a form's values to a statement; fields missing from the form stay, unchanged ones keep their reason.

    `issues` are the issues of all codebooks of the ledger, so that what was read under an earlier one can be corrected.

    Spans come as numbers of words, `3-7` or `3-7,12-15`. CodecError if a value is not in its closed list.
    """
    changes: dict[str, Any] = {}
    # A range shown as whole words may begin inside a word: a range that returns unchanged changes nothing.
    same = "condition" in form and form["condition"].replace(" ", "") == ranges(old, "condition")
    given = {name: raw for name, raw in form.items() if not (same and name == "condition")}
    for name, value in _values(given, old.article, issues).items():
        if plain(value) != plain(getattr(old, name).value):
            changes[name] = hand(value, old.article)
    for name in SPANS:
        if name in form and form[name].replace(" ", "") != ranges(old, name):
            pieces = cited(old.article, form[name])
            if name == "content" and not pieces:
                raise CodecError("a statement needs a content; select its words")
            if pieces != getattr(old, name):
                changes[name] = pieces
    return replace(old, **changes) if changes else old


def ranges(of: Statement, name: str) -> str:
    """Return the words that a part of a statement touches, as a form shows them: `3-7,12-15`."""
    pieces = of.condition.value if name == "condition" else getattr(of, name)
    text = of.article.text.content
    found = [words_of_span(text, piece.span.start, piece.span.end) for piece in pieces]
    return ",".join(f"{low}-{high}" for low, high in found)


def made(article: Article, form: Mapping[str, str], issues: Container[str] | None) -> Statement:
    """Make a statement that the machine missed, from a form; missing fields are unknown.

    Where the form names no speaker but marks a source, the source's words are the speaker.
    """
    values: dict[str, Any] = {
        "form": Form.INDIRECT, "speaker": None, "affiliation": None, "chain": (), "venue": None, "act": Act.STATE,
        "issue": None, "stance": Stance.NONE, "commitment": Commitment.CERTAIN, "condition": (), "when": None,
    }  # fmt: skip
    values |= _values(form, article, issues)
    spans: dict[str, Any] = {name: cited(article, form.get(name, "")) for name in SPANS}
    if not spans["content"]:
        raise CodecError("a statement needs a content; select its words")
    if values["speaker"] is None and spans["source"]:
        values["speaker"] = " ".join(" ".join(piece.quote for piece in spans["source"]).split())[:MAX_NAME]
    fields: dict[str, Any] = {name: hand(value, article) for name, value in values.items()}
    return Statement(article=article, **spans, **fields)


def hand(value: Any, article: Article) -> Judgement[Any]:
    """Make a judgement of a person's value; conditions rest on their own words."""
    evidence = value if isinstance(value, tuple) and value and isinstance(value[0], Evidence) else ()
    return Judgement(value=value, rule=RULE, confidence=1.0, evidence=evidence)


def cited(article: Article, words: str) -> tuple[Evidence, ...]:
    """Cite the words at ranges such as `3-7,12-15`.

    Raises:
        CodecError: the text is no such list.
    """
    spans = []
    for piece in filter(None, words.replace(" ", "").split(",")):
        first, _, last = piece.partition("-")
        if not (first.isdecimal() and (last or first).isdecimal() and len(first) < 9 and len(last) < 9):
            raise CodecError(f"{piece[:40]!r} is no range of words")
        spans.append(span_of_words(article.text.content, int(first), int(last or first)))
    if len(spans) > 50:
        raise CodecError("more than 50 pieces; a statement is one saying")
    return article.text.cite_all(sorted(set(spans)))


def _values(form: Mapping[str, str], article: Article, issues: Container[str] | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, raw in form.items():
        given = " ".join(raw.split())
        if name in CLOSED:
            try:
                values[name] = CLOSED[name](given)
            except ValueError as error:
                known = ", ".join(map(str, CLOSED[name]))
                raise CodecError(f"{name} is one of {known}, not {given[:40]!r}") from error
        elif name == "issue":
            if given and issues and given not in issues:
                raise CodecError(f"No codebook of this ledger has the issue {given[:60]!r}.")
            values[name] = given or None
        elif name in ("speaker", "affiliation", "venue"):
            if len(given) > MAX_NAME:
                raise CodecError(f"{name} is longer than {MAX_NAME} characters")
            values[name] = given or None
        elif name == "when":
            values[name] = PartialDate(given) if given else None
        elif name == "chain":
            values[name] = tuple(link for part in given.split("|") if (link := part.strip()))
        elif name == "condition":
            values[name] = cited(article, raw)
    return values


def changed(old: Statement | None, new: Statement | None) -> list[tuple[str, str, str]]:
    """Return the fields in which two statements differ, with both values."""
    if old is None or new is None:
        return []
    rows = [(name, _words(old, name), _words(new, name)) for name in ("source", "cue", "content", *FIELDS)]
    return [row for row in rows if row[1] != row[2]]


def _words(of: Statement, name: str) -> str:
    if name in ("source", "cue", "content"):
        return " … ".join(piece.quote for piece in getattr(of, name))
    value = getattr(of, name).value
    if name == "condition":
        return " | ".join(piece.quote for piece in value)
    shown = plain(value)
    return " | ".join(shown) if isinstance(shown, list) else str(shown if shown is not None else "—")


def gold_case(article: Article, statements: Sequence[Statement], codebook: str) -> dict[str, Any]:
    """Convert an article with judged statements to the form that `onrecord evaluate` and `train` take
    (training/corpus).
    """
    return {
        "id": article.name,
        "title": article.title,
        "publisher": article.outlet,
        "published": None if article.published is None else str(article.published),
        "url": article.url,
        "codebook": codebook,
        "text": article.text.content,
        "statements": [
            {
                **{name: offsets(getattr(one, name)) for name in ("content", "cue", "source")},
                **{name: plain(getattr(one, name).value) for name in FIELDS},
            }
            for one in statements
        ],
    }


def codebook_yaml(codebook: Codebook) -> str:
    """Write the codebook as a file that `load_codebook` accepts; JSON strings are YAML strings."""
    lines = [f"name: {json.dumps(codebook.name)}", f"description: {json.dumps(codebook.description)}", "issues:"]
    for issue in codebook.issues:
        lines += [
            f"  {issue.id}:", f"    label: {json.dumps(issue.label)}",
            f"    proposition: {json.dumps(issue.proposition)}",
            f"    terms: {json.dumps(list(issue.terms))}",
        ]  # fmt: skip
    if codebook.variables:
        lines.append("variables:")
        lines += [f"  {json.dumps(one.name)}: {one.kind}" for one in codebook.variables]
    return "\n".join(lines) + "\n"


def coded_values(form: Mapping[str, str], kinds: Mapping[str, VariableKind]) -> dict[str, Any]:
    """Return the values of variables in a form (`var_NAME`), None if one is empty; CodecError if one is none."""
    made: dict[str, Any] = {}
    for name, kind in kinds.items():
        raw = form.get(f"var_{name}")
        if raw is None:
            continue
        given = raw.strip()
        if not given:
            made[name] = None
        elif kind is VariableKind.BOOLEAN:
            if given not in ("yes", "no"):
                raise CodecError(f"{name} is yes or no, not {given[:40]!r}")
            made[name] = given == "yes"
        elif kind is VariableKind.INTEGER:
            if not re.fullmatch(r"[+-]?[0-9]{1,9}", given):
                raise CodecError(f"{name} is a whole number of up to nine digits, not {given[:40]!r}")
            made[name] = int(given)
        else:
            most = LONGEST_VALUE[kind]
            if len(given) > most:
                raise CodecError(f"{name} has at most {most:,} characters")
            made[name] = " ".join(given.split()) if kind is VariableKind.SHORT_TEXT else given
    return made


def related(of: Statement, relation: str, outer: Statement | None) -> Statement:
    """Return a statement with another relation to one of its article.

    `reports`: `outer` reports it, so its speaker ends the chain; `nested`: it stands inside without being reported;
    empty: it stands alone. CodecError if this cannot be.
    """
    if relation not in RELATIONS:
        raise CodecError(f"a relation is one of {', '.join(filter(None, RELATIONS))}, or none")
    if not relation:
        chain: tuple[str, ...] = () if of.nested_in is not None else of.chain.value
        nested = None
    else:
        if outer is None or outer.id == of.id or outer.article.id != of.article.id:
            raise CodecError("choose another statement of the same article that contains it")
        if relation == "reports" and outer.speaker.value is None:
            raise CodecError("the enclosing statement has no speaker yet; enter that speaker first")
        chain = (*outer.chain.value, outer.speaker.value or "") if relation == "reports" else outer.chain.value
        nested = outer.id
    changed_chain = hand(chain, of.article) if chain != of.chain.value else of.chain
    return replace(of, nested_in=nested, chain=changed_chain)

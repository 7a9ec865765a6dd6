"""Change a codebook: add, change, merge, split and remove issues, each giving a new codebook."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from onrecord.errors import CodebookError
from onrecord.lexicon import Codebook, Issue, Variable, VariableKind

MAX_PROPOSITION = 1_000  # characters of a proposition
MOST_TERMS = 200
MOST_VARIABLES = 20


def added(book: Codebook | None, form: Mapping[str, str]) -> Codebook:
    """Return the codebook with a new issue at its end; without a codebook, the first one."""
    book = book or Codebook(name=form.get("book", "").strip() or "codebook", description="", issues=())
    label = _line(form, "label")
    key = _fresh(book, form.get("key", "").strip() or slug(label))
    return replace(book, issues=(*book.issues, _issue(key, form)))


def changed(book: Codebook, key: str, form: Mapping[str, str]) -> Codebook:
    """Return the codebook with another label, proposition and terms of an issue; its id stays, so codings do too."""
    _known(book, key)
    return replace(book, issues=tuple(_issue(key, form) if one.id == key else one for one in book.issues))


def merged(book: Codebook, key: str, into: str) -> Codebook:
    """Return the codebook without the issue `key`, whose terms `into` takes over."""
    one, other = _known(book, key), _known(book, into)
    if key == into:
        raise CodebookError("Choose two issues to merge.")
    terms = tuple(dict.fromkeys((*other.terms, *one.terms)))
    remaining = tuple(
        replace(issue, terms=terms) if issue.id == into else issue for issue in book.issues if issue.id != key
    )
    return replace(book, issues=remaining)


def split(book: Codebook, key: str, form: Mapping[str, str]) -> Codebook:
    """Return the codebook with a new issue that takes some of an issue's terms over."""
    old = _known(book, key)
    new = _issue(_fresh(book, slug(_line(form, "label"))), form)
    taken = {term.casefold() for term in new.terms}
    left = tuple(term for term in old.terms if term.casefold() not in taken)
    if not left:
        raise CodebookError(f"The issue {old.label!r} would have no terms left.")
    issues: list[Issue] = []
    for issue in book.issues:
        issues += [replace(old, terms=left), new] if issue.id == key else [issue]
    return replace(book, issues=tuple(issues))


def removed(book: Codebook, key: str) -> Codebook:
    """Return the codebook without an issue; what was coded under it keeps its label."""
    _known(book, key)
    if len(book.issues) == 1:
        raise CodebookError("A codebook needs at least one issue.")
    return replace(book, issues=tuple(issue for issue in book.issues if issue.id != key))


def with_variable(book: Codebook | None, name: str, kind: str) -> Codebook:
    """Return the codebook with a further variable, or with another kind of one that it has."""
    if book is None:
        raise CodebookError("There is no codebook yet; add an issue first.")
    name = " ".join(name.split())
    if kind not in tuple(VariableKind):
        raise CodebookError(f"The kind of a variable is one of {', '.join(VariableKind)}.")
    made = Variable(name=name, kind=VariableKind(kind))
    if len(book.variables) >= MOST_VARIABLES:
        raise CodebookError(f"A codebook has at most {MOST_VARIABLES} variables.")
    return replace(book, variables=(*(one for one in book.variables if one.name != name), made))


def without_variable(book: Codebook | None, name: str) -> Codebook:
    """Return the codebook without a variable; the values that were coded stay in the ledger."""
    if book is None or name not in {one.name for one in book.variables}:
        raise CodebookError(f"The codebook has no variable {name[:40]!r}.")
    return replace(book, variables=tuple(one for one in book.variables if one.name != name))


def differences(old: Codebook | None, new: Codebook) -> list[str]:
    """Say in what a codebook differs from an earlier one, an issue a line."""
    before = {} if old is None else {issue.id: issue for issue in old.issues}
    after = {issue.id: issue for issue in new.issues}
    made = [f"new: {issue.label}" for key, issue in after.items() if key not in before]
    made += [f"removed: {issue.label}" for key, issue in before.items() if key not in after]
    made += [f"changed: {issue.label}" for key, issue in after.items() if key in before and before[key] != issue]
    return made


def terms_of(text: str) -> tuple[str, ...]:
    """Return the terms of a text that has them on lines or between commas."""
    return tuple(dict.fromkeys(term for part in re.split(r"[\n,;]", text) if (term := " ".join(part.split()))))


def hits(term: str, contents: list[str]) -> list[int]:
    """Return the places of the contents in which a word begins with a term, whatever its case."""
    pattern = re.compile(rf"(?<!\w){re.escape(term.casefold())}")
    return [place for place, content in enumerate(contents) if pattern.search(content)]


def begins(column: pl.Expr, term: str) -> pl.Expr:
    """Return whether a text has a word that begins with a term, whatever its case."""
    edge = r"\b" if term[:1].isalnum() else ""
    return column.str.contains(f"(?i){edge}{re.escape(term)}")


def slug(label: str) -> str:
    """Return an id made of a label: ASCII letters and digits with hyphens, else `issue`."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "issue"


def _fresh(book: Codebook, key: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,60}", key):
        raise CodebookError("The id of an issue is a word of letters, digits, '-', '_' or '.'.")
    number, made = 2, key
    while book.issue(made) is not None:
        made, number = f"{key}-{number}", number + 1
    return made


def _known(book: Codebook, key: str) -> Issue:
    found = book.issue(key)
    if found is None:
        raise CodebookError(f"The codebook has no issue {key[:60]!r}.")
    return found


def _issue(key: str, form: Mapping[str, str]) -> Issue:
    terms = terms_of(form.get("terms", ""))
    if not terms or len(terms) > MOST_TERMS:
        raise CodebookError(f"An issue needs 1 to {MOST_TERMS} terms: words that point to it.")
    return Issue(id=key, label=_line(form, "label"), proposition=_line(form, "proposition"), terms=terms)


def _line(form: Mapping[str, str], name: str) -> str:
    value = " ".join(form.get(name, "").split())
    if not value or len(value) > MAX_PROPOSITION:
        raise CodebookError(f"An issue needs a {name} of up to {MAX_PROPOSITION:,} characters.")
    return value

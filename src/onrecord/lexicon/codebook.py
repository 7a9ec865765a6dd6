"""Load and validate codebooks: the issues that an analyst follows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from onrecord.core import columns
from onrecord.errors import CodebookError
from onrecord.lexicon.propositions import proposition_warnings

MAX_CODEBOOK_BYTES = 1_000_000
# When `codebook_warnings` speaks up: shares of words, and of contents; hit rates of fewer contents say little.
MUCH_SHARED, MUCH_HIT, FEW_CONTENTS = 0.5, 0.3, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Describe an issue of a codebook: a proposition that can be supported or opposed, and terms that point to it."""

    id: str
    label: str
    proposition: str
    terms: tuple[str, ...]


class VariableKind(StrEnum):
    """List the types of a variable's values, as DNA has them."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    SHORT_TEXT = "short text"
    LONG_TEXT = "long text"


RESERVED = columns.RESERVED | {"person", "organization", "concept", "agreement", "onrecord id", "statements"}
"""Names of columns and of DNA's variables for them, which no further variable can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Describe a variable: what coders note of a statement beside its fields."""

    name: str
    kind: VariableKind

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[^\W\d_][\w -]{0,39}", self.name) or self.name.strip().casefold() in RESERVED:
            raise CodebookError(
                f"{self.name[:60]!r} cannot name a variable: it takes a word of up to 40 letters, digits, blanks, '-' "
                "and '_', which is no column's name"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """Hold the issues that an analyst follows, in the order of the file; `id` is a hash of the content.

    `variables` are what people code beside the fields; reading does not depend on them.
    """

    name: str
    description: str
    issues: tuple[Issue, ...]
    variables: tuple[Variable, ...] = ()

    def __repr__(self) -> str:
        return f"Codebook({self.name!r}, {len(self.issues)} issues)"

    @property
    def id(self) -> str:
        """Hash the content, so that a ledger knows under which codebook a statement was read."""
        content = f"Codebook(name={self.name!r}, description={self.description!r}, issues={self.issues!r})"
        content += repr(self.variables) if self.variables else ""
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; without variables they are those of a codebook before there were any."""
        made = asdict(self)
        if not self.variables:
            del made["variables"]
        return made

    def issue(self, key: str) -> Issue | None:
        """Return the issue of this id, or None."""
        return next((issue for issue in self.issues if issue.id == key), None)


class _PlainLoader(yaml.SafeLoader):
    """Load YAML without anchors and aliases, which codebooks do not need and YAML bombs are made of."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed in a codebook")
        return super().compose_node(parent, index)


def load_codebook(path: Path | str) -> Codebook:
    """Load a codebook from a YAML file.

    Raises:
        CodebookError: the file cannot be read or is not valid; the message names file, place and what is missing.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_CODEBOOK_BYTES + 1)
    except OSError as error:
        raise CodebookError(
            f"{path}: {error.strerror or error}; check the path, or make one with `onrecord codebook init`"
        ) from error
    return parse_codebook(data, str(path))


def parse_codebook(data: bytes, where: str) -> Codebook:
    """Parse a codebook from the bytes of a YAML file.

    Raises:
        CodebookError: the content is not valid; the message names `where`, the place and what is missing.
    """
    if len(data) > MAX_CODEBOOK_BYTES:
        raise CodebookError(f"{where}: larger than {MAX_CODEBOOK_BYTES} bytes; a codebook is a page or two")
    try:
        raw = yaml.load(data.decode("utf-8"), Loader=_PlainLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise CodebookError(f"{where}: not valid YAML: {' '.join(str(error).split())}") from error
    return codebook_from_dict(raw, where)


def codebook_from_dict(raw: Any, where: str) -> Codebook:
    """Build a codebook from parsed YAML.

    Raises:
        CodebookError: a field is missing or has the wrong type.
    """
    if not isinstance(raw, Mapping):
        raise CodebookError(f"{where}: not a mapping; it needs `issues:` with a map of id to label, proposition, terms")
    issues = raw.get("issues")
    if not isinstance(issues, Mapping) or not issues:
        raise CodebookError(f"{where}: `issues` is missing or empty; it maps an id to label, proposition and terms")
    made = tuple(_issue(key, value, where) for key, value in issues.items())
    name = raw.get("name") or Path(where).stem
    description = str(raw.get("description") or "").strip()
    return Codebook(name=str(name), description=description, issues=made, variables=_variables(raw, where))


def _variables(raw: Mapping[str, Any], where: str) -> tuple[Variable, ...]:
    given = raw.get("variables") or {}
    if not isinstance(given, Mapping):
        raise CodebookError(f"{where}: `variables` maps a name to {', '.join(VariableKind)}")
    made = []
    for name, kind in given.items():
        try:
            made.append(Variable(name=str(name), kind=VariableKind(str(kind))))
        except ValueError as error:
            kinds = ", ".join(VariableKind)
            raise CodebookError(f"{where}: variable {name}: its kind is one of {kinds}, not {kind!r}") from error
        except CodebookError as error:
            raise CodebookError(f"{where}: {error}") from error
    return tuple(made)


def _issue(key: Any, value: Any, where: str) -> Issue:
    if not isinstance(key, str) or not re.fullmatch(r"[\w.-]+", key):
        raise CodebookError(f"{where}: issue id {key!r} must be a word of letters, digits, '-', '_' or '.'")
    if not isinstance(value, Mapping):
        raise CodebookError(f"{where}: issue {key}: not a mapping with label, proposition and terms")
    for name in ("label", "proposition", "terms"):
        if not value.get(name):
            raise CodebookError(f"{where}: issue {key}: `{name}` is missing")
    terms = value["terms"]
    if not isinstance(terms, list) or not all(isinstance(term, str | int | float) for term in terms):
        raise CodebookError(f"{where}: issue {key}: `terms` must be a list of words")
    return Issue(
        id=key,
        label=str(value["label"]).strip(),
        proposition=" ".join(str(value["proposition"]).split()),
        terms=tuple(str(term).strip() for term in terms),
    )


def codebook_warnings(codebook: Codebook, contents: Sequence[str] = ()) -> list[str]:
    """Return warnings for a codebook's author, with numbers.

    Terms that issues share, issues whose words largely coincide, terms that are too short; and, where `contents` of
    statements are given, terms that hit a large part of them and issues that none of them reaches.
    """
    owners: dict[str, list[str]] = {}
    for issue in codebook.issues:
        for term in issue.terms:
            owners.setdefault(term.casefold(), []).append(issue.id)
    warnings = [
        f"term {term!r} points to {len(ids)} issues: {', '.join(ids)}" for term, ids in owners.items() if len(ids) > 1
    ]
    warnings += [
        f"issue {ids[0]}: term {term!r} is so short that it will hit many texts"
        for term, ids in owners.items()
        if len(term) <= 2 and not term.isdigit()
    ]
    warnings += [
        f"issue {issue.id}: the proposition {said}"
        for issue in codebook.issues
        for said in proposition_warnings(issue.proposition)
    ]
    return [*warnings, *_overlaps(codebook), *_hit_rates(codebook, contents)]


def _overlaps(codebook: Codebook) -> Iterator[str]:
    """Find pairs of issues where most of one's words are also the other's."""
    bags = [set(re.findall(r"\w{4,}", f"{i.label} {' '.join(i.terms)}".casefold())) for i in codebook.issues]
    for n, (one, mine) in enumerate(zip(codebook.issues, bags, strict=True)):
        for other, theirs in list(zip(codebook.issues, bags, strict=True))[n + 1 :]:
            shared, least = len(mine & theirs), min(len(mine), len(theirs))
            if least and shared / least > MUCH_SHARED:
                pair = f"issues {one.id} and {other.id}"
                yield f"{pair} share {shared} of {least} words: they will be taken for each other"


def _hit_rates(codebook: Codebook, contents: Sequence[str]) -> Iterator[str]:
    """Find terms that match too many statements, and issues that match none."""
    if len(contents) < FEW_CONTENTS:
        return
    folded = [content.casefold() for content in contents]
    for issue in codebook.issues:
        reached = 0
        for term in issue.terms:
            pattern = re.compile(rf"\b{re.escape(term.casefold())}")
            hits = sum(pattern.search(content) is not None for content in folded)
            reached += hits
            if hits / len(folded) > MUCH_HIT:
                share = 100 * hits // len(folded)
                yield f"issue {issue.id}: term {term!r} hits {hits} of {len(folded)} contents ({share} %)"
        if not reached:
            yield f"issue {issue.id}: none of its {len(issue.terms)} terms hits any of {len(folded)} contents"

"""Define the central types and the closed lists of values (the fields of docs/fields.md).

All are frozen and slotted. A `Judgement` says of every interpreted field what is held, why and how surely;
`None` (unknown) is a value.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from onrecord.core.span import Evidence, Text
from onrecord.errors import CodecError

T_co = TypeVar("T_co", covariant=True)


class Form(StrEnum):
    """Distinguish content entirely in quotation marks, without any, or partly in them (Pareti 2012)."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class Act(StrEnum):
    """List the speech acts: what the speaker does by saying it."""

    STATE = "state"
    CONCEDE = "concede"
    DENY = "deny"
    ACCUSE = "accuse"
    DEMAND = "demand"
    PROPOSE = "propose"
    PROMISE = "promise"
    ACCEPT = "accept"
    REJECT = "reject"
    WARN = "warn"
    HOPE = "hope"
    ENDORSE = "endorse"
    LEAVE_OPEN = "leave-open"
    DECLINE = "decline"
    ASK = "ask"


# A bare noun phrase that is rejected or demanded is Uu (no view on a fact), and yet as firm as a position can be.
FIRM_ACTS = (Act.DEMAND, Act.REJECT, Act.ACCEPT, Act.ENDORSE, Act.PROMISE)


class Stance(StrEnum):
    """List the stances of a speaker towards the proposition of an issue."""

    SUPPORT = "support"
    OPPOSE = "oppose"
    MIXED = "mixed"
    NONCOMMITTAL = "noncommittal"
    NONE = "none"


class Commitment(StrEnum):
    """List how certain a speaker presents the content to be, after FactBank (Saurí & Pustejovsky 2009)."""

    CERTAIN = "CT+"
    PROBABLE = "PR+"
    POSSIBLE = "PS+"
    NOT_POSSIBLE = "PS-"
    NOT_PROBABLE = "PR-"
    CERTAINLY_NOT = "CT-"
    UNCOMMITTED = "Uu"


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """Hold an ISO date whose day, or day and month, may be unknown: `2026-03-02`, `2026-03` or `2026`.

    Its length gives its precision; a date contains those that it is a prefix of.
    """

    iso: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", self.iso):
            raise CodecError(f"{self.iso!r} is not a date of the form YYYY, YYYY-MM or YYYY-MM-DD")
        try:
            self.first_day()
        except ValueError as error:
            raise CodecError(f"{self.iso!r} is not a valid date") from error

    def __str__(self) -> str:
        return self.iso

    def first_day(self) -> date:
        """Return the earliest day that the date may mean."""
        return date.fromisoformat(self.iso + "-01-01"[len(self.iso) - 4 :])

    def contains(self, other: PartialDate) -> bool:
        """Tell whether `other` is the same date or a more precise one inside it."""
        return other.iso.startswith(self.iso)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Hold one text as one outlet published it; `name` is the source's name for it (a JSON line's id, a file name).

    `extra` is a JSON object of what another program knows of it (`extra_json`); it is no part of the id.
    """

    text: Text = field(repr=False)
    name: str
    title: str | None = None
    outlet: str | None = None
    published: PartialDate | None = None
    url: str | None = None
    extra: str | None = None

    @property
    def id(self) -> str:
        """Hash the text and its publication metadata, so that reading twice gives the same article."""
        return digest("article", self.text.id, self.title, self.outlet, str(self.published or ""), self.url)


def describe_article(about: Mapping[str, object]) -> str:
    """Describe an article in one line by its `name`, `title`, `outlet` and `published` date, as far as known."""
    parts = (about[key] for key in ("name", "title", "outlet", "published"))
    return " · ".join(str(part) for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Hold an attribution relation (Pareti 2012): a source, a cue and a content, each of one or more pieces.

    `source` or `cue` may be empty, `content` never. `outer` is the attribution that reports this one, so the chain of
    reporters is that of the outer ones. `inside` is one whose content holds this one without reporting it ("rejected
    the League's call for observers": the call is not reported by the one who rejected it).
    """

    source: tuple[Evidence, ...]
    cue: tuple[Evidence, ...]
    content: tuple[Evidence, ...]
    form: Form
    outer: Attribution | None = None
    inside: Attribution | None = None
    rule: str = ""
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if not self.content:
            raise CodecError("an attribution needs a content")

    @property
    def chain(self) -> tuple[Attribution, ...]:
        """Return the enclosing attributions, outermost first."""
        links: list[Attribution] = []
        link = self.outer
        while link is not None:
            links.append(link)
            link = link.outer
        return tuple(reversed(links))

    @property
    def quote(self) -> str:
        """Return the words of the content, pieces joined by an ellipsis."""
        return " … ".join(piece.quote for piece in self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement(Generic[T_co]):
    """Hold an interpreted value with its evidence and the rule that gave it; confidence is a probability in [0, 1].

    Evidence is kept in text order, each piece once, so that equal judgements are equal records.
    """

    value: T_co
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(set(self.evidence), key=lambda piece: piece.span))
        object.__setattr__(self, "evidence", ordered)


# The interpreted fields in the order of the contract; condition is judged, its value being its spans.
FIELDS = (
    "form", "speaker", "affiliation", "chain", "venue", "act", "issue", "stance", "commitment", "condition", "when",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Statement:
    """Hold one interpreted attribution. `nested_in` is the id of the statement whose content contains it.

    `probability` is the calibrated probability that the words are a statement at all, None if nothing estimated it.
    `extra` is a JSON object of another program's variables (`extra_json`). Neither is part of the id.
    """

    article: Article
    source: tuple[Evidence, ...]
    cue: tuple[Evidence, ...]
    content: tuple[Evidence, ...]
    form: Judgement[Form]
    speaker: Judgement[str | None]
    affiliation: Judgement[str | None]
    chain: Judgement[tuple[str, ...]]
    venue: Judgement[str | None]
    act: Judgement[Act]
    issue: Judgement[str | None]
    stance: Judgement[Stance]
    commitment: Judgement[Commitment]
    condition: Judgement[tuple[Evidence, ...]]
    when: Judgement[PartialDate | None]
    nested_in: str | None = None
    probability: float | None = None
    extra: str | None = None
    id: str = field(init=False, compare=False)
    span_id: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        spans = [[[e.span.start, e.span.end] for e in part] for part in (self.source, self.cue, self.content)]
        span_id = digest("place", self.article.id, spans)
        values = [[name, plain(getattr(self, name).value)] for name in FIELDS]
        object.__setattr__(self, "span_id", span_id)
        object.__setattr__(self, "id", digest("statement", span_id, values, self.nested_in))

    def __repr__(self) -> str:
        quote = self.quote if len(self.quote) <= 60 else f"{self.quote[:59]}…"
        side = f"{self.issue.value} {self.stance.value}" if self.issue.value is not None else "no issue"
        return f"Statement({self.id[:8]} {self.speaker.value}: {self.act.value}, {side}, {quote!r})"

    @property
    def quote(self) -> str:
        """Return the words of the content, pieces joined by an ellipsis."""
        return " … ".join(piece.quote for piece in self.content)

    def judgements(self) -> Iterator[tuple[str, Judgement[object]]]:
        """Return the interpreted fields with their names, in the order of the contract."""
        for name in FIELDS:
            yield name, getattr(self, name)

    def evidence(self) -> Iterator[Evidence]:
        """Return everything that this statement cites."""
        yield from self.source
        yield from self.cue
        yield from self.content
        yield from self.condition.value
        for _, judgement in self.judgements():
            yield from judgement.evidence


class ActorKind(StrEnum):
    """List the kinds of actors."""

    PERSON = "person"
    STATE = "state"
    BODY = "body"
    OUTLET = "outlet"
    UNNAMED = "unnamed"


class Ruling(StrEnum):
    """List what a person may decide about an actor."""

    MERGE = "merge"  # `others` are `name`
    SPLIT = "split"  # `others` are not `name`
    RENAME = "rename"  # `name` is to be called the one name in `others`
    ALIAS = "alias"  # `others` are further names of `name`, whether or not they have been read yet
    KIND = "kind"  # `name` is of the one kind in `others`
    PARTY = "party"  # `name` speaks for the one party, body or state in `others`
    CAMP = "camp"  # all who speak for the party `name` count under the one camp in `others`; itself: no longer
    HIDE = "hide"  # what `name` says is left out of every table
    SHOW = "show"  # what `name` says is shown again
    PIN = "pin"  # `name` is one of the parties that are shown first, at the place in `others` or after the others
    UNPIN = "unpin"  # `name` is shown among all others again


_ONE_VALUE = (Ruling.RENAME, Ruling.KIND, Ruling.PARTY, Ruling.CAMP)
_NO_VALUE = (Ruling.HIDE, Ruling.SHOW, Ruling.UNPIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Hold a person's ruling on an actor; a later one on the same names overrides an earlier one."""

    ruling: Ruling
    name: str
    others: tuple[str, ...]
    coder: str
    reason: str = ""
    created: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or not all(other.strip() for other in self.others):
            raise CodecError("a decision on people needs names that are not empty")
        if self.ruling in _NO_VALUE and self.others:
            raise CodecError(f"{self.ruling} takes one name only")
        if self.ruling is Ruling.PIN and not re.fullmatch(r"|[1-9][0-9]{0,2}", " ".join(self.others)):
            raise CodecError("a party is pinned at a place from 1 to 999, or after the others")
        if self.ruling not in (*_NO_VALUE, Ruling.PIN) and not self.others:
            raise CodecError("a decision on people needs a name and at least one other name")
        if self.ruling in _ONE_VALUE and len(self.others) != 1:
            raise CodecError(f"{self.ruling} takes one value for a speaker")
        if self.ruling is Ruling.KIND and self.others[0] not in tuple(ActorKind):
            raise CodecError(f"a kind is one of {', '.join(ActorKind)}, not {self.others[0]!r}")


def extra_json(values: Mapping[str, Any]) -> str | None:
    """Encode another program's variables as the `extra` of an article or statement; None if there are none."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else None


def plain(value: object) -> object:
    """Convert a judged value to JSON values: evidence to [start, end], dates and enumerations to text."""
    if isinstance(value, Evidence):
        return [value.span.start, value.span.end]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, StrEnum | PartialDate):
        return str(value)
    return value


COMPACT = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))  # made once: `json.dumps` makes one a call


def digest(kind: str, *parts: object) -> str:
    """Hash the parts as compact JSON; return the first 32 hex digits of the SHA-256."""
    return hashlib.sha256(COMPACT.encode([kind, *parts]).encode("ascii")).hexdigest()[:32]

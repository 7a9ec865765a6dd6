"""Hold resolved sources, and what is known while the sources of an article are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from onrecord.core.statement import Attribution
from onrecord.resolve import coreference
from onrecord.resolve.affiliation import Affiliations
from onrecord.resolve.coreference import SpeakerTurn
from onrecord.resolve.document import Document
from onrecord.resolve.entities import Entities, Entity, Mention
from onrecord.resolve.phrases import PhraseReader
from onrecord.resolve.sides import Side
from onrecord.resolve.vocabulary import Actor


@dataclass(slots=True)
class Speaker:
    """Hold a resolved source. `entities` are those that are named, `weight` is the rule's confidence before
    calibration.
    """

    name: str | None
    rule: str
    weight: float
    entities: tuple[Entity, ...] = ()
    side: Side | None = None
    spans: tuple[tuple[int, int], ...] = ()

    @property
    def entity(self) -> Entity | None:
        """Return the one entity, where there is one."""
        return self.entities[0] if len(self.entities) == 1 else None


def speak_jointly(speakers: Sequence[Speaker], sides: Sequence[Side], actors: Mapping[str, Actor]) -> bool:
    """Tell whether several speakers have one joint affiliation: bodies, or those who speak for states.

    Persons of different parties or bodies who say the same have none in common.
    """
    states = (actors.get(side.name.casefold()) for side in sides)
    return all(actor is not None and actor.kind == "state" for actor in states) or all(
        speaker.entities and all(entity.kind != "person" for entity in speaker.entities) for speaker in speakers
    )


@dataclass
class Scene:
    """Hold the article as far as its sources have been read: who is named, and who spoke where."""

    entities: Entities
    phrases: PhraseReader
    sides: Affiliations
    outlet: str | None = None
    spoken: list[SpeakerTurn] = field(default_factory=list)
    unnamed: dict[str, Entity] = field(default_factory=dict)
    unnamed_sides: dict[str, Side | None] = field(default_factory=dict)
    documents: dict[str, Speaker] = field(default_factory=dict)  # who wrote what was called "the letter"
    joint: list[tuple[int, Speaker]] = field(default_factory=list)  # several who spoke as one, and where
    sources: list[tuple[int, int]] = field(default_factory=list)  # spans of all sources of the article
    trace: dict[int, tuple[str, list[coreference.Candidate]]] = field(default_factory=dict)  # by position, for fitting

    @property
    def document(self) -> Document:
        """Return the article."""
        return self.entities.document

    def _core_end(self, first: int, last: int) -> int:
        """Return the end of a noun phrase without relative clause, apposition and participles."""
        return self.phrases.core_end(first, last)

    def _head_noun(self, first: int, last: int) -> int:
        return self.phrases.head_noun(first, last)

    # ------------------------------------------------------------ what sources.py adds

    def _named(self, head: Mention, first: int, last: int, span: tuple[int, int]) -> Speaker:
        """Return the speaker named at the head of a noun phrase."""
        raise NotImplementedError

    def _single(self, first: int, last: int, attribution: Attribution, outer: Speaker | None) -> Speaker:
        """Return the speaker that one noun phrase refers to."""
        raise NotImplementedError

    def phrase(self, first: int, last: int, attribution: Attribution, outer: Speaker | None) -> Speaker:
        """Return the speaker that the noun phrase of tokens `[first, last)` refers to."""
        raise NotImplementedError

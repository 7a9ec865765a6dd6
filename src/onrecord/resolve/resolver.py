"""Resolve who said it, for whom, through whom, where and when: one resolution per attribution of an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from onrecord.core.span import Evidence
from onrecord.core.statement import Article, Attribution, Judgement, PartialDate
from onrecord.lexicon import compiled
from onrecord.resolve.affiliation import Affiliations
from onrecord.resolve.calibration import probability
from onrecord.resolve.document import Document
from onrecord.resolve.entities import Entities, build_entities
from onrecord.resolve.names import NameTagger, load_name_tagger
from onrecord.resolve.phrases import PhraseReader
from onrecord.resolve.relays import relay_of
from onrecord.resolve.sides import reason
from onrecord.resolve.sources import SourceResolver
from onrecord.resolve.speaker import Speaker
from onrecord.resolve.speech_time import SpeechTimeResolver
from onrecord.resolve.states import states_in
from onrecord.resolve.times import Times
from onrecord.resolve.venue import venue_of
from onrecord.resolve.vocabulary import Vocabulary, load_vocabulary

T = TypeVar("T")
GOES_ON = r"\b(?:{goes-on}|{going-on}|also)\b"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Hold the who and when of one attribution."""

    speaker: Judgement[str | None]
    affiliation: Judgement[str | None]
    chain: Judgement[tuple[str, ...]]
    venue: Judgement[str | None]
    when: Judgement[PartialDate | None]


class Resolver:
    """Resolve the attributions of articles; the same article always gets the same answer."""

    def __init__(self, tagger: NameTagger, vocabulary: Vocabulary) -> None:
        self._tagger, self._vocabulary = tagger, vocabulary

    def resolve(
        self,
        article: Article,
        attributions: Sequence[Attribution],
        background: str = "",
        *,
        calibrated: bool = True,
    ) -> list[Resolution]:
        """Resolve each attribution, in the order given; `background` is prose that explains names.

        Confidences are probabilities, or with `calibrated=False` the weights of the rules.
        """
        speakers, sources = self.speakers(article, attributions, background)
        made = self._judge(article, sources.entities, attributions, speakers)
        return [_calibrated(one) for one in made] if calibrated else made

    def speakers(
        self, article: Article, attributions: Sequence[Attribution], background: str = ""
    ) -> tuple[list[Speaker], SourceResolver]:
        """Return the speaker of each attribution, in the order given, and what resolved them."""
        document = Document(article.text.content, article.title or "")
        states = states_in(
            f"{background}\n{document.text}",
            self._vocabulary.actors,
            self._vocabulary.words["body-head"],
            self._vocabulary.genders,
        )
        vocabulary = self._vocabulary.with_actors(states)
        entities = build_entities(
            document,
            self._tagger.names(document),
            vocabulary,
            [(e.span.start, e.span.end) for a in attributions for e in a.source],
        )
        phrases = PhraseReader(document, vocabulary, entities.mentions)
        sides = Affiliations(entities, phrases, article.published.first_day().year if article.published else None)
        sources = SourceResolver(entities, phrases, sides, article.outlet)
        sources.sources = [(e.span.start, e.span.end) for a in attributions for e in a.source]
        found: dict[Attribution, Speaker] = {}
        previous: tuple[Attribution, Speaker] | None = None
        for attribution in outer_first(attributions):
            outer = found.get(attribution.outer) if attribution.outer is not None else None
            found[attribution] = sources.resolve(attribution, outer, previous)
            previous = (attribution, found[attribution])
        for speaker in found.values():  # what later descriptions told
            if len(speaker.entities) == 1 and speaker.side is None:
                speaker.side = sides.of(speaker.entities[0])
        return [found[a] for a in attributions], sources

    def _judge(
        self, article: Article, entities: Entities, attributions: Sequence[Attribution], speakers: Sequence[Speaker]
    ) -> list[Resolution]:
        document = entities.document
        times = Times(document, article.published, dateline_end(article.text.content))
        dater = SpeechTimeResolver(times, attributions, [s.name for s in speakers])
        of = dict(zip(attributions, speakers, strict=True))
        made = []
        for n, (attribution, speaker) in enumerate(zip(attributions, speakers, strict=True)):
            cite = [article.text.cite(a, b) for a, b in speaker.spans]
            dated = dater.date(n)
            made.append(
                Resolution(
                    Judgement(value=speaker.name, rule=speaker.rule, confidence=speaker.weight, evidence=tuple(cite)),
                    self._affiliation(article, document, speaker),
                    self._chain(article, entities, attribution, speaker, of),
                    venue_of(document, article, attribution),
                    Judgement(
                        value=dated.value,
                        rule=dated.rule,
                        confidence=dated.weight,
                        evidence=tuple(article.text.cite(a, b) for a, b in dated.spans),
                    ),
                )
            )
        return self._with_chains_carried(document, attributions, made)

    def _with_chains_carried(
        self, document: Document, attributions: Sequence[Attribution], made: list[Resolution]
    ) -> list[Resolution]:
        """Give the chain of a statement to the next one where its speaker goes on: "… She added that …"."""
        order = sorted(range(len(made)), key=lambda n: _first_of(attributions[n]))
        for place, n in enumerate(order):
            before = next((k for k in reversed(order[:place]) if _goes_before(n, k, attributions, made)), None)
            if before is None:
                continue
            here, there = attributions[n], attributions[before]
            chain = made[before].chain
            if here.outer is not None or here.inside is not None or made[n].chain.value or not chain.value:
                continue
            if made[n].speaker.value != made[before].speaker.value or made[n].speaker.value is None:
                continue
            gap = document.paragraph_of(_first_of(here)) - document.paragraph_of(max(0, _last_of(there) - 1))
            cue = " ".join(e.quote for e in here.cue)
            if gap == 0 or (gap == 1 and compiled(GOES_ON, re.I).search(cue)):
                made[n] = replace(made[n], chain=replace(chain, rule="the chain of the statement that it goes on"))
        return made

    def _affiliation(self, article: Article, document: Document, speaker: Speaker) -> Judgement[str | None]:
        side = speaker.side
        if side is None:
            return Judgement(value=None, rule="the article does not tell", confidence=0.6)
        evidence: tuple[Evidence, ...] = ()
        if side.last > side.first:
            evidence = (article.text.cite(document.tokens[side.first].start, document.tokens[side.last - 1].end),)
        return Judgement(value=side.name, rule=side.rule, confidence=side.weight, evidence=evidence)

    def _chain(
        self,
        article: Article,
        entities: Entities,
        attribution: Attribution,
        speaker: Speaker,
        of: dict[Attribution, Speaker],
    ) -> Judgement[tuple[str, ...]]:
        links, evidence = [], []
        for link in attribution.chain:
            who = of.get(link)
            name = who.name if who is not None else None
            if name is None or name == speaker.name or name in links:
                continue
            links.append(name)
            evidence += [*link.source, *link.cue]
        relay = None if links else relay_of(entities, attribution)
        if relay is not None and relay.entity.name not in (speaker.name, article.outlet):
            cite = (article.text.cite(relay.start, relay.end),)
            return Judgement(
                value=(relay.entity.name,), rule="the outlet that relays it", confidence=0.8, evidence=cite
            )
        rule = "those whose contents hold it" if links else "the article reports it itself"
        return Judgement(value=tuple(links), rule=rule, confidence=0.8, evidence=tuple(evidence))


def _goes_before(n: int, k: int, attributions: Sequence[Attribution], made: Sequence[Resolution]) -> bool:
    """Tell whether statement k is what n may go on from: not what somebody else is reported to have said in between."""
    nested = attributions[k].outer is not None or attributions[k].inside is not None
    return not nested or made[k].speaker.value == made[n].speaker.value


def _first_of(attribution: Attribution) -> int:
    return min(e.span.start for e in (*attribution.source, *attribution.cue, *attribution.content))


def _last_of(attribution: Attribution) -> int:
    return max(e.span.end for e in (*attribution.source, *attribution.cue, *attribution.content))


def _calibrated(one: Resolution) -> Resolution:
    """Replace the weights of rules by probabilities."""
    return replace(
        one,
        speaker=_judged("speaker", one.speaker),
        affiliation=replace(_judged("affiliation", one.affiliation), rule=reason(one.affiliation.rule)),
        when=_judged("when", one.when),
    )


def _judged(field: str, judgement: Judgement[T]) -> Judgement[T]:
    return replace(judgement, confidence=probability(field, judgement.rule, judgement.confidence))


def outer_first(attributions: Sequence[Attribution]) -> list[Attribution]:
    """Sort in text order, with reporters before those they report."""
    ordered: dict[Attribution, None] = {}

    def place(one: Attribution) -> None:
        for around in (one.outer, one.inside):
            if around is not None and around not in ordered:
                place(around)
        ordered.setdefault(one)

    for attribution in attributions:
        place(attribution)
    return list(ordered)


def dateline_end(text: str) -> int:
    """Return where the text begins after a dateline ("PORT ANSEL, March 3 (Wire) - ")."""
    match = re.match(r"^[^\n]{0,20}?[A-Z][A-Z’' .-]{2,30},? [^\n]{0,60}? ?[-–—]{1,2} ", text)
    return match.end() if match else 0


@lru_cache(maxsize=1)
def load_resolver() -> Resolver:
    """Load the bundled resolver once."""
    return Resolver(load_name_tagger(), load_vocabulary())

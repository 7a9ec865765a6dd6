"""Attributions to statements: each field by its rule, in text order, every judgement with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.interpret.cast import Setting, build_cast
from onrecord.interpret.context import Context
from onrecord.interpret.descriptions import Speaker
from onrecord.interpret.meaning import Meaning, Observed, Own, Reading
from onrecord.interpret.names import Kind, bundled_gazetteer, bundled_roles
from onrecord.interpret.occasion import dated, venue_of
from onrecord.interpret.offices import describe, settle_rest
from onrecord.interpret.people import Resolver, judged
from onrecord.interpret.words import words
from onrecord.lexicon import Codebook, Cue
from onrecord.model import Article, Attribution, Judgement, PartialDate, Statement
from onrecord.span import Evidence

FORM_RULE = "the marks as printed"
TELLS = frozenset("told tell tells telling assured assure assures informed inform reassured confirmed confided".split())


def outer_first(attributions: Sequence[Attribution]) -> list[Attribution]:
    """Text order, but a reporter before those it reports: "Citing two diplomats, the Courier writes …"."""
    ordered: dict[int, Attribution] = {}
    for attribution in attributions:
        for one in (*attribution.chain, attribution):
            ordered.setdefault(id(one), one)
    return list(ordered.values())


@dataclass(slots=True)
class Memory:
    """What earlier statements of the article leave for later ones."""

    speaker: str | None = None
    when: Judgement[PartialDate | None] | None = None
    venue: str | None = None


class Interpreter:
    """Makes statements of attributions; `codebook` gives the issues, without it they are unknown."""

    def __init__(self, cues: Sequence[Cue], codebook: Codebook | None = None) -> None:
        self._codebook = codebook
        self._meaning = Meaning(cues, codebook)
        self._gazetteer = bundled_gazetteer()
        self._roles = bundled_roles()

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """The statements of an article, one for each attribution, in text order."""
        context = Context(article)
        speakers = self._speakers(context, attributions)
        readings = self._meaning.read(context, attributions, self._own(speakers))
        of = {id(attribution): reading for attribution, reading in zip(attributions, readings, strict=True)}
        memory = Memory()
        made: dict[int, Statement] = {}
        for attribution in outer_first(attributions):
            if id(attribution) not in of:
                continue
            parent = made.get(id(attribution.outer)) if attribution.outer is not None else None
            made[id(attribution)] = self._statement(context, attribution, of[id(attribution)], speakers[id(attribution)], memory, parent)
        return [made[id(attribution)] for attribution in attributions]

    def observe(self, article: Article, attributions: Sequence[Attribution]) -> tuple[Context, list[Observed]]:
        """What the models for meaning get to see of an article; for training them."""
        context = Context(article)
        own = self._own(self._speakers(context, attributions))
        return context, [self._meaning.observe(context, a, attributions, own) for a in attributions]

    @property
    def meaning(self) -> Meaning:
        """The part that reads act, issue, stance, commitment and conditions."""
        return self._meaning

    def _speakers(self, context: Context, attributions: Sequence[Attribution]) -> dict[int, Speaker]:
        openers = {s + (len(context.text[s:e]) - len(context.text[s:e].lstrip(" \t\"“'‘«(—-"))) for s, e in context.sentences}
        hints = f"{self._codebook.name}. {self._codebook.description}" if self._codebook is not None else ""
        cast = build_cast(context.text, context.words, openers, Setting(hints, context.article.outlet), self._gazetteer, self._roles)
        describe(cast)
        resolver = Resolver(context, cast)
        speakers: dict[int, Speaker] = {}
        for attribution in outer_first(attributions):
            outer = speakers.get(id(attribution.outer)) if attribution.outer is not None else None
            speakers[id(attribution)] = resolver.resolve(attribution, outer)
        settle_rest(cast, [s.entity for s in speakers.values() if s.entity is not None])
        return {key: resolver.settled(speaker) for key, speaker in speakers.items()}

    def _own(self, speakers: dict[int, Speaker]) -> Own:
        return lambda attribution, clause: self._is_own(speakers[id(attribution)], clause)

    def _statement(self, context: Context, attribution: Attribution, reading: Reading, speaker: Speaker, memory: Memory, parent: Statement | None) -> Statement:
        when = self._when(context, attribution, speaker, memory, parent)
        venue = self._venue(context, attribution)
        who, affiliation = judged(speaker)
        chain = (*parent.chain.value, parent.speaker.value or "unknown") if parent is not None else ()
        chain_rule = "the speakers of the attributions around it" if parent is not None else "reported by the article itself"
        memory.speaker, memory.when = speaker.name, when
        return Statement(
            article=context.article, source=attribution.source, cue=attribution.cue, content=attribution.content,
            form=Judgement(value=attribution.form, rule=FORM_RULE, confidence=0.95),
            speaker=who, affiliation=affiliation,
            chain=Judgement(value=chain, rule=chain_rule, confidence=0.8 if chain else 0.9),
            venue=venue, act=reading.act, issue=reading.issue, stance=reading.stance, commitment=reading.commitment,
            condition=reading.condition, when=when, nested_in=parent.id if parent is not None else None,
        )  # fmt: skip

    def _is_own(self, speaker: Speaker, clause: str) -> bool:
        """Whether the clause is about what the speaker's side does: first person, or its name in the subject."""
        head = clause[:60]
        if re.search(r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y|us)\b", head):
            return True
        for name in (speaker.affiliation, speaker.name):
            if name and re.search(rf"\b{re.escape(name.split()[-1][:-1])}", head):
                return True
        return speaker.entity is not None and speaker.entity.kind in (Kind.STATE, Kind.BODY) and re.match(r"\W*(?:that )?(?:it|they)\b", head) is not None

    def _when(self, context: Context, attribution: Attribution, speaker: Speaker, memory: Memory, parent: Statement | None) -> Judgement[PartialDate | None]:
        published = context.article.published
        last = memory.when.value if memory.when is not None else None
        same = speaker.name is not None and speaker.name == memory.speaker
        for start, end in self._around_cue(context, attribution):
            for a, b, value in dated(context.text[start:end], published, last):
                cited = (context.article.text.cite(start + a, start + b),)
                return Judgement(value=value, rule="a time beside the cue", confidence=0.8, evidence=cited)
        if same and memory.when is not None and memory.when.value is not None:
            return Judgement(value=memory.when.value, rule="the same speaker on the same occasion", confidence=0.65, evidence=memory.when.evidence)
        if parent is not None and parent.when.value is not None and False:
            return parent.when
        return Judgement(value=None, rule="the text gives no time for it", confidence=0.8)

    def _around_cue(self, context: Context, attribution: Attribution) -> list[tuple[int, int]]:
        """The stretches of the cue's sentence that are neither content nor source."""
        anchor = attribution.cue or attribution.source
        if not anchor:
            return []
        start, end = context.sentence_at(anchor[0].span.start)
        holes = sorted((e.span.start, e.span.end) for e in (*attribution.content, *attribution.source))
        spans: list[tuple[int, int]] = []
        at = start
        for a, b in holes:
            if b <= start or a >= end:
                continue
            if a > at:
                spans.append((at, a))
            at = max(at, b)
        if at < end:
            spans.append((at, end))
        anchor_at = anchor[0].span.start
        limit = lambda s: min(abs(s[0] - anchor_at), abs(s[1] - anchor_at))  # noqa: E731 - a sort key
        return [s for s in sorted(spans, key=limit) if limit(s) < 90]

    def _venue(self, context: Context, attribution: Attribution) -> Judgement[str | None]:
        after: str = ""
        if attribution.cue:
            end = attribution.cue[-1].span.end
            after = context.text[end : end + 80]
        tells = any(w.lower in TELLS for e in attribution.cue for w in words(e.quote))
        for start, end in self._around_cue(context, attribution):
            value, place, rule = venue_of(context.text[start:end], after, tells)
            if value is not None:
                cited: tuple[Evidence, ...] = ()
                if place is not None:
                    cited = (context.article.text.cite(start + place[0], start + place[1]),)
                return Judgement(value=value, rule=rule, confidence=0.6, evidence=cited)
        return Judgement(value=None, rule="the article does not tell", confidence=0.7)

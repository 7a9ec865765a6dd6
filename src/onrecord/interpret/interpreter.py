"""Attributions to statements: each field by its rule or model, in text order, every judgement with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from onrecord.classify import Classification, StatementClassifier
from onrecord.core.span import Evidence
from onrecord.core.statement import Article, Attribution, Judgement, PartialDate, Statement
from onrecord.interpret.cast import Setting, build_cast
from onrecord.interpret.context import Context
from onrecord.interpret.descriptions import Speaker
from onrecord.interpret.homes import settle, settle_rest
from onrecord.interpret.names import bundled_gazetteer, bundled_roles
from onrecord.interpret.occasion import venue_of
from onrecord.interpret.offices import describe
from onrecord.interpret.people import Resolver, judged
from onrecord.interpret.timing import Occasions, around_cue
from onrecord.lexicon import Codebook
from onrecord.text.tokens import words

FORM_RULE = "the marks as printed"
TELLS = frozenset("told tell tells telling assured assure assures informed inform reassured confirmed confided".split())
OPENING_MARKS = " \t\"“'‘«(—-"
When = Judgement[PartialDate | None]


def outer_first(attributions: Sequence[Attribution]) -> list[Attribution]:
    """Text order, but a reporter before those it reports: "Citing two diplomats, the Courier writes …"."""
    ordered: dict[int, Attribution] = {}

    def place(one: Attribution) -> None:
        for around in (one.outer, one.inside):
            if around is not None and id(around) not in ordered:
                place(around)
        ordered.setdefault(id(one), one)

    for attribution in attributions:
        place(attribution)
    return list(ordered.values())


class Interpreter:
    """Makes statements of attributions; `codebook` gives the issues, without it they are unknown."""

    def __init__(self, codebook: Codebook | None = None, classifier: StatementClassifier | None = None) -> None:
        self._codebook = codebook
        self._gazetteer = bundled_gazetteer()
        self._roles = bundled_roles()
        self._classifier = classifier or StatementClassifier(codebook)

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """The statements of an article, one for each attribution, in text order."""
        context = Context(article)
        speakers = self._speakers(context, attributions)
        told = [speakers[id(attribution)].name for attribution in attributions]
        readings = self._classifier.classify(article, attributions, told)
        of = {id(attribution): reading for attribution, reading in zip(attributions, readings, strict=True)}
        occasions, names = Occasions(context, attributions), [speaker.name for speaker in speakers.values()]
        made: dict[int, Statement] = {}
        for attribution in outer_first(attributions):
            if id(attribution) not in of:
                continue
            speaker = speakers[id(attribution)]
            when = occasions.when(attribution, speaker.name, main=names.count(speaker.name) * 2 >= len(names))
            parent = made.get(id(attribution.outer)) if attribution.outer is not None else None
            holder = made.get(id(attribution.inside)) if attribution.inside is not None else parent
            nested_in = holder.id if holder is not None else None
            statement = self._statement(context, attribution, of[id(attribution)], speaker, when, parent)
            made[id(attribution)] = replace(statement, nested_in=nested_in)
        return [made[id(attribution)] for attribution in attributions]

    def _speakers(self, context: Context, attributions: Sequence[Attribution]) -> dict[int, Speaker]:
        openers = set()
        for start, end in context.sentences:
            sentence = context.text[start:end]
            openers.add(start + len(sentence) - len(sentence.lstrip(OPENING_MARKS)))
        hints = f"{self._codebook.name}. {self._codebook.description}" if self._codebook is not None else ""
        setting = Setting(hints, context.article.outlet)
        cast = build_cast(context.text, context.words, openers, setting, self._gazetteer, self._roles)
        describe(cast)
        settle(cast)
        resolver = Resolver(context, cast)
        speakers: dict[int, Speaker] = {}
        for attribution in outer_first(attributions):
            outer = speakers.get(id(attribution.outer)) if attribution.outer is not None else None
            speakers[id(attribution)] = resolver.resolve(attribution, outer)
        settle_rest(cast, [s.entity for s in speakers.values() if s.entity is not None])
        return {key: resolver.settled(speaker) for key, speaker in speakers.items()}

    def _statement(
        self,
        context: Context,
        attribution: Attribution,
        reading: Classification,
        speaker: Speaker,
        when: When,
        parent: Statement | None,
    ) -> Statement:
        who, affiliation = judged(speaker)
        return Statement(
            article=context.article,
            source=attribution.source,
            cue=attribution.cue,
            content=attribution.content,
            form=Judgement(value=attribution.form, rule=FORM_RULE, confidence=0.95),
            speaker=who,
            affiliation=affiliation,
            chain=_chain(parent),
            venue=_venue(context, attribution),
            act=reading.act,
            issue=reading.issue,
            stance=reading.stance,
            commitment=reading.commitment,
            condition=reading.condition,
            when=when,
        )


def _chain(parent: Statement | None) -> Judgement[tuple[str, ...]]:
    if parent is None:
        return Judgement(value=(), rule="reported by the article itself", confidence=0.9)
    chain = (*parent.chain.value, parent.speaker.value or "unknown")
    return Judgement(value=chain, rule="the speakers of the attributions around it", confidence=0.8)


def _venue(context: Context, attribution: Attribution) -> Judgement[str | None]:
    after = ""
    if attribution.cue:
        end = attribution.cue[-1].span.end
        after = context.text[end : end + 80]
    tells = any(w.lower in TELLS for e in attribution.cue for w in words(e.quote))
    for start, end in around_cue(context, attribution):
        value, place, rule = venue_of(context.text[start:end], after, tells)
        if value is not None:
            cited: tuple[Evidence, ...] = ()
            if place is not None:
                cited = (context.article.text.cite(start + place[0], start + place[1]),)
            return Judgement(value=value, rule=rule, confidence=0.6, evidence=cited)
    return Judgement(value=None, rule="the article does not tell", confidence=0.7)

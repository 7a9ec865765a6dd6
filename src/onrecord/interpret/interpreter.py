"""Attributions to statements: each field by its rule, in text order, every judgement with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.interpret.cast import Setting, build_cast
from onrecord.interpret.certainty import commitment_of, conditions, main_clause
from onrecord.interpret.context import Context, joined, pieces
from onrecord.interpret.issues import IssueIndex, Match, points_back
from onrecord.interpret.names import Kind, bundled_gazetteer, bundled_roles
from onrecord.interpret.occasion import venue_of
from onrecord.interpret.descriptions import Speaker
from onrecord.interpret.people import Resolver, judged
from onrecord.interpret.offices import describe, settle_rest
from onrecord.interpret.saying import CueIndex, Said, act_of
from onrecord.interpret.stance import stance_of
from onrecord.interpret.timing import Occasions, around_cue
from onrecord.interpret.words import words
from onrecord.lexicon import Codebook, Cue
from onrecord.model import Act, Article, Attribution, Form, Judgement, PartialDate, Stance, Statement
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


UNTIMED: Judgement[PartialDate | None] = Judgement(value=None, rule="not looked for", confidence=0.0)


@dataclass(slots=True)
class Memory:
    """What earlier statements of the article leave for later ones."""

    issue: Match | None = None
    issue_line: int = -1
    when: Judgement[PartialDate | None] = UNTIMED


class Interpreter:
    """Makes statements of attributions; `codebook` gives the issues, without it they are unknown."""

    def __init__(self, cues: Sequence[Cue], codebook: Codebook | None = None) -> None:
        self._cues = CueIndex.of(cues)
        self._codebook = codebook
        self._issues = IssueIndex(codebook) if codebook is not None else None
        self._gazetteer = bundled_gazetteer()
        self._roles = bundled_roles()

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """The statements of an article, one for each attribution, in text order."""
        context = Context(article)
        openers = {s + (len(context.text[s:e]) - len(context.text[s:e].lstrip(" \t\"“'‘«(—-"))) for s, e in context.sentences}
        hints = f"{self._codebook.name}. {self._codebook.description}" if self._codebook is not None else ""
        cast = build_cast(context.text, context.words, openers, Setting(hints, article.outlet), self._gazetteer, self._roles)
        describe(cast)
        resolver, memory = Resolver(context, cast), Memory()
        speakers: dict[int, Speaker] = {}
        made: dict[int, Statement] = {}
        ordered = outer_first(attributions)
        for attribution in ordered:
            outer = speakers.get(id(attribution.outer)) if attribution.outer is not None else None
            speakers[id(attribution)] = resolver.resolve(attribution, outer)
        occasions, names = Occasions(context, attributions), [s.name for s in speakers.values()]
        settle_rest(cast, [s.entity for s in speakers.values() if s.entity is not None])
        for attribution in ordered:
            speaker = resolver.settled(speakers[id(attribution)])
            reports = any(other.outer is attribution for other in attributions)
            memory.when = occasions.when(attribution, speaker.name, main=names.count(speaker.name) * 2 >= len(names))
            parent = made.get(id(attribution.outer)) if attribution.outer is not None else None
            made[id(attribution)] = self._statement(context, attribution, speaker, memory, reports, parent)
        return [made[id(attribution)] for attribution in attributions]

    def _statement(self, context: Context, attribution: Attribution, speaker: Speaker, memory: Memory, reports: bool, parent: Statement | None) -> Statement:
        text, content = context.text, joined(attribution, "content")
        said = self._said(attribution)
        question = content.rstrip("\"'”’»). ").endswith("?") and attribution.form is not Form.INDIRECT or said.lemma in ("wonder",)
        taken = conditions(text, pieces(attribution, "content"), said)
        clause = main_clause(text, pieces(attribution, "content"), taken)
        act = act_of(said, content, attribution.cue, question)
        if reports and said.act is Act.STATE:
            act = Judgement(value=Act.STATE, rule="reports what somebody else says", confidence=0.85)
        commitment = commitment_of(said, act.value, clause, question)
        match, issue = self._issue(context, attribution, memory)
        own = self._is_own(speaker, clause)
        kind = taken[0][2] if taken else None
        stance = stance_of(said, act.value, match.issue if match else None, clause, commitment.value, own, kind)
        if reports and match is not None and said.act is Act.STATE:
            stance = Judgement(value=Stance.NONE, rule="reports what somebody else says", confidence=0.75)
        venue = self._venue(context, attribution)
        cited = tuple(context.article.text.cite(a, b) for a, b, _ in taken)
        who, affiliation = judged(speaker)
        chain = (*parent.chain.value, parent.speaker.value or "unknown") if parent is not None else ()
        chain_rule = "the speakers of the attributions around it" if parent is not None else "reported by the article itself"
        if match is not None:
            memory.issue, memory.issue_line = match, attribution.content[0].span.start
        return Statement(
            article=context.article, source=attribution.source, cue=attribution.cue, content=attribution.content,
            form=Judgement(value=attribution.form, rule=FORM_RULE, confidence=0.95),
            speaker=who, affiliation=affiliation,
            chain=Judgement(value=chain, rule=chain_rule, confidence=0.8 if chain else 0.9),
            venue=venue, act=act, issue=issue, stance=stance, commitment=commitment,
            condition=Judgement(value=cited, rule=", ".join(k for _, _, k in taken) or "no condition is set", confidence=0.7, evidence=cited),
            when=memory.when, nested_in=parent.id if parent is not None else None,
        )  # fmt: skip

    def _said(self, attribution: Attribution) -> Said:
        tokens = [w for e in attribution.cue for w in words(e.quote)]
        return self._cues.read(tokens)

    def _issue(self, context: Context, attribution: Attribution, memory: Memory) -> tuple[Match | None, Judgement[str | None]]:
        if self._issues is None:
            return None, Judgement(value=None, rule="no codebook was given", confidence=1.0)
        spans = pieces(attribution, "content")
        content = joined(attribution, "content")
        matches = self._issues.best(context.text, spans)
        recent = memory.issue if memory.issue_line >= context.paragraph_at(attribution.content[0].span.start)[0] - 600 else None
        if not matches or (points_back(content) and matches[0].score < 0.9):
            if recent is not None and (points_back(content) or self._continues(attribution, memory)):
                value = Judgement(value=recent.issue.id, rule="points back to what was spoken of before", confidence=0.5)
                return recent, value
            if not matches:
                return None, Judgement(value=None, rule="no term of the codebook", confidence=0.7)
        best = matches[0]
        rival = matches[1].score if len(matches) > 1 else 0.0
        confidence = min(0.95, 0.55 + 0.3 * (best.score - rival))
        cited = tuple(context.article.text.cite(a, b) for a, b in best.places)
        return best, Judgement(value=best.issue.id, rule="terms of the codebook", confidence=max(0.3, confidence), evidence=cited)

    def _continues(self, attribution: Attribution, memory: Memory) -> bool:
        return attribution.form is not Form.INDIRECT and len(joined(attribution, "content").split()) < 25

    def _is_own(self, speaker: Speaker, clause: str) -> bool:
        """Whether the clause is about what the speaker's side does: first person, or its name in the subject."""
        head = clause[:60]
        if re.search(r"\b(?:I|[Ww]e|[Oo]ur|[Mm]y|us)\b", head):
            return True
        for name in (speaker.affiliation, speaker.name):
            if name and re.search(rf"\b{re.escape(name.split()[-1][:-1])}", head):
                return True
        return speaker.entity is not None and speaker.entity.kind in (Kind.STATE, Kind.BODY) and re.match(r"\W*(?:that )?(?:it|they)\b", head) is not None

    def _venue(self, context: Context, attribution: Attribution) -> Judgement[str | None]:
        after: str = ""
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

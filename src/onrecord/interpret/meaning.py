"""What is meant: act, issue, stance, commitment and conditions of all attributions of an article.

Rules read cue, clause and conditions; their verdicts and everything else that can be seen (`traits`) go to three fitted
models. A small encoder (`reader`) reads the statement as a whole, beside the issue's proposition. The two are blended,
with weights that make the result as sure as it is right. Where no model is bundled, the rules' verdicts stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from onrecord.core.span import Evidence
from onrecord.core.statement import Act, Attribution, Commitment, Form, Judgement, Stance
from onrecord.interpret.certainty import SURE, commitment_of, conditions, main_clause
from onrecord.interpret.context import Context, joined, pieces
from onrecord.interpret.issuechain import IssueModel, bundled_issue_model
from onrecord.interpret.issues import LINKS, NO_TERM, Beside, IssueIndex, Match, Passage, compare, points_back
from onrecord.interpret.issues import Evidence as IssueEvidence
from onrecord.interpret.linear import Floats, Linear, Picked, bundled_models, pick, softmax, stance_prior
from onrecord.interpret.reader import Likely, Reader, bundled_reader, quoted
from onrecord.interpret.reader import Passage as Place
from onrecord.interpret.saying import CueIndex, act_of
from onrecord.interpret.signals import signals
from onrecord.interpret.stance import stance_of
from onrecord.interpret.traits import Saying, features, stance_features
from onrecord.interpret.vectors import PieceVectors, bundled_vectors
from onrecord.lexicon import Codebook, Cue, Issue
from onrecord.text.tokens import Word, between, words

Table = npt.NDArray[np.float32]
Marked = npt.NDArray[np.bool_]
Own = Callable[[Attribution, str], bool]
PRONOUN = frozenset("it this that them they these those so such".split())
NEAR = 120  # characters between two contents that count as near
GIVEN_ACT = "stance given act"
# The reader is asked where a model of traits is less sure than this of its field. On disputes that neither has seen,
# asking it about every statement is no more often right, and costs nearly twice as much.
DOUBT = 0.65


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The judgements on one attribution."""

    act: Judgement[Act]
    issue: Judgement[str | None]
    stance: Judgement[Stance]
    commitment: Judgement[Commitment]
    condition: Judgement[tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One attribution with what the rules see in it; `taken` are its conditions as (start, end, type)."""

    attribution: Attribution
    saying: Saying
    taken: tuple[tuple[int, int, str], ...]
    judged: Mapping[str, Judgement[Act] | Judgement[Commitment]]
    speaker: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What a model of traits makes of one field: its scores, the traits they rest on, and the words to cite."""

    model: Linear
    kind: type
    traits: Picked
    evidence: tuple[Evidence, ...]
    scores: Floats

    def sure(self) -> float:
        """The probability of the likeliest value."""
        return float(softmax(self.scores / self.model.temperature).max())


@dataclass(slots=True)
class Meaning:
    """Reads what is meant; `codebook` gives the issues."""

    cues: Sequence[Cue]
    codebook: Codebook | None = None
    vectors: PieceVectors = field(default_factory=bundled_vectors)
    models: Mapping[str, Linear] = field(default_factory=bundled_models)
    issue_model: IssueModel = field(default_factory=bundled_issue_model)
    reader: Reader | None = field(default_factory=bundled_reader)
    _index: CueIndex = field(init=False)
    _issues: IssueIndex | None = field(init=False)

    def __post_init__(self) -> None:
        self._index = CueIndex.of(self.cues)
        self._issues = IssueIndex(self.codebook, self.vectors) if self.codebook is not None else None

    def read(
        self, context: Context, attributions: Sequence[Attribution], own: Own, speakers: Sequence[str | None] = ()
    ) -> list[Reading]:
        """The readings of an article's attributions, in their order.

        `own` says whose side a clause is about; `speakers` names who each attribution is of, where that is known.
        """
        named = speakers or [None] * len(attributions)
        observed = [
            self.observe(context, a, attributions, own, name) for a, name in zip(attributions, named, strict=True)
        ]
        issues = self._issue_judgements(context, observed)
        inside = quoted(context.text) if self.reader is not None else None
        return [
            self._reading(context, o, match, issue, inside) for o, (match, issue) in zip(observed, issues, strict=True)
        ]

    # ------------------------------------------------------------ what can be seen

    def observe(
        self,
        context: Context,
        attribution: Attribution,
        around: Sequence[Attribution],
        own: Own,
        speaker: str | None = None,
    ) -> Observed:
        """Cue, clause and conditions of one attribution, and the rules' verdicts on them."""
        content = joined(attribution, "content")
        said = self._index.read([w for e in attribution.cue for w in words(e.quote)], _after_cue(context, attribution))
        asked = content.rstrip("\"'”’»). ").endswith("?") and attribution.form is not Form.INDIRECT
        question = asked or said.lemma == "wonder"
        taken = tuple(conditions(context.text, pieces(attribution, "content"), said))
        clause = main_clause(context.text, pieces(attribution, "content"), list(taken))
        act = act_of(said, content, attribution.cue, question)
        commitment = commitment_of(said, act.value, clause, question)
        saying = Saying(
            said=said, cue=joined(attribution, "cue"), content=content, clause=clause, form=attribution.form,
            question=question, reports=any(other.outer is attribution for other in around),
            nested=attribution.outer is not None,
            own=own(attribution, clause), conditions=tuple(kind for _, _, kind in taken),
            rules={"act": str(act.value), "commitment": str(commitment.value)},
        )  # fmt: skip
        return Observed(
            attribution=attribution,
            saying=saying,
            taken=taken,
            judged={"act": act, "commitment": commitment},
            speaker=speaker,
        )

    # ------------------------------------------------------------ issues

    def evidence(self, context: Context, observed: Sequence[Observed]) -> tuple[list[IssueEvidence], list[Table]]:
        """For each statement the evidence on its issue, and its links to the statement before."""
        if self._issues is None:
            return [], []
        topic = self._issues.topic(context.words)
        title = words(context.article.title or "")
        found, links = [], []
        last: Observed | None = None
        seen: Beside = {}
        for one in observed:
            passage = _passage(context, one, title)
            evidence = self._issues.evidence(passage, topic, seen)
            found.append(evidence)
            links.append(_links(context, one, last, passage, bool(evidence.table[-1, NO_TERM])))
            last = one
        compare(found, [one.speaker for one in observed])
        return found, links

    def _issue_judgements(
        self, context: Context, observed: Sequence[Observed]
    ) -> list[tuple[Match | None, Judgement[str | None]]]:
        if self.codebook is None:
            nothing: Judgement[str | None] = Judgement(value=None, rule="no codebook was given", confidence=1.0)
            return [(None, nothing)] * len(observed)
        found, links = self.evidence(context, observed)
        beliefs = self.issue_model.beliefs([f.table for f in found], links)
        made: list[tuple[Match | None, Judgement[str | None]]] = []
        for evidence, belief, link in zip(found, beliefs, links, strict=True):
            best = int(belief.argmax())
            confidence = float(belief[best])
            if best == len(self.codebook.issues):
                made.append(
                    (
                        None,
                        Judgement(
                            value=None, rule="model: nothing points to an issue of the codebook", confidence=confidence
                        ),
                    )
                )
                continue
            places = tuple(sorted(evidence.places[best]))
            cited = tuple(context.article.text.cite(a, b) for a, b in places)
            issue = self.codebook.issues[best]
            rule = (
                "model: terms and words of the issue"
                if places
                else "model: carried on from what was spoken of before"
                if link[0]
                else "model: likeness of meaning"
            )
            made.append(
                (
                    Match(issue, confidence, places),
                    Judgement(value=issue.id, rule=rule, confidence=confidence, evidence=cited),
                )
            )
        return made

    # ------------------------------------------------------------ act, commitment, stance

    def likely(self, context: Context, one: Attribution, issue: Issue | None, inside: Marked | None) -> Likely | None:
        """What the reader makes of an attribution beside its issue; `inside` is `quoted(context.text)`."""
        if self.reader is None or inside is None:
            return None
        place = Place(pieces(one, "source"), pieces(one, "cue"), pieces(one, "content"))
        return self.reader.read(context.text, place, issue.proposition if issue else None, inside)

    def _reading(
        self,
        context: Context,
        one: Observed,
        match: Match | None,
        issue: Judgement[str | None],
        inside: Marked | None,
    ) -> Reading:
        saying, cue = one.saying, one.attribution.cue
        seen = features(saying, self.vectors)
        about = match.issue if match is not None else None
        kind = saying.conditions[0] if saying.conditions else None
        ruled = stance_of(
            saying.said,
            Act(saying.rules["act"]),
            about,
            saying.clause,
            Commitment(saying.rules["commitment"]),
            saying.own,
            kind,
        )
        act = self._view("act", Act, seen, (*cue, *_signal_places(context, one)))
        views = {"act": act, "commitment": self._view("commitment", Commitment, seen, cue, like=act)}
        if about is not None:
            toward = stance_features({**seen, f"rule's stance: {ruled.value}": 1.0}, saying, about, self.vectors)
            given = self.models.get(GIVEN_ACT)
            prior = stance_prior(act.model, given, act.scores) if act is not None and given is not None else None
            views["stance"] = self._view("stance", Stance, toward, (*cue, *one.attribution.content), prior)
        doubtful = any(view is not None and view.sure() < DOUBT for view in views.values())
        likely = self.likely(context, one.attribution, about, inside) if doubtful else None
        judged = {name: self._judge(name, view, likely) for name, view in views.items() if view is not None}
        sure = {name: rule for name, rule in one.judged.items() if rule.confidence >= SURE}
        judged |= {name: replace(rule, evidence=rule.evidence or cue) for name, rule in sure.items()}
        spans = tuple(context.article.text.cite(a, b) for a, b, _ in one.taken)
        kinds = ", ".join(k for _, _, k in one.taken)
        condition = Judgement(
            value=spans,
            rule=f"condition: {kinds}; binds the main clause" if kinds else "no condition is set",
            confidence=0.8 if spans else 0.95,
            evidence=spans,
        )
        return Reading(
            act=judged.get("act", one.judged["act"]),
            issue=issue,
            stance=judged.get("stance", ruled),
            commitment=judged.get("commitment", one.judged["commitment"]),
            condition=condition,
        )

    def _view(
        self,
        name: str,
        kind: type,
        traits: Mapping[str, float],
        evidence: tuple[Evidence, ...],
        prior: Floats | None = None,
        like: View | None = None,
    ) -> View | None:
        """A model's view of some traits, added to a prior; `like`: another view of the same traits."""
        model = self.models.get(name)
        if model is None:
            return None
        shared = like.traits if like is not None and like.traits.index is model.index else None
        picked = shared or pick(traits, model.index)
        scores = model.scores(picked) if prior is None else model.scores(picked) + prior
        return View(model, kind, picked, evidence, scores)

    def _judge(self, name: str, view: View, likely: Likely | None):  # type: ignore[no-untyped-def]
        """The verdict of the models of traits, or of these and the reader, with its reasons."""
        model, alone = view.model, int(view.scores.argmax())
        scores = view.scores / model.temperature
        if likely is not None and self.reader is not None:
            scores = self.reader.blend(name, model.classes, view.scores, likely)
        shares = softmax(scores)
        best = int(shares.argmax())
        why = "; ".join(model.telling(view.traits, best)) or "words and meaning"
        rule = f"model: {why}" if best == alone else f"model: read as a whole (by its words: {model.classes[alone]})"
        return Judgement(
            value=view.kind(model.classes[best]), rule=rule, confidence=float(shares[best]), evidence=view.evidence
        )


def ruled_stance(saying: Saying, issue: Issue) -> Stance:
    """The rules' verdict on a stance, which is one feature of the model's."""
    kind = saying.conditions[0] if saying.conditions else None
    return stance_of(
        saying.said,
        Act(saying.rules["act"]),
        issue,
        saying.clause,
        Commitment(saying.rules["commitment"]),
        saying.own,
        kind,
    ).value


def _after_cue(context: Context, attribution: Attribution) -> list[Word]:
    """The two words after the cue, where its sentence goes on."""
    if not attribution.cue:
        return []
    end = attribution.cue[-1].span.end
    following = words(context.text, end, end + 30)[:2]
    return [word for word in following if word.is_word] if following and following[0].is_word else []


def _passage(context: Context, one: Observed, title: Sequence[Word]) -> Passage:
    spans = pieces(one.attribution, "content")
    tokens = [w for a, b in spans for w in between(context.words, a, b)]
    conditioned = [w for w in tokens if any(a <= w.start < b for a, b, _ in one.taken)]
    main = [w for w in tokens if not any(a <= w.start < b for a, b, _ in one.taken)]
    if sum(w.is_word for w in main) < 2:
        main = tokens
    start, end = context.sentence_at(spans[0][0])
    inside = {w.start for w in tokens}
    _, stop = context.paragraph_at(spans[0][0])
    return Passage(
        main=main, conditioned=conditioned, demanded=any(kind == "unless" for _, _, kind in one.taken),
        sentence=[w for w in between(context.words, start, end) if w.start not in inside],
        before=between(context.words, max(0, start - 250), start),
        after=between(context.words, end, min(end + 160, max(end, stop))),
        title=title, anaphoric=points_back(one.saying.content),
    )  # fmt: skip


def _links(context: Context, one: Observed, last: Observed | None, passage: Passage, no_term: bool) -> Table:
    if last is None:
        return np.zeros(len(LINKS), dtype=np.float32)
    here, there = one.attribution.content[0].span.start, last.attribution.content[0].span.start
    main = [w for w in passage.main if w.is_word]
    paragraph = context.paragraph_at(here) == context.paragraph_at(there)
    continues = not one.attribution.cue or (one.attribution.form is not Form.INDIRECT and len(main) < 16)
    pronoun = any(w.lower in PRONOUN for w in main[:6])
    sentence = context.sentence_at(here) == context.sentence_at(there)
    near = here - last.attribution.content[-1].span.end < NEAR
    nested = one.attribution.outer is last.attribution
    back = passage.anaphoric
    return np.array(
        (
            1,
            paragraph,
            back,
            no_term,
            continues,
            pronoun,
            nested,
            sentence,
            no_term and paragraph,
            near,
            paragraph and pronoun,
            back and paragraph,
        ),
        dtype=np.float32,
    )


def _signal_places(context: Context, one: Observed) -> list[Evidence]:
    """Where the content shows what it does, for those who ask why."""
    start, end = one.attribution.content[0].span.start, one.attribution.content[0].span.end
    found = [(a, b) for _, a, b in islice(signals().find(context.text[start:end]), 2)]
    return [
        context.article.text.cite(start + a, start + b)
        for a, b in found
        if re.search(r"\w", context.text[start + a : start + b])
    ]

"""Turn a model's answers into statements: what is not in the article, or not in a closed list, is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from onrecord.core.span import Evidence
from onrecord.core.statement import (
    Act,
    Article,
    Attribution,
    Commitment,
    Form,
    Judgement,
    PartialDate,
    Stance,
    Statement,
)
from onrecord.errors import CodecError, LanguageModelError
from onrecord.lexicon import Codebook, word_class
from onrecord.llm.align import Aligner
from onrecord.llm.answers import AnswerCache
from onrecord.llm.completions import UsageCounts, ask_once
from onrecord.llm.endpoint import Endpoint
from onrecord.llm.questions import (
    STATEMENTS,
    QuestionPassage,
    article_messages,
    article_schema,
    meaning_messages,
    meaning_schema,
    passages,
    prompt_version,
)
from onrecord.text.names import fold
from onrecord.text.quotes import quoted_regions

Closed = TypeVar("Closed", bound=StrEnum)

UNCALIBRATED = 0.5
"""Confidence of a model's answer where its accuracy was not measured."""

_STEM = 4  # letters that a name shares with a word of the text: "Russia" and "Russian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """Hold the judgements on the meaning of one attribution."""

    act: Judgement[Act]
    issue: Judgement[str | None]
    stance: Judgement[Stance]
    commitment: Judgement[Commitment]
    condition: Judgement[tuple[Evidence, ...]]


@dataclass(slots=True, kw_only=True)
class LanguageModel:
    """Hold a language model with the codebook, caches and confidences that its answers are judged by.

    `confidences` has, for each field, how often the model was right where people judged (see `llm.calibration`).
    """

    endpoint: Endpoint
    codebook: Codebook | None = None
    answers: AnswerCache = field(default_factory=AnswerCache)
    confidences: Mapping[str, float] = field(default_factory=dict)
    tally: UsageCounts = field(default_factory=UsageCounts)

    def rule(self, prompt: str) -> str:
        """Name the model and the version of a prompt, for the rule of a judgement."""
        return f"language model: {self.endpoint.model}, prompt {prompt_version(prompt)}"

    def confidence(self, name: str) -> float:
        """Return the confidence of the model's answers on a field."""
        return round(self.confidences.get(name, UNCALIBRATED), 4)

    # ------------------------------------------------------------ meaning

    def classify(
        self, article: Article, attributions: Sequence[Attribution], speakers: Sequence[str | None]
    ) -> list[Meaning]:
        """Judge what an article's attributions mean, in their order.

        Raises:
            LanguageModelError: the endpoint fails, or leaves out a statement that it was asked about.
        """
        made: dict[int, Meaning] = {}
        aligner = Aligner(article.text)
        for passage in passages(article.text.content):
            inside = [
                (number, one, speaker)
                for number, (one, speaker) in enumerate(zip(attributions, speakers, strict=True), 1)
                if passage.start <= one.content[0].span.start < passage.end
            ]
            for at in range(0, len(inside), STATEMENTS):
                some = inside[at : at + STATEMENTS]
                messages = meaning_messages(article, passage, some, self.codebook)
                found = ask_once(self.endpoint, self.answers, messages, meaning_schema(self.codebook), self.tally)
                for number, one, _ in some:
                    answer = next((a for a in found if a.get("number") == number), None)
                    if answer is None:
                        raise LanguageModelError(f"{self.endpoint.model}: no answer about statement {number}")
                    made[number] = self._meaning(answer, aligner, one.content, "meaning")
        return [made[number] for number in range(1, len(attributions) + 1)]

    def _meaning(
        self, answer: Mapping[str, Any], aligner: Aligner, content: Sequence[Evidence], prompt: str
    ) -> Meaning:
        rule = self.rule(prompt)
        near = content[0].span.start
        reason = tuple(
            one for one in (aligner.find(words, near=near) for words in _texts(answer.get("reason"))) if one is not None
        )
        known = {issue.id for issue in self.codebook.issues} if self.codebook else set()
        issue = answer.get("issue")
        if issue is not None and issue not in known:
            self.tally.refuse("issue that is not in the codebook")
            issue = None
        stance = self._closed(Stance, answer.get("stance"), Stance.NONE) if issue is not None else Stance.NONE
        return Meaning(
            act=Judgement(
                value=self._closed(Act, answer.get("act"), Act.STATE), rule=rule, confidence=self.confidence("act")
            ),
            issue=Judgement(value=issue, rule=rule, confidence=self.confidence("issue"), evidence=reason),
            stance=Judgement(value=stance, rule=rule, confidence=self.confidence("stance"), evidence=reason),
            commitment=Judgement(
                value=self._closed(Commitment, answer.get("commitment"), Commitment.UNCOMMITTED),
                rule=rule,
                confidence=self.confidence("commitment"),
            ),
            condition=self._condition(answer, aligner, near, rule),
        )

    def _condition(self, answer: Mapping[str, Any], aligner: Aligner, near: int, rule: str) -> Judgement[Any]:
        found = []
        for words in _texts(answer.get("condition")):
            one = aligner.find(words, near=near)
            if one is None:
                self.tally.refuse("condition that is not in the article")
            else:
                found.append(one)
        ordered = tuple(sorted(set(found), key=lambda one: one.span))
        return Judgement(value=ordered, rule=rule, confidence=self.confidence("condition"), evidence=ordered)

    def _closed(self, kind: type[Closed], value: object, otherwise: Closed) -> Closed:
        try:
            return kind(str(value))
        except ValueError:
            self.tally.refuse(f"{kind.__name__.lower()} outside the closed list")
            return otherwise

    # ------------------------------------------------------------ everything

    def statements(self, article: Article, attributions: Sequence[Attribution] = ()) -> list[Statement]:
        """Read everything: all statements of an article, in text order. What a tagger found is not looked at."""
        aligner = Aligner(article.text)
        made: dict[str, Statement] = {}
        for passage in passages(article.text.content):
            messages = article_messages(article, passage, self.codebook)
            for answer in ask_once(self.endpoint, self.answers, messages, article_schema(self.codebook), self.tally):
                one = self._statement(article, answer, aligner, passage)
                if one is not None:
                    made.setdefault(one.span_id, one)
        return sorted(made.values(), key=lambda one: (one.content[0].span, one.id))

    def _statement(
        self, article: Article, answer: Mapping[str, Any], aligner: Aligner, passage: QuestionPassage
    ) -> Statement | None:
        pieces = _texts(answer.get("content"))
        content = aligner.find_all(pieces, start=passage.start, end=passage.end) if pieces else None
        if not content:
            self.tally.refuse("content that is not in the article")
            return None
        near = content[0].span.start
        parts: dict[str, tuple[Evidence, ...]] = {}
        for name in ("source", "cue"):
            words = str(answer.get(name) or "")
            one = aligner.find(words, near=near, start=passage.begin, end=passage.end) if words.strip() else None
            if words.strip() and one is None:
                self.tally.refuse(f"{name} that is not in the article")
            parts[name] = () if one is None else (one,)
        if not parts["source"] and not parts["cue"]:
            self.tally.refuse("statement without source and cue")
            return None
        rule = self.rule("article")
        meaning = self._meaning(answer, aligner, content, "article")

        def judged(name: str, value: Any) -> Judgement[Any]:
            return Judgement(value=value, rule=rule, confidence=self.confidence(name))

        chain = tuple(name for name in (self._name(n, article) for n in _texts(answer.get("chain"))) if name)
        return Statement(
            article=article,
            source=parts["source"],
            cue=parts["cue"],
            content=content,
            form=Judgement(value=_form(article.text.content, content), rule="quotation marks", confidence=0.95),
            speaker=judged("speaker", self._name(answer.get("speaker"), article)),
            affiliation=judged("affiliation", self._name(answer.get("affiliation"), article)),
            chain=judged("chain", chain),
            venue=judged("venue", self._name(answer.get("venue"), article)),
            act=meaning.act,
            issue=meaning.issue,
            stance=meaning.stance,
            commitment=meaning.commitment,
            condition=meaning.condition,
            when=judged("when", self._date(answer.get("when"))),
        )

    def _name(self, value: object, article: Article) -> str | None:
        """Accept a name that the article, its outlet or the codebook supports; refuse others."""
        name = " ".join(value.split()) if isinstance(value, str) else ""
        if not name or name.casefold() in word_class("missing"):
            return None
        about = f"{self.codebook.name} {self.codebook.description}" if self.codebook else ""
        known = {word[:_STEM] for word in fold(f"{article.text.content} {article.outlet or ''} {about}").split()}
        words = [word for word in fold(name).split() if len(word) > 2] or fold(name).split()
        if not words or not any(word[:_STEM] in known for word in words):
            self.tally.refuse("name that is not in the article")
            return None
        return name

    def _date(self, value: object) -> PartialDate | None:
        if value is None or not str(value).strip() or str(value).casefold() == "null":
            return None
        try:
            return PartialDate(str(value))
        except CodecError:
            self.tally.refuse("date that is no date")
            return None


def _texts(value: object) -> list[str]:
    """Return the texts of a value that should be a list of them."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [one for one in value if isinstance(one, str) and one.strip()] if isinstance(value, list) else []


def _form(text: str, content: Sequence[Evidence]) -> Form:
    """Classify the form by the printed marks: all words of the content in quotation marks, none, or some."""
    regions = list(quoted_regions(text))
    inside = total = 0
    for piece in content:
        for word in re.finditer(r"\w+", piece.quote):
            place = piece.span.start + word.start()
            total += 1
            inside += any(start <= place < end for start, end in regions)
    return Form.DIRECT if inside == total else Form.MIXED if inside else Form.INDIRECT

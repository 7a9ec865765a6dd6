"""When each thing was said: a time beside the cue, the occasion that it belongs to, or unknown.

Only times that the text gives for the saying count; the article's date is never copied in, but for printed interviews
and live reports, whose occasion it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from onrecord.core.statement import Attribution, Form, Judgement, PartialDate
from onrecord.interpret.context import Context
from onrecord.interpret.occasion import dated

REACH = 90  # code points between a cue and a time that still counts as beside it
CARRY = 1000  # code points over which the same speaker's occasion goes on
MET = re.compile(r"\b(?:meeting|met|gathered|assembled|speaking|who spoke|convened|received)\b")
LIVE = re.compile(r"\A\W*(?:live\b|live from\b|as it happened\b|ticker\b)", re.I)
INTERVIEW = re.compile(
    r"\b(?:in (?:an|this|the) (?:\w+ )?(?:interview|conversation) with (?:this|our)\b|(?:told|spoke to|talked to|"
    r"received) (?:this (?:newspaper|paper|magazine)|our (?:newspaper|correspondent|reporter)))",
    re.I,
)
Times = Judgement[PartialDate | None]


@dataclass(slots=True)
class Occasions:
    """The times of one article's statements, asked for in text order."""

    context: Context
    attributions: Sequence[Attribution]
    _last: PartialDate | None = None
    _of_speaker: dict[str, tuple[int, Times]] = field(default_factory=dict)
    _live: bool = field(init=False)
    _spoken_to: bool = field(init=False)
    _contents: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        title, text = self.context.article.title or "", self.context.text
        self._live = bool(LIVE.match(title) or LIVE.match(text))
        outlet = re.escape((self.context.article.outlet or "\0").split()[-1])
        self._spoken_to = bool(INTERVIEW.search(text[:900]) or re.search(rf"\breceived the {outlet}\b", text[:900]))
        self._contents = sorted((e.span.start, e.span.end) for a in self.attributions for e in a.content)

    def when(self, attribution: Attribution, speaker: str | None, *, main: bool) -> Times:
        """The time of a statement; `main` says that its speaker has most of the article's statements."""
        anchor = (attribution.cue or attribution.content)[0].span.start
        found = self._beside(attribution)
        if found is None and speaker is not None and speaker in self._of_speaker:
            found = self._carried(attribution, anchor, self._of_speaker[speaker])
        if found is None:
            found = self._printed(attribution, main)
        if found is None:
            return Judgement(value=None, rule="the text gives no time for it", confidence=0.8)
        self._last = found.value
        if speaker is not None:
            self._of_speaker[speaker] = (anchor, found)
        return found

    def _beside(self, attribution: Attribution) -> Times | None:
        published = self.context.article.published
        stretches = around_cue(self.context, attribution, self._contents)
        for start, end in stretches + self._meetings(attribution):
            for a, b, value in dated(self.context.text[start:end], published, self._last):
                cited = (self.context.article.text.cite(start + a, start + b),)
                return Judgement(value=value, rule="a time beside the cue", confidence=0.8, evidence=cited)
        return None

    def _meetings(self, attribution: Attribution) -> list[tuple[int, int]]:
        """A source that is said to meet or speak at a time: 'the ministers, who met on Tuesday, offered'."""
        return [(e.span.start, e.span.end) for e in attribution.source if MET.search(e.quote)]

    def _carried(self, attribution: Attribution, anchor: int, before: tuple[int, Times]) -> Times | None:
        at, found = before
        cue = attribution.cue[0].quote.casefold() if attribution.cue else ""
        if found.value is None or abs(anchor - at) > CARRY or cue.startswith(("had ", "has long", "has vowed")):
            return None
        if len(found.value.iso) < 10 and "\n" in self.context.text[min(at, anchor) : max(at, anchor)]:
            return None  # "in January" is no occasion that a new paragraph goes on with
        return Judgement(
            value=found.value, rule="the same speaker on the same occasion", confidence=0.65, evidence=found.evidence
        )

    def _printed(self, attribution: Attribution, main: bool) -> Times | None:
        day = self.context.article.published
        if day is None or attribution.outer is not None:
            return None
        if self._live:
            return Judgement(value=day, rule="a live report: the day it was printed", confidence=0.7)
        answer = not attribution.cue and attribution.form is Form.INDIRECT and main
        if answer or (self._spoken_to and main):
            return Judgement(value=day, rule="a printed interview: the day it was printed", confidence=0.6)
        return None


def around_cue(
    context: Context, attribution: Attribution, contents: Sequence[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """The stretches of the cue's sentence near it that are neither content nor source, nearest first.

    Contents of other attributions that do not hold the cue are left out as well: their times are not the cue's.
    """
    anchor = attribution.cue or attribution.source
    if not anchor:
        return []
    anchor_at = anchor[0].span.start
    start, end = context.sentence_at(anchor_at)
    start = max(start, context.body)  # a dateline's day is that of the report, not of what was said
    holes = [(e.span.start, e.span.end) for e in (*attribution.content, *attribution.source)]
    holes += [(a, b) for a, b in contents if not a <= anchor_at < b]
    spans: list[tuple[int, int]] = []
    at = start
    for a, b in sorted(holes):
        if b <= start or a >= end:
            continue
        if a > at:
            spans.append((at, a))
        at = max(at, b)
    if at < end:
        spans.append((at, end))

    def distance(span: tuple[int, int]) -> int:
        return min(abs(span[0] - anchor_at), abs(span[1] - anchor_at))

    return [span for span in sorted(spans, key=distance) if distance(span) < REACH]

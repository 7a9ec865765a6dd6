"""Resolve speech times: which time phrase of the article dates a statement, or none.

Two softmax models over the times of the article and "none", fitted by `training/fit_speech_time.py`. The first looks at
each time and the statement (`speech_time_features.py`). The second also sees what the first gives for the statements
around, so that an occasion carries on (stacked sequential learning, Cohen and Carvalho 2005).
"""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from onrecord.core.statement import Attribution, PartialDate
from onrecord.lexicon import compiled, words_pattern
from onrecord.resolve.speech_time_features import DateFeatures, DateOption, anchor_of
from onrecord.resolve.times import Time, Times
from onrecord.resolve.vocabulary import data_file

LIVE = r"\A\W*{live-report}\b"


@dataclass(frozen=True, slots=True)
class SpeechTime:
    """Hold the time of a statement, the reason, and its confidence."""

    value: PartialDate | None
    rule: str
    weight: float
    spans: tuple[tuple[int, int], ...] = ()


Model = tuple[dict[str, float], float]  # weights, and the bias of no date
Answer = tuple[dict[str, float], float]  # probabilities of the dates, and of none


@cache
def models() -> tuple[Model, Model]:
    """Load the fitted models of the first and the second look."""
    stored = json.loads(data_file("speech_time.json"))
    first, second = stored["first"], stored["second"]
    return (first["weights"], first["nobody"]), (second["weights"], second["nobody"])


def answer(options: Sequence[DateOption], model: Model) -> Answer:
    """Compute the probability of each date, and of none."""
    weights, nobody = model
    scores = {o.value.iso: sum(weights.get(k, 0.0) * v for k, v in o.features.items()) for o in options}
    top = max((nobody, *scores.values()))
    total = math.exp(nobody - top) + sum(math.exp(score - top) for score in scores.values())
    return {iso: math.exp(score - top) / total for iso, score in scores.items()}, math.exp(nobody - top) / total


@dataclass(slots=True)
class Group:
    """Add up the answers for several statements."""

    dates: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    none: float = 0.0
    count: int = 0

    def add(self, given: Answer) -> None:
        """Count the answer for a further statement."""
        for iso, probability in given[0].items():
            self.dates[iso] += probability
        self.none += given[1]
        self.count += 1

    def without(self, given: Answer) -> Group:
        """Return the same without the answer for one statement."""
        made = Group(self.dates.copy(), self.none - given[1], self.count - 1)
        for iso, probability in given[0].items():
            made.dates[iso] -= probability
        return made


@dataclass(slots=True)
class SpeechTimeResolver:
    """Date the statements of one article."""

    times: Times
    attributions: Sequence[Attribution]
    speakers: Sequence[str | None]
    _features: DateFeatures = field(init=False)
    _index: dict[Attribution, int] = field(init=False)
    _options: list[list[DateOption]] | None = None
    _answers: list[Answer] | None = None
    _groups: dict[tuple[str, str], Group] = field(init=False)

    def __post_init__(self) -> None:
        self._features = DateFeatures(self.times, self.attributions, self.speakers)
        self._index = {attribution: n for n, attribution in enumerate(self.attributions)}
        self._groups = {}

    def date(self, n: int) -> SpeechTime:
        """Return the time of statement `n` was made."""
        options = [option for option in self.second_look(n) if not self._is_of_source(n, option.time)]
        printed = self._printed(n)
        if not options:
            return printed or SpeechTime(None, "the text gives no time", 0.9)
        dates, none = answer(options, models()[1])
        best = max(options, key=lambda o: (dates[o.value.iso], -o.time.start))
        if dates[best.value.iso] < none:
            return printed or SpeechTime(None, "no time of the text dates it", none)
        rule = "a time beside the cue" if "beside" in best.features else "the time of the occasion"
        return SpeechTime(best.value, rule, dates[best.value.iso], ((best.time.start, best.time.end),))

    def _is_of_source(self, n: int, time: Time) -> bool:
        """Tell whether a time belongs to the source: "the abbot, who has led the house since 1999, denied it"."""
        spans = [e.span for e in self.attributions[n].source]
        since = self.times.document.text[time.start : time.end].casefold().startswith("since ")
        return since and any(s.start <= time.start and time.end <= s.end for s in spans)

    def every_option(self) -> list[list[DateOption]]:
        """Return the options of all statements."""
        if self._options is None:
            self._options = [self._features.options(n) for n in range(len(self.attributions))]
        return self._options

    def look(self, model: Model) -> None:
        """Take the answers of a first model."""
        self._answers = [answer(options, model) for options in self.every_option()]
        self._groups = {}
        for n, given in enumerate(self._answers):
            for key in self._memberships(n):
                self._groups.setdefault(key, Group()).add(given)

    def second_look(self, n: int) -> list[DateOption]:
        """Return the dates of the article with features for statement `n`, the answers around it among them."""
        if self._answers is None:
            self.look(models()[0])
        assert self._answers is not None
        own = self._answers[n]
        around: dict[str, Group] = {}
        for name, key in self._memberships(n):
            around[name] = self._groups[name, key].without(own)
        for name, members in self._nearest(n).items():
            around[name] = Group()
            for m in members:
                around[name].add(self._answers[m])
        made = []
        for option in self.every_option()[n]:
            iso = option.value.iso
            f = dict(option.features)
            f["own"], f["own none"] = math.log(max(own[0][iso], 1e-4)), math.log(max(own[1], 1e-4))
            for name, group in around.items():
                if group.count:
                    f[f"date, {name}"] = group.dates[iso] / group.count
                    f[f"none, {name}"] = group.none / group.count
                else:
                    f[f"no {name}"] = 1.0
            made.append(DateOption(option.value, option.time, f))
        return made

    def _memberships(self, n: int) -> list[tuple[str, str]]:
        """Return the groups that a statement belongs to: its article, speaker, sentence, paragraph and reporter."""
        document, anchor = self.times.document, self._features.anchors[n]
        outer = self.attributions[n].outer
        return [
            ("article", ""),
            ("speaker", self.speakers[n] or f"nobody {n}"),
            ("sentence", str(document.sentence_of(anchor))),
            ("paragraph", str(document.paragraph_of(anchor))),
            ("reporter", str(anchor_of(outer)) if outer is not None else f"nobody {n}"),
        ]

    def _nearest(self, n: int) -> dict[str, list[int]]:
        """Return the statements before and after one, of anybody and of its speaker, and its reporter."""
        document, features = self.times.document, self._features
        anchors = features.anchors
        here = document.sentence_of(anchors[n])
        found: dict[str, list[int]] = {}
        for name, row in (
            ("", features.order),
            (" by the speaker", features.by_speaker.get(self.speakers[n] or None, [n])),
        ):
            place = features.rank[name, n]
            for side, members in (("before", row[max(0, place - 1) : place]), ("after", row[place + 1 : place + 2])):
                found[side + name] = members
                found[f"close {side}{name}"] = [m for m in members if abs(document.sentence_of(anchors[m]) - here) <= 1]
        outer = self.attributions[n].outer
        found["outer"] = [self._index[outer]] if outer in self._index else []
        return found

    def _printed(self, n: int) -> SpeechTime | None:
        """Return the article's own day, for live reports and for printed interviews."""
        day = self.times.published
        if day is None or self.attributions[n].outer is not None:
            return None
        opening, live = self.times.document.text[:900], compiled(LIVE, re.IGNORECASE)
        if live.match(self.times.document.title) or live.match(opening):
            return SpeechTime(day, "a live report: the day it was printed", 0.6)
        main = self.speakers[n] is not None and 2 * self.speakers.count(self.speakers[n]) >= len(self.speakers)
        if main and words_pattern("own-interview").search(opening):
            return SpeechTime(day, "a printed interview: the day it was printed", 0.6)
        return None

"""Resolve speech times: which time phrase of the article dates a statement, or none.

Two softmax models over the times of the article and "none", fitted by `training/fit_speech_time.py`. The first looks at
where a time stands (beside the cue, earlier, with the same speaker), how precise and how old it is, and at the tense of
the cue. The second also sees what the first gives for the statements around, so that an occasion carries on (stacked
sequential learning, Cohen and Carvalho 2005).
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
from onrecord.lexicon import alternatives, compiled, words_pattern
from onrecord.resolve.times import Time, Times
from onrecord.resolve.vocabulary import data_file

LIVE = r"\A\W*{live-report}\b"
TENSES = ("earlier", "perfect", "future", "present")  # classes of words, the first that a cue has


@dataclass(frozen=True, slots=True)
class SpeechTime:
    """Hold the time of a statement, the reason, and its confidence."""

    value: PartialDate | None
    rule: str
    weight: float
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DateOption:
    """Hold a date that the article gives, with features for one statement; `time` is the phrase to cite."""

    value: PartialDate
    time: Time
    features: dict[str, float]


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
    _contents: list[tuple[int, int]] = field(init=False)
    _values: dict[str, list[Time]] = field(init=False)
    _beside: list[list[tuple[int, Time]]] = field(init=False)
    _anchors: list[int] = field(init=False)
    _order: list[int] = field(init=False)  # the statements in text order
    _by_speaker: dict[str | None, list[int]] = field(init=False)
    _rank: dict[tuple[str, int], int] = field(init=False)  # the place of a statement in these
    _index: dict[Attribution, int] = field(init=False)
    _options: list[list[DateOption]] | None = None
    _answers: list[Answer] | None = None
    _groups: dict[tuple[str, str], Group] = field(init=False)

    def __post_init__(self) -> None:
        self._contents = [(e.span.start, e.span.end) for a in self.attributions for e in a.content]
        self._values = {}
        for time in self.times.found:
            self._values.setdefault(time.value.iso, []).append(time)
        self._beside = [self._times_beside(a) for a in self.attributions]
        self._anchors = [self._anchor(a) for a in self.attributions]
        self._order = sorted(range(len(self._anchors)), key=lambda n: (self._anchors[n], n))
        self._index = {attribution: n for n, attribution in enumerate(self.attributions)}
        self._by_speaker, self._groups, self._rank = {}, {}, {}
        for place, n in enumerate(self._order):
            row = self._by_speaker.setdefault(self.speakers[n], []) if self.speakers[n] else []
            self._rank["", n], self._rank[" by the speaker", n] = place, len(row)
            row.append(n)

    def date(self, n: int) -> SpeechTime:
        """Return the time of statement `n` was made."""
        options = self.second_look(n)
        printed = self._printed(n)
        if not options:
            return printed or SpeechTime(None, "the text gives no time", 0.9)
        dates, none = answer(options, models()[1])
        best = max(options, key=lambda o: (dates[o.value.iso], -o.time.start))
        if dates[best.value.iso] < none:
            return printed or SpeechTime(None, "no time of the text dates it", none)
        rule = "a time beside the cue" if "beside" in best.features else "the time of the occasion"
        return SpeechTime(best.value, rule, dates[best.value.iso], ((best.time.start, best.time.end),))

    def every_option(self) -> list[list[DateOption]]:
        """Return the options of all statements."""
        if self._options is None:
            self._options = [self.options(n) for n in range(len(self.attributions))]
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
        document, anchor = self.times.document, self._anchor(self.attributions[n])
        outer = self.attributions[n].outer
        return [
            ("article", ""),
            ("speaker", self.speakers[n] or f"nobody {n}"),
            ("sentence", str(document.sentence_of(anchor))),
            ("paragraph", str(document.paragraph_of(anchor))),
            ("reporter", str(self._anchor(outer)) if outer is not None else f"nobody {n}"),
        ]

    def _nearest(self, n: int) -> dict[str, list[int]]:
        """Return the statements before and after one, of anybody and of its speaker, and its reporter."""
        document, anchors = self.times.document, self._anchors
        here = document.sentence_of(anchors[n])
        found: dict[str, list[int]] = {}
        for name, row in (("", self._order), (" by the speaker", self._by_speaker.get(self.speakers[n] or None, [n]))):
            place = self._rank[name, n]
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

    def _anchor(self, attribution: Attribution) -> int:
        return (attribution.cue or attribution.source or attribution.content)[0].span.start

    def _times_beside(self, attribution: Attribution) -> list[tuple[int, Time]]:
        """Return the times in the cue's sentence that are not in its content or another's, with their distance."""
        document = self.times.document
        anchor = self._anchor(attribution)
        if not document.sentences:
            return []
        start, end = document.sentences[document.sentence_of(anchor)]
        own = [(e.span.start, e.span.end) for e in attribution.content]
        found = []
        for time in self.times.inside(start, end):
            if any(a <= time.start < b for a, b in own) or any(
                a <= time.start < b and not a <= anchor < b for a, b in self._contents
            ):
                continue
            found.append((min(abs(time.start - anchor), abs(time.end - anchor)), time))
        return sorted(found, key=lambda item: item[0])

    def options(self, n: int) -> list[DateOption]:
        """Return all dates of the article, with features for statement `n`."""
        attribution, speaker = self.attributions[n], self.speakers[n]
        document = self.times.document
        anchor = self._anchor(attribution)
        here, paragraph = document.sentence_of(anchor), document.paragraph_of(anchor)
        beside: dict[str, tuple[int, int, Time]] = {}
        for rank, (distance, time) in enumerate(self._beside[n]):
            beside.setdefault(time.value.iso, (rank, distance, time))
        own = [(e.span.start, e.span.end) for e in attribution.content]
        narrative = [t for t in self.times.found if not any(a <= t.start < b for a, b in self._contents)]
        before = [t for t in narrative if t.start < anchor]
        latest = before[-1].value.iso if before else None
        of_speaker = self._of_speaker(n, speaker)
        last_said = of_speaker[-1][1] if of_speaker else None
        days = {v for v in self._values if len(v) == 10}
        tense = self._tense(attribution)
        made = []
        for value, times in self._values.items():
            f: dict[str, float] = {}
            age = self._age(value)
            place = "b" if value in beside else "n"
            if value in beside:
                rank, distance, _ = beside[value]
                f |= {
                    "beside": 1.0,
                    f"beside, rank {min(rank, 2)}": 1.0,
                    f"beside, {'close' if distance < 25 else 'near' if distance < 80 else 'far'}": 1.0,
                }
            elif beside:
                f["another beside"] = 1.0
            if any(a <= t.start < b for t in times for a, b in own):
                f["in its content"] = 1.0
            earlier = [t for t in before if t.value.iso == value]
            if earlier:
                gap = here - document.sentence_of(earlier[-1].start)
                f[f"back {gap if gap <= 2 else 5 if gap <= 5 else 10 if gap <= 10 else 'far'}"] = 1.0
                f["same paragraph"] = float(document.paragraph_of(earlier[-1].start) == paragraph)
            else:
                f["only later" if any(t in narrative for t in times) else "only quoted"] = 1.0
            f["latest"] = float(latest == value)
            f["speaker's last"] = float(last_said == value)
            f["speaker's"] = float(any(v == value for _, v in of_speaker))
            first = narrative[0].value.iso if narrative else None
            lead = first == value and document.sentence_of(narrative[0].start) <= 3 if narrative else False
            f["first"], f["lead"] = float(first == value), float(lead)
            f["only day"] = float(len(days) == 1 and value in days)
            f[f"{place} precision {len(value)}"] = 1.0
            f[f"{place} age {age}"] = 1.0
            f[f"{place} {tense}"] = 1.0
            f[f"lead {tense}"] = float(lead)
            f["opening, lead"] = float(here <= 1 and lead)
            f["opening, first"] = float(here <= 1 and first == value)
            f["nested"] = float(attribution.outer is not None and value not in beside)
            f["speaker's last, " + tense] = float(last_said == value)
            f["count"] = math.log1p(len(times)) * (value not in beside)
            cited = beside[value][2] if value in beside else earlier[-1] if earlier else times[0]
            made.append(DateOption(PartialDate(value), cited, {k: v for k, v in f.items() if v}))
        return made

    def _of_speaker(self, n: int, speaker: str | None) -> list[tuple[int, str]]:
        """Return the times beside earlier statements of the same speaker, in text order."""
        if speaker is None:
            return []
        anchor = self._anchor(self.attributions[n])
        found = []
        for m, other in enumerate(self.attributions):
            if m != n and self.speakers[m] == speaker and self._beside[m] and self._anchor(other) < anchor:
                found.append((self._anchor(other), self._beside[m][0][1].value.iso))
        return sorted(found)

    def _tense(self, attribution: Attribution) -> str:
        cue = " ".join(e.quote for e in attribution.cue)
        if not cue:
            return "no cue"
        tense = next((name for name in TENSES if words_pattern(name).search(cue)), None)
        if tense is not None:
            return tense
        return "past" if re.search(rf"ed\b|\b(?:{alternatives('past')})\b", cue) else "other"

    def _age(self, value: str) -> str:
        published = self.times.published
        if published is None or len(published.iso) < 10:
            return "unknown"
        if len(value) < 10:
            months = (int(published.iso[:4]) - int(value[:4])) * 12
            months += int(published.iso[5:7]) - int(value[5:7]) if len(value) == 7 else 0
            return (
                "future"
                if months < 0
                else f"months {0 if months == 0 else 1 if months == 1 else 11 if months < 12 else 99}"
            )
        age = (published.first_day() - PartialDate(value).first_day()).days
        return (
            "future"
            if age < 0
            else f"days {age if age < 2 else 6 if age < 7 else 31 if age < 32 else 365 if age < 366 else 999}"
        )

"""Describe every date of an article for every statement: the features of the models that date speech.

They tell where a date stands (beside the cue, earlier, in the opening, with the speaker), what kind of date it is and
how old, and what kind of statement it would date. Many come in two forms, "b" for a date beside the cue and "n" for
another. Times inside quotation marks belong to what is said; those of indirect speech may still place the occasion.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field

from onrecord.core.statement import Attribution, PartialDate
from onrecord.lexicon import alternatives, compiled, word_class, words_pattern
from onrecord.resolve.times import Time, Times

TENSES = ("earlier", "perfect", "future", "present")  # classes of words, the first that a cue has
MANNERS = ("asking", "writing", "tells")  # classes of words that tell what kind of saying it is
GOES_ON = r"\b(?:{goes-on}|{going-on}|also|then)\b"
LEAD = 3  # the last sentence of an article's opening


@dataclass(frozen=True, slots=True)
class DateOption:
    """Hold a date that the article gives, with features for one statement; `time` is the phrase to cite."""

    value: PartialDate
    time: Time
    features: dict[str, float]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Hold the phrases that give one date: all, and those of the narrative, in text order."""

    every: list[Time] = field(default_factory=list)
    told: list[Time] = field(default_factory=list)
    sentences: set[int] = field(default_factory=set)
    told_in: set[int] = field(default_factory=set)  # the sentences of those of the narrative


@dataclass(frozen=True, slots=True)
class Setting:
    """Hold what is the same for all dates of one statement."""

    anchor: int
    sentence: int
    paragraph: int
    tense: str
    speaker: str | None
    surname: str
    rank: int  # the place among the statements of the speaker
    latest: str | None  # the last date of the narrative before it
    last_said: str | None  # the date beside the last statement of the speaker that has one
    beside: dict[str, tuple[int, int, Time]]  # rank, distance and phrase of the dates beside the cue
    inside: Set[str]  # the dates in its content
    traits: dict[str, float]  # of the statement
    crossed: list[str]  # traits that matter for a date beside and for another in different ways


@dataclass(frozen=True, slots=True)
class SeenDate:
    """Hold a date as seen from one statement."""

    iso: str
    mentions: Mentions
    place: str  # "b": beside the cue, "n": not
    earlier: Time | None  # its last phrase in the narrative before the statement
    cited: Time
    own: bool  # whether the narrative gives it in the statement's content only


@dataclass(slots=True)
class DateFeatures:
    """Describe the dates of one article for its statements, whose speakers are given in the same order."""

    times: Times
    attributions: Sequence[Attribution]
    speakers: Sequence[str | None]
    anchors: list[int] = field(init=False)
    order: list[int] = field(init=False)  # the statements in text order
    by_speaker: dict[str | None, list[int]] = field(init=False)
    rank: dict[tuple[str, int], int] = field(init=False)  # the place of a statement in these
    _narrative: list[Time] = field(init=False)
    _quoted: set[Time] = field(init=False)  # times inside quotation marks
    _said: dict[Time, list[tuple[int, int]]] = field(init=False)  # the contents that hold a time
    _dates: dict[str, Mentions] = field(init=False)
    _beside: list[list[tuple[int, Time]]] = field(init=False)
    _last_said: dict[int, str | None] = field(init=False)  # the date beside the last statement of the speaker with one
    _first_said: dict[tuple[str | None, str], int] = field(init=False)  # which statement of a speaker has a date first
    _holding: dict[str, set[int]] = field(init=False)  # the sentences with a time that hold a word
    _opening: set[str] = field(init=False)  # words
    _headline: set[str] = field(init=False)
    _headline_end: int = field(init=False)
    _days: int = field(init=False)
    _shares: Counter[str | None] = field(init=False)

    def __post_init__(self) -> None:
        document, found = self.times.document, self.times.found
        self._quoted = {time for time in found if document.in_quotation(time.start)}
        self._said = {}
        for start, end in ((e.span.start, e.span.end) for a in self.attributions for e in a.content):
            for time in self.times.inside(start, end):
                self._said.setdefault(time, []).append((start, end))
        self._narrative = [time for time in found if time not in self._quoted]
        self._dates = {}
        for time in found:
            mentions = self._dates.setdefault(time.value.iso, Mentions())
            mentions.every.append(time)
            sentence = document.sentence_of(time.start)
            mentions.sentences.add(sentence)
            if time not in self._quoted:
                mentions.told.append(time)
                mentions.told_in.add(sentence)
        self._days = sum(len(iso) == len("2026-03-02") for iso in self._dates)
        self._place_statements()
        self._index_words()

    def _place_statements(self) -> None:
        self.anchors = [anchor_of(a) for a in self.attributions]
        self.order = sorted(range(len(self.anchors)), key=lambda n: (self.anchors[n], n))
        self._beside = [self._times_beside(a) for a in self.attributions]
        self.by_speaker, self.rank, self._last_said, self._first_said = {}, {}, {}, {}
        last: dict[str | None, str] = {}
        for place, n in enumerate(self.order):
            row = self.by_speaker.setdefault(self.speakers[n], []) if self.speakers[n] else []
            self.rank["", n], self.rank[" by the speaker", n] = place, len(row)
            self._last_said[n] = last.get(self.speakers[n])
            if self.speakers[n] and self._beside[n]:
                iso = last[self.speakers[n]] = self._beside[n][0][1].value.iso
                self._first_said.setdefault((self.speakers[n], iso), len(row))
            row.append(n)
        self._shares = Counter(self.speakers)

    def _index_words(self) -> None:
        document = self.times.document
        sentences: set[int] = set().union(*(m.sentences for m in self._dates.values()))
        self._holding, self._opening, self._headline = {}, set(), set()
        self._headline_end = max(0, document.text.find("\n", 0, 300))
        for token in document.tokens:
            if token.sentence in sentences:
                self._holding.setdefault(token.text, set()).add(token.sentence)
            if token.sentence <= LEAD:
                self._opening.add(token.text)
            if token.start < self._headline_end:
                self._headline.add(token.text)

    def options(self, n: int) -> list[DateOption]:
        """Return all dates of the article, with features for statement `n`."""
        if not self._dates:
            return []
        scene = self._scene(n)
        made = []
        for iso, mentions in self._dates.items():
            earlier = last_before(mentions.told, scene.anchor)
            if iso in scene.beside:
                candidate = SeenDate(iso, mentions, "b", earlier, scene.beside[iso][2], own=False)
            else:
                own = iso in scene.inside and len(mentions.told) <= 1
                candidate = SeenDate(iso, mentions, "n", earlier, earlier or mentions.every[0], own=own)
            f = dict(scene.traits)
            for part in (self._where, self._what, self._who):
                f.update((name, float(value)) for name, value in part(candidate, scene))
            made.append(DateOption(PartialDate(iso), candidate.cited, {k: v for k, v in f.items() if v}))
        return made

    def _scene(self, n: int) -> Setting:
        attribution, speaker, document = self.attributions[n], self.speakers[n], self.times.document
        anchor = self.anchors[n]
        beside: dict[str, tuple[int, int, Time]] = {}
        for rank, (distance, time) in enumerate(self._beside[n]):
            beside.setdefault(time.value.iso, (rank, distance, time))
        source = " ".join(e.quote for e in attribution.source)
        pronoun = source.casefold() in word_class("third-person-subject")
        small = source[:1].islower() and not pronoun
        latest = last_before(self._narrative, anchor)
        crossed = {
            "new speaker": speaker is not None and self.rank[" by the speaker", n] == 0,
            "once": speaker is None or self._shares[speaker] == 1,
            "pronoun": pronoun,
            "headline": anchor < self._headline_end,
            "no speaker": speaker is None,
            "lower source": small,
            "nested": attribution.outer is not None,
        }
        form = f"form {attribution.form.value}"
        cue = " ".join(e.quote for e in attribution.cue)
        manners = [name for name in MANNERS if words_pattern(name).search(cue)]
        if compiled(GOES_ON, re.IGNORECASE).search(cue):
            manners.append("goes on")
        traits = {name: float(value) for name, value in crossed.items()} | {
            form: 1.0,
            "no source": float(not source),
            "plural source": float(small and source.endswith("s")),
            "share": self._shares[speaker] / len(self.speakers) if speaker is not None else 0.0,
            f"days {min(self._days, 6)}": 1.0,
        }
        return Setting(
            anchor=anchor,
            sentence=document.sentence_of(anchor),
            paragraph=document.paragraph_of(anchor),
            tense=tense_of(cue),
            speaker=speaker,
            surname=speaker.split()[-1] if speaker else "",
            rank=self.rank[" by the speaker", n],
            latest=latest.value.iso if latest is not None else None,
            last_said=self._last_said[n],
            beside=beside,
            inside={t.value.iso for e in attribution.content for t in self.times.inside(e.span.start, e.span.end)},
            traits=traits,
            crossed=[form, *manners, *(name for name, value in crossed.items() if value)],
        )

    def _where(self, date: SeenDate, scene: Setting) -> Iterator[tuple[str, float]]:
        """Yield where the date stands, seen from the statement."""
        document = self.times.document
        if date.iso in scene.beside:
            rank, distance, _ = scene.beside[date.iso]
            yield "beside", 1.0
            yield f"beside, rank {min(rank, 2)}", 1.0
            yield f"beside, {'close' if distance < 25 else 'near' if distance < 80 else 'far'}", 1.0
        elif scene.beside:
            yield "another beside", 1.0
        if date.iso in scene.inside:
            yield "in its content", 1.0
        if date.earlier is not None:
            gap = scene.sentence - document.sentence_of(date.earlier.start)
            yield f"back {gap if gap <= 2 else 5 if gap <= 5 else 10 if gap <= 10 else 'far'}", 1.0
            yield "same paragraph", document.paragraph_of(date.earlier.start) == scene.paragraph
        else:
            yield "only later" if date.mentions.told and not date.own else "only quoted", 1.0
        first = self._narrative[0] if self._narrative else None
        leads = first is not None and first.value.iso == date.iso and not date.own
        lead = leads and first is not None and document.sentence_of(first.start) <= LEAD
        yield "latest", scene.latest == date.iso
        yield "first", leads
        yield "lead", lead
        yield f"lead {scene.tense}", lead
        yield "opening, lead", scene.sentence <= 1 and lead
        yield "opening, first", scene.sentence <= 1 and leads
        yield f"{date.place} in a content", date.cited in self._said
        yield "count", math.log1p(len(date.mentions.every)) * (date.iso not in scene.beside)
        for name, words in (("opening", self._opening), ("headline", self._headline)):
            named = "in" if scene.surname in words else "not in"
            yield f"{date.place} {named} {name}", 1.0
            yield f"{date.place} first, {named} {name}", leads

    def _what(self, date: SeenDate, scene: Setting) -> Iterator[tuple[str, float]]:
        """Yield what kind of date it is, and what kind of statement it would date."""
        place, age = date.place, self._age(date.iso)
        published = self.times.published
        yield "only day", self._days == 1 and len(date.iso) == len("2026-03-02")
        yield "published", published is not None and date.iso == published.iso
        yield f"{place} precision {len(date.iso)}", 1.0
        yield f"{place} age {age}", 1.0
        yield f"{place} age {age} {date.cited.kind}", 1.0
        yield f"{place} {scene.tense}", 1.0
        for name in scene.crossed:
            yield f"{place} {name}", 1.0

    def _who(self, date: SeenDate, scene: Setting) -> Iterator[tuple[str, float]]:
        """Yield what ties the date to the speaker."""
        yield "speaker's last", scene.last_said == date.iso
        yield f"speaker's last, {scene.tense}", scene.last_said == date.iso
        yield "speaker's", self._first_said.get((scene.speaker, date.iso), scene.rank) < scene.rank
        if date.iso in scene.beside or not scene.surname:
            return
        named = self._holding.get(scene.surname, set())
        told = named & date.mentions.told_in
        yield "speaker in narrative", bool(told)
        yield "speaker in lead", bool(told) and min(told) <= LEAD
        yield (
            "speaker in last",
            date.earlier is not None and self.times.document.sentence_of(date.earlier.start) in named,
        )
        if named & date.mentions.sentences:
            yield "speaker in sentence", 1.0
        else:
            yield f"{'new' if scene.rank == 0 else 'old'} speaker, not named", 1.0

    def _times_beside(self, attribution: Attribution) -> list[tuple[int, Time]]:
        """Return the times in the cue's sentence that no content holds but one around it, with their distance."""
        document, anchor = self.times.document, anchor_of(attribution)
        if not document.sentences:
            return []
        start, end = document.sentences[document.sentence_of(anchor)]
        own = {(e.span.start, e.span.end) for e in attribution.content}
        found = []
        for time in self.times.inside(start, end):
            holding = self._said.get(time, [])
            if time not in self._quoted and all(a <= anchor < b and (a, b) not in own for a, b in holding):
                found.append((min(abs(time.start - anchor), abs(time.end - anchor)), time))
        return sorted(found, key=lambda item: item[0])

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


def anchor_of(attribution: Attribution) -> int:
    """Return where a statement stands: the start of its cue, source or content."""
    return (attribution.cue or attribution.source or attribution.content)[0].span.start


def tense_of(cue: str) -> str:
    """Return the tense of a cue, as far as its words tell."""
    if not cue:
        return "no cue"
    tense = next((name for name in TENSES if words_pattern(name).search(cue)), None)
    if tense is not None:
        return tense
    return "past" if re.search(rf"ed\b|\b(?:{alternatives('past')})\b", cue) else "other"


def last_before(times: Sequence[Time], position: int) -> Time | None:
    """Return the last of some times in text order that begins before a position."""
    place = bisect_left(times, position, key=lambda time: time.start)
    return times[place - 1] if place else None

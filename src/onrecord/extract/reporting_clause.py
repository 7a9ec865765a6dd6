"""Find reporting clauses that the tagger missed because it took the nested report for the outermost one.

The tagger gives each word one role, so of "The mayor wants a vote, her office said" it may find only the mayor's wish.
What it misses is formulaic: a reporting clause before or after everything found in a sentence (or in the content of
another report), with a reporting verb that belongs to nothing found. Those clauses are recognized by their form; where
anything in them is unusual, nothing is added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from onrecord.extract.assemble import Range, RawAttribution
from onrecord.extract.nested_cues import NestedCueFilter
from onrecord.extract.span_index import SpanIndex
from onrecord.lexicon import Cue, compiled, rows, word_class
from onrecord.text.inflection import verb_forms
from onrecord.text.quotes import quoted_regions
from onrecord.text.sentences import sentence_around as around
from onrecord.text.sentences import sentences

CLOSING = re.compile(r"[.!?…]{1,12}[\"”»’')\]]{0,12}$")
# A source of a report, as it stands in a reporting clause: a name, a pronoun, or a described body or person.
OPENER = r"[A-Z]|{source-determiner} |{third-person-subject}\b"
SOURCE = rf"(?P<source>(?:{OPENER})[^.;:!?\"“”\n]{{0,110}}?)"
NAME = r"(?:the )?[A-Z][\w’'-]*(?: (?:of )?[A-Z][\w’'-]*){0,3}"
TOLD = rf"(?: (?:(?:{{object-pronoun}}|{{addressee}}|it)\b|{NAME}))?"
OCCASION = r"(?:,? {opens-occasion}\b[^,;:\"“”]{0,60})?"
AUXILIARY = r"(?:{finite-auxiliary} )?(?:{mid-adverb} )?"
PREPOSITION = r"(?P<cue>{according-to})"
CONFIDENCE = 0.55  # not measured: labelled news has next to none of these
BY_FORM = "reporting clause by its form"
QUOTED_SPEAKER = "quoted"  # ends the rule of the words of somebody quoted
SURE = r"\b(?:that|{object-pronoun}|{addressee}) $"  # after a verb, not after a noun
FARTHEST = 2_000  # characters of a sentence before an attribution, and after it, that are looked at
LEAST_REPORTED = 3  # words of a content that no tagger has seen
# "as having assured the envoy that …": who is told is no part of what is said.
AS = r"(?P<as>as (?:having \w+|\w+ing)"
FIRST_PERSON = re.compile(r"(?:I|[Ww]e)\b")
TELLING = r"{addressing}$"
ADDRESSEE = re.compile(r" (?!that\b)[^,.;:!?\"“”\n]{2,60}?(?= that\b)")
QUOTED = (
    r"(?<![\w’'-])"
    rf"(?P<source>(?:[Tt]he )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){{0,3}}) {AUXILIARY}(?P<cue>{{quotes}}) "
    rf"(?P<speaker>{{object-pronoun}}|{NAME}|{{source-determiner}} [^,.;:!?\"“”\n]{{2,50}}?) "
    rf"{AS})\b"
)
# "The minister was quoted by the Post as saying": the Post reports, the minister speaks.
QUOTED_BY = (
    r"(?P<speaker>(?:(?<=\s)|^)[^\s,.;:!?\"“”][^,.;:!?\"“”\n]{1,80}?),? "
    r"(?P<cue>(?:(?:{be}|{perfect-auxiliary}) )+(?:also )?(?:quoted|cited) (?:by|in|on)) "
    r"(?P<source>[^,.;:!?\"“”\n]{2,60}?) " + AS + r"|{saying})\b"
)
# "The minister was quoted as saying by the Post": the same, with the outlet last.
QUOTED_LAST = (
    r"(?P<speaker>(?:(?<=\s)|^)[^\s,.;:!?\"“”][^,.;:!?\"“”\n]{1,80}?),? "
    r"(?P<cue>(?:(?:{be}|{perfect-auxiliary}) )+(?:also )?(?:quoted|cited)) "
    r"(?P<as>as \w+ing),? (?:by|in) (?P<source>[^,.;:!?\"“”\n]{2,60}?)(?=[,.;:!?\"“”\n]|$| that\b| on\b)"
)
# "Residents were told by police that …": the agent speaks.
AGENT = r"\s*by (?P<source>[^,.;:!?\"“”\n]{2,80}?)(?=,? (?:{complementizer}|to|not to|there)\b|,? [\"“‘])"
# "The Post reports, citing two diplomats, that …": a link between the Post and what it reports.
CITED = (
    r"(?P<cue>\b(?:(?:which|who) )?(?:(?i:{citing-verb})|(?:with reference|referring) to)(?: to)?) "
    r"(?P<source>(?!(?:{object-pronoun}|it)\b)[^,;:.!?\"“”\n]{2,90}?)"
    r"(?=,|\.?$|\.\s| (?:that|as|{reports})\b)"
)
LOST_SUBJECT = (
    rf" (?:(?:{{object-pronoun}}|{{addressee}})|{{source-determiner}} [\w’'-]+|{NAME}|[a-z]+s) "
    rf"(?P<subject>{{source-determiner}} (?:[\w’'-]+ ){{0,2}}[\w’'-]+|{NAME}) "
)
PASSIVE = r"\b{be}\b.*\w(?:ed|old)$"


class ReportingClauses:
    """Find the reporting clause around an attribution; `cues` give the reporting verbs."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        cues = tuple(cues)
        verbs = {
            form
            for cue in cues
            if cue.pos == "verb" and cue.frames == {"c"} and len(cue.phrase) == 1 and cue.plover == "MAKE STATEMENT"
            for form in verb_forms(cue.phrase[0])
        }
        roles = "|".join(sorted({re.escape(row["role"]) for row in rows("roles.tsv")}, key=len, reverse=True))
        self._people = re.compile(rf"\b(?:{roles})s?\b|\b(?:sources?|people)\b|(?<=\w ) ?[A-Z]\w|^[A-Z][\w.-]+$")
        known = "|".join(sorted((verbs | word_class("citing")) - word_class("verb-or-noun"), key=len, reverse=True))
        verb = f"(?P<cue>{AUXILIARY}(?:{known}))"
        attitudes = {
            form
            for cue in cues
            if cue.pos == "verb"
            and cue.frames & {"c", "x"}
            and len(cue.phrase) == 1
            and cue.phrase[0] not in word_class("many-uses")
            for form in verb_forms(cue.phrase[0]) - {cue.phrase[0]}
            if not form.endswith("ing")
        }
        words = "|".join(sorted(attitudes - word_class("verb-or-noun"), key=len, reverse=True))
        self._attitude = compiled(
            rf"(?:that )?(?P<source>{{source-determiner}} (?:[\w’'-]+ ){{0,3}}?[\w’'-]+|{NAME}) "
            rf"(?P<cue>(?:{{perfect-auxiliary}} )?(?:{{mid-adverb}} )?(?:{words}))"
            r"(?: (?:{object-pronoun}|{addressee}))? (?=\w)"
        )
        self._before_inner = compiled(
            rf"(?:(?<=[\"“])|[.!?;,] |\b{{conjunction}} )(?:(?i:{{conjunction}}) )?"
            rf"(?P<source>(?i:(?:{{source-determiner}}|my) (?:[\w’'-]+ ){{0,3}}?[\w’'-]+"
            rf"|{{third-person-subject}})|{NAME}) "
            rf"(?P<cue>{AUXILIARY}(?:{{frequency}} )?(?:{known}|{words}|{{answers}}))"
            rf"{TOLD},? ?$"
        )
        self._tails = (
            compiled(rf"[,\"”’»]*,?[\"”’»]* ?{PREPOSITION} {SOURCE}\.?"),
            compiled(rf",[\"”’»]* {SOURCE} {verb}{TOLD}{OCCASION}\.?"),
            compiled(rf",[\"”’»]* {verb} {SOURCE.replace('[A-Z]', '[A-Z]|{before-outlet} ', 1)}\.?"),
        )
        self._leads = (
            compiled(rf"(?i:{PREPOSITION}) {SOURCE},\s*"),
            compiled(rf"(?P<cue>[Aa]s (?:{known})) {SOURCE},\s*"),
            compiled(rf"(?:that |[Aa]nd |[Bb]ut )?{SOURCE},? {verb}{TOLD}{OCCASION},?(?: that)?\s*"),
        )

    def outer(
        self, text: str, item: RawAttribution, others: SpanIndex[RawAttribution], within: Range | None = None
    ) -> RawAttribution | None:
        """Return the report around `item`, in the content `within` of another report or in its sentence; None if
        none. `others` are all spans of the attributions found (`spans_of`).
        """
        start, end = _extent(item)
        low, high = within or sentence_around(text, start, end)
        if not low <= start < end <= high:
            return None
        for patterns, (a, b) in ((self._tails, (end, high)), (self._leads, (low, start))):
            taken = (span for span, other in others.overlapping(a, b) if other is not item)
            if b - a < 6 or not all(x <= low and high <= y for x, y in taken):
                continue
            for pattern in patterns:
                match = pattern.fullmatch(text, a, b)
                if match is not None and names_somebody(match["source"]):
                    content = (low, end) if patterns is self._tails else (b, high)
                    return _report(text, match, content)
        return None

    def inner_quotations(self, text: str, start: int, end: int) -> list[RawAttribution]:
        """Return the reports of quotations inside a quotation: "The judge told us 'enough' and left"."""
        found = []
        for a, b in quoted_regions(text[start:end]):
            match = self._before_inner.search(text, max(start, start + a - FARTHEST), start + a)
            if match is not None and names_somebody(match["source"]) and not FIRST_PERSON.match(match["source"]):
                found.append(replace(_report(text, match, (start + a, start + b)), rule=f"{BY_FORM}: inner quotation"))
        return found

    def lead(self, text: str, start: int, end: int, *, closely: bool = False) -> RawAttribution | None:
        """Return the report that a stretch of text opens with, "the envoy had told him the truce was over"; None if
        none.

        Args:
            text: the text.
            start: where the stretch starts.
            end: where it ends.
            closely: take "the ministry had promised", too, where the source is none of the known roles and names.
        """
        match = self._attitude.match(text, start, end)
        if match is not None and names_somebody(match["source"]) and (closely or self._people.search(match["source"])):
            return replace(_report(text, match, (match.end(), end)), rule=BY_FORM)
        match = self._leads[-1].match(text, start, end)
        if match is None or not names_somebody(match["source"]) or match["source"] in ("I", "we"):
            return None
        if not (compiled(SURE).search(match.group()) or match["cue"].split()[0] in word_class("perfect-auxiliary")):
            return None
        if len(text[match.end() : end].split()) < LEAST_REPORTED:
            return None
        return replace(_report(text, match, (match.end(), end)), rule=BY_FORM)

    def expand(
        self, text: str, item: RawAttribution, others: SpanIndex[RawAttribution], nested_cues: NestedCueFilter
    ) -> Range | None:
        """Expand the content of `item` by adjacent words that hold a reporting verb and belong to nothing found.

        The tagger cuts the source and the cue of an inner report out of the outer one's content: of "Ann Lee insists
        that it will rain, her spokesman said" it leaves the spokesman only "that it will rain". None if nothing
        that may be such a report stands beside the content, in its sentence.
        """
        if not item.cue or not item.content:
            return None
        start, end = item.content[0][0], item.content[-1][1]
        low, high = sentence_around(text, start, end)
        if not any(low <= a < high for a, _ in item.cue):
            return None
        inner_spans = (*item.source, *item.cue)
        rest = [span for span, other in others.overlapping(low - 1, high + 1) if other is not item]
        before = max((s for s in inner_spans if low <= s[0] < start), default=None)
        if before is not None and before in item.cue:
            low = start  # what stands between a cue and its content is the one who was told
        else:
            low = max([b for _, b in (*inner_spans, *rest) if low <= b <= start], default=low)
        high = min([a for a, _ in (*inner_spans, *rest) if end <= a <= high], default=high)
        if "\n" in text[low:high] or any(a < high and low < b for a, b in (*inner_spans, *rest)):
            return None
        while low < start and not text[low].isalnum() and text[low] not in "\"“‘'«":
            low += 1
        while high > end and not text[high - 1].isalnum() and text[high - 1] not in "\"”’'»":
            high -= 1
        added = [text[low:start], text[end:high], *(text[a:b] for (_, a), (b, _) in pairwise(item.content))]
        new = [part for part in added if len(part.split()) > 1 and not compiled(ELIDED, re.I).match(part)]
        return (low, high) if new and nested_cues.may_contain_report(text[low:high]) else None

    def quoted(self, text: str, item: RawAttribution) -> tuple[RawAttribution, RawAttribution] | None:
        """Split "The Ledger quoted her as saying" into the outlet's report and the words of the person quoted."""
        low, high = sentence_around(text, *_extent(item))
        patterns = (QUOTED, QUOTED_BY, QUOTED_LAST)
        match = next((found for pattern in patterns if (found := compiled(pattern).search(text, low, high))), None)
        if match is None or not any(match.start() <= a and b <= match.end() for a, b in item.cue):
            return None
        report = replace(
            item,
            source=(match.span("source"),),
            cue=(match.span("cue"),),
            content=tuple(sorted((*item.content, match.span("speaker"), match.span("as")))),
            rule=f"{item.rule}, {QUOTED_SPEAKER}",
        )
        # The words that were said: without the speaker and "as saying", where the tagger took them for content.
        told = ADDRESSEE.match(text, match.end()) if compiled(TELLING).search(match["as"]) else None
        begin = told.end() if told is not None else match.end()
        said = [(a, b) for a, b in item.content if b > begin]
        said = [(begin, b) if a < begin else (a, b) for a, b in said]
        before = [(a, min(b, match.start("speaker"))) for a, b in item.content if a < match.start("speaker")]
        return report, replace(
            item,
            source=(match.span("speaker"),),
            cue=(match.span("as"),),
            content=tuple(said or before) or item.content,
            rule=f"{item.rule}, {QUOTED_SPEAKER}",
        )

    def cited(
        self, text: str, item: RawAttribution, others: SpanIndex[RawAttribution]
    ) -> tuple[RawAttribution, RawAttribution] | None:
        """Return a report without the source it cites, and that source's report of the same words; None if none.

        `others` are the sources and cues of the attributions found.
        """
        low, high = sentence_around(text, *_extent(item))
        match = compiled(CITED).search(text, low, high)
        if match is None or not item.source or not self._people.search(match["source"]):
            return None
        start, end = match.span()
        if any(other is not item for _, other in others.overlapping(start, end)):
            return None
        source = tuple((a, min(b, start)) if a < start else (a, b) for a, b in item.source if a < start or a >= end)
        content = tuple((a, b) for a, b in item.content if not (start <= a and b <= end))
        report = replace(item, source=source, content=content)
        if not source or not content or any(a < end and start < b for a, b in (*report.source, *item.cue, *content)):
            return None
        return report, replace(
            report,
            source=(match.span("source"),),
            cue=(match.span("cue"),),
            rule=f"{BY_FORM}: the one cited",
            signals=None,
            confidence=CONFIDENCE,
        )

    def with_subject(self, text: str, item: RawAttribution) -> RawAttribution:
        """Return the attribution with the subject of what somebody is told, where the tagger left it out.

        Of "told her the bank had closed" the content is not "had closed".
        """
        if len(item.cue) != 1 or word_class("tells").isdisjoint(text[slice(*item.cue[0])].casefold().split()):
            return item
        start, end = item.content[0]
        match = compiled(LOST_SUBJECT).fullmatch(text, item.cue[0][1], start)
        if match is None or compiled(r"(?:{complementizer}|to|not)\b").match(text, start):
            return item
        return replace(item, content=((match.start("subject"), end), *item.content[1:]))

    def agent(self, text: str, item: RawAttribution) -> RawAttribution:
        """Take the agent of a passive cue as the source, where the tagger missed it or took the subject.

        In "Miners were told by the owner that …" the subject is the one who is told.
        """
        if len(item.cue) != 1 or not compiled(PASSIVE, re.I).search(text[slice(*item.cue[0])]):
            return item
        match = compiled(AGENT).match(text, item.cue[0][1])
        if match is None or not names_somebody(match["source"]) or any(a > item.cue[0][0] for a, _ in item.source):
            return item
        return replace(item, source=(match.span("source"),), cue=((item.cue[0][0], match.start("source") - 1),))


ELIDED = r"\W*{conjunction}\b"  # "…, and voiced hope": the same source goes on
PRONOUN = r"{third-person-subject}|we|I"
# "In his remarks Lee said", "After Lee spoke", "two hours after his initial tweet": no source, and a noun for a verb.
OPENS_ADJUNCT = r"(?:{opens-adjunct}|\w+ {time-unit}s? (?:after|before|ago))\b"
NOBODY = r"(?:{no-source}|no one)\b"
UNFINISHED = r"\b{unfinished}$"
CLAUSE = r"\b{in-a-clause}\b"


def names_somebody(source: str) -> bool:
    """Tell whether the words can be a source: a pronoun alone, or a noun phrase without a verb in it."""
    pronoun = compiled(PRONOUN, re.I)
    if pronoun.fullmatch(source):
        return True
    if any(compiled(opening, re.I).match(source) for opening in (OPENS_ADJUNCT, NOBODY)):
        return False
    if compiled(UNFINISHED, re.I).search(source) or pronoun.fullmatch(source.split()[0]):
        return False
    return compiled(CLAUSE).search(source) is None


def _report(text: str, match: re.Match[str], content: Range) -> RawAttribution:
    start, end = content
    while end > start and text[end - 1] in " .\n":
        end -= 1
    return RawAttribution(
        source=(match.span("source"),),
        cue=(match.span("cue"),),
        content=((start, end),),
        rule="tagger, and the reporting clause around it",
        confidence=CONFIDENCE,
    )


def _extent(item: RawAttribution) -> Range:
    spans = (*item.source, *item.cue, *item.content)
    return min(start for start, _ in spans), max(end for _, end in spans)


def spans_of(items: Iterable[RawAttribution], *, content: bool = True) -> SpanIndex[RawAttribution]:
    """Index the spans of attributions by their place, with or without their contents."""
    return SpanIndex(
        (span, item) for item in items for span in (*item.source, *item.cue, *(item.content if content else ()))
    )


def sentence_around(text: str, start: int, end: int) -> Range:
    """Return the sentence, or the sentences, around `[start, end)`, without what follows its first closing mark.

    Where no mark ends a sentence, as in markup, at most `FARTHEST` characters on either side count as one.
    """
    low, high = around(_sentences(text), start, end)
    low, high = max(low, start - FARTHEST), min(high, end + FARTHEST)
    high = low + len(text[low:high].rstrip())
    closing = CLOSING.search(text, max(low, high - 12), high)
    return low, max(end, high if closing is None else closing.start() + 1)


@lru_cache(maxsize=4)
def _sentences(text: str) -> list[Range]:
    return sentences(text)

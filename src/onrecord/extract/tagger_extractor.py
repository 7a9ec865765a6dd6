"""Extract attributions with the trained tagger, level by level.

The tagger finds the outermost attributions, as its training data have them. Nested ones are found by reading each
content that has reporting words again, until nothing more is found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from onrecord.core.span import Text
from onrecord.core.statement import Attribution
from onrecord.extract.assemble import Range, RawAttribution, assemble
from onrecord.extract.layout import laid_out, layout_of
from onrecord.extract.left_open import left_open
from onrecord.extract.nested_cues import NestedCueFilter
from onrecord.extract.preparation import prepare
from onrecord.extract.reporting_clause import ReportingClauses, spans_of
from onrecord.extract.source_bounds import trimmed_source
from onrecord.extract.span_index import SpanIndex
from onrecord.extract.statement_filter import StatementFilter
from onrecord.extract.tagger import bare, moved
from onrecord.extract.verbless import resumed, verbless, without_crossing
from onrecord.text.quotes import quoted_regions

# A report inside a report inside a report inside a report: deeper ones are not looked for.
MAX_DEPTH = 4
# A content with fewer words cannot hold a source, a cue and a content of its own.
LEAST_WORDS = 5
# A quotation of fewer words inside a content is a phrase of it, not all that was said.
LEAST_QUOTED = 3
# The network was trained on whole articles and misses statements in a sentence that stands alone. A text of so few
# words is read again below a line such as articles open with, and all of its contents are looked into.
FEW_WORDS = 60
DATELINE = "Monday, 3 March 2014.\n\n"
LIKELY = 0.42  # confidence that the second reading needs, as deeds come with it too
MARKS_OPEN = "\"“‘'«"


class AttributionTagger(Protocol):
    """Define what the extractor needs of a tagger."""

    def attributions(self, text: str) -> list[RawAttribution]:
        """Return the outermost attributions."""
        ...

    def inner(self, text: str, content: Range) -> list[RawAttribution]:
        """Return the outermost attributions inside one content."""
        ...


class TaggerExtractor:
    """Extract all levels of attribution with a tagger."""

    def __init__(
        self,
        tagger: AttributionTagger,
        nested_cues: NestedCueFilter,
        clauses: ReportingClauses,
        statement_filter: StatementFilter | None = None,
    ) -> None:
        self._filter = statement_filter
        self._tagger = tagger
        self._nested_cues = nested_cues
        self._clauses = clauses

    def attributions(self, text: Text) -> list[Attribution]:
        """Return all attributions of a text, in text order, nested ones linked to their outer one."""
        content = text.content
        few = 0 < len(content.split(maxsplit=FEW_WORDS)) <= FEW_WORDS
        found = self._statements(content, few=few)
        if few:
            cues = SpanIndex((span, None) for item in found for span in item.cue)
            below = (
                moved(item, -len(DATELINE), len(content)) for item in self._statements(DATELINE + content, few=few)
            )
            likely = [item for item in below if item.cue and item.content and item.confidence >= LIKELY]
            found += [item for item in likely if not cues.overlaps(*item.cue[0])]
        return assemble(text, found)

    def _statements(self, text: str, *, few: bool) -> list[RawAttribution]:
        found = self.candidates(text, closely=few)
        return found if self._filter is None else self._filter.select(text, found, closely=few)

    def candidates(self, text: str, *, closely: bool = False) -> list[RawAttribution]:
        """Return all candidates, level by level, before the statement filter.

        Args:
            text: the text.
            closely: look into contents without a reporting word, too, which takes longer.
        """
        layout = layout_of(text)
        read = prepare(layout.content)
        tagged = [self._bounded(read, item) for item in self._tagger.attributions(read)]
        found: list[RawAttribution] = []
        others = spans_of(tagged)
        for item in tagged:
            found += self._clauses.quoted(read, item) or (self._whole(read, item, others),)
        found = resumed(read, found)
        more = verbless(text, read, found)
        found = left_open(read, [*without_crossing(found, more), *more])
        others = spans_of(found, content=False)
        found = [one for item in found for one in self._clauses.cited(read, item, others) or (item,)]
        others = spans_of(found)
        around = (self._clauses.outer(read, item, others) for item in found)
        found += [outer for outer in around if outer is not None]
        level = found
        for _ in range(MAX_DEPTH):
            level = [inner for outer in level for inner in self._inside(read, outer, closely=closely)]
            found = found + level
        return laid_out(found, text, layout)

    def _bounded(self, text: str, item: RawAttribution) -> RawAttribution:
        return trimmed_source(text, self._clauses.agent(text, self._clauses.with_subject(text, item)))

    def _whole(self, text: str, item: RawAttribution, others: SpanIndex[RawAttribution]) -> RawAttribution:
        """Restore a nested report's source and cue to the content they were cut from, where there is one."""
        expand = self._clauses.expand(text, item, others, self._nested_cues)
        if expand is None:
            return item
        for inner in self._tagger.inner(text, expand):
            spans = (*inner.source, *inner.cue, *inner.content)
            new = not any(all(_inside(span, (piece,)) for span in spans) for piece in item.content)
            if new and _is_inner(inner, expand):
                return replace(item, content=(expand,))
        return item

    def _inside(self, text: str, outer: RawAttribution, *, closely: bool) -> list[RawAttribution]:
        inside: list[RawAttribution] = []
        for start, end in outer.content:
            part = text[start:end]
            if len(part.split()) >= LEAST_WORDS and (closely or self._nested_cues.may_contain_report(part)):
                items = [self._bounded(text, item) for item in self._tagger.inner(text, (start, end))]
                items = [within_marks(text, item) for item in items if _is_inner(item, (start, end))]
                if "'" in part or "‘" in part:
                    quoted = self._clauses.inner_quotations(text, *bare(text, start, end))
                    cues = SpanIndex((span, None) for item in quoted for span in item.cue)
                    items = [item for item in items if not cues.overlaps(*item.cue[0])] + quoted
                lead = self._clauses.lead(text, *bare(text, start, end), closely=closely) if not items else None
                items += [lead] if lead is not None else []
                between = (self._clauses.outer(text, item, spans_of(items), (start, end)) for item in items)
                inside += [*items, *(item for item in between if item is not None)]
        return [replace(item, confidence=item.confidence * outer.confidence) for item in inside]


def _inside(span: Range, spans: tuple[Range, ...]) -> bool:
    return any(a <= span[0] and span[1] <= b for a, b in spans)


def within_marks(text: str, item: RawAttribution) -> RawAttribution:
    """Cut a nested attribution whose content opens with a quotation at the end of the quotation.

    What follows is told by the outer speaker: "He told me, 'I will not,' and then he left".
    """
    start, end = item.content[0]
    if len(item.content) != 1 or any(a >= end for a, _ in item.cue):
        return item
    opening = start - 1 if text[start - 1 : start] in MARKS_OPEN else start
    if text[opening] not in MARKS_OPEN:
        return item
    regions = quoted_regions(text[opening:end])
    if not regions or regions[0][0] != 0 or opening + regions[0][1] >= end:
        return item
    close = opening + regions[0][1]
    rest = text[close:end]
    if len(text[opening:close].split()) < LEAST_QUOTED or any(sign in MARKS_OPEN for sign in rest):
        return item
    return replace(item, content=((start, close - (start > opening)),))


def _is_inner(item: RawAttribution, content: Range) -> bool:
    """Tell whether an attribution is a nested report rather than the content once more: it has its own source and
    cue.
    """
    return bool(item.source and item.cue) and all(
        _inside(span, (content,)) for span in (*item.source, *item.cue, *item.content)
    )

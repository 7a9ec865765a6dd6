"""Offer a spaCy component: `nlp.add_pipe("onrecord")` puts the statements of a text into the `Doc`.

::

    nlp = spacy.blank("en")
    nlp.add_pipe("onrecord", config={"codebook": "issues.yaml"})
    doc = nlp(text)
    doc._.statements      # a list of `onrecord.Statement`
    doc.spans["onrecord"]  # the contents; label: stance, span id: the statement's id

What is known of the article is taken from `doc.user_data` (`title`, `outlet`, `published`, `url`), which `nlp.pipe`
leaves to whoever makes the Doc. Sources and cues are the span groups `onrecord.source` and `onrecord.cue`.
"""

from __future__ import annotations

from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from onrecord.core.span import Evidence, Text
from onrecord.core.statement import Article, PartialDate, Statement

GROUP = "onrecord"
_TEXTS = ("title", "outlet", "url")


class StatementFinder:
    """Find the statements of a Doc."""

    def __init__(self, name: str, codebook: str | None, model: str | None) -> None:
        from onrecord.pipeline import load

        self.name = name
        self._pipeline = load(codebook, model)

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc._.statements` and the span groups of a Doc."""
        found = self._pipeline.statements(article_of(doc))
        doc._.statements = found
        for group, part in ((GROUP, "content"), (f"{GROUP}.source", "source"), (f"{GROUP}.cue", "cue")):
            spans = [_span(doc, piece, one) for one in found for piece in getattr(one, part)]
            doc.spans[group] = SpanGroup(doc, name=group, spans=spans)
        return doc


def article_of(doc: Doc) -> Article:
    """Make an article of a Doc, with the metadata in its `user_data`."""
    known = {name: doc.user_data.get(name) for name in _TEXTS}
    published = doc.user_data.get("published")
    return Article(
        text=Text(doc.text),
        name=str(doc.user_data.get("name", "doc")),
        published=published if published is None or isinstance(published, PartialDate) else PartialDate(str(published)),
        **{name: None if value is None else str(value) for name, value in known.items()},
    )


def _span(doc: Doc, piece: Evidence, statement: Statement) -> Span:
    """Return the tokens that hold a piece; spaCy's tokens may begin or end outside it."""
    label = str(statement.stance.value)
    start, end = piece.span.start, piece.span.end
    found = doc.char_span(start, end, label=label, alignment_mode="expand", span_id=statement.id)
    return doc[0:0] if found is None else found


@Language.factory("onrecord", default_config={"codebook": None, "model": None}, assigns=["doc._.statements"])
def make_statement_finder(nlp: Language, name: str, codebook: str | None, model: str | None) -> Any:
    """Make the component; `codebook` is the path of a YAML file, `model` the folder of another tagger."""
    if not Doc.has_extension("statements"):
        Doc.set_extension("statements", default=None)
    return StatementFinder(name, codebook, model)

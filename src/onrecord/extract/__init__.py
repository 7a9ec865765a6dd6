"""Extract attributions from articles: who is said to have said what, by which words, inside whose report."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from onrecord.core.statement import Article, Attribution

if TYPE_CHECKING:
    from onrecord.core.span import Text
    from onrecord.extract.statement_filter import StatementFilter
    from onrecord.extract.tagger_extractor import TaggerExtractor

__all__ = ["Extractor", "bundled_model", "default_extractor", "extract_attributions", "load_extractor"]


class Extractor(Protocol):
    """Extract attributions; the same text gives the same ones, whatever was read before."""

    def attributions(self, text: Text) -> list[Attribution]:
        """Return all attributions of a text, in text order, nested ones linked to their outer one."""
        ...


def load_extractor(model: Path | str | None = None) -> Extractor:
    """Load a tagger: the bundled one, or the one in the folder `model`.

    Raises:
        ModelError: the folder has no usable tagger.
    """
    from onrecord.extract.statement_filter import StatementFilter

    folder = Path(model) if model is not None else bundled_model()
    fitted = folder / FILTER if (folder / FILTER).is_file() else bundled_model() / FILTER
    return load_tagger_extractor(folder, StatementFilter.load(fitted))


def load_tagger_extractor(folder: Path, statement_filter: StatementFilter | None = None) -> TaggerExtractor:
    """Load the tagger of a folder with a filter, or without one, as to fit one.

    Raises:
        ModelError: the folder has no usable tagger.
    """
    from onrecord.extract.nested_cues import NestedCueFilter
    from onrecord.extract.reporting_clause import ReportingClauses
    from onrecord.extract.tagger import Tagger
    from onrecord.extract.tagger_extractor import TaggerExtractor
    from onrecord.lexicon import load_cues

    cues = load_cues()
    return TaggerExtractor(Tagger(folder), NestedCueFilter(cues), ReportingClauses(cues), statement_filter)


FILTER = "statement-filter.json"  # in the tagger's folder, as it is fitted to that tagger's scores


def bundled_model() -> Path:
    """Return the folder of the bundled small tagger."""
    return Path(str(resources.files("onrecord").joinpath("data", "model")))


@lru_cache(maxsize=1)
def default_extractor() -> Extractor:
    """Load the default extractor once, as loading takes about a second."""
    return load_extractor()


def extract_attributions(article: Article, extractor: Extractor | None = None) -> list[Attribution]:
    """Find the attributions of an article, in text order.

    Args:
        article: the article.
        extractor: another extractor than the bundled tagger.
    """
    return (extractor or default_extractor()).attributions(article.text)

"""Article to attributions: who is said to have said what, by which words, inside whose report."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from onrecord.model import Article, Attribution
from onrecord.stage import make_callable

if TYPE_CHECKING:
    from onrecord.span import Text

__all__ = ["Extractor", "default_extractor", "extract", "load_extractor"]


class Extractor(Protocol):
    """Finds attributions; the same text gives the same ones, whatever was read before."""

    def attributions(self, text: Text) -> list[Attribution]:
        """All attributions of a text, in text order, nested ones with their outer one."""
        ...


def load_extractor() -> Extractor:
    """A new default extractor; ModelError where its language model is missing."""
    from onrecord.extract.parse import load_parser
    from onrecord.extract.rules import RuleExtractor
    from onrecord.lexicon import load_cues

    return RuleExtractor(load_parser(), load_cues())


@lru_cache(maxsize=1)
def default_extractor() -> Extractor:
    """The default extractor, loaded at the first call and kept, as loading takes about a second."""
    return load_extractor()


def extract(article: Article, extractor: Extractor | None = None) -> list[Attribution]:
    """The attributions of an article, in text order."""
    return (extractor or default_extractor()).attributions(article.text)


make_callable(__name__)

"""Article to attributions: who is said to have said what, by which words, inside whose report."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from onrecord.core.statement import Article, Attribution
from onrecord.stage import make_callable

if TYPE_CHECKING:
    from onrecord.core.span import Text

__all__ = ["Extractor", "bundled_model", "default_extractor", "extract", "load_extractor"]


RULES = "rules"


class Extractor(Protocol):
    """Finds attributions; the same text gives the same ones, whatever was read before."""

    def attributions(self, text: Text) -> list[Attribution]:
        """All attributions of a text, in text order, nested ones with their outer one."""
        ...


def load_extractor(model: Path | str | None = None) -> Extractor:
    """A new extractor: the bundled tagger, the one in the folder `model`, or with "rules" the untrained rule extractor.

    ModelError where the folder has no usable tagger, or where the rule extractor's parser is not installed.
    """
    from onrecord.lexicon import load_cues

    if model == RULES:
        from onrecord.extract.parse import load_parser
        from onrecord.extract.rules import RuleExtractor

        return RuleExtractor(load_parser(), load_cues())
    from onrecord.extract.around import Around
    from onrecord.extract.looks import Looks
    from onrecord.extract.tagged import TaggerExtractor
    from onrecord.extract.tagger import Tagger

    tagger = Tagger(Path(model) if model is not None else bundled_model())
    cues = load_cues()
    return TaggerExtractor(tagger, Looks(cues), Around(cues))


def bundled_model() -> Path:
    """The folder of the small tagger that the package brings."""
    return Path(str(resources.files("onrecord").joinpath("data", "model")))


@lru_cache(maxsize=1)
def default_extractor() -> Extractor:
    """The default extractor, loaded at the first call and kept, as loading takes about a second."""
    return load_extractor()


def extract(article: Article, extractor: Extractor | None = None) -> list[Attribution]:
    """The attributions of an article, in text order."""
    return (extractor or default_extractor()).attributions(article.text)


make_callable(__name__)

"""OnRecord reads the news and keeps a verifiable ledger of who said what, on whose word, and where each party stands.

The public names, each loaded when it is first used, so that importing the package costs nothing::

    import onrecord

    pipeline = onrecord.load("issues.yaml")
    with onrecord.Ledger("onrecord.db") as ledger:
        for result in onrecord.run(["dispatch.txt"], pipeline, ledger):
            print(result)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_MODULES = {
    "Article": "onrecord.core.statement",
    "Attribution": "onrecord.core.statement",
    "Codebook": "onrecord.lexicon",
    "Evidence": "onrecord.core.span",
    "Judgement": "onrecord.core.statement",
    "Ledger": "onrecord.record",
    "OnRecordError": "onrecord.errors",
    "PartialDate": "onrecord.core.statement",
    "Pipeline": "onrecord.pipeline",
    "Query": "onrecord.record",
    "SourceError": "onrecord.errors",
    "Span": "onrecord.core.span",
    "Statement": "onrecord.core.statement",
    "Text": "onrecord.core.span",
    "extract_attributions": "onrecord.extract",
    "interpret_attributions": "onrecord.interpreter",
    "load": "onrecord.pipeline",
    "load_codebook": "onrecord.lexicon",
    "matrix": "onrecord.analyse.positions",
    "read_articles": "onrecord.read",
    "run": "onrecord.pipeline",
    "statement_to_dict": "onrecord.core.codec",
}

__all__ = ["__version__", *sorted(_MODULES)]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'onrecord' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:
    from onrecord.analyse.positions import matrix as matrix
    from onrecord.core.codec import statement_to_dict as statement_to_dict
    from onrecord.core.span import Evidence as Evidence
    from onrecord.core.span import Span as Span
    from onrecord.core.span import Text as Text
    from onrecord.core.statement import Article as Article
    from onrecord.core.statement import Attribution as Attribution
    from onrecord.core.statement import Judgement as Judgement
    from onrecord.core.statement import PartialDate as PartialDate
    from onrecord.core.statement import Statement as Statement
    from onrecord.errors import OnRecordError as OnRecordError
    from onrecord.errors import SourceError as SourceError
    from onrecord.extract import extract_attributions as extract_attributions
    from onrecord.interpreter import interpret_attributions as interpret_attributions
    from onrecord.lexicon import Codebook as Codebook
    from onrecord.lexicon import load_codebook as load_codebook
    from onrecord.pipeline import Pipeline as Pipeline
    from onrecord.pipeline import load as load
    from onrecord.pipeline import run as run
    from onrecord.read import read_articles as read_articles
    from onrecord.record import Ledger as Ledger
    from onrecord.record import Query as Query

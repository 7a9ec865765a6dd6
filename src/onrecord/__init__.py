"""Read the news and keep a verifiable ledger of who said what, on whose word, and where each party stands.

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
    "agreement": "onrecord.analyse.intercoder",
    "changes": "onrecord.analyse.position_changes",
    "common_ground": "onrecord.analyse.consensus",
    "compare": "onrecord.analyse.comparison",
    "conditions": "onrecord.analyse.preconditions",
    "conflicts": "onrecord.analyse.position_changes",
    "deadlocks": "onrecord.analyse.preconditions",
    "drift": "onrecord.analyse.retellings",
    "extract_attributions": "onrecord.extract",
    "interpret_attributions": "onrecord.interpreter",
    "intervals": "onrecord.analyse.uncertainty",
    "load": "onrecord.pipeline",
    "load_codebook": "onrecord.lexicon",
    "matrix": "onrecord.analyse.positions",
    "network": "onrecord.analyse.networks",
    "read_articles": "onrecord.read",
    "read_text": "onrecord.pipeline",
    "redlines": "onrecord.analyse.refusals",
    "run": "onrecord.pipeline",
    "scenario": "onrecord.analyse.bargaining",
    "statement_to_dict": "onrecord.core.codec",
    "timeline": "onrecord.analyse.position_changes",
}

__all__ = ["__version__", *sorted(_MODULES)]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'onrecord' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:
    from onrecord.analyse.bargaining import scenario as scenario
    from onrecord.analyse.comparison import compare as compare
    from onrecord.analyse.consensus import common_ground as common_ground
    from onrecord.analyse.intercoder import agreement as agreement
    from onrecord.analyse.networks import network as network
    from onrecord.analyse.position_changes import changes as changes
    from onrecord.analyse.position_changes import conflicts as conflicts
    from onrecord.analyse.position_changes import timeline as timeline
    from onrecord.analyse.positions import matrix as matrix
    from onrecord.analyse.preconditions import conditions as conditions
    from onrecord.analyse.preconditions import deadlocks as deadlocks
    from onrecord.analyse.refusals import redlines as redlines
    from onrecord.analyse.retellings import drift as drift
    from onrecord.analyse.uncertainty import intervals as intervals
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
    from onrecord.pipeline import read_text as read_text
    from onrecord.pipeline import run as run
    from onrecord.read import read_articles as read_articles
    from onrecord.record import Ledger as Ledger
    from onrecord.record import Query as Query

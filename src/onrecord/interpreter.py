"""Join who said it (`resolve`) and what is meant (`classify`) into statements; the only module that knows both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar, cast

from onrecord.classify import Adaptation, Classification, Classifier, StatementClassifier
from onrecord.core import plugins
from onrecord.core.statement import Article, Attribution, Judgement, Statement
from onrecord.lexicon import Codebook
from onrecord.resolve import Resolution, Resolver, load_resolver, outer_first

T = TypeVar("T")
FORM_RULE = "the marks as printed"


class Interpreter:
    """Make statements of attributions; `codebook` gives the issues, without it they are unknown."""

    def __init__(
        self,
        codebook: Codebook | None = None,
        classifier: Classifier | None = None,
        resolver: Resolver | None = None,
        adaptation: Adaptation | None = None,
    ) -> None:
        self._background = f"{codebook.name}. {codebook.description}" if codebook is not None else ""
        self._classifier = classifier or StatementClassifier(codebook, adaptation=adaptation)
        self._adaptation = adaptation
        self._resolver = resolver or load_resolver()

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """Make the statements of an article, one for each attribution, in text order."""
        found = self._resolver.resolve(article, attributions, self._background)
        meant = self._classifier.classify(article, attributions, [r.speaker.value for r in found])
        resolved = dict(zip(attributions, found, strict=True))
        classified = dict(zip(attributions, meant, strict=True))
        made: dict[Attribution, Statement] = {}
        for attribution in outer_first(attributions):
            if attribution not in resolved:
                continue
            around = attribution.inside if attribution.inside is not None else attribution.outer
            holder = made.get(around) if around is not None else None
            statement = _statement(article, attribution, classified[attribution], resolved[attribution])
            if self._adaptation is not None and statement.speaker.value is not None:
                sure = self._adaptation.sure("speaker", statement.speaker.confidence)
                statement = replace(statement, speaker=replace(statement.speaker, confidence=sure))
            made[attribution] = replace(statement, nested_in=holder.id if holder is not None else None)
        return [made[attribution] for attribution in attributions]


def _statement(article: Article, attribution: Attribution, meant: Classification, resolved: Resolution) -> Statement:
    return Statement(
        article=article,
        source=attribution.source,
        cue=attribution.cue,
        content=attribution.content,
        form=Judgement(value=attribution.form, rule=FORM_RULE, confidence=0.95),
        speaker=resolved.speaker,
        affiliation=resolved.affiliation,
        chain=resolved.chain,
        venue=resolved.venue,
        act=meant.act,
        issue=_at_most(meant.issue, attribution.confidence),
        stance=_at_most(meant.stance, attribution.confidence),
        commitment=meant.commitment,
        condition=meant.condition,
        when=resolved.when,
        probability=attribution.confidence,
    )


def _at_most(judgement: Judgement[T], probability: float) -> Judgement[T]:
    """Return a judgement that is no surer than that there is a statement at all."""
    return replace(judgement, confidence=min(judgement.confidence, probability))


def load_interpreter(
    codebook: Codebook | None = None, adaptation: Adaptation | None = None, classifier: str | None = None
) -> Interpreter:
    """Load an interpreter for a codebook; without one issues and stances stay open.

    Args:
        codebook: the issues to follow.
        adaptation: a calibration refitted for a ledger, which applies to the bundled classifier.
        classifier: the name of another package's classifier instead of the bundled one.

    Raises:
        PluginError: no package brings this classifier, or it cannot be loaded.
    """
    if classifier is None:
        return Interpreter(codebook, adaptation=adaptation)
    make = cast("Callable[[Codebook | None], Classifier]", plugins.load(plugins.CLASSIFIERS, classifier))
    return Interpreter(codebook, make(codebook))


def interpret_attributions(
    attributions: Sequence[Attribution], article: Article, codebook: Codebook | None = None
) -> list[Statement]:
    """Classify and resolve an article's attributions into statements, in text order.

    Args:
        attributions: the attributions of `extract_attributions`.
        article: the article that they are from.
        codebook: the issues to follow; without one, issues and stances stay unknown.
    """
    return _cached_interpreter(codebook).statements(article, attributions)


@lru_cache(maxsize=2)
def _cached_interpreter(codebook: Codebook | None) -> Interpreter:
    """Load the interpreter for a codebook once: loading takes as long as a long article."""
    return load_interpreter(codebook)

"""Load pipelines in which a large language model reads the meaning of statements, or everything."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, Statement
from onrecord.lexicon import Codebook
from onrecord.llm.answers import AnswerCache
from onrecord.llm.endpoint import Endpoint
from onrecord.llm.llm_reader import LanguageModel
from onrecord.llm.questions import prompt_version
from onrecord.pipeline import Pipeline, StatementBuilder, load


class Mode(StrEnum):
    """List what a large model can read."""

    MEANING = "meaning"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class MeaningReader:
    """Make statements with the bundled models, and classify their meaning with a language model."""

    base: StatementBuilder
    model: LanguageModel

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """Make one statement for each attribution, in text order."""
        found = self.base.statements(article, attributions)
        meanings = self.model.classify(
            article,
            [Attribution(source=s.source, cue=s.cue, content=s.content, form=s.form.value) for s in found],
            [s.speaker.value for s in found],
        )
        judged = {
            one.id: replace(
                one, act=m.act, issue=m.issue, stance=m.stance, commitment=m.commitment, condition=m.condition
            )
            for one, m in zip(found, meanings, strict=True)
        }
        made: dict[str, Statement] = {}

        def renamed(key: str) -> Statement:
            if key not in made:
                parent = judged[key].nested_in
                made[key] = replace(judged[key], nested_in=renamed(parent).id if parent in judged else parent)
            return made[key]

        return [renamed(one.id) for one in found]


class NoExtractor:
    """Extract nothing, for pipelines in which a language model reads everything."""

    def attributions(self, text: Text) -> list[Attribution]:
        """Return no attributions."""
        return []


def load_pipeline(
    endpoint: Endpoint,
    codebook: Codebook | Path | str | None = None,
    *,
    mode: Mode = Mode.MEANING,
    answers: Path | str | None = None,
    confidences: Mapping[str, float] | None = None,
) -> Pipeline:
    """Load a pipeline that asks a language model.

    Args:
        endpoint: the model and where it is.
        codebook: the issues to follow, or the path of a YAML file of them.
        mode: whether the model reads what statements mean, or everything.
        answers: a folder for its answers; a question that was answered there is not asked again.
        confidences: how often it is right, by field (see `llm.calibration`); unknown shares count as one half.

    Raises:
        CodebookError: the codebook cannot be read or is not valid.
    """
    from onrecord.lexicon import load_codebook

    book = load_codebook(Path(codebook)) if isinstance(codebook, Path | str) else codebook
    cache = AnswerCache(None if answers is None else Path(answers))
    model = LanguageModel(endpoint=endpoint, codebook=book, answers=cache, confidences=dict(confidences or {}))
    version = llm_version(endpoint, mode, model.confidences)
    if mode is Mode.EVERYTHING:
        return Pipeline(NoExtractor(), model, book, version)
    base = load(book)
    return Pipeline(base.extractor, MeaningReader(base.interpreter, model), book, f"{base.reader}, {version}")


def llm_version(endpoint: Endpoint, mode: Mode, confidences: Mapping[str, float]) -> str:
    """Name a reader: the model, the prompt and, by a hash, the confidences of its judgements."""
    prompt = prompt_version("article" if mode is Mode.EVERYTHING else "meaning")
    named = f"language model {endpoint.model} reads {mode.value}, prompt {prompt}"
    if not confidences:
        return f"{named}, uncalibrated"
    seen = hashlib.sha256(json.dumps(dict(sorted(confidences.items()))).encode()).hexdigest()[:8]
    return f"{named}, calibration {seen}"

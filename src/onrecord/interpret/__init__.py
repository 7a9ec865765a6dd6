"""Attributions to statements: who speaks, what is done by saying it, on which issue, which way and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from onrecord.core.statement import Article, Attribution, Statement

if TYPE_CHECKING:
    from onrecord.interpret.interpreter import Interpreter
    from onrecord.lexicon import Codebook

__all__ = ["interpret_attributions", "load_interpreter"]


def load_interpreter(codebook: Codebook | None = None) -> Interpreter:
    """An interpreter for a codebook; without one issues and stances stay open."""
    from onrecord.interpret.interpreter import Interpreter

    return Interpreter(codebook)


def interpret_attributions(
    attributions: Sequence[Attribution], article: Article, codebook: Codebook | None = None
) -> list[Statement]:
    """Classify and resolve an article's attributions into statements, in text order."""
    return _cached_interpreter(codebook).statements(article, attributions)


@lru_cache(maxsize=2)
def _cached_interpreter(codebook: Codebook | None) -> Interpreter:
    """Load the interpreter for a codebook once: loading takes as long as a long article."""
    return load_interpreter(codebook)

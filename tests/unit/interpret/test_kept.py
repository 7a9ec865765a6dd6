"""`interpret` on many articles loads its models once for a codebook."""

from __future__ import annotations

import pytest

import onrecord.interpret as stage
from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.interpret.interpreter import Interpreter
from onrecord.lexicon import Codebook, Issue


def test_models_are_loaded_once_for_a_codebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal codebooks share an interpreter, other ones do not."""
    loaded: list[Codebook | None] = []
    load = stage.load_interpreter

    def counted(codebook: Codebook | None = None) -> Interpreter:
        loaded.append(codebook)
        return load(codebook)

    monkeypatch.setattr(stage, "load_interpreter", counted)

    def book(label: str) -> Codebook:
        issue = Issue(id="toll", label=label, proposition="The toll should go.", terms=("toll",))
        return Codebook(name="Kept", description="", issues=(issue,))

    stage._cached_interpreter.cache_clear()
    for codebook in (book("Toll"), book("Toll"), book("Bridge toll"), book("Toll")):
        assert stage.interpret_attributions([], Article(text=Text("Nothing."), name="a"), codebook) == []
    stage._cached_interpreter.cache_clear()
    assert [item.issues[0].label for item in loaded if item] == ["Toll", "Bridge toll"]

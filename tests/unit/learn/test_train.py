"""Training is repeatable."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra onrecord[train]")

CASES = Path(__file__).resolve().parents[2] / "golden" / "cases"


def trained(path: Path) -> dict[str, object]:
    from tokenizers import Tokenizer

    from onrecord.extract import bundled_model
    from onrecord.learn.network import Network, Shape, load
    from onrecord.learn.own import read_own
    from onrecord.learn.train import Recipe, Stage, be_steady, run_stage

    tokenizer = Tokenizer.from_file(str(bundled_model() / "tokenizer.json"))
    texts = [text for text in read_own(CASES, ("belun",), tokenizer, {}) if len(text.pieces) > 120][:6]
    recipe = Recipe(stages=(Stage(1),), batch=2, size=120)
    be_steady(recipe.threads)
    torch.manual_seed(recipe.seed)
    network = Network(Shape(hidden=32, layers=1, heads=2, inner=64, link=16))
    run_stage(recipe, 0, network, (texts, []), tokenizer, path, lambda line: None)
    return load(path)[0].state_dict()


def test_same_seed_same_weights(tmp_path: Path) -> None:
    """Two runs with one seed end in the same weights, bit by bit."""
    first, second = trained(tmp_path / "a.pt"), trained(tmp_path / "b.pt")
    assert all(torch.equal(first[name], second[name]) for name in first)

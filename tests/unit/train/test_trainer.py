"""Training is repeatable."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.made import ROOT

torch = pytest.importorskip("torch", reason="training needs the extra onrecord[train]")

CASES = ROOT / "training" / "corpus"


def trained(path: Path) -> dict[str, object]:
    """Train a tiny network once."""
    from tokenizers import Tokenizer

    from onrecord.extract import bundled_model
    from onrecord.train.project_corpus import read_project_corpus
    from onrecord.train.tagger_network import NetworkShape, TaggerNetwork, load
    from onrecord.train.trainer import TrainingRecipe, TrainingStage, be_steady, run_stage

    tokenizer = Tokenizer.from_file(str(bundled_model() / "tokenizer.json"))
    texts = [text for text in read_project_corpus(CASES, ("belun",), tokenizer, {}) if len(text.pieces) > 120][:6]
    recipe = TrainingRecipe(stages=(TrainingStage(1),), batch=2, size=120)
    be_steady(recipe.threads)
    torch.manual_seed(recipe.seed)
    network = TaggerNetwork(NetworkShape(hidden=32, layers=1, heads=2, inner=64, link=16))
    run_stage(recipe, 0, network, (texts, []), tokenizer, path, lambda line: None)
    return load(path)[0].state_dict()


def test_same_seed_same_weights(tmp_path: Path) -> None:
    """Two runs with one seed end in the same weights, bit by bit."""
    first, second = trained(tmp_path / "a.pt"), trained(tmp_path / "b.pt")
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_own_texts_are_mixed_into_the_corpus_in_its_order() -> None:
    """A share of the batches are of own texts; the others are the corpus's, epoch after epoch."""
    from itertools import islice

    import numpy as np
    from tokenizers import Tokenizer

    from onrecord.extract import bundled_model
    from onrecord.train.project_corpus import endless, mixed, read_project_corpus
    from onrecord.train.word_piece_vocabulary import special_ids

    tokenizer = Tokenizer.from_file(str(bundled_model() / "tokenizer.json"))
    texts = read_project_corpus(CASES, ("belun",), tokenizer, {})[:40]
    corpus = [text for text in texts if len(text.pieces) > 120][:4]
    reading = 120, 2, special_ids(tokenizer)[:2]

    def cut(epoch: int) -> np.random.Generator:
        return np.random.default_rng(epoch % 2)

    alone = [batch["ids"].tobytes() for batch in islice(endless(corpus, reading, cut), 60)]
    both = list(islice(mixed(endless(corpus, reading, cut), texts, 0.5, reading, np.random.default_rng(3)), 60))
    shown = [batch["ids"].tobytes() for batch in both if batch["corpus"]]
    assert 15 < len(shown) < 45
    assert shown == alone[: len(shown)]
    assert alone.count(alone[0]) > 1  # the same windows come again, for which a teacher's answers are kept


def test_settings_can_be_another_models(tmp_path: Path) -> None:
    """A model that has seen every article takes its settings from one that has not, and claims no figures."""
    import json
    import shutil

    from onrecord.extract import bundled_model
    from onrecord.extract.decode import DecoderSettings
    from onrecord.train.tagger_network import NetworkShape, TaggerNetwork, save
    from onrecord.train.trainer import TrainingRecipe, finish

    shutil.copyfile(bundled_model() / "tokenizer.json", tmp_path / "tokenizer.json")
    torch.manual_seed(1)
    save(TaggerNetwork(NetworkShape(hidden=32, layers=1, heads=2, inner=64, link=16)), tmp_path / "stage1.pt", {})
    settings = DecoderSettings(link=1.75, bounds=0.9)
    folder = finish(TrainingRecipe(), tmp_path / "stage1.pt", tmp_path, [], tmp_path / "model", settings=settings)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert (config["settings"]["link"], config["settings"]["bounds"], config["card"]["held"]) == (1.75, 0.9, {})


def test_the_last_stages_weights_are_averaged(tmp_path: Path) -> None:
    """Each of the stages counts the same in what is finished."""
    from onrecord.train.tagger_network import NetworkShape, TaggerNetwork, load, save
    from onrecord.train.trainer import blended

    torch.manual_seed(1)
    shape = NetworkShape(hidden=32, layers=1, heads=2, inner=64, link=16)
    stages = [tmp_path / f"stage{n}.pt" for n in range(3)]
    for path in stages:
        save(TaggerNetwork(shape), path, {})
    weights = [load(path)[0].state_dict() for path in stages]
    mean = load(blended(stages, tmp_path / "blend.pt"))[0].state_dict()
    for name, value in mean.items():
        torch.testing.assert_close(value, sum(each[name] for each in weights) / 3)

"""A teacher's answers are kept, and whoever answers as it does has the least loss."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.made import ROOT

torch = pytest.importorskip("torch", reason="training needs the extra onrecord[train]")

CASES = ROOT / "training" / "corpus"


def test_the_least_loss_is_the_teachers_own(tmp_path: Path) -> None:
    """No other answers have a smaller loss against a teacher's targets than its own."""
    import numpy as np
    from tokenizers import Tokenizer

    from onrecord.extract import bundled_model
    from onrecord.train.distillation import Teacher, distillation_losses
    from onrecord.train.examples import batches
    from onrecord.train.project_corpus import read_project_corpus
    from onrecord.train.tagger_network import NetworkShape, TaggerNetwork, load, save
    from onrecord.train.word_piece_vocabulary import special_ids

    content = (bundled_model() / "tokenizer.json").read_text(encoding="utf-8")
    tokenizer = Tokenizer.from_str(content)
    (tmp_path / "tokenizer.json").write_text(content, encoding="utf-8")
    torch.manual_seed(1)
    save(TaggerNetwork(NetworkShape(hidden=32, layers=1, heads=2, inner=64, link=16)), tmp_path / "stage1.pt", {})
    texts = [text for text in read_project_corpus(CASES, ("belun",), tokenizer, {}) if len(text.pieces) > 120][:2]
    arrays = next(batches(texts, 120, 2, special_ids(tokenizer)[:2], np.random.default_rng(0)))
    batch = {key: torch.from_numpy(value) for key, value in arrays.items()}
    batch["hand"] = torch.zeros_like(batch["hand"])

    teacher = Teacher(tmp_path, tokenizer, half_precision=False)
    answers = teacher.answers(batch)
    again = Teacher(tmp_path, tokenizer, half_precision=False).answers(batch)
    assert len(list((tmp_path / "answers").iterdir())) == 1
    assert all(torch.allclose(answers[name], again[name], atol=1e-3) for name in answers)

    network = load(tmp_path / "stage1.pt")[0].eval()
    other = TaggerNetwork(network.shape).eval()
    least, more = (distillation_losses(one(batch), answers, batch) for one in (network, other))
    assert least.keys() == answers.keys()
    assert all(least[name] < more[name] for name in least)


def test_a_teacher_without_weights_is_named(tmp_path: Path) -> None:
    """A folder without weights of a finished stage is a ModelError."""
    from tokenizers import Tokenizer

    from onrecord.errors import ModelError
    from onrecord.extract import bundled_model
    from onrecord.train.distillation import Teacher

    tokenizer = Tokenizer.from_file(str(bundled_model() / "tokenizer.json"))
    with pytest.raises(ModelError, match="no stage"):
        Teacher(tmp_path, tokenizer, half_precision=False)

"""The reader's training: the files it writes say what the network says, and one seed gives one network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra onrecord[train]")
pytest.importorskip("onnx", reason="training needs the extra onrecord[train]")

TEXTS = ["The mayor said the mill would close.", "She denied it.", "They hope to sign the treaty in spring."]


def made(folder: Path) -> tuple[object, object]:
    """A tiny reader, trained on a few sayings for two epochs, and the reader loaded from its files."""
    from tokenizers import Tokenizer
    from training import fit_reader as reading

    from onrecord.extract import bundled_model
    from onrecord.interpret.reader import Reader
    from onrecord.models.embeddings import pack
    from onrecord.train.network import Network, Shape
    from onrecord.train.trainer import be_steady
    from onrecord.train.vocabulary import smaller

    be_steady(1)
    torch.manual_seed(3)
    content, kept = smaller(bundled_model(), TEXTS)
    tokenizer = Tokenizer.from_str(content)
    encoder = Network(Shape(hidden=32, layers=1, heads=2, inner=64, link=16))
    table = encoder.pieces.weight.detach().numpy()[kept]
    network = reading.ReaderNetwork(encoder, torch.from_numpy(table))
    examples = [e for _, e in zip(range(48), reading.of_sayings(tokenizer, 1.0), strict=False)]
    recipe = reading.Recipe(layers=1, epochs=2, batch=8, threads=1)
    trained = reading.fit(network, examples, tokenizer, recipe, lambda line: None)
    reading.write(trained, content, pack(table, 4, 32), folder, {})
    return trained, Reader(folder)


def test_the_files_say_what_the_network_says(tmp_path: Path) -> None:
    """Chances read through ONNX Runtime, with products in eight bits, are close to those of PyTorch."""
    from training import fit_reader as reading

    from onrecord.interpret.reader import Passage, quoted, statement_pieces

    network, loaded = made(tmp_path)
    passage = Passage([(0, 9)], [(10, 14)], [(15, 35)])
    pieces = statement_pieces(loaded.tokenizer, TEXTS[0], passage, quoted(TEXTS[0]))  # type: ignore[attr-defined]
    example = reading.Example(pieces, "The mill should close.", {"act": "state", "commitment": "CT+", "stance": "none"})
    marks = tuple(loaded.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]"))  # type: ignore[attr-defined]
    ids = loaded.tokenizer.encode(example.proposition, add_special_tokens=False).ids  # type: ignore[attr-defined]
    with torch.no_grad():
        scores = network(reading.collate([example], lambda _: ids, marks))[0]  # type: ignore[operator]
    wanted = torch.log_softmax(scores[: len(reading.CLASSES["act"])], 0).numpy()
    found = loaded.read(TEXTS[0], passage, example.proposition, quoted(TEXTS[0])).act  # type: ignore[attr-defined]
    assert np.abs(np.exp(found) - np.exp(wanted)).max() < 0.02


def test_same_seed_same_files(tmp_path: Path) -> None:
    """Two runs with one seed write the same bytes."""
    made(tmp_path / "a")
    made(tmp_path / "b")
    for name in ("model.onnx", "tokenizer.json", "config.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_smaller_vocabulary_still_spells_every_word() -> None:
    """Common pieces and those of the texts stay, others are cut into them; numbers run from 0 without a gap."""
    from tokenizers import Tokenizer

    from onrecord.extract import bundled_model
    from onrecord.train.vocabulary import smaller

    content, kept = smaller(bundled_model(), TEXTS)
    vocabulary = json.loads(content)["model"]["vocab"]
    assert sorted(vocabulary.values()) == list(range(len(kept)))
    tokenizer = Tokenizer.from_str(content)
    assert tokenizer.encode("The mill would close", add_special_tokens=False).tokens == [
        "the",
        "mill",
        "would",
        "close",
    ]
    assert "[UNK]" not in tokenizer.encode("antidisestablishmentarianism", add_special_tokens=False).tokens

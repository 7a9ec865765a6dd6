"""Write a trained classifier as files for ONNX Runtime: python -m training.classifier.export WEIGHTS START OUT."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from onnx import TensorProto, helper

from onrecord.classify.inputs import POSITIONS
from onrecord.classify.model import FORMAT
from onrecord.models.embeddings import pack
from onrecord.train.export import OnnxGraph, layer
from onrecord.train.tagger_network import bucket
from onrecord.train.word_piece_vocabulary import latin, plain_tokenizer, specials
from training.classifier.network import CLASSES, OF_PROPOSITION, OF_STATEMENT, Classifier, load


def build(network: Classifier) -> bytes:
    """Build the graph that `onrecord.classify.model` runs.

    Inputs: embedded [1, pieces, hidden], feature [1, pieces], position [pieces], hidden [1, 1, pieces, pieces] (what
    attention adds), statement [statement pieces] and heads [propositions] (places of pieces). Outputs, over the
    statement's pieces: weights and values of its heads, asked, answers and own scores of propositions, condition.
    """
    w = {name: value.float().numpy() for name, value in network.state_dict().items()}
    shape, graph = network.shape, OnnxGraph()
    rows = graph.node("Gather", [graph.table("features", w["features.weight"]), "feature"], "features.rows")
    x = graph.node("Add", ["embedded", rows], "featured")
    places = graph.node("Gather", [graph.table("places", w["positions.weight"][:POSITIONS]), "position"], "places.rows")
    x = graph.norm(graph.node("Add", [x, places], "placed"), "norm", w["norm.weight"], w["norm.bias"], shape.epsilon)
    graph.constant("thirds", np.array([shape.hidden] * 3, dtype=np.int64))
    added = _distances(graph, w["distances.weight"]) if shape.relative else "hidden"
    wanted = graph.node("Concat", ["statement", "heads"], "wanted", axis=0)
    for n in range(shape.layers):
        only = wanted if n == shape.layers - 1 else ""
        x = layer(graph, w, f"layers.{n}", x, shape.heads, shape.epsilon, added, only)
    flat = graph.node("Squeeze", [x, graph.constant("zero", np.array([0], dtype=np.int64))], "flat")
    sizes = [graph.node("Shape", [name], f"{name}.size") for name in ("statement", "heads")]
    parts = ["of_statement", "of_propositions"]
    graph.nodes.append(helper.make_node("Split", [flat, graph.node("Concat", sizes, "sizes", axis=0)], parts, axis=0))
    sentence, first = parts

    def product(value: str, name: str, bias: bool = False, out: str = "") -> str:
        made = graph.node(
            "MatMul", [value, graph.constant(f"{name}.weight", w[f"{name}.weight"].T.copy())], out or f"{name}.product"
        )
        return (
            graph.node("Add", [made, graph.constant(f"{name}.bias", w[f"{name}.bias"])], f"{name}.sum")
            if bias
            else made
        )

    graph.node("Softmax", [product(sentence, "queries")], "weights", axis=0)
    graph.node("Identity", [product(sentence, "values", bias=True)], "values")
    turned = graph.node("Transpose", [sentence], "turned", perm=[1, 0])
    likeness = graph.node("MatMul", [product(first, "asking"), turned], "likeness")
    scale = graph.constant("asking.scale", np.array(shape.hidden**-0.5, dtype=np.float32))
    graph.node("Softmax", [graph.node("Mul", [likeness, scale], "likeness.scaled")], "asked", axis=1)
    graph.node("Identity", [product(sentence, "answers")], "answers")
    graph.node("Identity", [product(first, "own", bias=True)], "own")
    graph.node(
        "Squeeze",
        [product(sentence, "condition", bias=True), graph.constant("one", np.array([1], dtype=np.int64))],
        "condition",
    )
    inputs = [
        helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "pieces", shape.hidden]),
        helper.make_tensor_value_info("feature", TensorProto.INT64, [1, "pieces"]),
        helper.make_tensor_value_info("position", TensorProto.INT64, ["pieces"]),
        helper.make_tensor_value_info("hidden", TensorProto.FLOAT, [1, 1, "pieces", "pieces"]),
        helper.make_tensor_value_info("statement", TensorProto.INT64, ["length"]),
        helper.make_tensor_value_info("heads", TensorProto.INT64, ["propositions"]),
    ]
    shapes = {
        "weights": ["length", "statement heads"], "values": ["length", "statement classes"],
        "asked": ["propositions", "length"], "answers": ["length", "proposition classes"],
        "own": ["propositions", "proposition classes"], "condition": ["length"],
    }  # fmt: skip
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, sizes) for name, sizes in shapes.items()]
    return graph.serialised("classifier", inputs, outputs)


def _distances(graph: OnnxGraph, table: npt.NDArray[np.float32]) -> str:
    """Add to `hidden` what attention adds for the distance of two pieces (as in MPNet): [1, heads, pieces, pieces]."""
    by_distance = table[bucket(torch.arange(1 - POSITIONS, POSITIONS)).numpy()]
    first = graph.node("Unsqueeze", ["position", graph.constant("column", np.array([1], dtype=np.int64))], "from")
    second = graph.node("Unsqueeze", ["position", graph.constant("row", np.array([0], dtype=np.int64))], "to")
    apart = graph.node("Sub", [first, second], "apart")
    place = graph.node("Add", [apart, graph.constant("middle", np.array(POSITIONS - 1, dtype=np.int64))], "apart.row")
    rows = graph.node("Gather", [graph.constant("distances", by_distance), place], "apart.rows", axis=0)
    return graph.node("Add", [graph.node("Transpose", [rows], "apart.heads", perm=[2, 0, 1]), "hidden"], "added")


def write(network: Classifier, start: Path, folder: Path, extra: dict[str, Any] | None = None) -> None:
    """Write model.onnx, pieces.npz, tokenizer.json and config.json."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(build(network))
    content, chosen = latin((start / "tokenizer.json").read_text(encoding="utf-8"))
    table = pack(network.state_dict()["pieces.weight"].float().numpy()[chosen], bits=8)
    np.savez_compressed(folder / "pieces.npz", **table.arrays())  # type: ignore[arg-type]
    (folder / "tokenizer.json").write_text(content, encoding="utf-8")
    config = {
        "format": FORMAT, "classes": CLASSES, "heads": {"statement": OF_STATEMENT, "proposition": OF_PROPOSITION},
        "marks": specials(plain_tokenizer(start))[:2], **(extra or {}),
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("weights", type=Path)
    parser.add_argument("start", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    write(load(options.weights).eval(), options.start, options.out)


if __name__ == "__main__":
    main()

"""Export a trained network for inference: an int8 graph, word-piece vectors, a tokenizer, a config.

The graph is written node by node, so that PyTorch's exporter (and its version) is no part of the result, and so that
the operators are those that run fastest on one core: weights are int8 per column, activations are quantised per run,
which is one window of one text, so no neighbour can change an answer.  Layer norms are written out, because the fused
operator of ONNX Runtime 1.2x takes four times as long on a CPU.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from onrecord.extract.tagger import FORMAT
from onrecord.models.embeddings import pack
from onrecord.train.tagger_network import TaggerNetwork, bucket
from onrecord.train.word_piece_vocabulary import latin

CONTRIB = "com.microsoft"
SMALL = 12  # scores of roles, bounds, anchor and no source: they stay in float
Array = npt.NDArray[Any]


class OnnxGraph:
    """Build a graph of nodes and constants."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def constant(self, name: str, value: Array) -> str:
        """Add a constant under its name if it is new."""
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def table(self, name: str, value: Array) -> str:
        """Add a table of vectors, stored in half precision and read in single."""
        halves = self.constant(f"{name}.halves", value.astype(np.float16))
        return self.node("Cast", [halves], name, to=TensorProto.FLOAT)

    def node(self, kind: str, inputs: list[str], out: str, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output, whose name is returned."""
        self.nodes.append(helper.make_node(kind, inputs, [out], domain=domain, **attributes))
        return out

    def linear(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """Add x @ weight + bias with int8 weights; weight: [in, out]."""
        scale = (np.abs(weight).max(axis=0) / 127).astype(np.float32)
        scale[scale == 0] = 1.0
        whole = np.clip(np.round(weight / scale), -127, 127).astype(np.int8)
        inputs = [
            x,
            self.constant(f"{name}.weight", whole),
            self.constant(f"{name}.scale", scale),
            self.constant(f"{name}.zero", np.zeros(len(scale), dtype=np.int8)),
            self.constant(f"{name}.bias", bias),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}.out", CONTRIB)

    def norm(self, x: str, name: str, weight: Array, bias: Array, epsilon: float) -> str:
        """Add a layer norm over the last axis."""
        hidden = len(weight)
        mean = self.node("ReduceMean", [x], f"{name}.mean", axes=[-1], keepdims=1)
        centred = self.node("Sub", [x, mean], f"{name}.centred")
        squares = self.node("ReduceSumSquare", [centred], f"{name}.squares", axes=[-1], keepdims=1)
        variance = self.node(
            "Mul", [squares, self.constant("share", np.array(1 / hidden, dtype=np.float32))], f"{name}.variance"
        )
        variance = self.node(
            "Add", [variance, self.constant("epsilon", np.array(epsilon, dtype=np.float32))], f"{name}.safe"
        )
        deviation = self.node("Sqrt", [variance], f"{name}.deviation")
        inverse = self.node("Reciprocal", [deviation], f"{name}.inverse")
        unit = self.node("Mul", [centred, inverse], f"{name}.unit")
        scaled = self.node("Mul", [unit, self.constant(f"{name}.weight", weight)], f"{name}.scaled")
        return self.node("Add", [scaled, self.constant(f"{name}.bias", bias)], f"{name}.out")

    def serialised(self, name: str, inputs: list[Any], outputs: list[Any]) -> bytes:
        """Serialize the graph as a checked ONNX file."""
        made = helper.make_graph(self.nodes, name, inputs, outputs, list(self.constants.values()))
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIB, 1)]
        model = helper.make_model(made, opset_imports=opsets, ir_version=9)
        onnx.checker.check_model(model, full_check=False)
        result: bytes = model.SerializeToString()
        return result


def build(weights: dict[str, Tensor], heads: int, layers: int, epsilon: float, positions: int) -> bytes:
    """Build the graph: embedded [1, pieces, hidden], feature [1, pieces], first [words] to scores [words, 12 + 4 *
    link].
    """
    w = {key: value.float().numpy() for key, value in weights.items()}
    graph = OnnxGraph()
    x = embed(graph, w["features.weight"], w["positions.weight"][:positions])
    x = graph.norm(x, "norm", w["norm.weight"], w["norm.bias"], epsilon)
    hidden = w["norm.weight"].shape[0]
    graph.constant("thirds", np.array([hidden] * 3, dtype=np.int64))
    apart = _distances(graph, w, positions) if "distances.weight" in w else ""
    for n in range(layers):
        x = layer(graph, w, f"layers.{n}", x, heads, epsilon, apart)
    flat = graph.node("Squeeze", [x, graph.constant("zero", np.array([0], dtype=np.int64))], "flat")
    words = graph.node("Gather", [flat, "first"], "at_words", axis=0)
    weight, bias = _head(w)
    product = graph.node("MatMul", [words, graph.constant("small.weight", weight[:, :SMALL])], "small.product")
    small = graph.node("Add", [product, graph.constant("small.bias", bias[:SMALL])], "small")
    links = graph.linear(words, "links", weight[:, SMALL:], bias[SMALL:])
    graph.node("Concat", [small, links], "scores", axis=1)
    inputs = [
        helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "pieces", hidden]),
        helper.make_tensor_value_info("feature", TensorProto.INT64, [1, "pieces"]),
        helper.make_tensor_value_info("first", TensorProto.INT64, ["words"]),
    ]
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["words", bias.shape[0]])
    return graph.serialised("tagger", inputs, [scores])


def probe() -> bytes:
    """Build the probe graph of ``onrecord.models.session``: products of a row of ones with ones, in bytes, [1, 64] to
    [1, 64]; every sum is 64 unless sums of two products saturate at 16 bits.
    """
    graph = OnnxGraph()
    graph.linear("row", "ones", np.ones((64, 64), dtype=np.float32), np.zeros(64, dtype=np.float32))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 64]) for name in ("row", "ones.out")]
    return graph.serialised("probe", ends[:1], ends[1:])


def embed(graph: OnnxGraph, features: Array, places: Array) -> str:
    """Embed pieces: their external vectors plus those of features and positions, [1, pieces, hidden]."""
    rows = graph.node("Gather", [graph.table("features", features), "feature"], "features.rows")
    x = graph.node("Add", ["embedded", rows], "featured")
    length = graph.node("Shape", ["feature"], "length", start=1, end=2)
    begin = graph.constant("begin", np.array([0], dtype=np.int64))
    here = graph.node("Slice", [graph.table("places", places), begin, length, begin], "places.rows")
    return graph.node("Add", [x, here], "placed")


def _distances(graph: OnnxGraph, w: dict[str, Array], positions: int) -> str:
    """Compute the attention bias for the distance of two pieces: [1, heads, pieces, pieces]."""
    places = torch.arange(positions)
    bias = w["distances.weight"][bucket(places[:, None] - places[None, :]).numpy()].transpose(2, 0, 1)[None]
    whole = graph.constant("distances", bias.astype(np.float32))
    ends = graph.node("Concat", ["length", "length"], "lengths", axis=0)
    begins = graph.constant("begins", np.array([0, 0], dtype=np.int64))
    return graph.node("Slice", [whole, begins, ends, graph.constant("square", np.array([2, 3]))], "distances.here")


def layer(
    graph: OnnxGraph,
    w: dict[str, Array],
    name: str,
    x: str,
    heads: int,
    epsilon: float,
    apart: str = "",
    only: str = "",
) -> str:
    """Add one transformer layer of int8 products to the graph.

    Args:
        graph: the graph under construction.
        w: weights by name.
        name: of the layer.
        x: its input, [1, pieces, hidden].
        heads: number of attention heads.
        epsilon: of the layer norms.
        apart: what attention adds, [1, heads or 1, pieces, pieces], if anything.
        only: places of the pieces that are wanted after it, if not all; needs `apart`.
    """

    def linear(part: str, value: str) -> str:
        return graph.linear(value, f"{name}.{part}", w[f"{name}.{part}.weight"].T, w[f"{name}.{part}.bias"])

    def add_and_norm(part: str, value: str, old: str) -> str:
        both = graph.node("Add", [value, old], f"{name}.{part}.sum")
        return graph.norm(both, f"{name}.{part}", w[f"{name}.{part}.weight"], w[f"{name}.{part}.bias"], epsilon)

    mixed = linear("qkv", x)
    thirds = [f"{name}.{part}" for part in "qkv"]
    graph.nodes.append(helper.make_node("Split", [mixed, "thirds"], thirds, axis=-1))
    if only:
        thirds[0] = graph.node("Gather", [thirds[0], only], f"{name}.q.only", axis=1)
        x = graph.node("Gather", [x, only], f"{name}.x.only", axis=1)
        apart = graph.node("Gather", [apart, only], f"{name}.apart.only", axis=2)
    inputs = [*thirds, "", "", apart] if apart else thirds
    attended = graph.node("MultiHeadAttention", inputs, f"{name}.attended", CONTRIB, num_heads=heads)
    x = add_and_norm("norm1", linear("out", attended), x)
    raised = graph.node("Gelu", [linear("up", x)], f"{name}.raised", CONTRIB)
    return add_and_norm("norm2", linear("down", raised), x)


def _head(w: dict[str, Array]) -> tuple[Array, Array]:
    """Join the heads in one matrix: role, bounds, anchor, no source, then the four ends of links."""
    hand = w["hands.weight"][0]  # inference is by nobody in particular
    weight, bias = w["head.weight"], w["head.bias"] + w["head.weight"] @ hand
    rows = [weight[:11], w["no_source.weight"], weight[11:]]
    biases = [bias[:11], w["no_source.bias"], bias[11:]]
    return np.concatenate(rows).T.copy(), np.concatenate(biases)


def write(
    network: TaggerNetwork,
    tokenizer: str,
    folder: Path,
    settings: dict[str, Any],
    reading: dict[str, Any],
    card: dict[str, Any],
) -> None:
    """Write model.onnx, pieces.npz, tokenizer.json and config.json; ``reading`` has the window's size and context
    in pieces, and the marks around it.

    Word pieces that text in Latin letters cannot have are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shape, weights = network.shape, network.state_dict()
    graph = build(weights, shape.heads, shape.layers, shape.epsilon, reading["size"] + 2)
    (folder / "model.onnx").write_bytes(graph)
    content, numbers = latin(tokenizer)
    table = pack(weights["pieces.weight"].float().numpy()[numbers], bits=8)
    np.savez_compressed(folder / "pieces.npz", **table.arrays())  # type: ignore[arg-type]
    (folder / "tokenizer.json").write_text(content, encoding="utf-8")
    links = {
        name: {part: _rounded(getattr(bias, part)) for part in ("distance", "paragraph", "sentence")}
        for name, bias in (("content", network.content_bias), ("source", network.source_bias))
    }
    config = {"format": FORMAT, "link": shape.link, **reading, "settings": settings, "links": links, "card": card}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _rounded(values: Tensor) -> list[float]:
    return [round(float(value), 5) for value in values.detach()]

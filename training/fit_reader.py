"""Trains the reader of statements (`interpret/reader.py`) and writes it as files for ONNX Runtime.

    python -m training.fit_reader CASES [CASES ...] --out FOLDER [--keep-out NAME ...]

It starts from the lowest layers of all-MiniLM-L6-v2 and is fine-tuned on gold dispatches (in the format of
`training/corpus`) and on the labelled sayings beside this file. Word-piece vectors stay as they were, in four bits
and for the common part of the vocabulary: the training texts are too few to move them well. The same seed, number of
threads and kind of machine give the same weights. Disputes that are kept out give honest figures.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from onnx import TensorProto, helper
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from onrecord.core.statement import Act, Commitment, Stance
from onrecord.interpret import reader
from onrecord.interpret.reader import Passage, Pieces, assemble, quoted, statement_pieces
from onrecord.models.embeddings import Table, pack
from onrecord.train.export import Graph, embed, layer
from onrecord.train.network import Network, Shape, from_pretrained
from onrecord.train.trainer import Report, be_steady, descend, encoder_of, follow, optimizer_of
from onrecord.train.vocabulary import smaller, special_ids
from training.sayings import STANCES, labelled_sayings

CLASSES = {
    "act": tuple(str(a) for a in Act),
    "commitment": tuple(str(c) for c in Commitment),
    "stance": tuple(str(s) for s in Stance),
}
SHARES = {"act": 1.0, "commitment": 0.7, "stance": 1.3}  # of the fields in the loss
POSITIONS = reader.LEFT + reader.LONGEST + reader.LONGEST_PROPOSITION + 3
IGNORE = -100
WEIGHTS = (0.5, 0.7)  # of the models of traits and of the reader, until `training.fit_meaning` has fitted them


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the reader is trained; the defaults made the one that is shipped."""

    layers: int = 2
    epochs: int = 5
    batch: int = 32
    rate: float = 2e-4
    head_rate: float = 1e-3
    warm: float = 0.08
    hidden: float = 0.05  # share of pieces shown as [MASK]
    smooth: float = 0.1  # label smoothing
    average: float = 0.99  # how much of the running average of the weights is kept at each step
    saying: float = 0.7  # weight of a short saying, where a statement of a dispatch has 1
    seed: int = 1
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled statement."""

    statement: Pieces
    proposition: str | None
    labels: dict[str, str]
    weight: float = 1.0


# ---------------------------------------------------------------- what is trained on


def of_cases(folder: Path, tokenizer: Tokenizer) -> Iterator[tuple[str, Example]]:
    """(case id, example) for each gold statement of a folder of cases."""
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        book = yaml.safe_load((folder / "codebooks" / case["codebook"]).read_text(encoding="utf-8"))
        inside = quoted(case["text"])
        for s in case["statements"]:
            passage = Passage(s["source"], s["cue"], s["content"])
            proposition = book["issues"][s["issue"]]["proposition"] if s["issue"] else None
            pieces = statement_pieces(tokenizer, case["text"], passage, inside)
            yield case["id"], Example(pieces, proposition, {name: s[name] for name in CLASSES})


def of_sayings(tokenizer: Tokenizer, weight: float) -> Iterator[Example]:
    """The labelled sayings, each as a text of its own."""
    for saying in labelled_sayings():
        text, cue, content = saying.printed()
        passage = Passage([(0, 3)], [cue], [content])
        labels = {"act": saying.act, "commitment": saying.commitment, "stance": STANCES[saying.stance]}
        pieces = statement_pieces(tokenizer, text, passage, quoted(text))
        yield Example(pieces, saying.proposition, labels, weight)


# ---------------------------------------------------------------- the network


class ReaderNetwork(nn.Module):
    """The lowest layers of an encoder, what each piece is, and a head per field on three pooled vectors."""

    def __init__(self, encoder: Network, table: Tensor) -> None:
        super().__init__()
        self.shape: Shape = encoder.shape
        self.register_buffer("table", table)
        self.positions, self.norm, self.layers = encoder.positions, encoder.norm, encoder.layers
        self.features = nn.Embedding(2 * reader.ROLES, self.shape.hidden)
        self.pool = nn.Linear(3 * self.shape.hidden, self.shape.hidden)
        self.head = nn.Linear(self.shape.hidden, sum(len(values) for values in CLASSES.values()))
        nn.init.normal_(self.features.weight, std=0.02)

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Scores [batch, classes of all fields]."""
        ids = batch["ids"]
        x = self.table[ids] + self.positions.weight[: ids.shape[1]] + self.features(batch["feature"])  # type: ignore[index]
        x = functional.dropout(self.norm(x), 0.1, self.training)
        attend = batch["mask"].bool()[:, None, None, :]
        for one in self.layers:
            x = one(x, attend)
        pooled = functional.dropout((batch["pooled"] @ x).flatten(1), 0.1, self.training)
        result: Tensor = self.head(functional.dropout(torch.tanh(self.pool(pooled)), 0.1, self.training))
        return result


def collate(
    examples: Sequence[Example], propositions: Callable[[str], list[int]], marks: tuple[int, int]
) -> dict[str, Tensor]:
    """Examples as one padded batch."""
    rows = [assemble(e.statement, propositions(e.proposition or ""), marks) for e in examples]
    length = max(len(row.ids) for row in rows)

    def padded(values: list[list[int]]) -> Tensor:
        return torch.tensor([v + [0] * (length - len(v)) for v in values])

    feature = padded([row.features for row in rows])
    mask = padded([[1] * len(row.ids) for row in rows])
    pooled = torch.zeros(len(rows), 3, length)
    pooled[:, 0, 0] = 1
    for at, role in ((1, reader.CONTENT), (2, reader.CUE)):
        here = ((feature % reader.ROLES == role) & (mask == 1)).float()
        pooled[:, at] = here / here.sum(1, keepdim=True).clamp(min=1)
    batch = {"ids": padded([row.ids for row in rows]), "feature": feature, "mask": mask, "pooled": pooled}
    for name, values in CLASSES.items():
        known = [name != "stance" or e.proposition is not None for e in examples]
        batch[name] = torch.tensor(
            [values.index(e.labels[name]) if k else IGNORE for e, k in zip(examples, known, strict=True)]
        )
    batch["weight"] = torch.tensor([e.weight for e in examples])
    return batch


def shuffled(examples: Sequence[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """One epoch of batches of statements of like length."""
    order = rng.sample(range(len(examples)), len(examples))
    groups: list[list[int]] = []
    for begin in range(0, len(order), 16 * size):
        near = sorted(order[begin : begin + 16 * size], key=lambda n: len(examples[n].statement.ids))
        groups += [near[at : at + size] for at in range(0, len(near), size)]
    for group in rng.sample(groups, len(groups)):
        yield [examples[n] for n in group]


def loss_of(scores: Tensor, batch: dict[str, Tensor], smooth: float) -> Tensor:
    """The weighted mean of the fields' cross-entropies."""
    weight = batch["weight"] / batch["weight"].sum()
    parts = []
    widths = [len(values) for values in CLASSES.values()]
    for part, name in zip(scores.split(widths, dim=1), CLASSES, strict=True):
        each = functional.cross_entropy(
            part, batch[name], reduction="none", label_smoothing=smooth, ignore_index=IGNORE
        )
        parts.append(SHARES[name] * (each * weight).sum())
    return torch.stack(parts).sum()


def fit(
    network: ReaderNetwork,
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    recipe: Recipe,
    report: Report,
) -> ReaderNetwork:
    """Train in place; the running average of the weights is returned."""
    average = copy.deepcopy(network).eval()
    step = 0
    rng, generator = random.Random(recipe.seed), torch.Generator().manual_seed(recipe.seed)
    first, last, mask = special_ids(tokenizer)
    marks = (first, last)
    total = recipe.epochs * math.ceil(len(examples) / recipe.batch)
    optimizer, schedule = optimizer_of(network, (recipe.rate, recipe.head_rate), total, recipe.warm)
    known: dict[str, list[int]] = {}

    def propositions(text: str) -> list[int]:
        if text not in known:
            known[text] = tokenizer.encode(text, add_special_tokens=False).ids
        return known[text]

    for epoch in range(recipe.epochs):
        network.train()
        losses = []
        for group in shuffled(examples, recipe.batch, rng):
            batch = collate(group, propositions, marks)
            hide = torch.rand(batch["ids"].shape, generator=generator) < recipe.hidden
            told = batch["feature"] % reader.ROLES > reader.PROPOSITION
            batch["ids"] = torch.where(hide & told, mask, batch["ids"])
            loss = loss_of(network(batch), batch, recipe.smooth)
            descend(network, loss, optimizer)
            schedule.step()
            step += 1
            follow(average, network, min(recipe.average, step / (step + 20)))
            losses.append(float(loss.detach()))
        report(f"epoch {epoch + 1} of {recipe.epochs}: loss {sum(losses) / len(losses):.3f}")
    return average


# ---------------------------------------------------------------- to files


def build(network: ReaderNetwork) -> bytes:
    """The graph: embedded [1, pieces, hidden], feature [1, pieces], pooled [1, 3, pieces] to scores [1, classes]."""
    w = {name: value.float().numpy() for name, value in network.state_dict().items() if name != "table"}
    shape, graph = network.shape, Graph()
    hidden = shape.hidden
    graph.constant("thirds", np.array([hidden] * 3, dtype=np.int64))
    x = embed(graph, w["features.weight"], w["positions.weight"][:POSITIONS])
    x = graph.norm(x, "norm", w["norm.weight"], w["norm.bias"], shape.epsilon)
    for n in range(shape.layers):
        x = layer(graph, w, f"layers.{n}", x, shape.heads, shape.epsilon)
    means = graph.node("MatMul", ["pooled", x], "means")
    flat = graph.node("Reshape", [means, graph.constant("flat.shape", np.array([1, 3 * hidden]))], "flat")
    raised = graph.linear(flat, "pool", w["pool.weight"].T, w["pool.bias"])
    raised = graph.node("Tanh", [raised], "raised")
    product = graph.node("MatMul", [raised, graph.constant("head.weight", w["head.weight"].T.copy())], "product")
    graph.node("Add", [product, graph.constant("head.bias", w["head.bias"])], "scores")
    inputs = [
        helper.make_tensor_value_info("embedded", TensorProto.FLOAT, [1, "pieces", hidden]),
        helper.make_tensor_value_info("feature", TensorProto.INT64, [1, "pieces"]),
        helper.make_tensor_value_info("pooled", TensorProto.FLOAT, [1, 3, "pieces"]),
    ]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, len(w["head.bias"])])]
    return graph.serialised("reader", inputs, outputs)


def write(network: ReaderNetwork, tokenizer: str, table: Table, folder: Path, card: dict[str, Any]) -> None:
    """The files that `interpret.reader.Reader` loads."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(build(network))
    (folder / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    np.savez_compressed(folder / "pieces.npz", **table.arrays())  # type: ignore[arg-type]
    config = {"format": 1, "classes": CLASSES, "weights": dict.fromkeys(CLASSES, WEIGHTS), "card": card}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def train(folders: Sequence[Path], out: Path, keep_out: tuple[str, ...], recipe: Recipe, report: Report) -> None:
    """Train on all cases but those whose ids begin with one of `keep_out`, and write the reader to `out`."""
    be_steady(recipe.threads)
    torch.manual_seed(recipe.seed)
    start = encoder_of("small")
    texts = [saying.printed()[0] + " " + saying.proposition for saying in labelled_sayings()]
    for folder in folders:
        texts += [json.loads(p.read_text(encoding="utf-8"))["text"] for p in sorted(folder.glob("*.json"))]
        texts += [p.read_text(encoding="utf-8") for p in sorted((folder / "codebooks").glob("*.yaml"))]
    content, kept = smaller(start, texts)
    tokenizer = Tokenizer.from_str(content)
    cases = [item for folder in folders for item in of_cases(folder, tokenizer)]
    examples = [e for name, e in cases if not name.startswith(keep_out)] if keep_out else [e for _, e in cases]
    examples += of_sayings(tokenizer, recipe.saying)
    encoder = from_pretrained(start, recipe.layers)
    table = pack(encoder.pieces.weight.detach().numpy()[kept], bits=4, block=32)
    network = ReaderNetwork(encoder, torch.from_numpy(table.rows(range(len(table)))))
    report(f"{len(examples)} statements to train on, {len(kept)} word pieces")
    average = fit(network, examples, tokenizer, recipe, report)
    card = {"recipe": {name: getattr(recipe, name) for name in Recipe.__dataclass_fields__}, "kept out": list(keep_out)}
    write(average, content, table, out, card)


def main(argv: Sequence[str] | None = None) -> int:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep-out", action="append", default=[], help="leave out cases whose ids begin so")
    parser.add_argument("--threads", type=int, default=Recipe().threads)
    options = parser.parse_args(argv)
    recipe = replace(Recipe(), threads=options.threads)
    train(options.cases, options.out, tuple(options.keep_out), recipe, lambda line: print(line, flush=True))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

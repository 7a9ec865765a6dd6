"""Train the classifier: python -m training.classifier.fit --start ENCODER --data ../shared/data --out FOLDER.

Deterministic for a seed, a number of threads and one kind of machine. Every statement is drawn once an epoch (more or
less often by its source) with some of its propositions, by their weights.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from onrecord.classify.inputs import CONTENT, ROLES, Encoded, Passage, Pieces, assemble, encode_statement, quoted_mask
from onrecord.classify.negation import negate
from onrecord.train.trainer import descend, follow
from onrecord.train.word_piece_vocabulary import plain_tokenizer, special_ids
from training.classifier import data as corpora
from training.classifier.data import OFF, TURNED, Example, Target, is_development
from training.classifier.network import CLASSES, OF_STATEMENT, Classifier, load, save, start

IGNORE = -100
STEP = 16  # lengths of batches are multiples of this
PROPOSITIONS = 6  # beside one statement
LISTED = 5  # of these at most for the choice of issue: the gold one, and others by how near the narrowing finds them
SHARES = {"relevance": 0.6, "stance": 1.6, "act": 0.8, "commitment": 0.6}
CONDITION, CHOICE = 0.5, 1.0
NEGATED = 0.25  # how often a proposition is negated
UNTITLED = 0.25  # how often the article's title is withheld
# How often an epoch draws from each source: 1 is once per statement.
RATES = {
    "polnear-train": 1.0, "wikinews": 2.0, "broad": 1.5, "gum": 1.5, "propositions": 1.0, "indirect": 2.0,
    "constructions": 2.0,
    "dispatches": 0.4, "sayings": 0.25, "perspectrum": 0.15, "claim-stance": 0.15, "iam": 0.15,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Hold a statement beside propositions; the first of them, with a `nearness` each, are a choice of issue.

    `gold` is the place of the statement's issue among them, their number where it speaks to none of them.
    """

    example: Example
    targets: tuple[Target, ...]
    titled: bool = True
    nearness: tuple[float, ...] = ()
    gold: int = 0


class Encoder:
    """Turns examples into pieces, keeping what was tokenized."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        first, last, self.mask = special_ids(tokenizer)
        self.marks = (first, last)
        self._short: dict[str, list[int]] = {}
        self._statements: dict[int, Pieces] = {}
        self._quoted: dict[str, np.ndarray] = {}

    def short(self, text: str) -> list[int]:
        """Encode a proposition or a name."""
        if text not in self._short:
            self._short[text] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return self._short[text]

    def statement(self, example: Example) -> Pieces:
        """Encode a statement in its context."""
        key = id(example)
        if key not in self._statements:
            if example.text not in self._quoted:
                self._quoted[example.text] = quoted_mask(example.text)
            passage = Passage(example.source, example.cue, example.content)
            self._statements[key] = encode_statement(self.tokenizer, example.text, passage, self._quoted[example.text])
        return self._statements[key]

    def encoded(self, row: Row) -> Encoded:
        """Encode a statement beside propositions."""
        e = row.example
        speaker, title = self.short(e.speaker), self.short(e.title) if row.titled else []
        return assemble(self.statement(e), speaker, title, [self.short(t.proposition) for t in row.targets], self.marks)


def collate(rows: Sequence[Row], encoder: Encoder) -> dict[str, Tensor]:
    """Pad statements with their propositions to one batch with labels; IGNORE where there is none."""
    encoded = [encoder.encoded(row) for row in rows]
    length = -(-max(map(len, encoded)) // STEP) * STEP
    most = max(1, *(len(row.targets) for row in rows))

    def padded(values: list[list[int]], size: int, fill: int = 0) -> Tensor:
        return torch.tensor([v + [fill] * (size - len(v)) for v in values])

    batch = {
        "ids": padded([p.ids for p in encoded], length),
        "feature": padded([p.features for p in encoded], length),
        "position": padded([p.positions for p in encoded], length),
        "block": padded([p.blocks for p in encoded], length, -1),
        "heads": padded([p.heads for p in encoded], most),
    }
    stances = CLASSES["stance"]
    batch["relevance"] = padded(
        [[IGNORE if not r.example.cue and t.stance != OFF else int(t.stance != OFF) for t in r.targets] for r in rows],
        most,
        IGNORE,
    )
    batch["stance"] = padded(
        [[IGNORE if t.stance == OFF else stances.index(t.stance) for t in r.targets] for r in rows], most, IGNORE
    )
    batch["nearness"] = torch.full((len(rows), most), -torch.inf)
    for n, row in enumerate(rows):
        batch["nearness"][n, : len(row.nearness)] = torch.tensor(row.nearness)
    places = [r.gold if r.gold < len(r.nearness) else most for r in rows]
    batch["choice"] = torch.tensor([at if r.nearness else IGNORE for at, r in zip(places, rows, strict=True)])
    for name in OF_STATEMENT:
        labels = [getattr(row.example, name) for row in rows]
        batch[name] = torch.tensor([CLASSES[name].index(v) if v else IGNORE for v in labels])
    marks = []
    for row, p in zip(rows, encoded, strict=True):
        inside, condition = [IGNORE] * len(p), row.example.condition
        if condition is not None:
            for n, ((a, b), f) in enumerate(zip(p.spans, p.features, strict=True)):
                if f % ROLES == CONTENT:
                    inside[n] = int(any(a < end and b > begin for begin, end in condition))
        marks.append(inside)
    batch["condition"] = padded(marks, length, IGNORE)
    return batch


def losses(scores: dict[str, Tensor], batch: dict[str, Tensor], weights: Tensor, smooth: float) -> dict[str, Tensor]:
    """Compute the mean loss of each head, and of the choice of issue by relevance and nearness."""
    result = {}
    for name in CLASSES:
        if (batch[name] != IGNORE).any():
            flat = scores[name].flatten(0, -2)
            result[name] = SHARES[name] * functional.cross_entropy(
                flat, batch[name].flatten(), ignore_index=IGNORE, label_smoothing=smooth
            )
    if (batch["choice"] != IGNORE).any():
        result["choice"] = CHOICE * functional.cross_entropy(
            choice_scores(scores["relevance"], batch["nearness"], weights), batch["choice"], ignore_index=IGNORE
        )
    here = batch["condition"] != IGNORE
    if here.any():
        target = batch["condition"].clamp(min=0).float()
        each = functional.binary_cross_entropy_with_logits(
            scores["condition"], target, reduction="none", pos_weight=torch.tensor(3.0)
        )
        result["condition"] = CONDITION * (each * here).sum() / here.sum()
    return result


def choice_scores(relevance: Tensor, nearness: Tensor, weights: Tensor) -> Tensor:
    """Score the listed issues and, last, "none": [batch, propositions + 1]; `weights` are of nearness and of none."""
    listed = relevance[..., 1] - relevance[..., 0] + weights[0] * nearness.clamp(min=-1e4)
    return torch.cat([listed.masked_fill(nearness.isinf(), -1e4), weights[1].expand(len(listed), 1)], 1)


def draw(examples: Sequence[Example], rng: random.Random, rates: Mapping[str, float]) -> list[Row]:
    """Draw one epoch: each statement by its source's rate, with up to PROPOSITIONS of its propositions."""
    rows: list[Row] = []
    for e in examples:
        rate = rates[e.origin]
        for _ in range(int(rate) + (rng.random() < rate % 1)):
            titled = rng.random() >= UNTITLED
            if len(e.nearness) > 1:
                rows.append(_listed(e, titled, rng))
                continue
            left = list(e.targets)
            chosen: list[Target] = []
            while left and len(chosen) < PROPOSITIONS:
                n = rng.choices(range(len(left)), [t.weight for t in left])[0]
                chosen.append(left.pop(n))
            rows.append(Row(e, tuple(_turned(t) if rng.random() < NEGATED else t for t in chosen), titled))
    rng.shuffle(rows)
    return rows


def _turned(target: Target) -> Target:
    """Negate a proposition as the product does, which turns its side."""
    return Target(negate(target.proposition), TURNED.get(target.stance, target.stance))


def _negation(e: Example, issue: int, rng: random.Random) -> Target:
    """Draw an issue's negation, as it was written by hand or as the product makes it."""
    return e.targets[2 * issue + 1] if rng.random() < 0.5 else _turned(e.targets[2 * issue])


def _listed(e: Example, titled: bool, rng: random.Random) -> Row:
    """Draw the gold issue and others without replacement by their nearness; then the gold issue turned."""
    keys = {n: near - math.log(-math.log(rng.random())) for n, near in enumerate(e.nearness) if n != e.gold}
    places = sorted(keys, key=lambda n: -keys[n])[: LISTED - (e.gold is not None)]
    if e.gold is not None:
        places.insert(0, e.gold)
    turned = [rng.random() < NEGATED for _ in places]
    targets = [_negation(e, n, rng) if t else e.targets[2 * n] for n, t in zip(places, turned, strict=True)]
    if e.gold is not None:
        targets.append(e.targets[2 * e.gold] if turned[0] else _negation(e, e.gold, rng))
    gold = 0 if e.gold is not None else len(places)
    return Row(e, tuple(targets), titled, tuple(e.nearness[n] for n in places), gold)


def batches(rows: list[Row], encoder: Encoder, tokens: int, rng: random.Random) -> Iterator[list[Row]]:
    """Group statements of like length into batches of about `tokens` pieces, of few different shapes.

    New shapes cost more than their arithmetic, as kernels are compiled for each: lengths are multiples of STEP, and all
    batches of one length have the same number of rows.
    """
    buckets: dict[int, list[Row]] = {}
    groups = []
    for row in rows:
        size = -(-len(encoder.encoded(row)) // STEP) * STEP
        bucket = buckets.setdefault(size, [])
        bucket.append(row)
        if len(bucket) == tokens // size:
            groups.append(bucket)
            buckets[size] = []
    for size, rest in buckets.items():
        if rest:
            groups.append([rest[n % len(rest)] for n in range(tokens // size)])
    rng.shuffle(groups)
    return iter(groups)


def load_examples(options: argparse.Namespace) -> tuple[list[Example], list[Example]]:
    """Load training and development examples."""
    texts, titles = corpora.load_texts(options.data), corpora.load_titles(options.data)
    labelled = list(corpora.read_labels(options.labels, texts, titles))
    train = [e for e in labelled if not is_development(e.group)]
    held = [e for e in labelled if is_development(e.group)]
    if options.propositions:
        train += [
            e for e in corpora.read_propositions(options.propositions, options.data) if not is_development(e.group)
        ]
    if options.dispatches:
        train += list(corpora.read_dispatches(options.dispatches))
    if options.sayings:
        train += list(corpora.read_sayings(options.sayings))
    if options.public:
        train += list(corpora.read_perspectrum(options.data / "perspectrum"))
        train += list(corpora.read_claim_stance(options.data / "claim_stance" / "claim_stance_dataset_v1.csv"))
        train += list(corpora.read_iam(options.data / "iam" / "train.txt"))
    return train, held


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--resume", type=Path, help="weights that an earlier run wrote")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--propositions", type=Path)
    parser.add_argument("--constructions", type=Path)
    parser.add_argument("--dispatches", type=Path)
    parser.add_argument("--sayings", type=Path)
    parser.add_argument("--public", action="store_true")
    parser.add_argument("--draw", action="append", default=[], metavar="SOURCE=RATE", help="draw a source at this rate")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--layers", type=int)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--tokens", type=int, default=4096)
    parser.add_argument("--smooth", type=float, default=0.05)
    parser.add_argument("--average", type=float, default=0.995)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng, generator = random.Random(options.seed), torch.Generator().manual_seed(options.seed)
    encoder = Encoder(plain_tokenizer(options.start))
    network = load(options.resume) if options.resume else start(options.start, options.layers)
    train, held = load_examples(options)
    counts: dict[str, int] = {}
    for e in train:
        counts[e.origin] = counts.get(e.origin, 0) + 1
    print(f"{len(train)} statements to train on {counts}, {len(held)} held", flush=True)
    fit(network, train, held, encoder, options, rng, generator)


def fit(
    network: Classifier,
    train: list[Example],
    held: list[Example],
    encoder: Encoder,
    options: argparse.Namespace,
    rng: random.Random,
    generator: torch.Generator,
) -> None:
    """Train in place; the running average of the weights is written and measured after each epoch."""
    from training.classifier.evaluate import evaluate

    options.out.mkdir(parents=True, exist_ok=True)
    rates = RATES | {name: float(rate) for name, _, rate in (one.partition("=") for one in options.draw)}
    per_epoch = sum(1 for _ in batches(draw(train, random.Random(0), rates), encoder, options.tokens, random.Random(0)))
    total, warm = options.epochs * per_epoch, max(1, int(0.06 * options.epochs * per_epoch))
    old = ("pieces", "positions", "norm", "distances", "layers")
    groups = [
        {"params": [p for n, p in network.named_parameters() if n.startswith(old)], "lr": options.rate},
        {"params": [p for n, p in network.named_parameters() if not n.startswith(old)], "lr": options.head_rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(1.0, (n + 1) / warm) * max(0.02, (total - n) / total)
    )
    average = copy.deepcopy(network).eval()
    step, begun = 0, time.monotonic()
    for epoch in range(options.epochs):
        network.train()
        # Short texts come after a first pass over real ones.
        if options.constructions and epoch == int(not options.resume):
            train = [*train, *corpora.read_constructions(options.constructions)]
        sums: dict[str, list[float]] = {}
        for rows in batches(draw(train, rng, rates), encoder, options.tokens, rng):
            batch = collate(rows, encoder)
            hide = torch.rand(batch["ids"].shape, generator=generator) < 0.03
            batch["ids"] = torch.where(hide & (batch["feature"] > 0), encoder.mask, batch["ids"])
            with torch.autocast("cpu", torch.bfloat16):
                scores = network(batch)
            parts = losses(scores, batch, network.choice, options.smooth)
            descend(network, torch.stack(list(parts.values())).sum(), optimizer)
            schedule.step()
            step += 1
            follow(average, network, min(options.average, step / (step + 20)))
            for name, value in parts.items():
                sums.setdefault(name, []).append(float(value.detach()))
            if step % 100 == 0:
                shown = " ".join(f"{name} {np.mean(values[-100:]):.3f}" for name, values in sums.items())
                print(f"step {step} of {total}, {time.monotonic() - begun:.0f} s, {shown}", flush=True)
            if step % 300 == 0:
                save(average, options.out / "weights.pt", {"step": step})
        save(average, options.out / "weights.pt", {"epoch": epoch + 1})
        figures = evaluate(average, held, encoder)
        print(f"epoch {epoch + 1}: " + json.dumps(figures), flush=True)
    (options.out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

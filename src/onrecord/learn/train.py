"""Train the tagger: deterministic for a seed on one kind of machine, checkpoint after every epoch."""

import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from onrecord.learn.examples import batches, load_articles, read_labelled, split_by_time
from onrecord.learn.path import gold_states
from onrecord.learn.network import WEIGHTS, Network, from_bert, losses, save

HIDDEN = 0.03  # of word pieces, replaced by [MASK]
UNKNOWN = 0.4  # of windows, shown without their annotator


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=318)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--head-rate", type=float, default=1e-3)
    parser.add_argument("--held", type=float, default=0.08)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--steps", type=int, default=0)
    o = parser.parse_args()
    torch.set_num_threads(2)
    torch.manual_seed(o.seed)
    rng = np.random.default_rng(o.seed)
    o.out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(o.start / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    mask_id = tokenizer.token_to_id("[MASK]")
    generator = torch.Generator().manual_seed(o.seed)
    marks = (tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]"))
    train, _ = split_by_time(load_articles(o.train), o.held)
    data, rates = read_labelled(train, tokenizer)
    network = from_bert(o.start)
    average = copy.deepcopy(network).eval()
    encoder = [p for n, p in network.named_parameters() if n.startswith(("pieces", "positions", "norm", "layers"))]
    heads = [p for n, p in network.named_parameters() if not n.startswith(("pieces", "positions", "norm", "layers"))]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": o.rate}, {"params": heads, "lr": o.head_rate}], weight_decay=0.01, fused=True
    )
    per_epoch = sum(1 for _ in batches(data, o.size, o.batch, marks, np.random.default_rng(0)))
    total = o.epochs * per_epoch
    warm = total * 0.06
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(1.0, (n + 1) / warm) * max(0.02, (total - n) / total)
    )
    run = torch.compile(network) if o.compile else network
    print(f"{len(data)} articles, about {per_epoch} steps an epoch", flush=True)
    step, begun = 0, time.time()
    sums: dict[str, float] = {}
    for epoch in range(o.epochs):
        network.train()
        for arrays in batches(data, o.size, o.batch, marks, rng):
            batch = {key: torch.from_numpy(value) for key, value in arrays.items()}
            batch["state"] = gold_states(batch["role"], batch["arc"], batch["cues"])
            disturb(batch, mask_id, generator)
            with torch.autocast("cpu", torch.bfloat16):
                scores = run(batch)
            parts = losses(scores, batch)
            loss = sum(WEIGHTS[name] * value for name, value in parts.items())
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            follow(average, network, min(0.995, step / (step + 20)))
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach())
            if step % 50 == 0 or step == o.steps:
                means = " ".join(f"{name} {value / 50:.4f}" for name, value in sums.items())
                print(f"epoch {epoch} step {step}/{total} {time.time() - begun:.0f} s {means}", flush=True)
                sums = {}
            if step == o.steps:
                return
        save(average, o.out / f"epoch{epoch + 1}.pt", {"rates": rates, "epoch": epoch + 1})
        save(average, o.out / "last.pt", {"rates": rates, "epoch": epoch + 1})


def disturb(batch: dict[str, torch.Tensor], mask_id: int, generator: torch.Generator) -> None:
    """Hide a few pieces, and who annotated two windows in five, so that the network relies on neither."""
    hidden = torch.rand(batch["ids"].shape, generator=generator) < HIDDEN
    batch["ids"] = torch.where(hidden & (batch["feature"] > 0), mask_id, batch["ids"])
    unknown = torch.rand(batch["hand"].shape, generator=generator) < UNKNOWN
    batch["hand"] = torch.where(unknown, 0, batch["hand"])


@torch.no_grad()
def follow(average: Network, network: Network, keep: float) -> None:
    """Move the running average of the weights."""
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - keep)


if __name__ == "__main__":
    main()

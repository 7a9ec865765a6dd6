"""What can be seen of a saying, as named numbers: the features of the models for act, stance and commitment.

Names say what is seen, so that a judgement can cite them: `cue: reject`, `signal: bad`, `modal: will not`. Those that
begin with `~` are coordinates of static vectors and single words, which no reader would want as a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from onrecord.core.statement import Form
from onrecord.interpret.issues import points_back
from onrecord.interpret.saying import Said
from onrecord.interpret.signals import NEGATIONS, direction, hedges, signals
from onrecord.interpret.vectors import PieceVectors
from onrecord.lexicon import Issue
from onrecord.text.tokens import stem, words

Floats = npt.NDArray[np.float32]
MODALS = frozenset(
    (
        "will would can could may might must should shall 'll won't can't cannot wouldn't couldn't shouldn't needn't"
    ).split()
)
BE = frozenset(
    (
        "is are was were be been being has have had does do did isn't aren't wasn't weren't hasn't haven't hadn't "
        "doesn't don't didn't"
    ).split()
)
COUNTED = 70  # dimensions of the static vectors that are used: the first ones carry most of the variance
WORD_WEIGHT, VECTOR_WEIGHT = 0.5, 2.0
FUNCTION = frozenset("the a an of in on at by for and or his her its their our my your".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One attribution as the models see it; `clause` is the main clause of its content."""

    said: Said
    cue: str
    content: str
    clause: str
    form: Form
    question: bool
    reports: bool
    nested: bool
    own: bool
    conditions: tuple[str, ...]
    rules: Mapping[str, str]


def features(saying: Saying, vectors: PieceVectors) -> dict[str, float]:
    """The traits that do not depend on an issue."""
    made: dict[str, float] = {}
    _of_cue(made, saying)
    lowers = [w.lower for w in words(saying.clause) if w.is_word]
    cue = [w.lower for w in words(saying.cue) if w.is_word]
    _of_shape(made, saying, lowers)
    _of_words(made, saying, lowers, cue)
    for name, tokens in (("content", lowers), ("cue", cue)):
        mean = vectors.mean(t for t in tokens if t not in FUNCTION)[:COUNTED]
        for n, value in enumerate(mean.tolist()):
            made[f"~{name} {n}"] = VECTOR_WEIGHT * value
    for field, value in saying.rules.items():
        made[f"rule's {field}: {value}"] = 1.0
    return made


def _of_cue(made: dict[str, float], saying: Saying) -> None:
    said = saying.said
    made[f"cue: {said.lemma}"] = 0.7
    known = "not in the lexicon" if said.rule.startswith("the cue is not") else str(said.act)
    turned = "not " if said.negated else ""
    made[f"cue's act: {turned}{known}"] = 1.0
    made[f"cue's stance: {said.stance}"] = 1.0
    made[f"cue's commitment: {said.commitment or '='}"] = 1.0
    if said.negated:
        made["cue negated"] = 1.0
    if not saying.cue:
        made["no cue"] = 1.0


def _of_shape(made: dict[str, float], saying: Saying, lowers: Sequence[str]) -> None:
    first = lowers[0] if lowers else "-"
    made[f"form: {saying.form}"] = 0.5
    for name, seen in (
        ("question", saying.question),
        ("reports", saying.reports),
        ("nested", saying.nested),
        ("own side", saying.own),
        ("points back", points_back(saying.content)),
    ):
        if seen:
            made[name] = 1.0
    made[f"begins: {first if first in FUNCTION or first in MODALS or len(first) < 6 else '*'}"] = 0.7
    if first == "to":
        made[f"infinitive after {saying.said.act}"] = 1.0
    predicate = next((w for w in lowers if w in MODALS or w in BE), None)
    if predicate is None:
        made["no finite verb seen"] = 1.0
        made[f"no finite verb seen after {saying.said.act}"] = 1.0
    if "as" in lowers[:6]:
        made[f"as-phrase after {saying.said.act}"] = 1.0
    if predicate in MODALS:
        at = lowers.index(predicate)
        negated = (
            "not "
            if {"not", "never", "no"} & set(lowers[at + 1 : at + 3]) or predicate.endswith(("n't", "not"))
            else ""
        )
        made[f"modal: {negated}{predicate}"] = 1.0
        if saying.own:
            made[f"own side {negated}{predicate}"] = 1.0
    elif predicate is not None:
        made[f"verb: {predicate}"] = 0.7
    if any(w in NEGATIONS or w.endswith("n't") for w in lowers[:14]):
        made["negated"] = 1.0
        made[f"negated after {saying.said.act}"] = 1.0
    made["length"] = min(len(lowers), 40) / 20
    if saying.content.rstrip("\"'”’»). ").endswith("!"):
        made["exclaimed"] = 1.0
    for kind in saying.conditions:
        made[f"condition: {kind}"] = 1.0
        made[f"condition {kind} after {saying.said.act}"] = 1.0
    if saying.conditions:
        made["under a condition"] = 1.0


def _of_words(made: dict[str, float], saying: Saying, lowers: Sequence[str], cue: Sequence[str]) -> None:
    for name, _, _ in signals().find(saying.clause):
        made[f"signal: {name}"] = 1.0
        if saying.said.act == "state":
            made[f"signal: {name}, plain cue"] = 1.0
    for name, _, _ in hedges().find(saying.clause):
        made[f"hedge: {name}"] = 1.0
    for trait in _of_cue_words(saying.cue):
        made[trait] = 1.0
    weight = WORD_WEIGHT
    stems = [stem(w) for w in lowers]
    for s in stems:
        made[f"~w {s}"] = weight
    for a, b in pairwise(stems):
        made[f"~b {a} {b}"] = weight
    for s in cue:
        made[f"~c {stem(s)}"] = weight
    for a, b in pairwise(cue):
        made[f"~d {stem(a)} {stem(b)}"] = weight


@lru_cache(maxsize=4096)
def _of_cue_words(cue: str) -> tuple[str, ...]:
    """The signals and hedges in a cue; cues come again and again."""
    found = [f"cue signal: {name}" for name, _, _ in signals().find(cue)]
    return (*found, *(f"cue hedge: {name}" for name, _, _ in hedges().find(cue)))


def stance_features(made: Mapping[str, float], saying: Saying, issue: Issue, vectors: PieceVectors) -> dict[str, float]:
    """The traits of a saying and, with them, how it stands to the proposition of an issue.

    What has a side of its own is also given times the direction of the content towards the proposition, as "toward"
    features: a demand that goes the proposition's way and one that goes against it are then mirror images.
    """
    result = dict(made)
    clause = [w.lower for w in words(saying.clause) if w.is_word]
    aim = [w.lower for w in words(issue.proposition) if w.is_word]
    toward = float(direction(clause) * direction(aim))
    if points_back(saying.content):
        toward = 1.0
    undo = float((-1 if _undoes(clause) else 1) * (-1 if _undoes(aim) else 1))
    result["toward"], result["undo"] = toward, undo
    kept = [w for w in aim if w not in FUNCTION]
    likeness = float(vectors.mean(w for w in clause if w not in FUNCTION) @ vectors.mean(kept))
    result["likeness"] = likeness * 2
    shared = {stem(w) for w in clause} & {stem(w) for w in kept if len(w) > 3}
    result["shares words"] = min(len(shared), 4) / 2
    said = saying.said
    own = " own side" if saying.own else ""
    acts = {
        f"act {saying.rules.get('act', said.act)}",
        f"cue {said.act}",
        f"cue stance {said.stance}",
        f"commitment {saying.rules.get('commitment', '')}{own}",
    }
    for name in acts:
        result[f"{name} toward"] = toward
        result[f"{name} undo"] = undo
    for name in (
        "signal: good",
        "signal: bad",
        "signal: refuse",
        "signal: ready",
        "signal: must",
        "signal: threat",
        "signal: pledge",
        "own side",
        "negated",
        "under a condition",
    ):
        if made.get(name):
            result[f"{name} toward"] = toward * made[name]
            result[f"{name} undo"] = undo * made[name]
    for kind in saying.conditions:
        result[f"condition {kind} with {saying.rules.get('act', '')}"] = 1.0
    return result


def _undoes(lowers: Sequence[str]) -> bool:
    return direction([w for w in lowers if w not in NEGATIONS and not w.endswith("n't")]) < 0

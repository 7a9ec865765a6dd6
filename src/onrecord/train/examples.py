"""Convert articles with gold attributions to training examples of fixed shape."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from onrecord.extract.word_pieces import CASES, GAPS, TokenizedText, split_into_pieces
from onrecord.text.quotes_v1 import QUOTES

OUTSIDE, SOURCE, CUE, CONTENT = range(4)
ROLES = {"source": SOURCE, "cue": CUE, "content": CONTENT}
IGNORE = -100
ANCHORS = 40  # the most attributions trained on in one window
CUES = 24  # the most that compete for a word in the loss over whole paths
SNIPPETS = 0.12  # the share of windows shown a second time as a few sentences on their own
MAX_ANNOTATORS = 16  # annotators that are distinguished, with one index for unknown
UNTRAINED_EDGE = 12  # words next to a cut are not trained on, as their span may continue outside


@dataclass(frozen=True, slots=True, eq=False)
class LabelledText:
    """Hold a text's pieces with gold labels per word."""

    pieces: TokenizedText
    role: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.float32]  # [words, 6]: starts of source, cue, content, then their last words
    arc: npt.NDArray[np.int64]  # the anchor (a word of the cue) of each content word, or IGNORE
    anchors: list[tuple[int, list[int]]]  # (anchor word, source words)
    hand: int = 0  # who annotated it, 0 for unknown


def load_articles(path: Path) -> list[dict[str, Any]]:
    """Read articles with attributions from JSON Lines, in the order of their dates."""
    with path.open(encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines if line.strip()]
    return sorted(articles, key=lambda article: (article.get("date") or "", article["id"]))


def split_by_time(articles: list[dict[str, Any]], share: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Split off the last ``share`` of the articles: (all others, these)."""
    training_count = len(articles) - round(len(articles) * share)
    return articles[:training_count], articles[training_count:]


def words_in(pieces: TokenizedText, spans: Iterable[tuple[int, int]]) -> list[int]:
    """Return the words that share a character with the spans."""
    found: set[int] = set()
    for start, end in spans:
        low = int(np.searchsorted(pieces.end, start, side="right"))
        high = int(np.searchsorted(pieces.start, end, side="left"))
        found.update(range(low, high))
    return sorted(found)


def cue_rates(articles: list[dict[str, Any]], tokenized: list[TokenizedText]) -> dict[str, float]:
    """Estimate how often a word is part of a cue, smoothed, to choose the word of a cue that stands for all of it."""
    seen: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for article, pieces in zip(articles, tokenized, strict=True):
        text = article["text"].lower()
        names = [text[s:e] for s, e in zip(pieces.start.tolist(), pieces.end.tolist(), strict=True)]
        seen.update(names)
        for attribution in article["attributions"]:
            inside.update(names[w] for w in words_in(pieces, attribution["cue"]))
    return {name: (inside[name] + 0.2) / (seen[name] + 1.0) for name in inside}


def label(article: dict[str, Any], pieces: TokenizedText, rates: dict[str, float], hand: int = 0) -> LabelledText:
    """Label words with gold; content and cue are exclusive, as in the corpus but for some 30 words."""
    count = len(pieces)
    role = np.zeros(count, dtype=np.int64)
    bounds = np.zeros((count, 6), dtype=np.float32)
    arc = np.full(count, IGNORE, dtype=np.int64)
    anchors: list[tuple[int, list[int]]] = []
    text = article["text"].lower()
    for attribution in article["attributions"]:
        cue = words_in(pieces, attribution["cue"])
        if not cue:
            continue
        anchor = max(cue, key=lambda w: (rates.get(text[pieces.start[w] : pieces.end[w]], 0.0), w))
        source = words_in(pieces, attribution["source"])
        for name in ("source", "cue", "content"):
            for start, end in attribution[name]:
                span = words_in(pieces, [(start, end)])
                if not span:
                    continue
                role[span] = ROLES[name]
                bounds[span[0], ROLES[name] - 1] = 1
                bounds[span[-1], ROLES[name] + 2] = 1
        arc[words_in(pieces, attribution["content"])] = anchor
        anchors.append((anchor, source))
    arc[role != CONTENT] = IGNORE
    return LabelledText(pieces, role, bounds, arc, anchors, hand)


def read_labelled(
    articles: list[dict[str, Any]], tokenizer: Tokenizer, rates: dict[str, float] | None = None
) -> tuple[list[LabelledText], dict[str, float]]:
    """Tokenise and label articles; the rates of cue words are counted on them unless given."""
    tokenized = [split_into_pieces(tokenizer, article["text"]) for article in articles]
    rates = cue_rates(articles, tokenized) if rates is None else rates
    names = sorted({article.get("annotator", "") for article in articles} - {""})
    hands = {name: n + 1 for n, name in enumerate(names[: MAX_ANNOTATORS - 1])}
    return [
        label(a, p, rates, hands.get(a.get("annotator", ""), 0)) for a, p in zip(articles, tokenized, strict=True)
    ], rates


def cut(labelled: LabelledText, size: int, rng: np.random.Generator) -> Iterator[tuple[int, int]]:
    """Cut a text into word ranges of at most ``size`` pieces with random overlap."""
    first, count = labelled.pieces.first, len(labelled.pieces)
    begin = 0
    while True:
        end = min(count, int(np.searchsorted(first, first[begin] + size, side="right")) - 1)
        end = max(end, begin + 1)
        yield begin, end
        if end >= count:
            return
        step = int(np.searchsorted(first, first[end] - int(rng.integers(8, 48)), side="right")) - 1
        begin = max(begin + 1, step)
        if first[count] - first[begin] < size // 2:  # the last window is filled from the left
            begin = max(0, int(np.searchsorted(first, first[count] - size, side="left")))


def snippet(labelled: LabelledText, begin: int, end: int, rng: np.random.Generator) -> tuple[int, int]:
    """Cut one to three sentences of a window, perhaps without the final full stop, as in a look inside a content."""
    sentence = labelled.pieces.sentence
    starts = [w for w in range(begin, end) if w == 0 or sentence[w] != sentence[w - 1]]
    if len(starts) < 3:
        return begin, end
    at = int(rng.integers(len(starts) - 1))
    stop = starts[min(len(starts) - 1, at + int(rng.integers(1, 4)))]
    if rng.random() < 0.5 and stop - starts[at] > 4 and labelled.role[stop - 1] == OUTSIDE:
        stop -= 1
    return starts[at], stop


def example(
    labelled: LabelledText, begin: int, end: int, size: int, marks: tuple[int, int], alone: bool = False
) -> dict[str, Any]:
    """Convert a window to arrays of fixed shape; ``marks`` are the ids of [CLS] and [SEP], ``size`` leaves room for
    them.

    ``alone``: the window is shown as a text of its own, and trained on up to its ends.
    """
    pieces, total = labelled.pieces, size + 2
    low, high = int(pieces.first[begin]), int(pieces.first[end])
    length, words = high - low, end - begin
    ids, feature, mask = (np.zeros(total, dtype=np.int64) for _ in range(3))
    ids[0], ids[1 : length + 1], ids[length + 1] = marks[0], pieces.ids[low:high], marks[1]
    feature[1 : length + 1] = pieces.feature[pieces.word[low:high]] + 1
    if alone and feature[1]:
        case, _, quote = np.unravel_index(feature[1] - 1, (CASES, GAPS, QUOTES))
        feature[1] = np.ravel_multi_index((case, 3, quote), (CASES, GAPS, QUOTES)) + 1
    mask[: length + 2] = 1
    out: dict[str, Any] = {"ids": ids, "feature": feature, "mask": mask}
    out["first"] = np.zeros(size, dtype=np.int64)
    out["first"][:words] = pieces.first[begin:end] - low + 1
    out["paragraph"], out["sentence"] = (np.zeros(size, dtype=np.int64) for _ in range(2))
    out["paragraph"][:words], out["sentence"][:words] = pieces.paragraph[begin:end], pieces.sentence[begin:end]
    out["words"] = np.zeros(size, dtype=np.float32)
    out["words"][:words] = 1
    inner = np.zeros(size, dtype=bool)
    if alone:
        inner[:words] = True
    inner[(UNTRAINED_EDGE if begin else 0) : (words - UNTRAINED_EDGE if end < len(pieces) else words)] = True
    out["role"] = np.where(inner, _padded(labelled.role[begin:end], size), IGNORE)
    out["role"][words:] = IGNORE
    out["bounds"] = np.zeros((size, 6), dtype=np.float32)
    out["bounds"][:words] = labelled.bounds[begin:end]
    arc = _padded(labelled.arc[begin:end], size)
    arc[words:] = IGNORE
    out["arc"] = np.where((arc >= begin) & (arc < end), arc - begin, IGNORE)
    out["anchor"] = np.zeros(size, dtype=np.float32)
    out["asks"] = np.full(ANCHORS, IGNORE, dtype=np.int64)
    out["source"] = np.zeros((ANCHORS, size + 1), dtype=np.float32)
    here = [(a, s) for a, s in labelled.anchors if begin <= a < end]
    out["cues"] = np.full(CUES, IGNORE, dtype=np.int64)
    out["cues"][: len(here)] = [a - begin for a, _ in here[:CUES]]
    out["hand"] = np.int64(labelled.hand)
    for n, (anchor, source) in enumerate(here):
        out["anchor"][anchor - begin] = 1
        if n < ANCHORS and all(begin <= w < end for w in source):
            out["asks"][n] = anchor - begin
            out["source"][n, [w - begin for w in source] or [size]] = 1
    return out


def _padded(values: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    result = np.zeros(size, dtype=np.int64)
    result[: len(values)] = values
    return result


def batches(
    data: list[LabelledText], size: int, batch: int, marks: tuple[int, int], rng: np.random.Generator
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Yield one epoch of shuffled batches, without the incomplete last one."""
    places = [(n, b, e) for n, labelled in enumerate(data) for b, e in cut(labelled, size, rng)]
    some = rng.random(len(places)) < SNIPPETS
    short = [(n, *snippet(data[n], b, e, rng)) for (n, b, e), on in zip(places, some, strict=True) if on]
    groups: list[tuple[list[tuple[int, int, int]], bool]] = []
    for rows, alone, many in ((places, False, batch), (short, True, 2 * batch)):
        order = rng.permutation(len(rows))
        full = range(0, len(order) - many + 1, many)
        groups += [([rows[i] for i in order[at : at + many]], alone) for at in full]
    for which in rng.permutation(len(groups)):
        rows, alone = groups[which]
        yield stack([example(data[n], b, e, size, marks, alone) for n, b, e in rows])


def stack(rows: list[dict[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    """Stack examples to one array per field, cut to the longest window of the batch."""
    stacked = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
    length = int(stacked["mask"].sum(axis=1).max())
    words = int(stacked["words"].sum(axis=1).max())
    for key in ("ids", "feature", "mask"):
        stacked[key] = stacked[key][:, :length]
    for key in ("first", "paragraph", "sentence", "words", "role", "bounds", "arc", "anchor"):
        stacked[key] = stacked[key][:, :words]
    stacked["source"] = np.concatenate([stacked["source"][..., :words], stacked["source"][..., -1:]], axis=-1)
    return stacked

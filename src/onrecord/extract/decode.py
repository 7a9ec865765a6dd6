"""Decode the tagger's scores to attributions: one valid reading of the text, found by dynamic programming.

Every word is outside, in a source, in a cue, or in the content of one particular cue.  The best path through these
states weighs what each word looks like, which cue it points to, and where spans seem to start and end; so a content
comes out whole, interrupted contents are one attribution, and no word is in two contents.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from onrecord.extract.word_pieces import TokenizedText

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Range = tuple[int, int]
OUTSIDE, SOURCE, CUE, CONTENT = range(4)
BUCKETS = 32
NEVER = np.float32(-1e4)
POINTED = 0.5  # least probability of a source made of words outside all spans
SHARE = 0.05  # of the likeliest of them that the others need
SMOOTH = 5  # neighbouring words over which the weakest stretch of a content is measured


@dataclass(frozen=True, slots=True)
class DecoderSettings:
    """Hold the decoder's settings, tuned on the held-out part of the training articles (never on the published dev
    articles).
    """

    anchor: float = 0.35  # least probability of a word to stand for a cue
    role: float = 1.0  # weight of the words' own role scores
    link: float = 0.5  # weight of the links from content to cue
    bounds: float = 0.5  # weight of the scores of starts and ends
    content: float = 0.0  # added to each content word
    source: float = 0.0  # added to each source word
    switch: float = 0.0  # added to each change of state
    reach: int = 9  # words from a cue's anchor to its ends, at most
    absent: float = 1.0  # weight of "no source"
    accept: float = 0.0  # least score of an attribution


@dataclass(frozen=True, slots=True, eq=False)
class LinkBias:
    """Score a link by distance in words, paragraphs and sentences (32, 5 and 7 numbers)."""

    PARTS: ClassVar[tuple[str, ...]] = ("distance", "paragraph", "sentence")

    distance: Floats
    paragraph: Floats
    sentence: Floats

    def between(self, pieces: TokenizedText, rows: Ints, columns: Ints) -> Floats:
        """Return [rows, columns] scores for two lists of words; a row is the link's starting end."""
        apart = columns[None, :] - rows[:, None]
        paragraph = pieces.paragraph[columns][None, :] - pieces.paragraph[rows][:, None]
        sentence = pieces.sentence[columns][None, :] - pieces.sentence[rows][:, None]
        result: Floats = (
            self.distance[bucket(apart)]
            + self.paragraph[np.minimum(np.maximum(paragraph, -2), 2) + 2]
            + self.sentence[np.minimum(np.maximum(sentence, -3), 3) + 3]
        )
        return result


def bucket(distance: Ints) -> Ints:
    """Assign signed word distances to BUCKETS buckets: exact up to 7, then by powers of the square root of 2."""
    size = np.abs(distance)
    far = 8 + np.minimum(7, (2 * np.log2(np.maximum(size, 8).astype(np.float32) / 8)).astype(np.int32))
    result: Ints = np.where(size < 8, size, far) + np.where(distance < 0, 16, 0)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class ScoredWindow:
    """Hold the network's output for the words [begin, end) of a text; the words before ``core`` are context only."""

    begin: int
    core: int
    end: int
    scores: Floats  # [words, 12]: role 4, bounds 6, anchor, no source
    word: Floats  # [words, link]: content words' ends of links
    anchor: Floats
    ask: Floats  # anchors' ends of links to sources
    source: Floats


@dataclass(frozen=True, slots=True)
class TaggerSignals:
    """Hold the network's probabilities for one attribution, for the statement filter."""

    anchor: float  # of the cue's word to stand for a cue
    content: float  # mean over the content's words
    weakest: float  # least mean over SMOOTH neighbouring words of the content
    source: float  # of the pointer on the source found
    no_source: float  # of the pointer on no source
    ends: Floats = field(compare=False, repr=False)  # the anchor's ends of links to its content and its source


class Pointer(NamedTuple):
    """Hold where an anchor points for its source, in its window."""

    begin: int  # the window's first word
    chances: Floats  # probabilities of the window's words, and of no source (last)
    ends: Floats  # as in TaggerSignals


@dataclass(slots=True)
class DecodedAttribution:
    """Hold one attribution as word indices."""

    anchor: int
    cue: Range
    content: list[Range] = field(default_factory=list)
    source: list[Range] = field(default_factory=list)
    score: float = 0.0
    signals: TaggerSignals | None = None


def log_softmax(values: Floats) -> Floats:
    """Compute log softmax over the last axis."""
    values = values - values.max(axis=-1, keepdims=True)
    result: Floats = values - np.log(np.exp(values).sum(axis=-1, keepdims=True))
    return result


def decode(
    pieces: TokenizedText, parts: list[ScoredWindow], biases: tuple[LinkBias, LinkBias], settings: DecoderSettings
) -> list[DecodedAttribution]:
    """Return all attributions of one text, in the order of their cues."""
    if not parts:
        return []
    count = len(pieces)
    scores = np.concatenate([part.scores[part.core - part.begin :] for part in parts])
    chance = 1 / (1 + np.exp(-scores[:, 10]))
    candidates = np.flatnonzero(chance >= settings.anchor).astype(np.int32)
    role = np.zeros(count, dtype=np.int32)
    owner = np.full(count, -1, dtype=np.int32)
    sure = np.zeros(count, dtype=np.float32)
    nearby = [candidates[(candidates >= part.begin) & (candidates < part.end)] for part in parts]
    lattices = [_lattice(pieces, part, near, biases[0], settings) for part, near in zip(parts, nearby, strict=True)]
    for part, near, lattice, path in zip(parts, nearby, lattices, best_paths(lattices), strict=True):
        keep = slice(part.core - part.begin, None)
        states, gains = path[keep], lattice.gains(path)[keep]
        role[part.core : part.end] = np.minimum(states, CONTENT)
        inside = states >= CONTENT
        owner[part.core : part.end][inside] = near[states[inside] - CONTENT]
        sure[part.core : part.end] = gains
    return _assemble(pieces, parts, role, owner, sure, chance, biases[1], settings)


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Hold the scores of one window's states: 0 outside, 1 source, 2 cue, 3 + n in the content of its n-th cue."""

    local: Floats  # [words, states]
    start: Floats  # of a state that begins at a word
    end: Floats  # of a state whose last word it is
    role: Floats  # [words, 4], log chances
    links: Floats  # [words, cues], log chances

    def gains(self, states: Ints) -> Floats:
        """Return the probability of each word's state by its own scores."""
        rows = np.arange(len(states))
        gains = self.role[rows, np.minimum(states, CONTENT)]
        inside = states >= CONTENT
        gains[inside] += self.links[inside, states[inside] - CONTENT]
        result: Floats = np.exp(gains)
        return result


def _lattice(
    pieces: TokenizedText, part: ScoredWindow, near: Ints, bias: LinkBias, settings: DecoderSettings
) -> Lattice:
    """Build the lattice of a window with accepted anchors ``near``; an anchor's word is always in a cue."""
    rows = np.arange(part.begin, part.end, dtype=np.int32)
    count, cues = len(rows), len(near)
    role = log_softmax(part.scores[:, :4])
    local = np.empty((count, 3 + cues), dtype=np.float32)
    local[:, :3] = settings.role * role[:, :3]
    local[:, SOURCE] += settings.source
    links = np.zeros((count, cues), dtype=np.float32)
    if cues:
        links = part.word @ part.anchor[near - part.begin].T * part.word.shape[1] ** -0.5
        links = log_softmax(links + bias.between(pieces, rows, near))
        local[:, 3:] = (settings.role * role[:, 3:] + settings.link * links) + settings.content
        local[np.abs(rows[:, None] - near[None, :]).min(axis=1) > settings.reach, CUE] = NEVER
        forced = near - part.begin
        allowed = local[forced, CUE]
        local[forced] = NEVER
        local[forced, CUE] = allowed
    else:
        local[:, CUE] = NEVER
    bounds = settings.bounds * part.scores[:, 4:10]
    kinds = np.minimum(np.arange(1, 3 + cues), CONTENT) - 1
    start = np.full((count, 3 + cues), settings.switch, dtype=np.float32)
    start[:, 1:] += bounds[:, kinds]
    end = np.zeros((count, 3 + cues), dtype=np.float32)
    end[:, 1:] = bounds[:, kinds + 3]
    return Lattice(local, start, end, role, links)


def best_paths(lattices: list[Lattice]) -> list[Ints]:
    """Find the best path of each lattice, where staying is free and a change costs an end score and a start score.

    All are walked side by side, padded with states that are never worth it, so that a long text costs few steps.
    """
    shape = (len(lattices), max(len(lattice.local) for lattice in lattices), max(x.local.shape[1] for x in lattices))
    local, start, end = (np.full(shape, fill, dtype=np.float32) for fill in (NEVER, 0, 0))
    for n, lattice in enumerate(lattices):
        count, width = lattice.local.shape
        local[n, :count, :width] = lattice.local
        local[n, count:, OUTSIDE] = 0
        start[n, :count, :width], end[n, :count, :width] = lattice.start, lattice.end
    many, length, width = shape
    every = np.arange(many)
    best = np.empty(many, dtype=np.intp)
    stays = np.empty((length, many, width), dtype=np.bool_)  # whether each state's best path comes from itself
    left = np.empty((length, many), dtype=np.int32)  # otherwise from this one
    value = local[:, 0] + start[:, 0]
    for n in range(1, length):
        leave = value + end[:, n - 1]
        leave.argmax(axis=1, out=best)
        left[n] = best
        change = leave[every, best][:, None] + start[:, n]
        np.greater_equal(value, change, out=stays[n])
        value = np.maximum(value, change) + local[:, n]
    states = np.empty((length, many), dtype=np.int32)
    states[-1] = (value + end[:, -1]).argmax(axis=1)
    for n in range(length - 1, 0, -1):
        states[n - 1] = np.where(stays[n, every, states[n]], states[n], left[n])
    return [states[: len(lattice.local), n] for n, lattice in enumerate(lattices)]


def runs(values: Ints) -> list[tuple[int, int, int]]:
    """Split into maximal runs of one value: (value, start, end)."""
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = [0, *edges.tolist()]
    ends = [*edges.tolist(), len(values)]
    return [(int(values[s]), s, e) for s, e in zip(starts, ends, strict=True)] if len(values) else []


def _assemble(
    pieces: TokenizedText,
    parts: list[ScoredWindow],
    role: Ints,
    owner: Ints,
    sure: Floats,
    chance: Floats,
    bias: LinkBias,
    settings: DecoderSettings,
) -> list[DecodedAttribution]:
    contents: dict[int, list[Range]] = {}
    for anchor, start, end in runs(owner):
        if anchor >= 0:
            contents.setdefault(anchor, []).append((start, end))
    spans = runs(role)
    cue_of = {w: (s, e) for value, s, e in spans if value == CUE for w in range(s, e)}
    sources = [(s, e) for value, s, e in spans if value == SOURCE]
    points = _points(pieces, parts, sorted(contents), bias)
    result = []
    for anchor in sorted(contents):
        span = _cue_span(anchor, cue_of.get(anchor, (anchor, anchor + 1)), contents)
        begin, chances, _ = points[anchor]
        source = _source(begin, chances, sources, settings) or pointed_at(begin, chances, role)
        reading = DecodedAttribution(anchor, span, contents[anchor], source)
        words = np.concatenate([sure[s:e] for s, e in reading.content])
        reading.score = float(chance[anchor] * words.mean())
        if reading.score >= settings.accept:
            reading.signals = _signals(reading, float(chance[anchor]), words, points[anchor])
            result.append(reading)
    return result


def _signals(reading: DecodedAttribution, anchor: float, words: Floats, pointer: Pointer) -> TaggerSignals:
    begin, chances, ends = pointer
    weakest = np.convolve(words, np.full(SMOOTH, 1 / SMOOTH), "valid").min() if len(words) > SMOOTH else words.mean()
    return TaggerSignals(
        anchor=anchor,
        content=float(words.mean()),
        weakest=float(weakest),
        source=float(sum(chances[s - begin : e - begin].sum() for s, e in reading.source)),
        no_source=float(chances[-1]),
        ends=ends,
    )


def _cue_span(anchor: int, run: Range, contents: dict[int, list[Range]]) -> Range:
    """Split a run of cue words between the anchors in it, after each anchor's word."""
    others = [w for w in range(*run) if w in contents]
    if len(others) < 2:
        return run
    at = others.index(anchor)
    return (run[0] if at == 0 else others[at - 1] + 1, run[1] if at == len(others) - 1 else anchor + 1)


def _points(pieces: TokenizedText, parts: list[ScoredWindow], anchors: list[int], bias: LinkBias) -> dict[int, Pointer]:
    """Return where each anchor points for its source."""
    result: dict[int, Pointer] = {}
    for part in parts:
        rows = np.array(anchors[bisect_left(anchors, part.core) : bisect_left(anchors, part.end)], dtype=np.int32)
        if not len(rows):
            continue
        columns = np.arange(part.begin, part.end, dtype=np.int32)
        at = rows - part.begin
        links = part.ask[at] @ part.source.T * part.ask.shape[1] ** -0.5 + bias.between(pieces, rows, columns)
        chances = np.exp(log_softmax(np.concatenate([links, part.scores[at, 11:12]], axis=1)))
        ends = np.concatenate([part.anchor[at], part.ask[at]], axis=1)
        result.update((int(w), Pointer(part.begin, row, end)) for w, row, end in zip(rows, chances, ends, strict=True))
    return result


def _source(begin: int, chances: Floats, sources: list[Range], settings: DecoderSettings) -> list[Range]:
    """Return the source span with the highest pointer probability, or none."""
    best, most = None, float(chances[-1]) * settings.absent
    end = begin + len(chances) - 1
    for number in range(bisect_left(sources, (begin, begin)), len(sources)):
        span = sources[number]
        if span[1] > end:
            break
        mass = float(chances[span[0] - begin : span[1] - begin].sum())
        if mass > most:
            best, most = span, mass
    return [best] if best else []


def pointed_at(begin: int, chances: Floats, role: Ints) -> list[Range]:
    """Return the words outside all spans that an anchor points to together with enough probability; or none."""
    likely = np.where(role[begin : begin + len(chances) - 1] == OUTSIDE, chances[:-1], 0)
    start = end = int(likely.argmax())
    least = SHARE * likely[start]
    while start and likely[start - 1] > least:
        start -= 1
    while end + 1 < len(likely) and likely[end + 1] > least:
        end += 1
    enough = float(likely[start : end + 1].sum()) >= POINTED
    return [(begin + start, begin + end + 1)] if enough else []

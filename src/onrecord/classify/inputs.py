"""Encode a statement and propositions as word pieces with roles: the one input definition of training and inference.

The statement is encoded once, in the sentences around it, where every piece is marked as source, cue, content or
context, and as inside or outside quotation marks; each proposition is read beside it by attention in one direction, so
that many propositions cost little more than one and none changes the answer to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from onrecord.core.span import encodable
from onrecord.text.quotes import quoted_regions

Range = tuple[int, int]
SPECIAL, SPEAKER, PROPOSITION, CONTEXT, SOURCE, CUE, CONTENT = range(7)
ROLES = 7
FEATURES = 2 * ROLES
LEFT_CHARACTERS, LEFT_PIECES = 200, 26  # context before the statement
RIGHT_CHARACTERS, RIGHT_PIECES = 60, 6  # and after it
STATEMENT_PIECES = 88
REPORT_PIECES = 26  # of these at most for source and cue, where the content is long
SPEAKER_PIECES = 8
TITLE_PIECES = 16
PROPOSITION_PIECES = 26
FIRST_PROPOSITION = 140  # position of a proposition's first piece, after the longest statement
FIRST_TITLE = FIRST_PROPOSITION + PROPOSITION_PIECES + 1  # position of the title's first piece
POSITIONS = FIRST_TITLE + TITLE_PIECES


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold the spans of a statement's parts in a text, in code points."""

    source: Sequence[Range]
    cue: Sequence[Range]
    content: Sequence[Range]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Hold word pieces: ids, features (role + ROLES inside quotation marks) and text spans (-1, -1 outside it)."""

    ids: list[int]
    features: list[int]
    spans: list[Range]

    def __len__(self) -> int:
        return len(self.ids)


def quoted_mask(text: str) -> npt.NDArray[np.bool_]:
    """Tell for each character whether it is inside quotation marks."""
    mask = np.zeros(len(text) + 1, dtype=np.bool_)
    for start, end in quoted_regions(text):
        mask[start:end] = True
    return mask


def encode_statement(tokenizer: Tokenizer, text: str, passage: Passage, quoted: npt.NDArray[np.bool_]) -> Pieces:
    """Encode a statement in its context.

    Args:
        tokenizer: without truncation, padding or special tokens.
        text: the whole article.
        passage: spans of the statement in `text`.
        quoted: for each character of `text`, whether it is inside quotation marks.
    """
    spans = [*passage.source, *passage.cue, *passage.content]
    low, high = min(a for a, _ in spans), max(b for _, b in spans)
    start, end = max(0, low - LEFT_CHARACTERS), min(len(text), high + RIGHT_CHARACTERS)
    stop = text.find("\n", high, end)
    end = stop if stop >= 0 else end
    role = np.full(end - start, CONTEXT, dtype=np.int64)
    for kind, ranges in ((CONTENT, passage.content), (CUE, passage.cue), (SOURCE, passage.source)):
        for a, b in ranges:
            role[a - start : b - start] = kind
    encoding = tokenizer.encode(encodable(text[start:end]), add_special_tokens=False)
    at = [(start + a, start + b) for a, b in encoding.offsets]
    before = [n for n, (a, _) in enumerate(at) if a < low][-LEFT_PIECES:]
    after = [n for n, (a, _) in enumerate(at) if a >= high][:RIGHT_PIECES]
    roles = [int(role[a - start]) for a, _ in at]
    body = _shortened([n for n, (a, _) in enumerate(at) if low <= a < high], roles)
    chosen = before + body + after
    features = [roles[n] + ROLES * int(quoted[at[n][0]]) for n in chosen]
    return Pieces([encoding.ids[n] for n in chosen], features, [at[n] for n in chosen])


def _shortened(body: list[int], roles: list[int]) -> list[int]:
    """Keep at most STATEMENT_PIECES: context inside the statement goes first, then the end of the content."""
    if len(body) <= STATEMENT_PIECES:
        return body
    marked = [n for n in body if roles[n] != CONTEXT]
    if len(marked) <= STATEMENT_PIECES:
        return marked
    report = [n for n in marked if roles[n] != CONTENT][:REPORT_PIECES]
    return sorted(report + [n for n in marked if roles[n] == CONTENT][: STATEMENT_PIECES - len(report)])


@dataclass(frozen=True, slots=True)
class Encoded:
    """Hold a statement followed by its candidate propositions, as the network takes them.

    `blocks` is 0 for the statement with its title and n for the n-th proposition; the statement sees only itself, a
    proposition sees the statement and itself. `heads` are the places of the propositions' first pieces.
    """

    ids: list[int]
    features: list[int]
    positions: list[int]
    blocks: list[int]
    heads: list[int]
    spans: list[Range]

    def __len__(self) -> int:
        return len(self.ids)


def assemble(
    statement: Pieces,
    speaker: Sequence[int],
    title: Sequence[int],
    propositions: Sequence[Sequence[int]],
    marks: tuple[int, int],
) -> Encoded:
    """Join [CLS] speaker [SEP] statement [SEP] title and, for each proposition, [CLS] proposition.

    `title` is the article's, `marks` are the ids of [CLS] and [SEP]. All propositions have the same positions, so that
    none depends on how many there are; so has the title, so that nothing depends on where it stands.
    """
    first, last = marks
    speaker, title = list(speaker[:SPEAKER_PIECES]), list(title[:TITLE_PIECES])
    ids = [first, *speaker, last, *statement.ids, last]
    features = [SPECIAL, *[SPEAKER] * len(speaker), SPECIAL, *statement.features, SPECIAL]
    spans = [*[(-1, -1)] * (len(speaker) + 2), *statement.spans, (-1, -1)]
    positions = [*range(len(ids)), *range(FIRST_TITLE, FIRST_TITLE + len(title))]
    ids += title
    features += [CONTEXT] * len(title)
    spans += [(-1, -1)] * len(title)
    blocks, heads = [0] * len(ids), []
    for n, proposition in enumerate(propositions, 1):
        pieces = [first, *proposition[:PROPOSITION_PIECES]]
        heads.append(len(ids))
        ids += pieces
        features += [PROPOSITION] * len(pieces)
        spans += [(-1, -1)] * len(pieces)
        positions += range(FIRST_PROPOSITION, FIRST_PROPOSITION + len(pieces))
        blocks += [n] * len(pieces)
    return Encoded(ids, features, positions, blocks, heads, spans)


def attention_mask(blocks: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell which piece sees which, [pieces, pieces]: True where the row's piece sees the column's."""
    result: npt.NDArray[np.bool_] = (blocks[None, :] == 0) | (blocks[:, None] == blocks[None, :])
    return result

"""Convert text to model input: word pieces, words, their surface features, and the windows of the encoder.

Training and inference share this code, so that both see the same input.  Positions are code points of the text as
given; no normalization moves an offset.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from onrecord.core.span import encodable
from onrecord.text.quotes_v1 import QUOTES, quote_state

Ints = npt.NDArray[np.int32]

CASES, GAPS = 4, 4
FEATURES = CASES * GAPS * QUOTES
_TERMINAL = frozenset(".?!…")
_CLOSING_MARKS = frozenset("\"”’')]»")
PART = 100_000  # characters that are encoded at a time
_BLANK = re.compile(r"[ \n]")
_NEWLINES = re.compile(r"\n")


@dataclass(frozen=True, slots=True, eq=False)
class TokenizedText:
    """Hold one text as words and word pieces.

    ``ids[p]`` and ``word[p]`` are the vocabulary id and the word of piece p; ``start``/``end`` are the words' code
    points, ``first`` the words' first pieces (with one more entry, the number of pieces), ``feature`` the words'
    surface features, ``paragraph`` and ``sentence`` count newlines and sentence ends before the word.
    """

    ids: Ints
    word: Ints
    start: Ints
    end: Ints
    first: Ints
    feature: Ints
    paragraph: Ints
    sentence: Ints

    def __len__(self) -> int:
        return len(self.start)


def split_into_pieces(tokenizer: Tokenizer, text: str) -> TokenizedText:
    """Tokenise a whole text, however long, without special tokens."""
    # Some outlets print '' and `` for double quotation marks; the replacement keeps every offset.
    ids, word_ids, offsets = _encoded(tokenizer, encodable(text).replace("''", '" ').replace("``", '" '))
    is_first = np.ones(len(ids), dtype=bool)
    is_first[1:] = word_ids[1:] != word_ids[:-1]
    first = np.flatnonzero(is_first).astype(np.int32)
    bounds = np.append(first, len(ids)).astype(np.int32)
    start = offsets[first, 0]
    end = offsets[bounds[1:] - 1, 1] if len(first) else start
    feature, paragraph, sentence = _surface(text, start.tolist(), end.tolist())
    return TokenizedText(
        ids=ids,
        word=(np.cumsum(is_first) - 1).astype(np.int32),
        start=start,
        end=end,
        first=bounds,
        feature=feature,
        paragraph=paragraph,
        sentence=sentence,
    )


def _encoded(tokenizer: Tokenizer, text: str) -> tuple[Ints, Ints, Ints]:
    """Return the vocabulary ids, word numbers and offsets of a text's pieces.

    A long text is encoded part by part, as the library needs some 500 bytes for a piece. Parts end before a blank,
    where no word can be cut.
    """
    ids: list[Ints] = []
    word_ids: list[Ints] = []
    offsets: list[Ints] = []
    start = words = 0
    while start < len(text) or not ids:
        blank = _BLANK.search(text, start + PART)
        end = len(text) if blank is None else blank.start()
        encoding = tokenizer.encode(text[start:end], add_special_tokens=False)
        ids.append(np.array(encoding.ids, dtype=np.int32))
        word_ids.append(np.array(encoding.word_ids, dtype=np.int32) + words)
        offsets.append(np.array(encoding.offsets, dtype=np.int32).reshape(-1, 2) + start)
        words = int(word_ids[-1][-1]) + 1 if len(word_ids[-1]) else words
        start = end
    return np.concatenate(ids), np.concatenate(word_ids), np.concatenate(offsets)


def _surface(text: str, starts: list[int], ends: list[int]) -> tuple[Ints, Ints, Ints]:
    """Compute features, paragraph numbers and sentence numbers of the words."""
    count = len(starts)
    feature, paragraph, sentence = (np.zeros(count, dtype=np.int32) for _ in range(3))
    breaks = [match.start() for match in _NEWLINES.finditer(text)]
    inside = ended = False
    passed = paragraphs = sentences = last_end = 0
    for n, (start, end) in enumerate(zip(starts, ends, strict=True)):
        word = text[start:end]
        gap = 0 if start == last_end else 1
        while passed < len(breaks) and breaks[passed] < start:
            passed += 1
            gap = 2
        if n == 0:
            gap = 3
        elif gap == 2:
            paragraphs += 1
            inside = False  # a quotation that goes on in the next paragraph is opened again there
        if gap == 2 or (ended and gap == 1):
            sentences += n > 0
        quote, inside = quote_state(text, word, start, inside)
        feature[n] = (_case(word) * GAPS + gap) * QUOTES + quote
        paragraph[n], sentence[n] = paragraphs, sentences
        ended = word[-1:] in _TERMINAL or (ended and word in _CLOSING_MARKS and gap == 0)
        last_end = end
    return feature, paragraph, sentence


def _case(word: str) -> int:
    """Classify letter case: 0 without letters, 1 lower case, 2 capitalised, 3 all capitals."""
    if not word[:1].isalpha():
        return 0
    if word[0].islower():
        return 1
    return 3 if len(word) > 1 and word.isupper() else 2


def windows(pieces: TokenizedText, size: int, context: int) -> list[tuple[int, int, int]]:
    """Cut a text into windows (first word, first word after the context, end word).

    A window has at most ``size`` pieces, ends with a paragraph (a sentence, where a paragraph is longer) and begins
    with up to ``context`` pieces that the window before it answers for.
    """
    count, first = len(pieces), pieces.first
    result: list[tuple[int, int, int]] = []
    core = 0
    while core < count:
        begin = core
        if core:
            begin = int(np.searchsorted(first, first[core] - context, side="left"))
            begin = min(core, _snap(pieces.sentence, begin, core))
        limit = int(np.searchsorted(first, first[begin] + size, side="right")) - 1
        end = count if limit >= count else _cut(pieces, core, limit)
        end = max(end, core + 1)
        result.append((begin, core, end))
        core = end
    return result


def _snap(number: Ints, begin: int, core: int) -> int:
    """Return the first start of a new sentence in [begin, own), else begin."""
    if begin == 0:
        return 0
    inner = np.flatnonzero(number[begin:core] != number[begin - 1 : core - 1])
    return begin + int(inner[0]) if len(inner) else begin


def _cut(pieces: TokenizedText, core: int, limit: int) -> int:
    """Return the last paragraph start in the second half of (own, limit], else the last sentence start, else limit."""
    for number in (pieces.paragraph, pieces.sentence):
        middle = (core + limit) // 2
        changes = np.flatnonzero(number[middle + 1 : limit + 1] != number[middle:limit])
        if len(changes):
            return middle + 1 + int(changes[-1])
    return limit

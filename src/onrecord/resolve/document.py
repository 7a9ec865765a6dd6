"""Split one article into words, sentences and paragraphs, once for everything that resolves it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter

from onrecord.lexicon import alternatives, word_class
from onrecord.text.quotes import quoted_regions
from onrecord.text.sentences import sentences

_LATIN = ("[ÂÃÄÅ]", "A[\u0302\u0303\u0308\u030a]")  # composed, and not (NFD)
MISREAD = re.compile(rf"(?:{'|'.join(_LATIN)})[\u0080-\u00bf]")  # two bytes of UTF-8 read as Latin-1: "PeÃ±a"
_MARKS = "\u0300-\u036f"
CLITIC = re.compile(r"(?:['’](?:s|re|ve|ll|d|m)|n['’]t)$", re.I)
START = attrgetter("start")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(
        rf"\d{{1,3}}(?:,\d{{3}})+(?!\w)|(?:[A-Z]\.){{2,}}(?:[A-Z](?![\w]))?|[A-Z]\.(?=\s?[A-Z])|(?:{alternatives('abbreviated-title')})\.(?!\w)"
        rf"|[^\W_](?:[\w{_MARKS}]|(?:(?<={_LATIN[0]})|(?<={_LATIN[1]}))[\u0080-\u00bf])*(?:['’\-.&][^\W_][\w{_MARKS}]*)*|[^\w\s]"
    )


@dataclass(frozen=True, slots=True)
class Token:
    """Hold a word or mark at `[start, end)`; `lower` is casefolded with straight apostrophes, composed (NFC).

    Acronyms that look like pronouns keep their capitals there, so that no list of words takes them for one.
    """

    text: str
    lower: str
    start: int
    end: int
    sentence: int
    paragraph: int

    @property
    def capital(self) -> bool:
        """Tell whether it begins with a capital letter, or has one after a particle (al-Sadr, dell'Acqua)."""
        return self.text[0].isupper() or re.match(r"[a-z].*[-'’][A-Z][^-'’]*$", self.text) is not None

    @property
    def word(self) -> bool:
        """Tell whether it is more than punctuation."""
        return self.text[0].isalnum()


@dataclass(slots=True)
class Document:
    """Hold a text split into tokens; `sentences` are spans of code points."""

    text: str
    title: str = ""
    sentences: list[tuple[int, int]] = field(init=False)
    tokens: list[Token] = field(init=False)
    quoted: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.sentences = sentences(self.text)
        self.tokens = list(self._tokens())
        self.quoted = list(quoted_regions(self.text))

    def _tokens(self) -> list[Token]:
        made: list[Token] = []
        starts = [start for start, _ in self.sentences]
        paragraph = 0
        last = 0
        for match in _word().finditer(self.text):
            start, end = match.span()
            if self.text.find("\n", last, start) >= 0:
                paragraph += 1
            last = start
            sentence = max(0, bisect_right(starts, start) - 1)
            text = match.group()
            clitic = CLITIC.search(text)
            if clitic is not None and clitic.start():
                cut = start + clitic.start()
                made.append(_token(text[: clitic.start()], start, cut, sentence, paragraph))
                made.append(_token(text[clitic.start() :], cut, end, sentence, paragraph))
            else:
                made.append(_token(text, start, end, sentence, paragraph))
        return made

    def index(self, position: int) -> int:
        """Return the index of the first token that ends after a position."""
        i = bisect_right(self.tokens, position, key=START)
        return i - 1 if i and self.tokens[i - 1].end > position else i

    def between(self, start: int, end: int) -> Sequence[Token]:
        """Return the tokens that begin in `[start, end)`."""
        return self.tokens[bisect_left(self.tokens, start, key=START) : bisect_left(self.tokens, end, key=START)]

    def sentence_of(self, position: int) -> int:
        """Return the number of the sentence at a position."""
        return max(0, bisect_right(self.sentences, (position, 1 << 60)) - 1)

    def paragraph_of(self, position: int) -> int:
        """Return the number of the paragraph at a position."""
        i = min(self.index(position), len(self.tokens) - 1)
        return self.tokens[i].paragraph if self.tokens else 0

    def in_quotation(self, position: int) -> bool:
        """Tell whether a position is between quotation marks."""
        i = bisect_right(self.quoted, (position, 1 << 60)) - 1
        return i >= 0 and self.quoted[i][0] <= position < self.quoted[i][1]


def repaired(text: str) -> str:
    """Return a text with accented letters that were misread as two Latin-1 characters: "Peña" for "PeÃ±a"."""
    return MISREAD.sub(lambda pair: unicodedata.normalize("NFC", pair[0]).encode("latin-1").decode("utf-8"), text)


def _token(text: str, start: int, end: int, sentence: int, paragraph: int) -> Token:
    lower = unicodedata.normalize("NFC", repaired(text).casefold()).replace("’", "'")
    if text in word_class("pronoun-like"):
        lower = text
    return Token(text, lower, start, end, sentence, paragraph)

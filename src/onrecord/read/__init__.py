"""Sources to articles: text, HTML, JSON Lines, documents, archives, folders, standard input and web addresses.

Text is kept exactly as given, so that offsets are code points into it: line ends, non-breaking spaces, marks of every
kind and directions survive; only a byte order mark is taken off. Of a page the text is what trafilatura makes of it.
"""

from onrecord.read.given import MAX_BYTES, Given, Notes, Piece, parse_date
from onrecord.read.sources import STDIN, SUFFIXES, expected, open_piece, pieces, read_articles

__all__ = [
    "MAX_BYTES",
    "STDIN",
    "SUFFIXES",
    "Given",
    "Notes",
    "Piece",
    "expected",
    "open_piece",
    "parse_date",
    "pieces",
    "read_articles",
]

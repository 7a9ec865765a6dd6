"""Read articles from text, HTML, JSON Lines, documents, archives, folders, standard input and web addresses.

Text is kept exactly as given, so that offsets are code points into it: line ends, non-breaking spaces, marks of every
kind and directions survive; only a byte order mark is taken off. Of a page the text is what trafilatura makes of it.
"""

from onrecord.read.metadata import MAX_BYTES, MetadataDefaults, Notes, RawDocument, parse_date
from onrecord.read.sources import STDIN, SUFFIXES, count_articles, parse_document, raw_documents, read_articles

__all__ = [
    "MAX_BYTES",
    "STDIN",
    "SUFFIXES",
    "MetadataDefaults",
    "Notes",
    "RawDocument",
    "count_articles",
    "parse_date",
    "parse_document",
    "raw_documents",
    "read_articles",
]

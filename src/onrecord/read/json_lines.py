"""Read articles from JSON Lines: `id, title, publisher, published, url, text`, of which only `text` is required.

A `.json` file may hold one such object or a list of them. Other keys are ignored.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import IO, Any

from onrecord.core.statement import Article
from onrecord.errors import BinarySource, BrokenLine, SourceError
from onrecord.read.encodings import byte_order_mark, decode
from onrecord.read.error_limit import limit_errors
from onrecord.read.markup import plain_text
from onrecord.read.metadata import MAX_BYTES, MetadataDefaults, Notes, make_article, parse_date, too_large, unclear_date

# A text's bytes may each be written as a six-byte escape.
_MAX_LINE = 6 * MAX_BYTES + 1_000_000
_KEYS = "id, title, publisher, published, url, text"


def read_lines(
    stream: IO[bytes], name: str, where: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | SourceError]:
    """Yield the article of each line, or the error that names file and line; blank lines are skipped."""
    return limit_errors(_read_lines(stream, name, where, defaults, notes), where)


def _read_lines(
    stream: IO[bytes], name: str, where: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | SourceError]:
    for number, line in enumerate(_lines(stream, defaults.encoding), 1):
        place = f"{where}:{number}"
        try:
            if len(line) > _MAX_LINE:
                raise too_large(place)
            if not line.strip():
                continue
            text = line if isinstance(line, str) else decode(line, place, encoding=defaults.encoding, notes=notes)
            if text.strip():
                yield _article(_parse(text, place), f"{name}:{number}", place, defaults, notes)
        except BinarySource:
            if number == 1:  # the file is none of ours; in a later line it is that line's fault
                raise
            yield BrokenLine(place, f"binary, no JSON; a line is an object with {_KEYS}")
        except SourceError as error:
            yield error


def read_json(
    content: str, name: str, where: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | SourceError]:
    """Yield the articles of one JSON value, an object or a list of them; falls back to JSON Lines."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        yield from read_lines(
            io.BytesIO(content.encode("utf-8", "surrogatepass")), name, where, as_utf8(defaults), notes
        )
        return
    yield from limit_errors(_records(value, name, where, defaults, notes), where)


def _records(
    value: Any, name: str, where: str, defaults: MetadataDefaults, notes: Notes
) -> Iterator[Article | SourceError]:
    records = value if isinstance(value, list) else [value]
    for number, record in enumerate(records, 1):
        place = f"{where}:{number}" if isinstance(value, list) else where
        try:
            yield _article(record, f"{name}:{number}" if isinstance(value, list) else name, place, defaults, notes)
        except SourceError as error:
            yield error


def as_utf8(defaults: MetadataDefaults) -> MetadataDefaults:
    """Return the defaults for content that was decoded already and encoded as UTF-8 again."""
    return replace(defaults, encoding=None)


def _lines(stream: IO[bytes], encoding: str | None) -> Iterator[bytes | str]:
    """Yield the lines without their ends, split at LF alone (U+2028 is text in JSON); longer ones are cut at the
    limit.
    """
    head = stream.read(4)
    mark = byte_order_mark(head)
    source: IO[Any] = io.BufferedReader(ChainedStream(head[mark[1] :] if mark else head, stream))
    wide = mark is not None and mark[0] != "utf-8"
    if wide or (encoding or "").lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        name = mark[0] if mark is not None and wide else encoding
        source = io.TextIOWrapper(source, encoding=name, errors="replace", newline="\n")
    while line := source.readline(_MAX_LINE + 1):
        long = len(line) > _MAX_LINE
        yield line
        while long and line and not line.endswith("\n" if isinstance(line, str) else b"\n"):
            line = source.readline(_MAX_LINE)


class ChainedStream(io.RawIOBase):
    """Chain the bytes already read from a stream with the rest of it, as pipes cannot be rewound."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        # read1 returns what has arrived, so that a line is not held back until a buffer is full.
        self._take = getattr(rest, "read1", rest.read)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as bytes are there; the number of them, 0 at the end."""
        chunk = self._head[: len(buffer)] or self._take(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _parse(line: str, place: str) -> Any:
    try:
        return json.loads(line)
    except RecursionError as error:
        raise BrokenLine(place, f"nested too deeply; a line is an object with {_KEYS}") from error
    except ValueError as error:
        raise BrokenLine(place, f"not JSON ({str(error).splitlines()[0]}); a line is an object with {_KEYS}") from error


def _article(record: Any, name: str, place: str, defaults: MetadataDefaults, notes: Notes) -> Article:
    if not isinstance(record, Mapping):
        raise BrokenLine(place, f"not an object; a line is an object with {_KEYS}")
    text = record.get("text")
    if not isinstance(text, str):
        wrong = "it lacks `text`" if text is None else "its `text` is no string"
        raise BrokenLine(place, f"{wrong}; a line is an object with {_KEYS}")
    key = record.get("id")
    key_text = str(key) if isinstance(key, str | int) and not isinstance(key, bool) and str(key).strip() else None
    if key is not None and key_text is None:
        notes(f"{place}: its `id` is no text or number; it is called {name}")
    found = MetadataDefaults(
        title=_words(record, "title", place, notes),
        outlet=_words(record, "publisher", place, notes),
        published=None,
        url=_words(record, "url", place, notes),
    )
    printed = _words(record, "published", place, notes)
    date = None if printed is None else parse_date(printed)
    if printed is not None and date is None and defaults.published is None:
        notes(unclear_date(place, printed))
    return make_article(
        plain_text(text, place, notes), key_text or name, place, replace(found, published=date), defaults
    )


def _words(record: Mapping[str, Any], key: str, place: str, notes: Notes) -> str | None:
    value = record.get(key)
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    if key == "published" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # a year
    notes(f"{place}: its `{key}` is no text; left out")
    return None

"""Decode bytes to text exactly: line ends stay, a byte order mark is metadata, and a guessed encoding is reported."""

from __future__ import annotations

import codecs
import contextlib
import re
import unicodedata

from onrecord.errors import BinarySource, SourceError
from onrecord.read.metadata import Notes

# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KINDS = (
    (b"%PDF-", "a PDF (whose name should end in .pdf)"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "compressed"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "Rich Text Format"),
    (b"%!PS", "PostScript"),
)
# The headers of a message whose text is encoded or comes in parts: read as it is, it would be another text.
_MAIL_HEADERS = re.compile(rb"(?:From [^\n]*\n)?(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n(?:[ \t][^\n]*\n){0,99}){2,200}")
_ENCODED_MAIL = re.compile(
    rb"^(?:content-transfer-encoding:[ \t]*(?:base64|quoted-printable)|content-type:[ \t]*multipart/)", re.I | re.M
)
# A handful of damaged bytes between many sound sequences is damaged UTF-8, and no other encoding.
_SOUND_PER_BROKEN = 5


def byte_order_mark(data: bytes) -> tuple[str, int] | None:
    """Return the encoding that a leading byte order mark names, and the mark's length in bytes."""
    return next(((name, len(mark)) for mark, name in _MARKS if data.startswith(mark)), None)


def decode(data: bytes, where: str, *, encoding: str | None, notes: Notes) -> str:
    """Decode `data` to text.

    Without `encoding` it is UTF-8, or the encoding of a byte order mark; anything else is guessed and reported in a
    note.

    Raises:
        BinarySource: the data is not text.
        SourceError: the data is not in the `encoding` given.
    """
    if encoding is not None:
        return _decode_given(data, where, encoding)
    mark = byte_order_mark(data)
    if mark is not None:
        name, length = mark
        return _decode_given(data[length:], where, name)
    _refuse_binary(data, where)
    if b"\x00" in data:
        return _decode_wide(data, where, notes)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_other(data, where, error, notes)


def _decode_given(data: bytes, where: str, encoding: str) -> str:
    try:
        content = data.decode(encoding)
    except LookupError as error:
        raise SourceError(where, f"there is no encoding {encoding!r}; try utf-8 or windows-1252") from error
    except (UnicodeError, ValueError) as error:
        raise SourceError(where, f"not in the encoding {encoding}; leave it to be detected, or give another") from error
    return content.removeprefix("\ufeff")


def _refuse_binary(data: bytes, where: str) -> None:
    for magic, kind in _KINDS:
        if data.startswith(magic):
            raise BinarySource(where, f"it is {kind}, not text; convert it to text, HTML or JSON Lines first")
    headers = _MAIL_HEADERS.match(data[:20_000])
    if headers is not None and _ENCODED_MAIL.search(headers[0]):
        raise BinarySource(where, "it is an e-mail message, not its text; save the message as text or HTML first")
    # A NUL is no text, except in UTF-16 and UTF-32, whose every second byte may be one (git's and grep's rule).
    if b"\x00" in data and not _may_be_wide(data):
        raise BinarySource(where, "it is binary, not text; convert it to text, HTML or JSON Lines first")


def _may_be_wide(data: bytes) -> bool:
    head = data[:4096]
    half = len(head) / 2
    nuls = (head[0::2].count(0), head[1::2].count(0))
    return len(data) >= 8 and len(data) % 2 == 0 and max(nuls) > half / 2 and min(nuls) < half / 20


def _decode_wide(data: bytes, where: str, notes: Notes) -> str:
    name = "utf-16-le" if data[1:4096:2].count(0) > data[0:4096:2].count(0) else "utf-16-be"
    content = _decode_given(data, where, name)
    notes(f"{where}: no byte order mark; read as {name}, a guess; give --encoding if that is wrong")
    return content


def _decode_other(data: bytes, where: str, error: UnicodeDecodeError, notes: Notes) -> str:
    repaired = data.decode("utf-8", "replace")
    broken = repaired.count("\ufffd") - data.count("\ufffd".encode())
    sound = sum(1 for char in repaired if char > "\x7f") - broken
    if sound >= _SOUND_PER_BROKEN * broken:
        notes(f"{where}: {broken} broken UTF-8 sequence(s), the first at byte {error.start}, read as U+FFFD")
        return repaired
    return _guess(data, where, notes)


def _guess(data: bytes, where: str, notes: Notes) -> str:
    from charset_normalizer import from_bytes  # heavy, and most sources are UTF-8

    best = from_bytes(data).best()
    if best is None:
        raise BinarySource(where, "it is neither UTF-8 nor any other recognizable text encoding; give --encoding")
    name, content = best.encoding, str(best)
    if _is_latin(content):
        # Of the Latin encodings the detector mostly names a Central European one for the few marks that English
        # text has; windows-1252 is what English text is in.
        with contextlib.suppress(UnicodeDecodeError):
            name, content = "windows-1252", data.decode("windows-1252")
    if _control_share(content) > 0.02:
        raise BinarySource(where, "it is binary, not text; convert it to text, HTML or JSON Lines first")
    notes(f"{where}: not UTF-8; read as {name.replace('_', '-')}, a guess; give --encoding if that is wrong")
    return content


def _is_latin(content: str) -> bool:
    letters = {char for char in content[:100_000] if char.isalpha() and char > "\x7f"}
    return all("LATIN" in unicodedata.name(char, "") or char in "ªº" for char in letters)


def _control_share(content: str) -> float:
    head = content[:100_000]
    return sum(1 for char in head if unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\v") / max(
        1, len(head)
    )

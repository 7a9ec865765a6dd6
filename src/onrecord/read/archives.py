"""Unpack archives and compressed streams, one member after the other, within limits and never to disk.

A zip archive that lacks its directory, as a transfer that broke off leaves it, is read member by member as far as it
is whole.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from onrecord.errors import IgnoredSource, SourceError
from onrecord.read.boundary import DAMAGED, one_line
from onrecord.read.metadata import MAX_BYTES, Notes, readable

# Text packs some 3 to 20 times; a bomb a thousand times and more. `zipfile` reads no more of a member than the size
# that the directory states, so the stated sizes bound what is read.
MOST_TIMES = 200
ALWAYS = 100_000_000
ALWAYS_STREAM = 10_000_000
MOST_MEMBERS = 2_000_000
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class ByteBudget:
    """Limit the bytes that one archive may unpack to, including archives inside it.

    `damage` is what ended a packed stream early: the data before it is read first, then it is reported.
    """

    where: str
    size: int
    left: int
    damage: Exception | None = None

    @classmethod
    def of(cls, where: str, size: int, always: int = ALWAYS_STREAM) -> ByteBudget:
        """Return the budget for an archive of `size` bytes."""
        return cls(where, size, MOST_TIMES * size + always)

    def spend(self, number: int) -> None:
        """Count bytes that came out.

        Raises:
            SourceError: it is more than an archive of text would hold.
        """
        self.left -= number
        if self.left < 0:
            raise SourceError(
                self.where,
                f"unpacks to more than {MOST_TIMES} times its size ({self.size} bytes); if you trust it, unpack it"
                " and give what is in it",
            )


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """Hold a member of an archive: its name, its size in bytes when unpacked, and a stream of its data."""

    name: str
    stream: IO[bytes]
    size: int


class _Counted(io.RawIOBase):
    """Read a compressed stream, charge its bytes to a budget, and end where the stream is damaged."""

    def __init__(self, stream: gzip.GzipFile, budget: ByteBudget) -> None:
        self._stream = stream
        self._budget = budget

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as bytes are there; the number of them, 0 at the end."""
        try:
            chunk = self._stream.read1(len(buffer))
        except (*DAMAGED, OSError) as error:
            self._budget.damage = error
            return 0
        self._budget.spend(len(chunk))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def seekable(self) -> bool:
        """Return True; seeking forward costs budget."""
        return True

    def tell(self) -> int:
        """Return the position in the unpacked data."""
        return int(self._stream.tell())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Seek to a position; forward by reading, which is charged to the budget."""
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of a compressed stream is unknown")
        target = offset + (self.tell() if whence == io.SEEK_CUR else 0)
        if target < self.tell():
            return int(self._stream.seek(target))
        while (left := target - self.tell()) > 0 and (chunk := self._stream.read(min(left, 1 << 20))):
            self._budget.spend(len(chunk))
        return self.tell()


def gunzip(stream: Any, budget: ByteBudget) -> IO[bytes]:
    """Unpack a gzip stream within a budget."""
    return io.BufferedReader(_Counted(gzip.GzipFile(fileobj=stream), budget), 1 << 16)


def unpacked(stream: Any, budget: ByteBudget) -> IO[bytes]:
    """Unpack a stream if it is packed by gzip, within a budget; return others unchanged."""
    peekable = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    return gunzip(peekable, budget) if peekable.peek(2)[:2] == _GZIP else peekable


def members(stream: IO[bytes], size: int, where: str, notes: Notes) -> Iterator[ArchiveMember | SourceError]:
    """Yield the files of a zip archive of `size` bytes, in its own order; a member that cannot be read as a
    SourceError.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (*DAMAGED, OSError, ValueError, struct.error, NotImplementedError) as error:
        stream.seek(0)
        found = False
        for member in _salvaged(stream, ByteBudget.of(where, size, ALWAYS)):
            if not found:
                notes(f"{where}: a damaged zip archive ({one_line(error)}); what is whole is read")
            found = True
            yield member
        if not found:
            raise SourceError(
                where,
                f"not a zip archive, or a damaged one ({one_line(error)}); get it again, or give the unpacked folder",
            ) from error
        return
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        total = sum(info.file_size for info in infos)
        if len(infos) > MOST_MEMBERS or total > MOST_TIMES * size + ALWAYS:
            raise SourceError(
                where,
                f"would unpack to {total // 1_000_000} MB in {len(infos)} files, {total // max(1, size)} times its"
                " size; if you trust it, unpack it and give the folder",
            )
        for info in infos:
            yield from _member(archive, info, where)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> Iterator[ArchiveMember | SourceError]:
    name = readable(info.filename)
    place = f"{where}/{name}"
    if _hidden(name):
        yield IgnoredSource(place, "a hidden file")
        return
    try:
        with archive.open(info) as inside:
            yield ArchiveMember(name, inside, info.file_size)
    except NotImplementedError as error:  # a way of packing that the standard library lacks
        yield SourceError(place, f"cannot be unpacked ({one_line(error)}); unpack it first")
    except RuntimeError as error:  # what zipfile raises for a password
        yield SourceError(place, f"cannot be unpacked ({one_line(error)}); unpack it first")
    except (*DAMAGED, OSError, ValueError, struct.error) as error:
        yield SourceError(place, f"damaged in the archive ({one_line(error)}); get the archive again")


def _hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or any(part.startswith(".") and part.strip(".") for part in parts)


# ---------------------------------------------------------------- archives without a directory

_LOCAL = struct.Struct("<4sHHHHHLLLHH")  # APPNOTE.TXT 4.3.7, local file header
_SIGNATURE = b"PK\x03\x04"
_STREAMED = 0x8  # the sizes come after the data
_ENCRYPTED = 0x1
_UTF8 = 0x800


def _salvaged(stream: IO[bytes], budget: ByteBudget) -> Iterator[ArchiveMember]:
    """Recover the complete members of an archive without a directory, by their local headers."""
    while True:
        head = stream.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(_SIGNATURE):
            return
        _, _, flags, method, _, _, checksum, packed, size, name_length, extra_length = _LOCAL.unpack(head)
        name = stream.read(name_length).decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        stream.seek(extra_length, io.SEEK_CUR)
        start = stream.tell()
        try:
            data = _inflated(stream, method, None if flags & _STREAMED else (packed, size), budget)
        except (*DAMAGED, SourceError):
            data = None
        if not flags & _STREAMED:
            stream.seek(start + packed)
        elif data is None or not _to_next(stream):
            return
        whole = data is not None and not flags & _ENCRYPTED and (flags & _STREAMED or zlib.crc32(data) == checksum)
        if data is not None and whole and not name.endswith("/") and not _hidden(name):
            yield ArchiveMember(readable(name), io.BytesIO(data), len(data))


def _inflated(stream: IO[bytes], method: int, sizes: tuple[int, int] | None, budget: ByteBudget) -> bytes | None:
    """Unpack the data of a member; None if it is incomplete, too large or of another compression."""
    if method == zipfile.ZIP_STORED and sizes is not None and sizes[0] <= MAX_BYTES:
        data = stream.read(sizes[0])
        return data if len(data) == sizes[0] else None
    if method != zipfile.ZIP_DEFLATED:
        return None
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    made: list[bytes] = []
    number = 0
    while not engine.eof and (chunk := stream.read(1 << 16)):
        while chunk and not engine.eof:
            made.append(engine.decompress(chunk, 1 << 20))
            number += len(made[-1])
            budget.spend(len(made[-1]))
            chunk = engine.unconsumed_tail
    if not engine.eof or number > 5 * MAX_BYTES:
        return None
    stream.seek(-len(engine.unused_data), io.SEEK_CUR)
    return b"".join(made)


def _to_next(stream: IO[bytes]) -> bool:
    """Skip the descriptor after a member's data; tell whether another header follows."""
    start = stream.tell()
    at = stream.read(64).find(_SIGNATURE)
    stream.seek(start + max(at, 0))
    return at >= 0

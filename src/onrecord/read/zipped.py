"""The members of a zip archive, one after the other and within bounds; nothing is unpacked to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from onrecord.errors import LeftOut, SourceError
from onrecord.read.given import readable

# Text packs some 3 to 20 times; a bomb a thousand times and more. `zipfile` reads no more of a member than the size
# that the directory states, so the stated sizes bound what is read.
MOST_TIMES = 200
ALWAYS = 100_000_000
MOST_MEMBERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """A member by its name in the archive, open for reading; `size` in bytes, unpacked."""

    name: str
    stream: IO[bytes]
    size: int


def members(stream: IO[bytes], size: int, where: str) -> Iterator[Member | SourceError]:
    """The files in a zip archive of `size` bytes, in its own order; SourceError for one that cannot be read."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceError(where, f"no zip archive, or a damaged one ({_line(error)})") from error
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        total = sum(info.file_size for info in infos)
        if len(infos) > MOST_MEMBERS or total > MOST_TIMES * size + ALWAYS:
            raise SourceError(
                where,
                f"would unpack to {total // 1_000_000} MB in {len(infos)} files, {total // max(1, size)} times its"
                " size; if that is no trap, unpack it and give the folder",
            )
        for info in infos:
            name = readable(info.filename)
            if name.startswith("__MACOSX/") or any(part.startswith(".") for part in name.split("/")):
                yield LeftOut(f"{where}/{name}", "a hidden file")
                continue
            try:
                with archive.open(info) as inside:
                    yield Member(name, inside, info.file_size)
            except RuntimeError as error:  # what zipfile raises for a password
                yield SourceError(f"{where}/{name}", f"cannot be unpacked ({_line(error)}); unpack it first")
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
                yield SourceError(f"{where}/{name}", f"damaged in the archive ({_line(error)})")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

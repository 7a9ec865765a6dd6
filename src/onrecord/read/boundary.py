"""Contain errors in reading, so that a broken file, archive member or page costs only itself."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from typing import TypeVar

from onrecord.errors import SourceError, internal_error

T = TypeVar("T")
# What is no fault of a source. All else is caught, panics of libraries in Rust too, which are no `Exception`.
UNSTOPPED = (MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit)
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)


def with_error_boundary(items: Iterator[T], where: str) -> Iterator[T | SourceError]:
    """Yield the items; an exception of any kind ends them with one SourceError that names `where`.

    Raises:
        MemoryError: the caller knows the limit, and whether this process can go on.
    """
    try:
        yield from items
    except SourceError as error:
        yield error
    except OSError as error:
        yield unreadable(where, error)
    except DAMAGED as error:
        yield SourceError(where, f"damaged ({one_line(error)}); get it again, or unpack what can be unpacked")
    except UNSTOPPED:
        raise
    except BaseException as error:  # noqa: BLE001 - the error boundary of one source
        yield internal_error(where, error)


def unreadable(where: str, error: OSError) -> SourceError:
    """Say why the system cannot read a file, and what to do about it."""
    if isinstance(error, FileNotFoundError):
        return SourceError(where, "no such file or folder; check the path")
    if isinstance(error, PermissionError):
        return SourceError(where, "no right to read it; change its permissions or copy it")
    return SourceError(
        where, f"cannot be read: {one_line(error.strerror or error)}; copy it elsewhere, or check the disk"
    )


def one_line(reason: object) -> str:
    """Give a message as one line of at most 200 characters."""
    return " ".join(str(reason).split())[:200] or type(reason).__name__

"""Convert errors to one line and an exit status: no traceback reaches a user without `--debug`.

Status 0: all well; 1: some sources failed, or the ledger did, and it was reported; 2: wrong usage, a codebook that
cannot be used among it; 130: stopped by Ctrl-C; 141: the reader of the output has gone, as `head` does.
"""

from __future__ import annotations

import os
import sys
import time
from contextvars import ContextVar
from enum import IntEnum
from typing import Any

import typer
from typer.core import TyperGroup

from onrecord.errors import CodebookError, OnRecordError, TableError, with_advice
from onrecord.show.cli.config import defaults, find

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130
PIPE_CLOSED = 141
# Characters that reverse the direction of text and so make a line look like another one.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DEBUG = "onrecord.debug"


class Verbosity(IntEnum):
    """List how much is written to the standard error beside results."""

    QUIET = -1  # errors and totals
    NORMAL = 0
    VERBOSE = 1


_VOLUME: ContextVar[Verbosity] = ContextVar("volume", default=Verbosity.NORMAL)


class CommandGroup(TyperGroup):
    """Group all commands, and convert what they raise to a line and a status."""

    def make_context(self, *args: Any, **values: Any) -> Any:
        """Take the defaults of flags from the configuration file."""
        if values.get("parent") is None:
            _VOLUME.set(Verbosity.NORMAL)
            values.setdefault("default_map", defaults(self))
        return super().make_context(*args, **values)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        began = time.monotonic()
        try:
            value = super().invoke(ctx)
            sys.stdout.flush()
            if (path := find()) is not None:
                detail(f"configuration: {path}")
            detail(f"{time.monotonic() - began:.1f} s")
        except BrokenPipeError as error:
            _let_go_of_output()
            raise typer.Exit(PIPE_CLOSED) from error
        except KeyboardInterrupt as error:
            say_error("stopped; what was saved until now is kept")
            raise typer.Exit(INTERRUPTED) from error
        except OnRecordError as error:
            _fail(ctx, error, with_advice(error))
        except Exception as error:
            if type(error).__module__.partition(".")[0] in {"typer", "click"}:
                raise  # how the library leaves a command, and not an error
            _fail(ctx, error, _reason(error))
        else:
            return value


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'the system'}: {error.strerror or error}; check the path, its rights and the disk"
    return f"an internal error ({type(error).__name__}: {error}); run it again with --debug and report it"


def _fail(ctx: Any, error: Exception, reason: str) -> None:
    if ctx.meta.get(_DEBUG):
        raise error
    say_error(reason)
    raise typer.Exit(WRONG_USAGE if isinstance(error, CodebookError | TableError) else FAILED) from error


def remember_debug(ctx: typer.Context, value: bool) -> bool:
    """Keep for the edge whether tracebacks are asked for."""
    ctx.meta[_DEBUG] = value or ctx.meta.get(_DEBUG, False)
    return value


def set_quiet(ctx: typer.Context, value: bool) -> bool:
    """Leave out notes from here on where that is asked for."""
    if value and not ctx.resilient_parsing:
        _VOLUME.set(Verbosity.QUIET)
    return value


def set_verbose(ctx: typer.Context, value: bool) -> bool:
    """Write details from here on where that is asked for."""
    if value and not ctx.resilient_parsing:
        _VOLUME.set(Verbosity.VERBOSE)
    return value


def is_quiet() -> bool:
    """Tell whether notes are left out."""
    return _VOLUME.get() is Verbosity.QUIET


def say(line: str) -> None:
    """Write a note on the standard error, unless `--quiet` is given."""
    if not is_quiet():
        say_error(line)


def detail(line: str) -> None:
    """Write a note on the standard error where `--verbose` is given."""
    if _VOLUME.get() is Verbosity.VERBOSE:
        say_error(line)


def say_error(line: str) -> None:
    """Write one line on the standard error, with the program's name, free of control characters."""
    typer.echo(f"onrecord: {printable(' '.join(line.split()))}", err=True)


def printable(text: str, keep: str = "") -> str:
    """Remove what a terminal would execute or cannot show: control characters, overrides, lone surrogates.

    An article may hold escape sequences, and its words go to the screen.
    """
    return "".join(_shown(char) if char not in keep else char for char in text)


def _shown(char: str) -> str:
    if char in "\t\r\n\v\f\x85\u2028\u2029":
        return " "
    unseen = char < " " or "\x7f" <= char < "\xa0" or "\ud800" <= char <= "\udfff" or char in _BIDI
    return "\ufffd" if unseen else char


def _let_go_of_output() -> None:
    """Redirect the standard output to the null device: Python flushes it once more at exit, and would complain."""
    try:
        target = os.open(os.devnull, os.O_WRONLY)
        os.dup2(target, sys.stdout.fileno())
        os.close(target)
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - to the end of the program

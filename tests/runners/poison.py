"""Pipelines that misbehave on request, importable by worker processes.

An article whose text holds one of these words does to its worker what the word says.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from onrecord.core.span import Text
from onrecord.core.statement import Article, Attribution, Statement
from onrecord.pipeline import Pipeline
from tests.made import TEXT, statement

WORDS = ("RAISE", "CRASH", "ABORT", "EXIT", "HANG-IN-C", "GREED")  # those that cost the article


class Poisonable:
    """Finds nothing, and does what the text says."""

    def attributions(self, text: Text) -> list[Attribution]:
        """Crash, hang or grow as the text asks."""
        words = text.content
        if "SLOW" in words:
            time.sleep(0.05)
        if "HANG-IN-C" in words:
            re.match(r"(a*)*b", "a" * 40)  # holds the interpreter's lock for hours
        if "STOP" in words:
            os.kill(os.getpid(), signal.SIGSTOP)
        if "CRASH" in words:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "ABORT" in words:
            os.abort()
        if "EXIT" in words:
            os._exit(7)
        if "GREED" in words:
            hoard = [bytearray(50 << 20) for _ in range(200)]
            raise AssertionError(f"{len(hoard)} pieces of 50 MB were given")
        if "RAISE" in words:
            raise KeyError("no such\nthing")
        if "ONCE" in words:
            mark = Path(words.split("ONCE ")[1].split()[0])
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return []


class TwoStatements:
    """Two statements of every article, the second about the same words with another speaker."""

    def statements(self, article: Article, attributions: Sequence[Attribution]) -> list[Statement]:
        """Make one statement."""
        assert TEXT in article.text.content
        return [statement(article)]


def build() -> Pipeline:
    """Build a pipeline that articles can poison."""
    return Pipeline(Poisonable(), TwoStatements(), None, "poisonable 1")


def killed_once() -> Pipeline:
    """A pipeline whose first process is killed while it loads; `MARK` in the environment says where it notes that."""
    mark = Path(os.environ["MARK"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return build()


def broken() -> Pipeline:
    """Fail to load."""
    from onrecord.errors import ModelError

    raise ModelError("model: no usable tagger; reinstall")


def dying() -> Pipeline:
    """End the process at once."""
    os._exit(3)


def unforeseen() -> Pipeline:
    """Fail to load in a way that nobody foresaw."""
    raise KeyError("no such part")

"""A stage of the pipeline is a package that can be called like the function it is named for.

`onrecord.read`, `onrecord.extract` and `onrecord.interpret` are packages, and the three words that a newcomer
remembers. So that `onrecord.read("file.txt")` means the same whether or not `onrecord.read` was imported as a package
before, these packages are callable: each hands its calls to the function of its own name.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class Stage(ModuleType):
    """A package that hands calls to its function of the same name."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        """What the function of this package's name returns."""
        return getattr(self, self.__name__.rpartition(".")[2])(*args, **options)


def make_callable(name: str) -> None:
    """Let the package `name` be called; to be used at the end of its `__init__`."""
    sys.modules[name].__class__ = Stage

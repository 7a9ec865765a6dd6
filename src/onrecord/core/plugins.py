"""Load plug-ins: readers of files, file formats and classifiers that other packages bring, found by their entry points.

::

    [project.entry-points."onrecord.readers"]
    epub = "my_package:read_epub"

A group is looked up once, and only where nothing built in fits.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points

from onrecord.errors import PluginError

READERS = "onrecord.readers"
FORMATS = "onrecord.formats"
CLASSIFIERS = "onrecord.classifiers"


@lru_cache(maxsize=8)
def found(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group by name; of two of one name, that of the package first in the alphabet."""
    known = sorted(entry_points(group=group), key=lambda one: (one.name, one.dist.name if one.dist else ""))
    return {one.name: one for one in reversed(known)}


@lru_cache(maxsize=64)
def load(group: str, name: str) -> object:
    """Load a plug-in.

    Raises:
        PluginError: there is none of this name, or it cannot be loaded.
    """
    entry = found(group).get(name)
    if entry is None:
        known = ", ".join(sorted(found(group))) or "none is installed"
        raise PluginError(f"no plug-in {name!r} in {group} ({known})")
    try:
        return entry.load()
    except Exception as error:
        raise PluginError(
            f"the plug-in {name!r} of {version_of(group, name)} cannot be loaded: {type(error).__name__}: {error}"
        ) from error


def version_of(group: str, name: str) -> str:
    """Return the package and version that a plug-in comes from."""
    entry = found(group).get(name)
    return "an unknown package" if entry is None or entry.dist is None else f"{entry.dist.name} {entry.dist.version}"

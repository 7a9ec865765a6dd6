"""Read the configuration file: defaults of flags, for every command or for one.

::

    ledger = "study.db"        # every command that has --ledger
    min-confidence = 0.7

    [matrix]                   # one command alone
    by = "affiliation"

It is `$ONRECORD_CONFIG`, else `onrecord.toml` in the current folder, else `onrecord/config.toml` in `$XDG_CONFIG_HOME`
(`~/.config`); only the first of them is read. Flags and environment variables override it.
"""

from __future__ import annotations

import difflib
import os
import tomllib
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import typer

NAME = "onrecord.toml"
# Flags that a file in a folder must not set: consent without asking, and paths that are overwritten.
NEVER = frozenset({"yes", "help", "version", "models", "output", "write", "install-completion", "show-completion"})


def find() -> Path | None:
    """Return the configuration file that applies, None if there is none."""
    if named := os.environ.get("ONRECORD_CONFIG"):
        return Path(named)
    # A home folder may be closed to this user, or there may be none, as for a number without a name in a container.
    home = Path(os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config"))
    places = (Path(NAME), home / "onrecord" / "config.toml")
    return next((path for path in places if os.path.isfile(path)), None)


def defaults(group: Any) -> dict[str, Any]:
    """Return the defaults of all commands of a group as Click takes them.

    Raises:
        typer.BadParameter: the file cannot be read, or names a flag or command that is not there.
    """
    path = find()
    if path is None:
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise typer.BadParameter(f"{path}: cannot be read ({error}); mend it, or move it away") from error
    everywhere = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    known = set(_all_flags(group))
    for key in everywhere:
        _require(path, key, known, "flag")
    tables = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    return _of_group(path, group, everywhere, tables)


def _of_group(path: Path, group: Any, everywhere: Mapping[str, Any], tables: Mapping[str, Any]) -> dict[str, Any]:
    for name in tables:
        _require(path, name, set(group.commands), "command")
    made: dict[str, Any] = {}
    for name, command in group.commands.items():
        own = tables.get(name, {})
        if hasattr(command, "commands"):
            plain = {key: value for key, value in own.items() if not isinstance(value, Mapping)}
            nested = {key: value for key, value in own.items() if isinstance(value, Mapping)}
            made[name] = _of_group(path, command, {**everywhere, **plain}, nested)
            continue
        flags = dict(_flags(command))
        for key in own:
            _require(path, key, set(flags), f"flag of {name}")
        chosen = {
            key: value for key, value in everywhere.items() if _flag(key) in flags and _fits(flags[_flag(key)], value)
        }
        made[name] = dict(_default(flags[_flag(key)], value) for key, value in {**chosen, **own}.items())
    return made


def _default(parameter: Any, value: Any) -> tuple[str, Any]:
    """Return the name of a parameter, and its default; a single value of a repeatable flag counts as a list."""
    repeated = getattr(parameter, "multiple", False) and not isinstance(value, list)
    return parameter.name, [value] if repeated else value


def _flag(key: str) -> str:
    return key.replace("_", "-")


def _flags(command: Any) -> Iterator[tuple[str, Any]]:
    """Yield the flags of a command, without dashes, and their parameters."""
    for parameter in command.params:
        for flag in getattr(parameter, "opts", ()):
            if flag.startswith("--") and flag[2:] not in NEVER:
                yield flag[2:], parameter


def _all_flags(group: Any) -> Iterator[str]:
    for command in group.commands.values():
        if hasattr(command, "commands"):
            yield from _all_flags(command)
        else:
            yield from (flag for flag, _ in _flags(command))


def _fits(parameter: Any, value: Any) -> bool:
    """Tell whether a flag that has a closed list of values may have this one."""
    allowed = set(_choices(parameter))
    return not allowed or all(str(one) in allowed for one in (value if isinstance(value, list) else [value]))


def _choices(parameter: Any) -> Iterator[str]:
    """Yield the values of a closed list; Typer knows it by the annotation, and earlier versions by Click's type."""
    described = getattr(parameter, "type_descriptor", None)
    if described is None:
        yield from (str(getattr(one, "value", one)) for one in getattr(parameter.type, "choices", ()))
        return
    annotation = described.annotation
    for kind in (annotation, *typing.get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield from (str(one.value) for one in kind)


def _require(path: Path, key: str, known: set[str], what: str) -> None:
    if _flag(key) in known:
        return
    near = difflib.get_close_matches(_flag(key), sorted(known), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise typer.BadParameter(f"{path}: no {what} {key!r} that it may set{hint}")

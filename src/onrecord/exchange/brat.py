"""Write brat stand-off: a folder with a `.txt` and an `.ann` file per article, and the display configuration.

Source, cue and content are text-bound annotations (`T`), of several fragments where they are interrupted or cross a
line; `source` and `cue` are relations (`R`) to the content; the closed fields are attributes (`A`) of the content,
and the open ones (speaker, issue ...) are a note (`#`) in JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from onrecord.core.span import Evidence
from onrecord.core.statement import Act, Article, Commitment, Form, Stance, Statement, plain
from onrecord.errors import ExchangeError

ATTRIBUTES = {"stance": Stance, "act": Act, "commitment": Commitment, "form": Form}
NOTED = ("speaker", "affiliation", "chain", "venue", "issue", "when")
PARTS = ("content", "source", "cue")


def write(folder: str | Path, results: Iterable[tuple[Article, Sequence[Statement]]]) -> list[Path]:
    """Write the files into a folder, made if need be; the `.txt` files' paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "annotation.conf").write_text(_configuration(), encoding="utf-8")
    used: set[str] = set()
    paths = []
    for article, statements in results:
        stem = stem_of(article, used)
        path = folder / f"{stem}.txt"
        path.write_bytes(article.text.content.encode("utf-8", "replace"))
        (folder / f"{stem}.ann").write_text("\n".join(_lines(article, statements)) + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def read(path: str | Path) -> list[dict[str, Any]]:
    """Read an `.ann` file beside its `.txt` file: a dict per content, with spans, attributes and notes.

    `content`, `source` and `cue` are lists of [start, end). ExchangeError if a line cannot be read or its words do
    not stand where it says.
    """
    path = Path(path)
    try:
        text = path.with_suffix(".txt").read_bytes().decode("utf-8")
        lines = path.with_suffix(".ann").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExchangeError(f"{path}: cannot be read ({error})") from error
    found: dict[str, dict[str, Any]] = {}
    spans: dict[str, list[list[int]]] = {}
    for number, line in enumerate(lines, 1):
        try:
            _take(line, text, found, spans)
        except (ValueError, KeyError, IndexError) as error:
            raise ExchangeError(f"{path.with_suffix('.ann')}:{number}: {error}") from error
    return list(found.values())


def _take(line: str, text: str, found: dict[str, dict[str, Any]], spans: dict[str, list[list[int]]]) -> None:
    key, _, rest = line.partition("\t")
    if key.startswith("T"):
        head, _, words = rest.partition("\t")
        kind, _, places = head.partition(" ")
        pieces = [[int(edge) for edge in place.split()] for place in places.split(";")]
        if " ".join(text[start:end] for start, end in pieces) != words:
            raise ValueError(f"{key} does not match the text there")
        spans[key] = _joined(pieces, text)
        if kind == "Content":
            found[key] = {"content": spans[key], "source": [], "cue": []}
    elif key.startswith("R"):
        kind, content, other = (part.split(":")[-1] for part in rest.split())
        found[content][kind.lower()] = spans[other]
    elif key.startswith("A"):
        kind, content, value = rest.split(" ", 2)
        found[content][kind.lower()] = value
    elif key.startswith("#"):
        head, _, note = rest.partition("\t")
        found[head.split()[1]] |= json.loads(note)


def _lines(article: Article, statements: Sequence[Statement]) -> Iterator[str]:
    bound, related, given = 0, 0, 0
    for noted, statement in enumerate(statements, 1):
        marks: dict[str, str] = {}
        for part in PARTS:
            pieces = getattr(statement, part)
            if pieces:
                bound += 1
                marks[part] = f"T{bound}"
                yield f"T{bound}\t{part.capitalize()} {_places(pieces, article.text.content)}"
        for part in ("source", "cue"):
            if part in marks:
                related += 1
                yield f"R{related}\t{part.capitalize()} Arg1:{marks['content']} Arg2:{marks[part]}"
        for name in ATTRIBUTES:
            given += 1
            yield f"A{given}\t{name.capitalize()} {marks['content']} {getattr(statement, name).value}"
        note = {name: plain(getattr(statement, name).value) for name in NOTED} | {"id": statement.id}
        yield f"#{noted}\tAnnotatorNotes {marks['content']}\t{json.dumps(note, ensure_ascii=True)}"


def _places(pieces: Sequence[Evidence], text: str) -> str:
    """Return the fragments and their words, split at line ends, which brat fragments cannot cross."""
    parts = []
    for piece in pieces:
        start, end = piece.span.start, piece.span.end
        for match in re.finditer(r"[^\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+", text[start:end]):
            parts.append((start + match.start(), start + match.end()))
    if not parts:
        raise ExchangeError("a passage of line ends alone cannot be marked in brat")
    words = " ".join(text[start:end] for start, end in parts)
    return ";".join(f"{start} {end}" for start, end in parts) + "\t" + words


def _joined(pieces: list[list[int]], text: str) -> list[list[int]]:
    """Join fragments that were split at line ends only."""
    joined = [list(pieces[0])]
    for start, end in pieces[1:]:
        between = text[joined[-1][1] : start]
        if between and not between.strip("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
            joined[-1][1] = end
        else:
            joined.append([start, end])
    return joined


def stem_of(article: Article, used: set[str]) -> str:
    """Name the files of an article; no two names differ by case alone."""
    base = re.sub(r"[^\w.-]+", "_", article.name).strip("._")[:80] or "article"
    stem = base if base.casefold() not in used else f"{base}_{article.id[:8]}"
    used.add(stem.casefold())
    return stem


def _configuration() -> str:
    lines = ["[entities]", *[part.capitalize() for part in PARTS], "", "[relations]"]
    lines += [f"{part.capitalize()}\tArg1:Content, Arg2:{part.capitalize()}" for part in ("source", "cue")]
    lines += ["<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>", "", "[events]", "", "[attributes]"]
    for name, values in ATTRIBUTES.items():
        lines.append(f"{name.capitalize()}\tArg:Content, Value:{'|'.join(value.value for value in values)}")
    return "\n".join(lines) + "\n"

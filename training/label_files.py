"""Read label files (one article each, `|` between fields) into cases: text, metadata and statements with spans."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Range = tuple[int, int]
FIELDS = (
    "speaker",
    "affiliation",
    "chain",
    "venue",
    "act",
    "issue",
    "stance",
    "commitment",
    "condition",
    "when",
    "also",
)
DEVELOPMENT_SHARE = 3  # one article in three is kept for development


@dataclass(slots=True)
class Case:
    """An article with its labelled statements."""

    id: str
    text: str
    title: str
    outlet: str | None
    published: str | None
    statements: list[dict[str, Any]] = field(default_factory=list)
    invented: bool = False

    @property
    def development(self) -> bool:
        """Whether the article belongs to the development third (by a hash of its id)."""
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % DEVELOPMENT_SHARE == 0


def read_articles(data: Path, gum: Path) -> dict[str, dict[str, Any]]:
    """Load the texts that labels may refer to, by id."""
    rows: dict[str, dict[str, Any]] = {}
    for path in (data / "polnear" / "train.jsonl", data / "wikinews" / "articles.jsonl"):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                rows[row["id"]] = row
    for path in sorted(gum.glob("*.json")):
        row = json.loads(path.read_text(encoding="utf-8"))
        rows[row["id"]] = row
    return rows


def locate(text: str, quotation: str, near: int = 0) -> list[Range]:
    """Find the spans of a quotation whose parts are joined by ` ++ `; `#2` names the second occurrence."""
    spans: list[Range] = []
    for part in quotation.split(" ++ "):
        match = re.search(r"#(\d+)$", part)
        wanted = int(match[1]) if match else None
        words = (part[: match.start()] if match else part).replace("¶", "\n")
        if not words or words == "-":
            continue
        starts = [m.start() for m in re.finditer(re.escape(words), text)]
        if not starts:
            continue
        if wanted is not None and wanted <= len(starts):
            at = starts[wanted - 1]
        else:
            at = min(starts, key=lambda s: (abs(s - near), s)) if near else starts[0]
        spans.append((at, at + len(words)))
    return spans


def read_case(path: Path, rows: dict[str, dict[str, Any]]) -> Case | None:
    """Read one label file; None where its article is unknown."""
    case: Case | None = None
    given: dict[str, Any] = {}
    excluded: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        parts = [part.strip() for part in rest.split("|")]
        if kind == "ARTICLE":
            row = rows.get(rest.strip())
            if row is None:
                return None
            published = row.get("published") or row.get("date")
            case = Case(row["id"], row["text"], row.get("title") or "", row.get("publisher"), published)
            given = {a["id"]: a for a in row.get("attributions", [])}
        elif case is not None and kind == "X":
            excluded.add(parts[0])
        elif case is not None and kind in ("S", "N"):
            statement = _statement(case.text, kind, parts, given)
            if statement is not None:
                case.statements.append(statement)
    if case is not None:
        for statement in case.statements:
            statement["excluded"] = statement["label"] in excluded
    return case


def _statement(text: str, kind: str, parts: list[str], given: dict[str, Any]) -> dict[str, Any] | None:
    spans: dict[str, Any]
    if kind == "S":
        found = given.get(parts[0])
        if found is None:
            return None
        spans = {part: [tuple(s) for s in found[part]] for part in ("source", "cue", "content")}
        label, values = parts[0], parts[1:]
    else:
        content = locate(text, parts[2])
        if not content:
            return None
        near = content[0][0]
        spans = {"content": content, "cue": locate(text, parts[1], near), "source": locate(text, parts[0], near)}
        label, values = "", parts[3:]
    if len(values) != len(FIELDS):
        return None
    fields: dict[str, Any] = {k: (None if v in ("-", "") else v) for k, v in zip(FIELDS, values, strict=True)}
    fields["chain"] = [link.strip() for link in fields["chain"].split(";")] if fields["chain"] else []
    return {"label": label, **spans, **fields}


def read_json_case(path: Path) -> Case:
    """Read a case in the form of the project's corpus: statements with spans and fields as JSON."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    case = Case(
        raw["id"],
        raw["text"],
        raw.get("title") or "",
        raw.get("outlet") or raw.get("publisher"),
        raw.get("published"),
        invented=True,
    )
    for one in raw["statements"]:
        spans = {part: [tuple(s) for s in one.get(part) or []] for part in ("source", "cue", "content")}
        fields = {k: one.get(k) for k in FIELDS} | {"chain": list(one.get("chain") or [])}
        case.statements.append({"label": "", "excluded": False, **spans, **fields})
    return case


def read_cases(folder: Path, rows: dict[str, dict[str, Any]]) -> Iterator[Case]:
    """Read all label files of a folder; a second reading (`-b`) only where there is no first one."""
    yield from (read_json_case(path) for path in sorted(folder.glob("*.json")))
    paths = sorted(folder.glob("*.txt"))
    first = {path.stem for path in paths if not path.stem.endswith("-b")}
    for path in paths:
        if path.stem.endswith("-b") and path.stem[:-2] in first:
            continue
        case = read_case(path, rows)
        if case is not None and case.statements:
            yield case

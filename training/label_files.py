"""Read the hand labels of real news, and invented dispatches with theirs, into cases: text, metadata and statements."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.classifier.data import gum_text
from training.split import CORPUS, dispute, load_split

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
FOLDS = 5
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
    def part(self) -> str:
        """Return what kind of news the article is of: "whole" (Wikinews and GUM, annotated whole) or "polnear"."""
        return "whole" if self.id.startswith(("wn-", "GUM")) else "polnear"

    @property
    def fold(self) -> int:
        """Return which of the folds of cross-fitting the article belongs to (by a checksum of its id)."""
        return zlib.crc32(self.id.encode()) % FOLDS

    @property
    def development(self) -> bool:
        """Whether the article belongs to the development third (by a hash of its id)."""
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % DEVELOPMENT_SHARE == 0


def read_articles(data: Path) -> dict[str, dict[str, Any]]:
    """Load the texts that labels refer to, by id, with title, outlet and date."""
    rows: dict[str, dict[str, Any]] = {}
    for path in (data / "polnear" / "train.jsonl", data / "wikinews" / "articles.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows[row["id"]] = row
    for path in sorted((data / "gum").glob("GUM_news_*.conllu")):
        text = gum_text(path)
        meta = dict(
            line.removeprefix("# meta::").split(" = ", 1)
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("# meta::")
        )
        rows[path.stem] = {
            "id": path.stem,
            "text": text,
            "title": text.split("\n", 1)[0],
            "publisher": meta.get("author"),
            "published": meta.get("dateCreated"),
        }
    return rows


def read_cases(labels: Path, data: Path) -> Iterator[Case]:
    """Read the first readings of hand-labelled articles; statements that are none by the guide are left out."""
    rows = read_articles(data)
    for path in sorted(labels.glob("*.json")):
        if path.name.endswith(".second.json"):
            continue
        raw = json.loads(path.read_text(encoding="utf-8"))
        row = rows[raw["id"]]
        if hashlib.sha256(row["text"].encode()).hexdigest() != raw["sha256"]:
            raise ValueError(f"{raw['id']}: the text is not the one that was labelled")
        published = row.get("published") or row.get("date")
        case = Case(raw["id"], row["text"], row.get("title") or "", row.get("publisher"), published)
        case.statements = [_statement(one) for one in raw["statements"] if not one.get("none")]
        yield case


def read_dispatches(component: str = "resolve") -> Iterator[Case]:
    """Read the invented dispatches that a component is trained on."""
    disputes = set(load_split()["components"][component]["trained_on"])
    for path in sorted(CORPUS.glob("*.json")):
        if dispute(path.stem) not in disputes:
            continue
        raw = json.loads(path.read_text(encoding="utf-8"))
        outlet = raw.get("outlet") or raw.get("publisher")
        case = Case(raw["id"], raw["text"], raw.get("title") or "", outlet, raw.get("published"), invented=True)
        case.statements = [_statement(one) for one in raw["statements"]]
        yield case


def _statement(one: dict[str, Any]) -> dict[str, Any]:
    spans = {part: [tuple(s) for s in one.get(part) or []] for part in ("source", "cue", "content")}
    return {**spans, **{k: one.get(k) for k in FIELDS}, "chain": list(one.get("chain") or [])}

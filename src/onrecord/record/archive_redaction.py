"""Redaction in an archive: the words of an article leave its Parquet files, ids and hashes stay.

A file keeps its name, a hash of the ids of its readings. Those are hashes of ids and checksums, which stay too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from onrecord.errors import LedgerError
from onrecord.record.redaction import LEAST_PREFIX, Redacted, Redaction

KEPT = frozenset({"id", "article", "text_id", "reading", "place", "hash", "codebook", "reader", "read"})
Put = Callable[[pl.DataFrame, Path], None]


def fetch(folder: Path) -> list[Redaction]:
    """Return the redactions of an archive, by article; LedgerError if one cannot be read."""
    found = []
    for path in sorted((folder / "redactions").glob("*.json")):
        try:
            found.append(Redaction(**{**json.loads(path.read_text(encoding="utf-8")), "batch": 0}))
        except (ValueError, TypeError) as error:
            raise LedgerError(f"{path}: no redaction of an archive ({error}); restore it from a copy") from error
    return found


def redact(folder: Path, ids: Sequence[str], coder: str, reason: str, created: str, put: Put) -> Redacted:
    """Erase the words of some articles; `put` writes a file that appears whole.

    The record comes first, so that what a kill interrupts is found by `verify` and done by another call.

    Raises:
        LedgerError: one of them is not in the archive.
    """
    wanted = set(ids)
    files = [(path, frame) for path, frame in _files(folder) if not wanted.isdisjoint(frame["id"].to_list())]
    there = {key for _, frame in files for key in frame["id"].to_list()}
    if missing := sorted(wanted - there):
        raise LedgerError(f"article {missing[0]} is not in the archive")
    (folder / "redactions").mkdir(exist_ok=True)
    known = {one.article for one in fetch(folder)}
    for key in sorted(wanted - known):
        path = folder / "redactions" / f"{key}.json"
        record = {"article": key, "created": created, "coder": coder, "reason": reason}
        path.write_text(json.dumps(record, ensure_ascii=True), encoding="ascii")
    erased = 0
    for path, _ in files:
        twin = folder / "statements" / path.relative_to(folder / "articles")
        statements = pl.read_parquet(twin, hive_partitioning=False)
        erased += statements.filter(pl.col("article").is_in(wanted), pl.col("record").is_not_null())["id"].n_unique()
        put(_blanked(statements, "article", wanted), twin)
        put(_blanked(pl.read_parquet(path, hive_partitioning=False), "id", wanted), path)
    return Redacted(articles=len(wanted), statements=erased, shared=tuple(_shared(folder, wanted)))


def named(key: str) -> pl.Expr:
    """Return the condition on articles with this id, beginning of an id, name or address."""
    found = (pl.col("id") == key) | (pl.col("name") == key) | (pl.col("url") == key)
    if len(key) >= LEAST_PREFIX and not key.strip("0123456789abcdef"):
        found = found | pl.col("id").str.starts_with(key)
    return found.fill_null(value=False)


def left(row: Mapping[str, Any]) -> str | None:
    """Return the column of a redacted row that still says something, None if there is none."""
    return next((name for name, value in row.items() if name not in KEPT and value is not None), None)


def _files(folder: Path) -> list[tuple[Path, pl.DataFrame]]:
    paths = sorted((folder / "articles").rglob("*.parquet"))
    return [(path, pl.read_parquet(path, columns=["id", "text_id"], hive_partitioning=False)) for path in paths]


def _blanked(frame: pl.DataFrame, key: str, wanted: set[str]) -> pl.DataFrame:
    gone = pl.col(key).is_in(wanted)
    return frame.with_columns(
        pl.when(gone).then(None).otherwise(pl.col(name)).alias(name) for name in frame.columns if name not in KEPT
    )


def _shared(folder: Path, wanted: set[str]) -> list[str]:
    """Return the articles that share a text with a redacted one and are not redacted."""
    frames = [frame for _, frame in _files(folder)]
    known = pl.concat(frames).unique()
    texts = known.filter(pl.col("id").is_in(wanted))["text_id"].to_list()
    gone = {one.article for one in fetch(folder)}
    return sorted(key for key in known.filter(pl.col("text_id").is_in(texts))["id"].unique() if key not in gone)

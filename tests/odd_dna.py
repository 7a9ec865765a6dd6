"""A DNA database with everything odd that one may hold, and DNA's rules written out as loops over its rows.

The loops read SQLite themselves and share no code with the program, so that both being wrong in one way is unlikely.
"""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from onrecord.exchange import dna
from onrecord.exchange.dna_tables import Tables, frame, write_tables

PEOPLE = ["", "Ann Lee", "ann lee", "Ánn Lée", "李明", "Ali 🙂", 'O\'Neil, "Bo"', " space", "tab\there"]
CAMPS = ["", "10", "9", "Zürich", "zurich", "\ue000 private", "🙂 above", "A=B", "line\nbreak", "ß & <b>"]
CONCEPTS = ["", "dam", "Dam", "the dam; again", "канал"]
OUTLETS = ["", "Wire", "wire", "Ö Post"]
TONES = ["", "warm", "cold", "dry"]
BLACK = {"Red": 0, "Green": 0, "Blue": 0}

# Before 1970, around the ends of years, leap days, and two documents at one moment.
MOMENTS = [
    "1899-12-31T23:59:59", "1969-12-28T00:00:00", "1969-12-31T23:59:59", "1970-01-01T00:00:00", "2018-12-31T08:00:00",
    "2019-01-01T08:00:00", "2019-12-30T12:00:00", "2020-01-05T00:00:00", "2020-02-29T12:30:15", "2020-02-29T12:30:15",
    "2020-03-01T00:00:00", "2020-12-31T23:59:59", "2021-01-01T00:00:00", "2021-01-31T10:00:00",
]  # fmt: skip
TYPES = {1: "Note first", 2: "DNA Statement", 3: "Second that fits"}
VARIABLES = [
    (1, "person", "long text", 1), (2, "concept", "integer", 1), (3, "person", "short text", 2),
    (4, "organization", "short text", 2), (5, "concept", "short text", 2), (6, "agreement", "", 2),
    (7, "tone", "short text", 2), (8, "scale", "integer", 2), (9, "note", "long text", 2), (10, "sure", "boolean", 2),
    (11, "person", "short text", 3), (12, "organization", "short text", 3), (13, "concept", "short text", 3),
]  # fmt: skip
FIELDS = {"speaker": "person", "affiliation": "organization", "issue": "concept"}


def make(path: Path, *, kind: str = "boolean", seed: int = 1, size: int = 60, moments: list[str] = MOMENTS) -> Path:
    """Write such a database; `kind` is that of the variable agreement."""
    draw = random.Random(seed)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    kinds = {name: kind if name == "agreement" else type_ for _, name, type_, number in VARIABLES if number == 2}
    for number, at in enumerate(moments, 1):
        text = f"🙂 Document {number}: " + "they said that it was so. " * 4
        rows["DOCUMENTS"].append({
            "ID": number, "Title": "One title", "Text": text, "Coder": draw.choice([1, 2]), "Notes": "",
            "Author": draw.choice(["", "Ed"]), "Source": draw.choice(OUTLETS), "Section": draw.choice(["", "News"]),
            "Type": draw.choice(["", "report"]), "Date": second(at),
        })  # fmt: skip
    entities: dict[tuple[int, str], int] = {}
    for variable, values in ((3, PEOPLE), (4, CAMPS), (5, CONCEPTS), (7, TONES), (6, TONES), (11, PEOPLE)):
        if variable != 6 or kind == "short text":
            for value in values:
                entities[variable, value] = len(entities) + 1
                rows["ENTITIES"].append({"ID": len(entities), "VariableId": variable, "Value": value, **BLACK})
    for _ in range(size):
        start = draw.randrange(0, 40)
        _add(rows, entities, kinds, {
            "document": draw.randrange(1, len(moments)), "start": start, "stop": start + draw.randrange(1, 30),
            "person": draw.choice(PEOPLE), "organization": draw.choice(CAMPS), "concept": draw.choice(CONCEPTS),
            "agreement": _side(draw, kind), "tone": draw.choice(TONES), "scale": draw.choice([-3, 0, 2, 300]),
            "note": draw.choice(["", "a note"]), "sure": draw.choice([0, 1]),
        }, draw)  # fmt: skip
    write_tables(path, _tables(rows, kind))
    return path


def _side(draw: random.Random, kind: str) -> Any:
    return draw.choice({"boolean": [0, 1], "integer": [-2, -1, 0, 3], "short text": TONES}[kind])


def _add(rows: Any, entities: Any, kinds: dict[str, str], values: dict[str, Any], draw: random.Random) -> None:
    """A statement, in one of five cases coded again by another coder, and one of another type over the same words."""
    for coder in (1, 2) if draw.random() < 0.2 else (1,):
        number = len(rows["STATEMENTS"]) + 1
        place = {"DocumentId": values["document"], "Start": values["start"], "Stop": values["stop"], "Coder": coder}
        rows["STATEMENTS"].append({"ID": number, "StatementTypeId": 2, **place})
        for variable, name, _, type_id in VARIABLES:
            if type_id == 2:
                where = {"StatementId": number, "VariableId": variable}
                if kinds[name] == "short text":
                    row = {**where, "Entity": entities[variable, values[name]]}
                    rows["DATASHORTTEXT"].append({"ID": len(rows["DATASHORTTEXT"]) + 1, **row})
                else:
                    table = dna.DATA[kinds[name]]
                    rows[table].append({"ID": len(rows[table]) + 1, **where, "Value": values[name]})
    number = len(rows["STATEMENTS"]) + 1
    rows["STATEMENTS"].append({"ID": number, "StatementTypeId": draw.choice([1, 3]), **place})


def _tables(rows: dict[str, list[dict[str, Any]]], kind: str) -> Tables:
    made = dict(dna.from_statements([]))
    admin = made["CODERS"].row(0, named=True)
    rows["CODERS"] = [admin, {**admin, "ID": 2, "Name": "Zoë"}]
    rows["STATEMENTTYPES"] = [{"ID": number, "Label": label, **BLACK} for number, label in TYPES.items()]
    rows["VARIABLES"] = [
        {"ID": number, "Variable": name, "DataType": kind_ or kind, "StatementTypeId": type_id}
        for number, name, kind_, type_id in VARIABLES
    ]
    rows["ATTRIBUTEVARIABLES"] = [{"ID": 1, "VariableId": 4, "AttributeVariable": "Type"}]
    rows["ATTRIBUTEVALUES"] = [{"ID": 1, "EntityId": 12, "AttributeVariableId": 1, "AttributeValue": "état"}]
    rows["REGEXES"] = [{"Label": "dam.*", **BLACK}]
    for name in ("DATABOOLEAN", "DATAINTEGER", "DATALONGTEXT", "DATASHORTTEXT"):
        rows[name] = rows[name] or []
    return {**made, **{name: frame(name, part) for name, part in rows.items()}}


def second(at: str) -> int:
    """An ISO date and time (UTC) as seconds since 1970."""
    return int(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp())


class Loops:
    """DNA's networks of a database, as its rules say (docs/dna.md), without any cleverness."""

    def __init__(self, path: Path) -> None:
        with sqlite3.connect(path) as base:
            data = [base.execute(f"SELECT StatementId, VariableId, Value FROM DATA{kind}").fetchall()
                    for kind in ("BOOLEAN", "INTEGER", "LONGTEXT")]  # fmt: skip
            data.append(base.execute(
                "SELECT StatementId, d.VariableId, e.Value FROM DATASHORTTEXT d JOIN ENTITIES e ON e.ID = d.Entity"
            ).fetchall())  # fmt: skip
            names = dict(base.execute("SELECT ID, Variable FROM VARIABLES WHERE StatementTypeId = 2"))
            self.kinds = dict(base.execute("SELECT Variable, DataType FROM VARIABLES WHERE StatementTypeId = 2"))
            found = base.execute(
                "SELECT s.ID, d.ID, d.Date, s.Start, s.Stop, d.Source, d.Author, d.Section, d.Type FROM STATEMENTS s "
                "JOIN DOCUMENTS d ON d.ID = s.DocumentId WHERE s.StatementTypeId = 2"
            ).fetchall()
        heads = ("id", "document", "date", "start", "stop", "outlet", "author", "section", "type")
        self.rows = [dict(zip(heads, row, strict=True)) for row in found]
        for row in self.rows:
            row["article"] = str(row["document"])
        by_id = {row["id"]: row for row in self.rows}
        for part in data:
            for statement, variable, value in part:
                if variable in names:
                    by_id[statement][names[variable]] = value
        self.rows.sort(key=lambda row: (row["date"], row["document"], row["start"], row["stop"], row["id"]))

    def network(self, **how: Any) -> tuple[list[str], list[str], list[list[float]]]:
        """Row names, column names and the matrix."""
        kept = [row for row in self.rows if self._inside(row, how)]
        field, value, inverted = how.get("exclude") or (None, None, False)
        document = field in ("outlet", "author", "section", "type")
        if document:
            kept = [row for row in kept if (row[field] == value) == inverted]
        everything, chosen, seen = kept, [], set()
        one, two = FIELDS.get(how["rows"], how["rows"]), FIELDS.get(how["columns"], how["columns"])
        side, ignored = how["qualifier"], how["aggregate"] == "ignore"
        for row in kept:
            if field and not document and (str(row[FIELDS.get(field, field)]) == value) != inverted:
                continue
            if row[one] == "" or row[two] == "" or (not ignored and row[side] == ""):
                continue
            key = (_period(row, how["duplicates"]), row[one], row[two], None if ignored else row[side])
            if how["duplicates"] == "include" or key not in seen:
                chosen.append(row)
                seen.add(key)
        nodes = everything if how["isolates"] else chosen
        names = [sorted({row[name] for row in nodes if row[name] != ""}) for name in (one, two)]
        levels = [0, 1] if self.kinds[side] == "boolean" else sorted({row[side] for row in everything})
        count: Any = defaultdict(int)
        for row in chosen:
            count[row[one], row[two], row[side]] += 1
        if how["mode"] == "two":
            return names[0], names[1], self._two(count, names, levels, how)
        return names[0], names[0], [[self._one(count, a, b, names[1], levels, how) for b in names[0]] for a in names[0]]

    def _inside(self, row: dict[str, Any], how: Any) -> bool:
        since, until = how.get("since"), how.get("until")
        return (since is None or row["date"] >= second(f"{since}T00:00:00")) and (
            until is None or row["date"] <= second(f"{until}T23:59:59")
        )

    def _one(self, x: Any, a: str, b: str, issues: list[str], levels: list[Any], how: Any) -> float:
        if a == b:
            return 0.0
        kind = self.kinds[how["qualifier"]]
        total = n = m = alone = both = 0.0
        for j in issues:
            one, two = [x[a, j, k] for k in levels], [x[b, j, k] for k in levels]
            n, m = n + sum(one), m + sum(two)
            only = sum(p + q for p, q in zip(one, two, strict=True) if p == 0 or q == 0)
            same = sum(p * q for p, q in zip(one, two, strict=True))
            alone, both = alone + only, both + same
            if how["aggregate"] == "ignore":
                total += sum(one) * sum(two)
            elif kind == "short text":
                total += {"congruence": same, "conflict": only, "subtract": same - only}[how["aggregate"]]
            else:
                for k, p in zip(levels, one, strict=True):
                    for other, q in zip(levels, two, strict=True):
                        far = abs(k - other) / ((levels[-1] - levels[0]) or 1)
                        near = {"congruence": 1 - far, "conflict": far, "subtract": 1 - 2 * far}[how["aggregate"]]
                        total += p * q * near
        norm = {"none": 1.0, "average": (n + m) / 2, "cosine": n * m, "jaccard": alone + both}[how["normalise"]]
        return total / norm if norm else 0.0

    def _two(self, x: Any, names: list[list[str]], levels: list[Any], how: Any) -> list[list[float]]:
        kind = self.kinds[how["qualifier"]]
        value = {k: (1.0 if kind == "short text" else 2.0 * k - 1 if kind == "boolean" else k) for k in levels}
        cells, amount = {}, {}
        for i in names[0]:
            for j in names[1]:
                said = [x[i, j, k] for k in levels]
                amount[i, j] = float(sum(said))
                if how["aggregate"] == "combine":
                    cells[i, j] = float(sum(2 ** (len(levels) - 1 - p) for p, n in enumerate(said) if n))
                    amount[i, j] = float(cells[i, j] > 0)
                elif how["aggregate"] == "subtract":
                    cells[i, j] = sum(n * value[k] for k, n in zip(levels, said, strict=True))
                else:
                    cells[i, j] = amount[i, j]
        rows = []
        for i in names[0]:
            sums = {j: {"none": 1.0, "activity": sum(amount[i, c] for c in names[1]),
                        "prominence": sum(amount[r, j] for r in names[0])}[how["normalise"]]
                    for j in names[1]}  # fmt: skip
            rows.append([cells[i, j] / sums[j] if sums[j] else 0.0 for j in names[1]])
        return rows


def _period(row: dict[str, Any], duplicates: str) -> Any:
    at = datetime.fromtimestamp(row["date"], UTC)
    return {
        "include": None, "document": row["document"], "week": at.isocalendar()[:2], "month": (at.year, at.month),
        "year": at.year, "all": 0,
    }[duplicates]  # fmt: skip

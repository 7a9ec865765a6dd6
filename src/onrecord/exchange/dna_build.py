"""Build the tables of a DNA database from articles and their statements, for `dna.from_statements`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any

from onrecord.core.columns import DNA_DOCUMENT
from onrecord.core.statement import Article, Stance, Statement, digest
from onrecord.exchange.dna_extra import document_values, moment, variables
from onrecord.exchange.dna_tables import DISPLAY, PERMISSIONS, Tables, frame, password_hash

PASSWORD = "onrecord"
SIDED, UNSIDED = 1, 2
TYPES = {SIDED: "DNA Statement", UNSIDED: "Statement without a side"}
SHARED = (
    ("person", "short text"), ("organization", "short text"), ("concept", "short text"),
)  # fmt: skip
MORE = (
    ("act", "short text"), ("commitment", "short text"), ("when", "short text"), ("condition", "long text"),
    ("chain", "long text"), ("onrecord id", "long text"),
)  # fmt: skip
NAMES = {
    SIDED: (*SHARED, ("agreement", "boolean"), *MORE),
    UNSIDED: (*SHARED, ("stance", "short text"), *MORE),
}
OWN = {name for names in NAMES.values() for name, _ in names}
DATA = {"boolean": "DATABOOLEAN", "integer": "DATAINTEGER", "long text": "DATALONGTEXT"}
LONGEST = 190
VERSION = (("version", "3.0.7"), ("date", "2022-06-10"))


class Builder:
    """Collect documents, statements and entities, and number them in order of appearance."""

    def __init__(self, kinds: Mapping[str, str] | None = None) -> None:
        self._kinds = dict(kinds or {})
        self._further: dict[int, set[str]] = {type_id: set() for type_id in TYPES}
        self._rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in (
                "DOCUMENTS", "STATEMENTS", "VARIABLES", "ENTITIES", "DATASHORTTEXT", "DATALONGTEXT", "DATABOOLEAN",
                "DATAINTEGER",
            )
        }  # fmt: skip
        self._variables: dict[tuple[int, str], int] = {}
        self._entities: dict[tuple[int, str], int] = {}
        for type_id, names in NAMES.items():
            for name, kind in names:
                self._variable(type_id, name, kind)

    def add(self, article: Article, statements: Sequence[Statement]) -> None:
        """Add a document with its statements; undated articles get 1 January 1970, as DNA requires a date."""
        text = article.text.content
        document = self._put(
            "DOCUMENTS", Title=_short(article.title or article.name), Text=text, Coder=1,
            Source=_short(article.outlet or ""), Notes=article.url or "", Date=_date(article),
            **{name.title(): _short(document_values(article).get(name, "")) for name in DNA_DOCUMENT},
        )  # fmt: skip
        wide = any(ord(letter) > 0xFFFF for letter in text)
        for statement in statements:
            start, end = statement.content[0].span.start, statement.content[-1].span.end
            if wide:
                start, end = _units(text, start), _units(text, end)
            for further in variables(statement):
                self._statement(document, start, end, statement, further)

    def tables(self) -> Tables:
        """Return the tables collected so far."""
        salt = bytes.fromhex(digest("dna password", PASSWORD))
        admin: dict[str, Any] = {
            "ID": 1, "Name": "Admin", "Red": 239, "Green": 208, "Blue": 51, "Refresh": 0, "FontSize": 14,
            "Password": password_hash(PASSWORD, salt), "PopupWidth": 300, **dict.fromkeys(DISPLAY, 0),
            **{f"Permission{name}": 1 for name in PERMISSIONS},
        }  # fmt: skip
        types = [
            {"ID": number, "Label": label, "Red": 239, "Green": 208, "Blue": 51} for number, label in TYPES.items()
        ]
        made = {name: frame(name, rows) for name, rows in self._rows.items()}
        made["SETTINGS"] = frame("SETTINGS", [{"Property": name, "Value": value} for name, value in VERSION])
        made["CODERS"] = frame("CODERS", [admin])
        made["STATEMENTTYPES"] = frame("STATEMENTTYPES", types)
        return made

    def _variable(self, type_id: int, name: str, kind: str) -> int:
        number = self._put("VARIABLES", Variable=name, DataType=kind, StatementTypeId=type_id)
        self._variables[type_id, name] = number
        if kind == "short text":
            # DNA keeps an empty entity of every variable, which its statements have until they are coded.
            self._entity(number, "")
        return number

    def _statement(
        self, document: int, start: int, end: int, statement: Statement, further: Mapping[str, Any]
    ) -> None:  # fmt: skip
        stance = statement.stance.value
        type_id = SIDED if stance in (Stance.SUPPORT, Stance.OPPOSE) else UNSIDED
        number = self._put("STATEMENTS", StatementTypeId=type_id, DocumentId=document, Start=start, Stop=end, Coder=1)
        values = {
            "person": statement.speaker.value, "organization": statement.affiliation.value,
            "concept": statement.issue.value, "agreement": int(stance is Stance.SUPPORT), "stance": str(stance),
            "act": str(statement.act.value), "commitment": str(statement.commitment.value),
            "when": str(statement.when.value or ""), "chain": "; ".join(statement.chain.value),
            "condition": " … ".join(piece.quote for piece in statement.condition.value), "onrecord id": statement.id,
        }  # fmt: skip
        for name, kind in NAMES[type_id]:
            self._value(number, self._variables[type_id, name], kind, values[name])
        for name, value in further.items():
            if name in OWN:
                continue
            kind = self._kinds.setdefault(name, kind_of(value))
            if name not in self._further[type_id]:
                self._further[type_id].add(name)
                self._variable(type_id, name, kind)
            self._value(number, self._variables[type_id, name], kind, value)

    def _value(self, statement: int, variable: int, kind: str, value: Any) -> None:
        where = {"StatementId": statement, "VariableId": variable}
        if kind == "short text":
            self._put("DATASHORTTEXT", **where, Entity=self._entity(variable, _short(str(value or ""))))
        else:
            self._put(DATA[kind], **where, Value=str(value) if kind == "long text" else int(value))

    def _entity(self, variable: int, value: str) -> int:
        if (variable, value) not in self._entities:
            colour = {"Red": 0, "Green": 0, "Blue": 0}
            self._entities[variable, value] = self._put("ENTITIES", VariableId=variable, Value=value, **colour)
        return self._entities[variable, value]

    def _put(self, table: str, **row: Any) -> int:
        rows = self._rows[table]
        rows.append({"ID": len(rows) + 1, **row})
        return len(rows)


def kind_of(value: object) -> str:
    """Return the data type that fits a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "short text" if len(str(value)) <= LONGEST else "long text"


def _short(value: str) -> str:
    """Shorten a value to DNA's limit, with an ellipsis."""
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def _date(article: Article) -> int:
    if article.published is None:
        return 0
    said = moment(article)
    if said is not None:
        return int(said.timestamp())
    return int(datetime.combine(article.published.first_day(), time(), UTC).timestamp())


def _units(text: str, place: int) -> int:
    """Convert a code point offset to UTF-16 code units."""
    return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2

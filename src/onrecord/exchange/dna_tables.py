"""Read and write databases of Discourse Network Analyzer 3 (SQLite) as frames.

This file knows the tables and nothing of what they mean; `onrecord.exchange.dna` turns them into statements and
back. The schema is that of DNA 3.0.7 and later, as its databases carry it in `sqlite_master`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
import sqlalchemy as sa

from onrecord.errors import ExchangeError

Tables = dict[str, pl.DataFrame]

INTEGER, TEXT = "integer", "text"
COLOUR = {"Red": INTEGER, "Green": INTEGER, "Blue": INTEGER}
PERMISSIONS = (
    "AddDocuments", "EditDocuments", "DeleteDocuments", "ImportDocuments", "AddStatements", "EditStatements",
    "DeleteStatements", "EditAttributes", "EditRegex", "EditStatementTypes", "EditCoders", "EditCoderRelations",
    "ViewOthersDocuments", "EditOthersDocuments", "ViewOthersStatements", "EditOthersStatements",
)  # fmt: skip
DISPLAY = ("ColorByCoder", "PopupDecoration", "PopupAutoComplete")
VALUE = {"ID": INTEGER, "StatementId": INTEGER, "VariableId": INTEGER}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "SETTINGS": {"Property": TEXT, "Value": TEXT},
    "CODERS": {
        "ID": INTEGER, "Name": TEXT, **COLOUR, "Refresh": INTEGER, "FontSize": INTEGER, "Password": TEXT,
        "PopupWidth": INTEGER, **dict.fromkeys(DISPLAY, INTEGER),
        **{f"Permission{name}": INTEGER for name in PERMISSIONS},
    },
    "DOCUMENTS": {
        "ID": INTEGER, "Title": TEXT, "Text": TEXT, "Coder": INTEGER, "Author": TEXT, "Source": TEXT, "Section": TEXT,
        "Notes": TEXT, "Type": TEXT, "Date": INTEGER,
    },
    "STATEMENTTYPES": {"ID": INTEGER, "Label": TEXT, **COLOUR},
    "VARIABLES": {"ID": INTEGER, "Variable": TEXT, "DataType": TEXT, "StatementTypeId": INTEGER},
    "VARIABLELINKS": {"ID": INTEGER, "SourceVariableId": INTEGER, "TargetVariableId": INTEGER},
    "REGEXES": {"Label": TEXT, **COLOUR},
    "CODERRELATIONS": {
        "ID": INTEGER, "Coder": INTEGER, "OtherCoder": INTEGER, "viewStatements": INTEGER, "editStatements": INTEGER,
        "viewDocuments": INTEGER, "editDocuments": INTEGER,
    },
    "STATEMENTS": {
        "ID": INTEGER, "StatementTypeId": INTEGER, "DocumentId": INTEGER, "Start": INTEGER, "Stop": INTEGER,
        "Coder": INTEGER,
    },
    "DATABOOLEAN": {**VALUE, "Value": INTEGER},
    "DATAINTEGER": {**VALUE, "Value": INTEGER},
    "ENTITIES": {"ID": INTEGER, "VariableId": INTEGER, "Value": TEXT, **COLOUR, "ChildOf": INTEGER},
    "DATASHORTTEXT": {**VALUE, "Entity": INTEGER},
    "DATALONGTEXT": {**VALUE, "Value": TEXT},
    "ATTRIBUTEVARIABLES": {"ID": INTEGER, "VariableId": INTEGER, "AttributeVariable": TEXT},
    "ATTRIBUTEVALUES": {"ID": INTEGER, "EntityId": INTEGER, "AttributeVariableId": INTEGER, "AttributeValue": TEXT},
}  # fmt: skip
"""The tables of DNA 3 in an order in which none refers to a later one, with the kinds of their columns."""

NEEDED = ("DOCUMENTS", "STATEMENTS", "VARIABLES", "STATEMENTTYPES", "ENTITIES", "DATASHORTTEXT")

# Columns that may be empty; a reference to another table is named with it.
OPTIONAL = {
    "Coder",
    "PopupWidth",
    "ChildOf",
    "StatementTypeId",
    "DocumentId",
    "SourceVariableId",
    "TargetVariableId",
    "OtherCoder",
}
REFERENCES = {
    ("DOCUMENTS", "Coder"): "CODERS", ("VARIABLES", "StatementTypeId"): "STATEMENTTYPES",
    ("VARIABLELINKS", "SourceVariableId"): "VARIABLES", ("VARIABLELINKS", "TargetVariableId"): "VARIABLES",
    ("CODERRELATIONS", "Coder"): "CODERS", ("CODERRELATIONS", "OtherCoder"): "CODERS",
    ("STATEMENTS", "StatementTypeId"): "STATEMENTTYPES", ("STATEMENTS", "Coder"): "CODERS",
    ("STATEMENTS", "DocumentId"): "DOCUMENTS", ("ENTITIES", "ChildOf"): "ENTITIES",
    ("ENTITIES", "VariableId"): "VARIABLES", ("DATASHORTTEXT", "Entity"): "ENTITIES",
    ("ATTRIBUTEVARIABLES", "VariableId"): "VARIABLES", ("ATTRIBUTEVALUES", "EntityId"): "ENTITIES",
    ("ATTRIBUTEVALUES", "AttributeVariableId"): "ATTRIBUTEVARIABLES",
    **{(f"DATA{kind}", "StatementId"): "STATEMENTS" for kind in ("BOOLEAN", "INTEGER", "SHORTTEXT", "LONGTEXT")},
    **{(f"DATA{kind}", "VariableId"): "VARIABLES" for kind in ("BOOLEAN", "INTEGER", "SHORTTEXT", "LONGTEXT")},
}  # fmt: skip
UNIQUE = {
    "VARIABLES": ("Variable", "StatementTypeId"), "ENTITIES": ("VariableId", "Value"),
    "ATTRIBUTEVARIABLES": ("VariableId", "AttributeVariable"), "ATTRIBUTEVALUES": ("EntityId", "AttributeVariableId"),
    **{f"DATA{kind}": ("StatementId", "VariableId") for kind in ("BOOLEAN", "INTEGER", "SHORTTEXT", "LONGTEXT")},
}  # fmt: skip

# What DNA's schema checks of single columns, besides colours and the lengths of names.
FLAGS = (*DISPLAY, *(f"Permission{name}" for name in PERMISSIONS))
VIEWS = ("viewStatements", "editStatements", "viewDocuments", "editDocuments")
CHECKS: Mapping[tuple[str, str], str] = {
    ("CODERS", "Refresh"): "Refresh BETWEEN 0 AND 9999", ("CODERS", "FontSize"): "FontSize BETWEEN 1 AND 99",
    ("CODERS", "PopupWidth"): "PopupWidth BETWEEN 100 AND 9999",
    **{("CODERS", name): f"{name} BETWEEN 0 AND 1" for name in FLAGS},
    **{("CODERRELATIONS", name): f"{name} BETWEEN 0 AND 1" for name in VIEWS},
    ("CODERRELATIONS", "Coder"): "Coder > 0", ("CODERRELATIONS", "OtherCoder"): "OtherCoder > 0",
    ("ENTITIES", "ChildOf"): "ChildOf > 0", ("STATEMENTS", "Start"): "Start >= 0", ("STATEMENTS", "Stop"): "Stop >= 0",
    ("VARIABLES", "DataType"):
        "DataType = 'boolean' OR DataType = 'integer' OR DataType = 'long text' OR DataType = 'short text'",
}  # fmt: skip
OF_TABLES = {
    "STATEMENTS": "Start < Stop", "CODERRELATIONS": "Coder != OtherCoder",
    "VARIABLELINKS": "TargetVariableId != SourceVariableId",
}  # fmt: skip

# What may be left out of an insertion, as in DNA's schema (its rows are inserted column by column).
BLANK = {("ENTITIES", column) for column in COLOUR} | {("DATALONGTEXT", "Value")}
ZERO = {("DATAINTEGER", "Value")}
ONE = {("DATABOOLEAN", "Value")}
EMPTY = {
    *[("DOCUMENTS", column) for column in ("Author", "Source", "Section", "Notes", "Type")],
    ("ENTITIES", "Value"), ("DATALONGTEXT", "Value"), ("ATTRIBUTEVALUES", "AttributeValue"),
}  # fmt: skip

# Values below zero or above 255 would be refused, and DNA cannot show names of 191 characters and more.
SHORT = {
    "Name",
    "Password",
    "Title",
    "Author",
    "Source",
    "Section",
    "Type",
    "Label",
    "Variable",
    "AttributeVariable",
    "AttributeValue",
}


def read_tables(path: str | Path) -> Tables:
    """Read all tables of a database, with exactly the columns of `COLUMNS`; missing tables are empty.

    ExchangeError if the file is missing, is no SQLite database, is damaged, or is none of DNA 3.
    """
    path = Path(path)
    if not path.is_file():
        raise ExchangeError(f"{path}: no such file")
    engine = sa.create_engine(f"sqlite:///file:{_quoted(path)}?mode=ro&uri=true", poolclass=sa.pool.NullPool)
    try:
        with engine.connect() as connection:
            present = {name.upper() for name in sa.inspect(connection).get_table_names()}
            missing = [name for name in NEEDED if name not in present]
            if missing:
                raise ExchangeError(f"{path}: no database of DNA 3, it lacks the table(s) {', '.join(missing)}")
            return {name: _read(connection, name, name in present) for name in COLUMNS}
    except sa.exc.DatabaseError as error:
        raise ExchangeError(f"{path}: no readable DNA database ({error.orig})") from error
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise ExchangeError(f"{path}: damaged, a table holds values of the wrong kind ({error})") from error
    finally:
        engine.dispose()


def write_tables(path: str | Path, tables: Mapping[str, pl.DataFrame]) -> None:
    """Write a database that DNA 3 opens; an old file of that name is replaced when all is written.

    ExchangeError if the tables contradict each other or the schema.
    """
    path = Path(path)
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    engine = sa.create_engine(f"sqlite:///{draft}", poolclass=sa.pool.NullPool)
    schema = _schema()
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("PRAGMA foreign_keys = ON"))
            schema.create_all(connection)
            for name in COLUMNS:
                frame = tables.get(name)
                if frame is not None and frame.height:
                    connection.execute(schema.tables[name].insert(), frame.select(list(COLUMNS[name])).to_dicts())
        engine.dispose()
        draft.replace(path)
    except sa.exc.DatabaseError as error:
        raise ExchangeError(f"{path}: cannot be written as a DNA database ({error.orig})") from error
    except OSError as error:
        raise ExchangeError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        engine.dispose()
        draft.unlink(missing_ok=True)


def frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Build a table's frame from rows; missing keys are null."""
    kinds = {column: pl.Int64 if kind == INTEGER else pl.String for column, kind in COLUMNS[name].items()}
    return pl.DataFrame([{column: row.get(column) for column in kinds} for row in rows], schema=kinds)


def password_hash(password: str, salt: bytes) -> str:
    """Hash a password as DNA checks it: Jasypt's StrongPasswordEncryptor.

    SHA-256 over 16 bytes of salt and the password, hashed again 99,999 times, the salt before it, in base64.
    """
    digest = hashlib.sha256(salt + password.encode("utf-8")).digest()
    for _ in range(99_999):
        digest = hashlib.sha256(digest).digest()
    return base64.b64encode(salt + digest).decode("ascii")


def _read(connection: sa.Connection, name: str, present: bool) -> pl.DataFrame:
    kinds = COLUMNS[name]
    if not present:
        return frame(name, [])
    have = {row[1].lower() for row in connection.execute(sa.text(f"PRAGMA table_info({name})"))}
    wanted = [column for column in kinds if column.lower() in have]
    if name in NEEDED and len(wanted) < len(kinds) - (name in ("DOCUMENTS", "ENTITIES")):
        lacking = sorted(set(kinds) - set(wanted))
        raise ExchangeError(f"no database of DNA 3: the table {name} lacks {', '.join(lacking)}")
    columns = ", ".join(f'"{column}"' for column in wanted)
    rows = connection.execute(sa.text(f"SELECT {columns} FROM {name} ORDER BY 1")).mappings()
    return frame(name, [dict(row) for row in rows])


def _schema() -> sa.MetaData:
    metadata = sa.MetaData()
    for name, kinds in COLUMNS.items():
        key = next(iter(kinds))
        columns = []
        for column, kind in kinds.items():
            target = REFERENCES.get((name, column))
            extra: list[Any] = [sa.ForeignKey(f"{target}.ID", ondelete="CASCADE")] if target else []
            if column in COLOUR:
                extra.append(sa.CheckConstraint(f"{column} BETWEEN 0 AND 255"))
            if (name, column) in CHECKS:
                extra.append(sa.CheckConstraint(CHECKS[name, column]))
            if column in SHORT or (name, column) == ("ENTITIES", "Value"):
                extra.append(sa.CheckConstraint(f"LENGTH({column}) < 191"))
            columns.append(
                sa.Column(
                    column, sa.Integer() if kind == INTEGER else sa.Text(), *extra,
                    primary_key=column == key,
                    nullable=column in OPTIONAL or (name, column) in BLANK or column == key != "ID",
                    autoincrement=False, server_default=_default(name, column),
                )
            )  # fmt: skip
        checks: list[sa.Constraint] = [sa.UniqueConstraint(*UNIQUE[name])] if name in UNIQUE else []
        if name in OF_TABLES:
            checks.append(sa.CheckConstraint(OF_TABLES[name]))
        sa.Table(name, metadata, *columns, *checks)
    return metadata


def _default(name: str, column: str) -> sa.TextClause | None:
    """Return the default of a column in DNA's own schema."""
    if column == "DataType":
        return sa.text("'short text'")
    if name == "ENTITIES" and column in COLOUR:
        return None
    if column in COLOUR or column in ("Refresh", "ColorByCoder", "PopupDecoration") or (name, column) in ZERO:
        return sa.text("0")
    if column.startswith(("Permission", "view", "edit")) or column == "PopupAutoComplete" or (name, column) in ONE:
        return sa.text("1")
    if column in ("FontSize", "PopupWidth"):
        return sa.text("14" if column == "FontSize" else "300")
    return sa.text("''") if (name, column) in EMPTY else None


def _quoted(path: Path) -> str:
    return quote(str(path.resolve()))

"""Convert between Discourse Network Analyzer 3 databases and statement tables or articles with statements.

Person becomes the speaker, organization the affiliation, concept the issue, agreement the stance (1 or above 0 is
support, 0 of a boolean or below 0 oppose, 0 of an integer mixed), a document's source the outlet. What DNA does not
know (act, commitment) is `state` and `Uu`. Positions are UTF-16 code units in DNA and code points here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from onrecord.analyse.tables import COLUMNS
from onrecord.core.columns import CONFIDENT, DNA_DOCUMENT, RESERVED
from onrecord.core.span import Text
from onrecord.core.statement import Act, Article, Commitment, Decision, Form, Judgement, PartialDate, Stance, Statement
from onrecord.errors import ExchangeError, SpanError
from onrecord.exchange.dna_build import TYPES, UNSIDED, Builder
from onrecord.exchange.dna_extra import ADDRESS, RULE, address, merged, of_document, of_statement
from onrecord.exchange.dna_tables import Tables, read_tables, write_tables
from onrecord.record.desk.values import Values
from onrecord.record.query import Query, narrow

if TYPE_CHECKING:
    from onrecord.lexicon import Codebook
    from onrecord.view import View

_EVERYTHING = Query()
ROLES: Mapping[str, str] = {
    "speaker": "person",
    "affiliation": "organization",
    "issue": "concept",
    "stance": "agreement",
}
DATA = {"short text": "DATASHORTTEXT", "long text": "DATALONGTEXT", "integer": "DATAINTEGER", "boolean": "DATABOOLEAN"}
QUOTES = ('"', "“", "”", "«", "»", "„")
# What stands before a variable's name where its values are joined to documents, which have columns of their own.
VALUE = "value of "


@dataclass(frozen=True)
class Database:
    """Hold a database's tables, and the variables of a statement type that play the roles of a statement.

    `more` are the same database under further statement types whose statements belong to the table too: those of
    OnRecord's own exports that take no side. It is a source of statements as `onrecord.view` takes them.
    """

    tables: Tables
    type_id: int
    roles: Mapping[str, str]
    path: str = ""
    more: tuple[Database, ...] = ()

    @property
    def name(self) -> str:
        """Return the path of the file."""
        return self.path

    @property
    def label(self) -> str:
        """Return the label of the statement type."""
        row = self.tables["STATEMENTTYPES"].filter(pl.col("ID") == self.type_id)
        return str(row["Label"].item(0))

    def table(self, query: Query = _EVERYTHING, *, more: Sequence[str] = ()) -> pl.DataFrame:
        """Return the statements of a query as `table` has them; of further columns it has those of DNA."""
        return narrow(table(self), query)

    def statements(self, query: Query = _EVERYTHING) -> Iterator[Statement]:
        """Yield the statements of a query, document by document."""
        selected = set(self.table(query).select("article", "start", "stop").iter_rows())
        for article, found in articles(self):
            for statement in found:
                if (article.name, statement.content[0].span.start, statement.content[-1].span.end) in selected:
                    yield statement

    def speakers(self) -> pl.DataFrame:
        """Count the statements of each speaker and affiliation (columns speaker, affiliation, len)."""
        return table(self).filter(pl.col("speaker").is_not_null()).group_by("speaker", "affiliation").len()

    def values(self) -> Values:
        """Return no variables: people code them in a ledger."""
        return Values()

    def created(self) -> str | None:
        """Return the time of the last batch, None if there is none."""
        return None

    def issues(self) -> list[str]:
        """Return the issues that statements are about, in code point order."""
        return table(self)["issue"].drop_nulls().unique().sort().to_list()

    def decisions(self) -> list[Decision]:
        """Return no decisions: they are kept in a ledger."""
        return []

    def codebook(self) -> Codebook | None:
        """Return None: a DNA database has no codebook."""
        return None

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables of the statement type with their data types, in DNA's order."""
        rows = self.tables["VARIABLES"].filter(pl.col("StatementTypeId") == self.type_id).sort("ID")
        return dict(rows.select("Variable", "DataType").iter_rows())

    @property
    def qualifier(self) -> str | None:
        """Return the agreement variable where it is an integer or a text, which is more than the stance can express."""
        name = self.roles.get("stance")
        return name if name is not None and self.variables[name] in ("integer", "short text") else None


def read(path: str | Path, *, statement_type: str | None = None, roles: Mapping[str, str] | None = None) -> Database:
    """Open a database; the statement type is the first that has the roles' variables, if none is named.

    ExchangeError if the file is none of DNA 3, or no type has an issue and a speaker or affiliation.
    """
    tables = read_tables(path)
    wanted = dict(ROLES) | dict(roles or {})
    known: list[str] = []
    fitting: list[Database] = []
    for row in tables["STATEMENTTYPES"].sort("ID").iter_rows(named=True):
        of_type = tables["VARIABLES"].filter(pl.col("StatementTypeId") == row["ID"])
        known.append(f"{row['Label']} ({', '.join(of_type['Variable'])})")
        named = {name.lower(): (name, kind) for name, kind in of_type.select("Variable", "DataType").iter_rows()}
        # Only short texts can be nodes; of another type's variables of the same names some may be none.
        found = {
            role: named[name.lower()][0]
            for role, name in wanted.items()
            if name.lower() in named and (role == "stance" or named[name.lower()][1] == "short text")
        }
        if row["Label"] == TYPES[UNSIDED] and "stance" in named:
            found["stance"] = named["stance"][0]
        fits = "issue" in found and ("speaker" in found or "affiliation" in found)
        if (statement_type is None and fits) or statement_type == row["Label"]:
            if not fits:
                break
            fitting.append(Database(tables, int(row["ID"]), found, str(path)))
    if fitting:
        first, *others = fitting
        return replace(first, more=tuple(one for one in others if one.label == TYPES[UNSIDED]))
    asked = "" if statement_type is None else f" {statement_type!r}"
    needs = ", ".join(f"{role} = {name}" for role, name in wanted.items())
    raise ExchangeError(
        f"{path}: no statement type{asked} with the variables {needs}; it has {'; '.join(known) or 'none'}"
    )


def write(path: str | Path, database: Database | Tables) -> None:
    """Write a database's tables, all of them as they were read."""
    write_tables(path, database.tables if isinstance(database, Database) else database)


def table(database: Database) -> pl.DataFrame:
    """Build the statement table of a database, in DNA's order: by time, document and position.

    Besides the columns of every statement table it has `time` (datetime, UTC), `stop`, `number`, `coder`, `author`,
    `section`, `type`, every variable of the statement type under its own name (`agreement` as a boolean, say) and, if
    the variable of the sides is no boolean, `qualifier` with its values (that of the first type, where there are two).
    """
    if not database.more:
        return _table(database)
    first, *others = (_table(one) for one in (replace(database, more=()), *database.more))
    if "qualifier" not in first.columns:  # the sides are those of the first type
        others = [one.drop("qualifier", strict=False) for one in others]
    joined = pl.concat([first, *others], how="diagonal_relaxed")
    return joined.sort("time", pl.col("article").cast(pl.Int64), "start", "stop", "number")


def skipped_types(database: Database) -> list[tuple[str, int]]:
    """Return the statement types whose statements the table does not hold, with their numbers."""
    held = {one.type_id for one in (database, *database.more)}
    counts = dict(database.tables["STATEMENTS"].group_by("StatementTypeId").len().iter_rows())
    types = database.tables["STATEMENTTYPES"].sort("ID").select("ID", "Label")
    return [(str(label), counts[key]) for key, label in types.iter_rows() if key not in held and counts.get(key)]


def complete_database(view: View) -> Database | None:
    """Return the database that a view shows all of, so that it can be written whole; None for any other view."""
    source: object = view.source
    if not isinstance(source, Database) or view.query != _EVERYTHING or not view.table["asserted"].all():
        return None
    return source


def _table(database: Database) -> pl.DataFrame:
    """Build the statement table of one statement type."""
    tables = database.tables
    statements = tables["STATEMENTS"].filter(pl.col("StatementTypeId") == database.type_id)
    joined = statements.join(
        tables["DOCUMENTS"].rename({"ID": "DocumentId", "Coder": "Owner"}), on="DocumentId", how="inner"
    )
    for name, kind in database.variables.items():
        joined = joined.join(_values(database, name, kind), left_on="ID", right_on="StatementId", how="left")
    joined = joined.sort("Date", "DocumentId", "Start", "Stop", "ID")
    spans = pl.DataFrame(
        [_span(text, start, stop) for text, start, stop in joined.select("Text", "Start", "Stop").iter_rows()],
        schema={"start": pl.Int64, "stop": pl.Int64, "quote": pl.String, "form": pl.String},
        orient="row",
    )
    time = pl.from_epoch(pl.col("Date"), time_unit="s").cast(pl.Datetime("us"))
    made: dict[str, pl.Expr] = {
        "id": pl.col("ID").cast(pl.String), "article": pl.col("DocumentId").cast(pl.String),
        "article_name": pl.col("DocumentId").cast(pl.String), "title": pl.col("Title"), "outlet": _filled("Source"),
        "published": time.dt.strftime("%Y-%m-%d"), "date": time.dt.date(),
        "act": _closed(database, "act", Act, Act.STATE),
        "commitment": _closed(database, "commitment", Commitment, Commitment.UNCOMMITTED),
        "confidence": pl.lit(1.0), **{f"{name}_confidence": pl.lit(1.0) for name in CONFIDENT},
        "cue": pl.lit(""), "source": pl.lit(""),
        "stance": _stance(database),
        "url": _address(),
        **{role: _filled(VALUE + name) for role, name in database.roles.items() if role != "stance"},
    }  # fmt: skip
    empty = pl.lit([], dtype=pl.List(pl.String))
    columns = []
    for name, kind in COLUMNS.items():
        if name not in spans.columns:
            value = made.get(name, empty if name in ("chain", "condition") else pl.lit(None))
            columns.append(value.cast(kind).alias(name))
    extra = [time.alias("time"), pl.col("Coder").alias("coder"), pl.col("ID").alias("number")]
    extra += [_filled(name.title()).alias(name) for name in DNA_DOCUMENT]
    if database.qualifier is not None:
        extra.append(pl.col(VALUE + database.qualifier).alias("qualifier"))
    extra += [pl.col(VALUE + name).alias(name) for name in database.variables if name not in RESERVED]
    frame = pl.concat([joined.select(*columns, *extra), spans], how="horizontal")
    return frame.select(*COLUMNS, *[name for name in frame.columns if name not in COLUMNS])


def articles(database: Database) -> Iterator[tuple[Article, list[Statement]]]:
    """Yield each document with its statements as the ledger stores them, including documents without statements.

    The document's number is the article's name. What the ledger has no field for is kept as `dna_extra` says. A span
    that leaves its text is cut to it, and a statement that lies wholly outside is left out.
    """
    parts = [(one, _table(one)) for one in (replace(database, more=()), *database.more)]
    per_document: dict[str, list[tuple[Database, pl.DataFrame]]] = {}
    for one, rows in parts:
        for key, part in rows.group_by("article", maintain_order=True):
            per_document.setdefault(str(key[0]), []).append((one, part))
    for document in database.tables["DOCUMENTS"].sort("Date", "ID").iter_rows(named=True):
        article = Article(
            text=Text(document["Text"]),
            name=str(document["ID"]),
            title=document["Title"],
            outlet=document["Source"] or None,
            published=PartialDate(datetime.fromtimestamp(document["Date"], UTC).date().isoformat()),
            url=address(document),
            extra=of_document(document),
        )
        found = [
            _statement(article, row, one)
            for one, part in per_document.get(article.name, ())
            for row in part.iter_rows(named=True)
        ]
        yield article, merged(statement for statement in found if statement is not None)


def from_statements(
    results: Iterable[tuple[Article, Sequence[Statement]]], kinds: Mapping[str, str] | None = None
) -> Tables:  # fmt: skip
    """Build a database of articles with statements that DNA 3 opens; its only coder, Admin, has the password
    `onrecord`.

    Statements that take a side are of the type `DNA Statement` with person, organization, concept and agreement; the
    others, which an agreement of 0 or 1 would misstate, are of the type `Statement without a side`. Both have the
    further variables of their statements (`dna_extra`), whose data types are in `kinds` where they are known.
    """
    builder = Builder(kinds)
    for article, statements in results:
        builder.add(article, statements)
    return builder.tables()


def attributes(database: Database) -> dict[str, dict[str, str]]:
    """Return the attributes of each entity of the roles (type, alias, notes ...), by the entity's value."""
    tables = database.tables
    named = {name for role, name in database.roles.items() if role != "stance"}
    own = tables["VARIABLES"].filter(pl.col("StatementTypeId") == database.type_id, pl.col("Variable").is_in(named))
    attributes = (
        tables["ATTRIBUTEVALUES"]
        .join(tables["ATTRIBUTEVARIABLES"], left_on="AttributeVariableId", right_on="ID")
        .join(tables["ENTITIES"].rename({"VariableId": "Of"}), left_on="EntityId", right_on="ID")
        .filter(pl.col("Of").is_in(own["ID"].to_list()), pl.col("AttributeValue") != "")
    )
    found: dict[str, dict[str, str]] = {}
    for entity, name, value in attributes.select("Value", "AttributeVariable", "AttributeValue").iter_rows():
        found.setdefault(entity, {})[name] = value
    return found


def _values(database: Database, name: str, kind: str) -> pl.DataFrame:
    tables = database.tables
    if kind not in DATA:
        raise ExchangeError(f"{database.path}: the variable {name!r} is of the unknown type {kind!r}")
    variable = tables["VARIABLES"].filter(
        (pl.col("StatementTypeId") == database.type_id) & (pl.col("Variable") == name)
    )
    data = tables[DATA[kind]].filter(pl.col("VariableId") == variable["ID"].item(0))
    data = data.unique("StatementId", keep="first", maintain_order=True)
    if kind == "short text":
        entities = tables["ENTITIES"].select(pl.col("ID").alias("Entity"), pl.col("Value").alias(VALUE + name))
        return data.join(entities, on="Entity", how="left").select("StatementId", VALUE + name)
    value = pl.col("Value").cast(pl.Boolean) if kind == "boolean" else pl.col("Value")
    return data.select("StatementId", value.alias(VALUE + name))


def _filled(name: str) -> pl.Expr:
    """Select the nonempty values of a text."""
    return pl.when(pl.col(name) != "").then(pl.col(name))


def _address() -> pl.Expr:
    return ADDRESS + pl.col("DocumentId").cast(pl.String)


def _stance(database: Database) -> pl.Expr:
    name = database.roles.get("stance")
    kind = database.variables.get(name) if name is not None else None
    if name is not None and kind == "short text" and database.label == TYPES[UNSIDED]:
        return _closed(database, name, Stance, Stance.NONE)
    if name is None or kind not in ("boolean", "integer"):
        return pl.lit("none")
    value = pl.col(VALUE + name).cast(pl.Int64)
    against = value == 0 if kind == "boolean" else value < 0
    side = pl.when(value > 0).then(pl.lit("support")).when(against).then(pl.lit("oppose"))
    return side.when(value == 0).then(pl.lit("mixed")).otherwise(pl.lit("none"))


def _closed(database: Database, name: str, kind: type[StrEnum], default: StrEnum) -> pl.Expr:
    """Read a variable whose values are from one of the project's closed lists, as its exports are; else the default."""
    if database.variables.get(name) != "short text" or "onrecord id" not in database.variables:
        return pl.lit(str(default))
    value = pl.col(VALUE + name)
    return pl.when(value.is_in(list(map(str, kind)))).then(value).otherwise(pl.lit(str(default)))


def _span(text: str, start: int, stop: int) -> tuple[int, int, str, str]:
    """Convert a span in UTF-16 code units to code points, with its words and form."""
    if not text.isascii() and any(ord(letter) > 0xFFFF for letter in text):
        units = text.encode("utf-16-le", "surrogatepass")
        before = units[: 2 * start].decode("utf-16-le", "replace")
        upto = units[: 2 * stop].decode("utf-16-le", "replace")
        start, stop = len(before), len(upto)
    quote = text[start:stop]
    marks = quote.startswith(QUOTES) and quote.rstrip(" .,;").endswith(QUOTES)
    inside = any(mark in quote for mark in QUOTES)
    return start, stop, quote, str(Form.DIRECT if marks else Form.MIXED if inside else Form.INDIRECT)


def _statement(article: Article, row: Mapping[str, Any], database: Database) -> Statement | None:
    try:
        content = (article.text.cite(row["start"], min(row["stop"], len(article.text.content))),)
    except SpanError:
        return None

    def judged(value: Any) -> Judgement[Any]:
        return Judgement(value=value, rule=RULE, confidence=1.0)

    nodes = {name for role, name in database.roles.items() if role != "stance"}
    names = [name for name in database.variables if name not in nodes and name not in RESERVED]
    return Statement(
        article=article, source=(), cue=(), content=content, form=judged(Form(row["form"])),
        speaker=judged(row["speaker"]), affiliation=judged(row["affiliation"]), chain=judged(()), venue=judged(None),
        act=judged(Act(row["act"])), issue=judged(row["issue"]), stance=judged(Stance(row["stance"])),
        commitment=judged(Commitment(row["commitment"])), condition=judged(()), when=judged(None),
        extra=of_statement(row, names, database.qualifier),
    )  # fmt: skip

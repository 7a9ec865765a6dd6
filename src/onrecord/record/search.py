"""Search quotations, speakers and titles in full text, with the same small query language on both databases.

All words must occur; words in double quotes must be adjacent; a word that ends in `*` is a prefix. English endings
and accents are ignored. Nothing else has a meaning, so no input is a syntax error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal_column, select, text

from onrecord.record.schema import statements

# More than anyone types; keeps a pasted article from becoming a query of thousands of terms.
MAX_TERMS = 64


@dataclass(frozen=True, slots=True)
class Term:
    """Describe a word, a prefix, or several adjacent words (letters and digits, single blanks)."""

    words: str
    prefix: bool = False


def parse(query: str) -> tuple[Term, ...]:
    """Parse a user's query to terms; empty where it has no letter or digit."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", query) if not unicodedata.combining(c))
    plain = re.sub("[“”„«»]", '"', plain)
    terms: list[Term] = []
    for number, part in enumerate(plain.split('"')):
        # Every second part stood in quotation marks; an unclosed one reaches to the end.
        for piece in [part] if number % 2 else part.split():
            words = "".join(c if c.isalnum() else " " for c in piece).split()
            if words:
                terms.append(Term(" ".join(words), prefix=number % 2 == 0 and piece.endswith("*")))
    return tuple(terms[:MAX_TERMS])


def matches(query: str, dialect: str) -> ColumnElement[bool]:
    """Build the condition on `statements` for a user's query."""
    terms = parse(query)
    if not terms:
        return false()
    if dialect == "postgresql":
        words: ColumnElement[object] = literal_column("statements.words")
        return and_(*(words.op("@@")(_tsquery(term)) for term in terms))
    hits: Select[tuple[int]] = select(literal_column("rowid")).select_from(text("statement_words"))
    return statements.c.number.in_(hits.where(literal_column("statement_words").op("MATCH")(_fts5(terms))))


def fts5(query: str) -> str:
    """Translate a user's query to the language of SQLite's index; it has at least one term."""
    return _fts5(parse(query))


def index_new(connection: Connection, first: int) -> None:
    """Take the statements from number `first` on into SQLite's index; PostgreSQL derives its own."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "INSERT INTO statement_words (rowid, quote, speaker, title) "
            "SELECT number, quote, speaker, title FROM statements WHERE number >= ?",
            (first,),
        )


def unindex(connection: Connection, numbers: Sequence[int]) -> None:
    """Take statements out of SQLite's index, before their columns change; PostgreSQL derives its own."""
    if connection.dialect.name == "sqlite" and numbers:
        connection.exec_driver_sql(
            "INSERT INTO statement_words (statement_words, rowid, quote, speaker, title) "
            "SELECT 'delete', number, quote, speaker, title FROM statements WHERE number = ?",
            [(number,) for number in numbers],
        )


def reindex(connection: Connection, numbers: Sequence[int]) -> None:
    """Bring statements into SQLite's index as their columns are now, and drop what it holds of deleted words."""
    if connection.dialect.name == "sqlite" and numbers:
        connection.exec_driver_sql(
            "INSERT INTO statement_words (rowid, quote, speaker, title) "
            "SELECT number, quote, speaker, title FROM statements WHERE number = ?",
            [(number,) for number in numbers],
        )
        connection.exec_driver_sql("INSERT INTO statement_words (statement_words) VALUES ('optimize')")


def check_index(connection: Connection) -> None:
    """Raise the database's own error where SQLite's index does not fit the statements; needs the right to write."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO statement_words (statement_words, rank) VALUES ('integrity-check', 1)")


def index_fits(connection: Connection) -> bool:
    """Tell whether SQLite's index fits the statements, without write permission, by building a new one."""
    if connection.dialect.name != "sqlite":
        return True
    run = connection.exec_driver_sql
    run("CREATE VIRTUAL TABLE temp.kept_words USING fts5vocab('main', 'statement_words', 'instance')")
    run(
        "CREATE VIRTUAL TABLE temp.new_index USING fts5 (quote, speaker, title, content='',"
        " tokenize='porter unicode61 remove_diacritics 2')"
    )
    columns = "quote, speaker, title"
    run(f"INSERT INTO temp.new_index (rowid, {columns}) SELECT number, {columns} FROM main.statements")
    run("CREATE VIRTUAL TABLE temp.new_words USING fts5vocab('temp', 'new_index', 'instance')")
    try:
        for one, other in (("kept_words", "new_words"), ("new_words", "kept_words")):
            asked = f"SELECT 1 FROM (SELECT * FROM temp.{one} EXCEPT SELECT * FROM temp.{other}) LIMIT 1"
            if run(asked).first() is not None:
                return False
        return True
    finally:
        for table in ("kept_words", "new_words", "new_index"):
            run(f"DROP TABLE temp.{table}")


def _fts5(terms: tuple[Term, ...]) -> str:
    # In double quotes everything is words; the terms hold no quotation mark.
    return " AND ".join(f'"{term.words}"' + (" *" if term.prefix else "") for term in terms)


def _tsquery(term: Term) -> ColumnElement[object]:
    config: ColumnElement[object] = literal_column("'onrecord_words'::regconfig")
    if term.prefix:
        # Letters and digits in quotes: to_tsquery's operators cannot occur.
        return func.to_tsquery(config, " <-> ".join(f"'{word}':*" for word in term.words.split()))
    return func.phraseto_tsquery(config, term.words)

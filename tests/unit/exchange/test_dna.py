"""DNA databases: written and read back, imported to a ledger, and refused where they are none."""

from __future__ import annotations

import base64
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from onrecord.analyse.network_types import Options
from onrecord.analyse.networks import network
from onrecord.analyse.tables import COLUMNS
from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate, Stance, Statement
from onrecord.errors import ExchangeError
from onrecord.exchange import dna
from onrecord.exchange.dna_tables import COLUMNS as DNA_COLUMNS
from onrecord.exchange.dna_tables import frame, password_hash, read_tables, write_tables
from onrecord.record import Ledger
from onrecord.view import current

from tests import odd_dna  # isort: skip
from tests.made import SHARED, article, statement  # isort: skip


def ledger_results(ledger: Ledger) -> list[tuple[Article, list[Statement]]]:
    """Group a ledger's statements by article."""
    found: dict[str, tuple[Article, list[Statement]]] = {}
    for one in ledger.statements():
        found.setdefault(one.article.id, (one.article, []))[1].append(one)
    return list(found.values())


def database(path: Path, *, kind: str = "boolean", values: tuple[int, ...] = (1, 0)) -> Path:
    """Two documents, in the second of which letters of two UTF-16 units stand before the statement."""
    tables = dna.from_statements([])
    blank = {"Coder": 1, "Author": "", "Source": "", "Section": "", "Notes": "", "Type": ""}
    documents = [
        {**blank, "ID": 1, "Title": "First", "Text": "We say yes.", "Source": "Wire", "Date": 1_700_000_000},
        {**blank, "ID": 2, "Title": "Second", "Text": "🙂🙂 We say no.", "Author": "Ann", "Date": 1_600_000_000},
    ]
    names = ("person", "organization", "concept", "agreement")
    variables = [
        {"ID": number, "Variable": name, "DataType": kind if number == 4 else "short text", "StatementTypeId": 1}
        for number, name in enumerate(names, 1)
    ]
    black = {"Red": 0, "Green": 0, "Blue": 0}
    entities = [(1, 1, "Ann"), (2, 2, "A"), (3, 2, "B"), (4, 3, "dam"), (5, 1, "")]
    data = {"boolean": "DATABOOLEAN", "integer": "DATAINTEGER"}[kind]
    made = {
        **tables,
        "STATEMENTTYPES": frame("STATEMENTTYPES", [{"ID": 1, "Label": "DNA Statement", **black}]),
        "DOCUMENTS": frame("DOCUMENTS", documents),
        "VARIABLES": frame("VARIABLES", variables),
        "ENTITIES": frame("ENTITIES", [
            {"ID": i, "VariableId": v, "Value": text, **black} for i, v, text in entities
        ]),
        "STATEMENTS": frame("STATEMENTS", [
            {"ID": 1, "StatementTypeId": 1, "DocumentId": 1, "Start": 0, "Stop": 10, "Coder": 1},
            {"ID": 2, "StatementTypeId": 1, "DocumentId": 2, "Start": 5, "Stop": 14, "Coder": 1},
        ]),
        "DATASHORTTEXT": frame("DATASHORTTEXT", [
            {"ID": n, "StatementId": s, "VariableId": v, "Entity": e}
            for n, (s, v, e) in enumerate([(1, 1, 1), (1, 2, 2), (1, 3, 4), (2, 1, 5), (2, 2, 3), (2, 3, 4)], 1)
        ]),
        "DATALONGTEXT": frame("DATALONGTEXT", []), "DATABOOLEAN": frame("DATABOOLEAN", []),
        "DATAINTEGER": frame("DATAINTEGER", []),
    }  # fmt: skip
    made[data] = frame(data, [
        {"ID": n, "StatementId": n, "VariableId": 4, "Value": value} for n, value in enumerate(values, 1)
    ])  # fmt: skip
    write_tables(path, made)
    return path


def test_a_database_becomes_a_statement_table_in_time_order(tmp_path: Path) -> None:
    """A DNA database becomes a statement table in time order, with spans in code points."""
    table = dna.table(dna.read(database(tmp_path / "a.dna")))
    assert table.columns[: len(COLUMNS)] == list(COLUMNS)
    rows = table.to_dicts()
    assert [(row["article"], row["speaker"], row["affiliation"], row["stance"]) for row in rows] == [
        ("2", None, "B", "oppose"), ("1", "Ann", "A", "support"),
    ]  # fmt: skip
    # Five UTF-16 units are three code points here.
    assert [(row["start"], row["quote"]) for row in rows] == [(3, "We say no"), (0, "We say yes")]
    assert (rows[1]["outlet"], rows[1]["published"], rows[1]["agreement"]) == ("Wire", "2023-11-14", True)


def test_integers_take_sides_by_their_sign(tmp_path: Path) -> None:
    """Integers take sides by their sign, and remain usable as a qualifier."""
    path = database(tmp_path / "a.dna", kind="integer", values=(-2, 0))
    table = dna.table(dna.read(path))
    assert table.select("stance", "agreement").rows() == [("mixed", 0), ("oppose", -2)]
    net = network(table, Options(aggregate="conflict", qualifier="agreement"))
    assert net.values.tolist() == [[0, 1], [1, 0]]


def test_tables_are_written_and_read_back_whole(tmp_path: Path) -> None:
    """All tables of a database are read and written unchanged."""
    before = read_tables(database(tmp_path / "a.dna"))
    write_tables(tmp_path / "b.dna", before)
    after = read_tables(tmp_path / "b.dna")
    assert all(after[name].equals(before[name]) for name in DNA_COLUMNS)


def test_articles_of_a_database_keep_their_networks(tmp_path: Path) -> None:
    """Through the ledger's form and back: the same spans, sides, times and networks."""
    base = dna.read(database(tmp_path / "a.dna"))
    results = list(dna.articles(base))
    assert [found.quote for _, statements in results for found in statements] == ["We say no", "We say yes"]
    write_tables(tmp_path / "b.dna", dna.from_statements(results))
    first, second = dna.table(base), dna.table(dna.read(tmp_path / "b.dna"))
    assert second.select("start", "quote", "stance", "time").equals(first.select("start", "quote", "stance", "time"))
    for options in (Options(aggregate="conflict"), Options(mode="two", rows="speaker", aggregate="subtract")):
        assert network(first, options).values.tolist() == network(second, options).values.tolist()


def test_statements_without_a_side_are_a_type_of_their_own(tmp_path: Path) -> None:
    """Statements without a side are exported as a statement type of their own."""
    open_one = statement()
    values = dict(open_one.judgements()) | {
        "stance": open_one.stance.__class__(value=Stance.MIXED, rule="", confidence=1.0)
    }
    mixed = type(open_one)(
        article=open_one.article, source=open_one.source, cue=open_one.cue, content=open_one.content, **values
    )
    dna.write(tmp_path / "x.dna", dna.from_statements([(article(), [open_one, mixed])]))
    sided = dna.read(tmp_path / "x.dna", statement_type="DNA Statement")
    assert dna.table(sided)["stance"].to_list() == ["oppose"]
    assert dna.table(sided)["act"].to_list() == ["reject"]
    assert sided.variables["agreement"] == "boolean"
    other = dna.read(tmp_path / "x.dna", statement_type="Statement without a side", roles={"stance": "stance"})
    assert dna.table(other).height == 1


def test_the_admin_can_open_what_is_written() -> None:
    """The scheme of Jasypt's strong encryptor; the pair is that of a database made with DNA 3 and the word `sample`."""
    hashed = "t7STqOHxpl+RXxRUgjsEno+e/38banaYjANbdYQ1geGfH6Xlc2roWgYrPbpCeg5M"
    assert password_hash("sample", base64.b64decode(hashed)[:16]) == hashed
    coder = dna.from_statements([])["CODERS"].row(0, named=True)
    assert password_hash("onrecord", base64.b64decode(coder["Password"])[:16]) == coder["Password"]


def test_long_names_are_cut_and_undated_articles_get_a_date(tmp_path: Path) -> None:
    """Long names are cut to DNA's limit, and undated articles get a date."""
    text = Article(text=Text("Word"), name="n", title="t" * 300, published=PartialDate("2026"))
    dna.write(tmp_path / "x.dna", dna.from_statements([(text, []), (Article(text=Text("x"), name="m"), [])]))
    documents = read_tables(tmp_path / "x.dna")["DOCUMENTS"]
    assert documents["Title"].str.len_chars().to_list() == [190, 1]
    assert documents["Date"].to_list() == [1_767_225_600, 0]


def test_foreign_and_damaged_files_are_refused_in_words(tmp_path: Path) -> None:
    """Missing, foreign and damaged files are refused with the reason."""
    with pytest.raises(ExchangeError, match="no such file"):
        dna.read(tmp_path / "missing.dna")
    (tmp_path / "text.dna").write_text("this is no database, and long enough to be sure of it" * 50)
    with pytest.raises(ExchangeError, match="no readable DNA database"):
        dna.read(tmp_path / "text.dna")
    with sqlite3.connect(tmp_path / "other.dna") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(ExchangeError, match="lacks the table"):
        dna.read(tmp_path / "other.dna")
    data = database(tmp_path / "whole.dna").read_bytes()
    (tmp_path / "half.dna").write_bytes(data[: len(data) // 2])
    with pytest.raises(ExchangeError):
        dna.table(dna.read(tmp_path / "half.dna"))


def test_values_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    """Values of the wrong type are refused."""
    path = database(tmp_path / "a.dna")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE STATEMENTS SET Coder = 'me' WHERE ID = 1")
    with pytest.raises(ExchangeError, match="wrong kind"):
        dna.read(path)


def test_a_type_without_the_roles_is_explained(tmp_path: Path) -> None:
    """A statement type that lacks the roles' variables is refused with an example of roles."""
    path = database(tmp_path / "a.dna")
    with pytest.raises(ExchangeError, match="speaker = actor"):
        dna.read(path, roles={"speaker": "actor", "affiliation": "camp", "issue": "topic"})
    with pytest.raises(ExchangeError, match="'Story'"):
        dna.read(path, statement_type="Story")


def test_a_statement_outside_its_text_is_left_out_of_the_ledger(tmp_path: Path) -> None:
    """A statement outside its text is skipped for the ledger and kept in the table."""
    path = database(tmp_path / "a.dna")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE STATEMENTS SET Start = 400, Stop = 500 WHERE ID = 1")
    assert [len(found) for _, found in dna.articles(dna.read(path))] == [1, 0]
    assert dna.table(dna.read(path)).height == 2


def test_a_ledger_keeps_what_statements_have_no_field_for(tmp_path: Path) -> None:
    """Times, authors, numbers, coders and further variables; and words coded twice alike count twice."""
    base = odd_dna.make(tmp_path / "odd.dna", kind="integer")
    theirs = dna.table(dna.read(base))
    with Ledger(tmp_path / "odd.db") as ledger:
        ledger.add(list(dna.articles(dna.read(base))))
        plain, ours = ledger.table(), current(ledger).table
        again = dna.from_statements(ledger_results(ledger))
    assert plain.height < ours.height == theirs.height
    shared = ["number", "coder", "time", "stop", "author", "section", "type", "qualifier", "agreement", "scale", "sure"]
    assert (
        ours.sort("number")
        .select(shared)
        .equals(theirs.sort("number").select(shared).with_columns(pl.col("section", "author", "type")))
    )
    assert again["STATEMENTS"].height == theirs.height
    assert set(again["DOCUMENTS"]["Author"]) == {"", "Ed"}


def test_other_ledgers_have_no_further_columns(tmp_path: Path) -> None:
    """The view of a ledger that holds nothing of DNA has the columns of every table and its own two marks."""
    with Ledger(tmp_path / "l.db") as ledger:
        ledger.add([(article(), [statement()])])
        assert current(ledger).table.columns == [*COLUMNS, "human_checked", "asserted"]
        assert current(ledger).table.select(list(COLUMNS)).equals(ledger.table())


def test_both_types_of_an_own_export_come_back_with_their_stance(tmp_path: Path) -> None:
    """Statements with and without a side, their act and commitment survive export to .dna and import."""
    base = statement()
    found = [base]
    for stance in (Stance.SUPPORT, Stance.MIXED, Stance.NONCOMMITTAL, Stance.NONE):
        found.append(replace(base, stance=replace(base.stance, value=stance)))
    path = tmp_path / "own.dna"
    dna.write(path, dna.from_statements([(article(), found)]))
    database = dna.read(path)
    back = [one for _, made in dna.articles(database) for one in made]
    assert sorted(str(one.stance.value) for one in back) == sorted(str(one.stance.value) for one in found)
    assert {(str(one.act.value), str(one.commitment.value)) for one in back} == {("reject", "CT-")}
    assert dna.table(database).height == len(found)
    assert dna.skipped_types(database) == []


def test_statement_types_that_are_left_out_are_counted(tmp_path: Path) -> None:
    """A database's further types are no part of the table, and are named with their statements."""
    path = odd_dna.make(tmp_path / "odd.dna")
    database = dna.read(path)
    held = dna.table(database).height
    assert sum(number for _, number in dna.skipped_types(database)) == database.tables["STATEMENTS"].height - held


def test_a_span_that_leaves_its_text_is_cut_to_it(tmp_path: Path) -> None:
    """A span that exceeds its text is cut to it."""
    path = database(tmp_path / "a.dna")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE STATEMENTS SET Stop = 500 WHERE ID = 1")
    assert {found.quote for _, made in dna.articles(dna.read(path)) for found in made} == {"We say yes.", "We say no"}


def test_nodes_are_short_texts(tmp_path: Path) -> None:
    """The first type has variables of the right names, one of which is no short text."""
    assert dna.read(odd_dna.make(tmp_path / "odd.dna")).type_id == 2


def test_what_is_written_takes_what_dna_inserts(tmp_path: Path) -> None:
    """DNA numbers rows by itself and leaves columns to the schema's defaults; both have to work in our files."""
    path = tmp_path / "x.dna"
    dna.write(path, dna.from_statements([(article(), [statement()])]))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("INSERT INTO ENTITIES (VariableId, Value) VALUES (1, 'New')")
        connection.execute("INSERT INTO CODERS (Name, Password) VALUES ('Second', 'x')")
        connection.execute(
            "INSERT INTO STATEMENTS (StatementTypeId, DocumentId, Start, Stop, Coder) VALUES (1, 1, 0, 3, 2)"
        )
        connection.execute("INSERT INTO DATABOOLEAN (StatementId, VariableId) VALUES (2, 4)")
        connection.execute("INSERT INTO DOCUMENTS (Title, Text, Date) VALUES ('T', 'x', 0)")
        assert connection.execute("SELECT Value FROM DATABOOLEAN WHERE StatementId = 2").fetchone() == (1,)
        assert connection.execute("SELECT FontSize, PermissionEditCoders FROM CODERS WHERE ID = 2").fetchone() == (
            14,
            1,
        )
        connection.execute("DELETE FROM DOCUMENTS WHERE ID = 1")
        assert connection.execute("SELECT count(*) FROM STATEMENTS").fetchone() == (0,)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO ENTITIES (VariableId, Value) VALUES (1, 'New')")


SAMPLE = SHARED / "data" / "dna" / "sample" / "sample.dna"


def schema(path: Path) -> dict[str, object]:
    """Of each table the columns (name, type, not null, default, key), references, unique sets and checks."""
    found = {}
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        for name, sql in base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [
                (row[1], row[2].upper(), row[3], row[4], row[5] > 0)
                for row in base.execute(f"PRAGMA table_info({name})")
            ]
            references = {row[2:7] for row in base.execute(f"PRAGMA foreign_key_list({name})")}
            indexes = [row[1] for row in base.execute(f"PRAGMA index_list({name})") if row[2]]
            unique = {tuple(row[2] for row in base.execute(f"PRAGMA index_info('{index}')")) for index in indexes}
            plain = re.sub(r'["\s]', "", sql)
            checks = sorted(re.findall(r"CHECK(\((?:[^()]|\([^()]*\))*\))", plain))
            found[name] = (columns, references, unique, checks)
    return found


@pytest.mark.skipif(not SAMPLE.is_file(), reason=f"no sample database at {SAMPLE}; set ONRECORD_SHARED")
def test_what_is_written_has_the_schema_that_dna_makes(tmp_path: Path) -> None:
    """Table by table: columns, types, defaults, keys, references, indexes and checks; and all rows of the sample."""
    write_tables(tmp_path / "ours.dna", read_tables(SAMPLE))
    theirs, ours = schema(SAMPLE), schema(tmp_path / "ours.dna")
    assert ours.keys() == theirs.keys()
    for name, facts in theirs.items():
        assert ours[name] == facts, name
    first, second = read_tables(SAMPLE), read_tables(tmp_path / "ours.dna")
    assert all(second[name].equals(first[name]) for name in DNA_COLUMNS)
    with sqlite3.connect(tmp_path / "ours.dna") as base:
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)

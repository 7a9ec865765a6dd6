"""Statements in the formats of other programs: what can be read back is what was written."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import openpyxl
import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.core.columns import row
from onrecord.core.span import Text
from onrecord.core.statement import Article, PartialDate, Statement
from onrecord.errors import ExchangeError
from onrecord.exchange import annotation, brat, csv, excel, jsonl, parquet, refi

from tests.made import article, statement  # isort: skip


def results() -> list[tuple[Article, Sequence[Statement]]]:
    """Return two articles with their statements."""
    other = Article(text=Text("Nothing here.\nAt all."), name="../empty?", published=PartialDate("2026"))
    return [(article(), [statement()]), (other, [])]


def table() -> pl.DataFrame:
    """Build a table with every kind of odd value."""
    rows = [row(found) for _, statements in results() for found in statements]
    blank = {
        **rows[0],
        "id": "x",
        "title": "",
        "outlet": None,
        "chain": ["a; b", 'c"d\n'],
        "quote": "=1+1",
        "date": None,
    }
    return tables.table_of([*rows, {**blank, "when": None, "published": None}])


def test_csv_keeps_types_lists_and_what_is_missing() -> None:
    """A table in CSV keeps types, lists and missing values."""
    assert csv.read_table(csv.table(table())).equals(table())
    assert csv.read_table(csv.table(tables.empty())).equals(tables.empty())


def test_no_cell_of_a_csv_file_is_taken_as_a_formula() -> None:
    """A text that begins like a formula gets an apostrophe, and loses it when it is read back here."""
    text = csv.table(table())
    assert "'=1+1" in text
    assert csv.read_table(text)["quote"].to_list()[-1] == "=1+1"


def test_parquet_keeps_types(tmp_path: Path) -> None:
    """A table in Parquet keeps its types."""
    parquet.write(tmp_path / "t.parquet", table())
    assert parquet.read(tmp_path / "t.parquet").equals(table())


def test_json_lines_give_back_the_statements() -> None:
    """JSON Lines give back the same statements."""
    lines = list(jsonl.lines(results()))
    back = list(jsonl.read(lines))
    assert [(text.id, [s.id for s in found]) for text, found in back] == [
        (text.id, [s.id for s in found]) for text, found in results()
    ]
    assert back[0][1][0] == statement()


def test_a_changed_line_is_named() -> None:
    """A changed or cut line is refused with its number."""
    lines = list(jsonl.lines(results()))
    for broken in (lines[1].replace('"oppose"', '"support"'), lines[1][:40], '{"a":' + "[" * 50_000):
        with pytest.raises(ExchangeError, match="line 2"):
            list(jsonl.read([lines[0], broken]))
    with pytest.raises(ExchangeError, match="before any article"):
        list(jsonl.read(lines[1:]))


def test_web_annotations_select_the_words_and_are_read_back() -> None:
    """Web annotations select the exact words and are read back."""
    text = annotation.write(results())
    (item,) = json.loads(text)["first"]["items"]
    content = article().text.content
    (target,) = item["target"]
    position, quote = target["selector"]
    assert content[position["start"] : position["end"]] == quote["exact"]
    assert content[: position["start"]].endswith(quote["prefix"])
    assert content[position["end"] :].startswith(quote["suffix"])
    assert json.loads(text)["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert list(annotation.read(text, [article()])) == [statement()]


def test_web_annotations_say_who_made_them_and_when() -> None:
    """`created` is the time of the batch, `generator` the program, `creator` the person who accepted it, if any."""
    made = annotation.collection(results(), created="2026-03-06T00:00:00+00:00", coders={})
    (item,) = made["first"]["items"]
    assert item["created"] == made["created"] == "2026-03-06T00:00:00+00:00"
    assert item["generator"]["type"] == item["creator"]["type"] == "Software"
    by = annotation.collection(results(), coders={statement().id: "Ada"})["first"]["items"][0]
    assert by["creator"] == {"type": "Person", "name": "Ada"}


def test_annotations_about_another_text_are_refused() -> None:
    """Annotations about another text are refused."""
    text = annotation.write(results())
    with pytest.raises(ExchangeError, match="not among the articles"):
        list(annotation.read(text, []))
    with pytest.raises(ExchangeError, match="selectors"):
        list(annotation.read(text.replace('"prefix": "', '"prefix": "x'), [article()]))
    with pytest.raises(ExchangeError, match="not a collection"):
        list(annotation.read("[]", []))
    with pytest.raises(ExchangeError, match="not a collection"):
        list(annotation.read("[" * 50_000, []))


def test_brat_files_are_read_back(tmp_path: Path) -> None:
    """Brat files are read back with spans and attributes."""
    paths = brat.write(tmp_path, results())
    assert [path.name for path in paths] == ["brask-1.txt", "empty.txt"]
    (found,) = brat.read(paths[0])
    mine = statement()
    for part in ("content", "source", "cue"):
        assert found[part] == [[piece.span.start, piece.span.end] for piece in getattr(mine, part)]
    assert (found["stance"], found["act"], found["commitment"], found["form"]) == ("oppose", "reject", "CT-", "mixed")
    assert (found["speaker"], found["chain"], found["when"]) == ("Ann Lee", ["Radio Brask"], "2026-03-02")
    assert brat.read(paths[1]) == []


def test_brat_cuts_at_line_ends_and_joins_again(tmp_path: Path) -> None:
    """Brat fragments are cut at line ends and joined again."""
    text = Text("He said: we go\r\n\r\nhome now.")
    base = statement(article())
    values = {name: judged for name, judged in base.judgements() if name != "condition"}
    whole = Statement(
        article=Article(text=text, name="lines"), source=(), cue=(), content=text.cite_all([(9, 26)]),
        condition=base.condition.__class__(value=(), rule="", confidence=1.0), **values,
    )  # fmt: skip
    (path,) = brat.write(tmp_path, [(whole.article, [whole])])
    assert "9 14;18 26\twe go home now" in path.with_suffix(".ann").read_text()
    assert brat.read(path)[0]["content"] == [[9, 26]]


def test_brat_words_that_do_not_stand_there_are_named(tmp_path: Path) -> None:
    """A brat line whose words are not at its offsets is named."""
    (path, _) = brat.write(tmp_path, results())
    path.write_text("x" * 500)
    with pytest.raises(ExchangeError, match=r"brask-1\.ann:1"):
        brat.read(path)


def test_a_refi_project_is_read_back() -> None:
    """A REFI-QDA project is read back and is the same on every run."""
    data = refi.write(results())
    assert data == refi.write(results())
    found = refi.read(data)
    assert set(found.select("field", "value").rows()) == {
        ("speaker", "Ann Lee"), ("affiliation", "Brask"), ("issue", "bridge"), ("stance", "oppose"), ("act", "reject"),
        ("commitment", "CT-"), ("form", "mixed"),
    }  # fmt: skip
    assert set(found["quote"].to_list()) == {statement().quote}


def test_a_refi_project_has_the_shape_that_the_standard_asks_for() -> None:
    """Users, code book and sources in order; every reference leads somewhere; every identifier is a GUID, used once."""
    with zipfile.ZipFile(io.BytesIO(refi.write(results()))) as packed:
        root = ET.fromstring(packed.read("project.qde"))
        names = set(packed.namelist())
    space = f"{{{refi.SPACE}}}"
    assert [child.tag for child in root] == [f"{space}{name}" for name in ("Users", "CodeBook", "Sources")]
    guids = [element.get("guid") for element in root.iter() if element.get("guid")]
    assert len(guids) == len(set(guids))
    assert {element.get("targetGUID") for element in root.iter(f"{space}CodeRef")} <= set(guids)
    paths = {str(e.get("plainTextPath")).replace("internal://", "sources/") for e in root.iter(f"{space}TextSource")}
    assert paths <= names


def test_foreign_files_are_refused_in_words(tmp_path: Path) -> None:
    """Files of other formats are refused with the reason."""
    with pytest.raises(ExchangeError, match="REFI"):
        refi.read(b"PK no zip")
    (tmp_path / "x.parquet").write_bytes(b"nothing")
    with pytest.raises(ExchangeError, match="Parquet"):
        parquet.read(tmp_path / "x.parquet")
    with pytest.raises(ExchangeError, match="statement table"):
        csv.read_table("a,b\n1,2\n")


def test_excel_holds_the_tables_and_no_formula(tmp_path: Path) -> None:
    """An Excel workbook holds the tables and no formula."""
    path = tmp_path / "t.xlsx"
    long = pl.DataFrame({"text": ["x" * 40_000], "flag": [True], "none": [None]})
    excel.write(path, {"statements": table(), "a/b" * 20: long, "Statements": tables.empty()})
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 3
    rows = list(book["statements"].iter_rows(values_only=True))
    assert list(rows[0]) == table().columns
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["speaker"], first["chain"], first["confidence"]) == ("Ann Lee", "Radio Brask", pytest.approx(0.95**2))
    assert first["date"].date().isoformat() == "2026-03-02"
    second = dict(zip(rows[0], rows[2], strict=True))
    assert (second["quote"], second["outlet"]) == ("=1+1", None)
    assert {cell.data_type for row in book["statements"] for cell in row} <= {"s", "n", "d", "b"}
    assert len(book[book.sheetnames[1]]["A2"].value) == 32_767
    sheet = book["statements"]
    assert sheet.auto_filter.ref is not None
    quotes = table().columns.index("quote")
    assert sheet.cell(2, quotes + 1).alignment.wrap_text
    assert sheet.column_dimensions[openpyxl.utils.get_column_letter(quotes + 1)].width > 20


def test_xmi_opens_in_dkpro_cassis(tmp_path: Path) -> None:
    """Every piece has the words and the role that the statement gives it, beyond the BMP too; fields are features."""
    cassis = pytest.importorskip("cassis", reason="dkpro-cassis is not installed")
    from onrecord.exchange import xmi

    paths = xmi.write(tmp_path, results())
    assert [path.name for path in paths] == ["brask-1.xmi", "empty.xmi"]
    with (tmp_path / "TypeSystem.xml").open("rb") as file:
        types = cassis.load_typesystem(file)
    (one,) = results()[0][1]
    with paths[0].open("rb") as file:
        cas = cassis.load_cas_from_xmi(file, typesystem=types)
    assert cas.sofa_string == article().text.content
    (held,) = cas.select("webanno.custom.OnRecordStatement")
    assert (held.speaker, held.stance, held.statement) == (one.speaker.value, one.stance.value.value, one.id)
    parts = [(part.role, part.get_covered_text()) for part in cas.select("webanno.custom.OnRecordPart")]
    expected = [(role, piece.quote) for role in ("source", "cue", "content") for piece in getattr(one, role)]
    expected += [("condition", piece.quote) for piece in one.condition.value]
    assert sorted(parts) == sorted(expected)


def test_xmi_counts_in_utf16_and_holds_what_xml_cannot(tmp_path: Path) -> None:
    """An emoji before a statement moves its offsets by two units; a control character becomes U+FFFD."""
    cassis = pytest.importorskip("cassis", reason="dkpro-cassis is not installed")
    from onrecord.exchange import xmi

    moved = article("🙂\x01\n" + article().text.content)
    one = statement(moved)
    (path,) = xmi.write(tmp_path, [(moved, [one])])
    with path.open("rb") as file, (tmp_path / "TypeSystem.xml").open("rb") as types:
        cas = cassis.load_cas_from_xmi(file, typesystem=cassis.load_typesystem(types))
    assert cas.sofa_string.startswith("🙂\ufffd\n")
    (held,) = cas.select("webanno.custom.OnRecordStatement")
    assert held.get_covered_text() == one.content[0].quote


def test_claims_say_who_where_and_when_and_rate_nothing() -> None:
    """A claim has its author, its words, its article; the rating is left to the fact-checker."""
    from onrecord.core.statement import ActorKind
    from onrecord.exchange import claimreview

    (one,) = results()[0][1]
    (made,) = json.loads(claimreview.write(results(), {"Ann Lee": ActorKind.PERSON}))["@graph"]
    assert made["claimReviewed"] == one.quote
    claim = made["itemReviewed"]
    assert claim["author"]["@type"] == "Person"
    assert claim["author"]["name"] == "Ann Lee"
    assert claim["appearance"]["publisher"]["name"] == "Brask Herald"
    assert claim["appearance"]["url"] == "https://example.org/brask/1"
    assert claim["datePublished"] == str(one.when.value)
    assert "reviewRating" not in made
    (thing,) = json.loads(claimreview.write(results(), {}))["@graph"]
    assert thing["itemReviewed"]["author"]["@type"] == "Thing"

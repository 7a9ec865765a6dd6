"""The vocabularies under `data/`: no duplicates, no conflicting classes, and a source for every row.

A row's key is its first column with `pos`, `kind` and `how` where the table has them; a comment line `# key: a b` in
the table names other columns. Two rows of one key contradict each other.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from onrecord.errors import LexiconError
from onrecord.lexicon import load_cues, rows, word_class

DATA = Path(str(resources.files("onrecord").joinpath("data")))
TABLES = sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*.tsv"))
CLASSES = ("pos", "kind", "how")


def faults(text: str) -> Iterator[str]:
    """List what is wrong with a table."""
    lines = text.splitlines()
    content = [line for line in lines if line.strip() and not line.startswith("#")]
    header = content[0].split("\t")
    declared = re.search(r"^# key: (.+)$", text, re.MULTILINE)
    key = declared.group(1).split() if declared else [header[0], *(name for name in CLASSES if name in header)]
    if not lines[0].startswith("#"):
        yield "the first line does not say what the columns mean"
    if "source" not in header or not set(key) <= set(header):
        yield f"columns are missing: source, {', '.join(key)}"
        return
    seen: dict[tuple[str, ...], dict[str, str]] = {}
    for line in content[1:]:
        row = dict(zip(header, line.split("\t"), strict=True))
        if not row["source"].strip():
            yield f"{row[header[0]]}: no source"
        if any(value != value.strip() or "  " in value for name, value in row.items() if name != "pattern"):
            yield f"{row[header[0]]}: stray blanks"
        for name in ("words", "names"):
            listed = row.get(name, "").split()
            if len(listed) != len(set(listed)):
                yield f"{row[header[0]]}: a word twice"
        at = tuple(row[name].casefold() for name in key)
        if at in seen:
            same = all(seen[at][name] == value for name, value in row.items() if name not in (*key, "source"))
            yield f"{' '.join(at)}: {'twice' if same else 'two rows that contradict each other'}"
        seen[at] = row


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_no_faults(name: str) -> None:
    """Every bundled table is free of duplicates and contradictions, and each row names its source."""
    assert list(faults((DATA / name).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("tables", [("roles.tsv", "resolve/roles.tsv"), ("credits.tsv", "teasers.tsv")])
def test_no_entry_is_in_two_tables_of_one_kind(tables: tuple[str, str]) -> None:
    """Two tables of one kind share no entry, so that they cannot disagree on one."""
    one, two = ({next(iter(row.values())).casefold() for row in rows(name)} for name in tables)
    assert one & two == set()


def test_classes_name_each_word_once() -> None:
    """A word that is listed twice in one class is a fault."""
    table = "# Classes.\nclass\twords\tsource\nstop\ta b a\town\n"
    assert list(faults(table)) == ["stop: a word twice"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("say\tverb\tother\town", "two rows that contradict"),
        ("SAY\tverb\tstate\tVerbNet", "twice"),
        ("tell\tverb\tstate\t", "no source"),
        ("tell \tverb\tstate\town ", "stray blanks"),
    ],
)
def test_the_linter_finds_faults(row: str, fault: str) -> None:
    """Duplicates, contradictions, missing sources and stray blanks are found; another part of speech is none."""
    good = "# Words.\nword\tpos\tact\tsource\nsay\tverb\tstate\town\nsay\tnoun\tother\town\n"
    assert list(faults(good)) == []
    (found,) = faults(good + row + "\n")
    assert fault in found


def test_a_table_names_its_columns_and_sources() -> None:
    """A table without a comment or without the column `source` is faulty."""
    assert len(list(faults("word\tact\nsay\tstate\n"))) == 2


def test_a_row_with_too_few_columns_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged table names the file and the line."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cues.tsv").write_text("# Cues.\ncue\tpos\nsay\n", encoding="utf-8")
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    with pytest.raises(LexiconError, match=r"cues\.tsv:3: 1 columns where 2"):
        list(rows("cues.tsv"))


@pytest.mark.parametrize("table", ["words.tsv", "patterns.tsv", "resolve/words.tsv"])
def test_every_class_of_words_is_asked_for(table: str) -> None:
    """A class that no module names is dead, and is no longer in the table."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in DATA.parent.rglob("*.py"))
    asked = set(re.findall(r"""["']([a-z-]+)["']""", source))
    assert {row["class"] for row in rows(table)} - asked == set()


MOST = 6  # words of the vocabularies that a literal may list, such as the kinds of names
WITH_VALUES = {"resolve/times.py"}  # weekdays and number words stand beside their values


def literals(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """List the collections of text in a module, also those written as one text that is split."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            elements = node.elts
        elif isinstance(node, ast.Dict):
            elements = [key for key in node.keys if key is not None]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            text = node.func.value
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield node.lineno, text.value.split()
            continue
        else:
            continue
        yield (
            getattr(node, "lineno", 0),
            [e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)],
        )


@pytest.mark.parametrize("package", ["text", "lexicon", "extract", "resolve", "classify"])
def test_words_are_listed_in_tables_and_not_in_code(package: str) -> None:
    """No module that reads language lists more than a few words of the vocabularies: those are rows of a table."""
    known = {word.casefold() for table in ("words.tsv", "resolve/words.tsv") for row in rows(table)
             for word in row["words"].split()}  # fmt: skip
    known |= {row["role"] for row in rows("roles.tsv")} | {row["word"] for row in rows("stopwords.tsv")}
    found = {
        f"{path.name}:{line}"
        for path in (DATA.parent / package).rglob("*.py")
        if path.relative_to(DATA.parent).as_posix() not in WITH_VALUES
        for line, listed in literals(ast.parse(path.read_text(encoding="utf-8")))
        if len({word for word in listed if word.casefold() in known and word.isalpha()}) > MOST
    }
    assert found == set()


def test_rows_of_one_class_are_joined() -> None:
    """A class is a set of words, the same however often it is asked for; one that is not there is an error."""
    assert word_class("article") == {"the", "a", "an"}
    assert word_class("article") is word_class("article")
    with pytest.raises(KeyError):
        word_class("no such class")


def test_cues_are_loaded() -> None:
    """The cue lexicon has the verbs of saying, each with its frames."""
    cues = {cue.phrase: cue for cue in load_cues() if cue.pos == "verb"}
    assert "c" in cues["say",].frames
    assert ("according", "to") not in cues

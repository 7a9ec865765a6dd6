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
from onrecord.lexicon import compiled, load_cues, rows, word_class, word_classes, word_values

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


WORD_TABLES = ("words.tsv", "resolve/words.tsv")


def test_every_class_of_words_is_asked_for() -> None:
    """A class that no module and no other class names is dead, and is no longer in the table."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in DATA.parent.rglob("*.py"))
    asked = set(re.findall(r"""(?<=["'{])[A-Za-z-]+(?=["'}])""", source))
    asked = {name.lower() for name in asked}
    asked |= {word[1:] for table in WORD_TABLES for row in rows(table) for word in row["words"].split() if "@" in word}
    assert {
        row["class"] for table in (*WORD_TABLES, "patterns.tsv", "calendar.tsv") for row in rows(table)
    } - asked == set()


def test_a_class_of_words_has_one_table() -> None:
    """The tables of words share no class, so that a class means the same to every reader."""
    one, two = ({row["class"] for row in rows(table)} for table in WORD_TABLES)
    assert one & two == set()


def test_a_class_takes_in_the_words_of_another() -> None:
    """`@name` in a row stands for the words of that class, and is no word itself."""
    assert word_class("nobody") < word_class("negation")
    assert "may" in word_class("month") - word_class("calendar")  # "-may"
    assert not any(word.startswith(("@", "-")) for words in word_classes().values() for word in words)


def test_a_pattern_names_a_class() -> None:
    """`{name}` in a pattern stands for any word of the class; counts in braces stay counts."""
    pattern = compiled(r"{article} \w{2,9}", re.IGNORECASE)
    assert pattern.fullmatch("An envoy")
    assert not pattern.fullmatch("Any envoy")
    assert compiled("{Month} 4").fullmatch("March 4")
    assert not compiled("{Month} 4").fullmatch("march 4")
    with pytest.raises(KeyError):
        compiled("{no-such-class}")


MOST = 6  # words of the vocabularies that a literal may list, such as the kinds of names
MOST_COMMON = 3  # function words and words of the calendar among them
ALTERNATIVES = re.compile(r"[a-z’']+\??(?:\|[a-z’']+\??)+", re.IGNORECASE)


def literals(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """List the collections of text in a module: literals, texts that are split, alternatives of patterns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield node.lineno, [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        elif isinstance(node, ast.Dict):
            yield node.lineno, [e.value for e in node.keys if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
            text = node.func.value
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield node.lineno, text.value.split()
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in ALTERNATIVES.findall(re.sub(r"\\[a-z]|\[\w*\]", "", node.value)):
                yield node.lineno, found.replace("?", "").split("|")


@pytest.mark.parametrize("package", ["text", "lexicon", "extract", "resolve", "classify", "read", "analyse"])
def test_words_are_listed_in_tables_and_not_in_code(package: str) -> None:
    """No module that reads language lists more than a few words of the vocabularies: those are rows of a table."""
    common = {row["word"] for table in ("stopwords.tsv", "calendar.tsv") for row in rows(table)}
    common -= word_class("calendar-unit")  # units of windows are options
    known = {word.casefold() for words in word_classes().values() for word in words}
    known |= {row["role"] for row in rows("roles.tsv")} | common
    found = {
        f"{path.name}:{line}: {sorted(words)}"
        for path in (DATA.parent / package).rglob("*.py")
        for line, listed in literals(ast.parse(path.read_text(encoding="utf-8")))
        if (words := {word.casefold() for word in listed if word.isalpha()})
        and (len(words & known) > MOST or len(words & common) > MOST_COMMON)
    }
    assert found == set()


def test_rows_of_one_class_are_joined() -> None:
    """A class is a set of words, the same however often it is asked for; one that is not there is an error."""
    assert word_class("article") == {"the", "a", "an"}
    assert word_class("article") is word_class("article")
    with pytest.raises(KeyError):
        word_class("no such class")


def test_words_of_the_calendar_have_values() -> None:
    """Months count from one and weekdays from zero, as Python's dates do; an abbreviation means its month."""
    assert word_values("month")["december"] == word_values("short-month")["dec"] == 12
    assert word_values("weekday")["monday"] == 0


def test_cues_are_loaded() -> None:
    """The cue lexicon has the verbs of saying, each with its frames."""
    cues = {cue.phrase: cue for cue in load_cues() if cue.pos == "verb"}
    assert "c" in cues["say",].frames
    assert ("according", "to") not in cues

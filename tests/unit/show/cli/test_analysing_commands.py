"""The analysing commands: what they print, and that a DNA database and the ledger made of it give the same."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from onrecord.exchange import dna
from onrecord.exchange.dna_tables import frame, write_tables
from onrecord.record import Ledger

from .conftest import Run

from tests.made import SHARED, article, statement  # isort: skip

SAMPLE = SHARED / "data" / "dna" / "sample" / "sample.dna"


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    """Make a ledger with one statement."""
    path = tmp_path / "made.db"
    with Ledger(path) as opened:
        opened.add([(article(), [statement()])])
    return str(path)


def database(path: Path, kind: str = "boolean") -> str:
    """Three actors on two concepts, in four documents of the first months of 2020."""
    tables = dna.from_statements([])
    names = {"person": "short text", "organization": "short text", "concept": "short text", "agreement": kind}
    black = {"Red": 0, "Green": 0, "Blue": 0}
    rows = [
        ("P", "A", "dam", 1),
        ("Q", "B", "dam", 0),
        ("P", "A", "dam", 1),
        ("R", "C", "canal", 1),
        ("Q", "B", "canal", 1),
    ]
    entities: dict[tuple[int, str], int] = {}
    short, other = [], []
    for number, row in enumerate(rows, 1):
        for variable, value in enumerate(row[:3], 1):
            entity = entities.setdefault((variable, str(value)), len(entities) + 1)
            short.append({"ID": len(short) + 1, "StatementId": number, "VariableId": variable, "Entity": entity})
        value = row[3] if kind == "boolean" else 3 * int(row[3]) - 1
        other.append({"ID": number, "StatementId": number, "VariableId": 4, "Value": value})
    document = {"Coder": 1, "Author": "", "Source": "Wire", "Section": "", "Notes": "", "Type": ""}
    made = {
        **tables,
        "STATEMENTTYPES": frame("STATEMENTTYPES", [{"ID": 1, "Label": "DNA Statement", **black}]),
        "VARIABLES": frame("VARIABLES", [
            {"ID": n, "Variable": name, "DataType": type_, "StatementTypeId": 1}
            for n, (name, type_) in enumerate(names.items(), 1)
        ]),
        "DOCUMENTS": frame("DOCUMENTS", [
            {"ID": n, "Title": f"T{n}", "Text": f"words {n} and more", "Date": 1_577_880_000 + n * 900_000, **document}
            for n in range(1, 6)
        ]),
        "STATEMENTS": frame("STATEMENTS", [
            {"ID": n, "StatementTypeId": 1, "DocumentId": n, "Start": 0, "Stop": 7, "Coder": 1} for n in range(1, 6)
        ]),
        "ENTITIES": frame("ENTITIES", [
            {"ID": n, "VariableId": variable, "Value": value, **black} for (variable, value), n in entities.items()
        ]),
        "DATASHORTTEXT": frame("DATASHORTTEXT", short), "DATALONGTEXT": frame("DATALONGTEXT", []),
        "DATABOOLEAN": frame("DATABOOLEAN", []), "DATAINTEGER": frame("DATAINTEGER", []),
    }  # fmt: skip
    name = "DATABOOLEAN" if kind == "boolean" else "DATAINTEGER"
    write_tables(path, {**made, name: frame(name, other)})
    return str(path)


NETWORKS = [
    "--aggregate subtract --normalise average",
    "--mode two --rows speaker --aggregate combine",
    "--mode two --rows article --columns issue",
    "--rows issue --columns affiliation --aggregate congruence --duplicates month",
    "--mode two --aggregate subtract --exclude agreement=1 --isolates",
    "--mode two --exclude concept=dam --invert",
    "--aggregate conflict --normalise jaccard --duplicates all --since 2020-01-20",
    "--aggregate congruence --window days:20",
    "--aggregate congruence --normalise average --window days:20 --kernel gaussian",
]


@pytest.mark.parametrize("kind", ["boolean", "integer"])
@pytest.mark.parametrize("flags", NETWORKS)
def test_a_database_and_the_ledger_made_of_it_give_the_same(run: Run, tmp_path: Path, flags: str, kind: str) -> None:
    """A DNA database and the ledger made of it give the same network."""
    base, store = database(tmp_path / "a.dna", kind), str(tmp_path / "a.db")
    assert run("import", base, "--ledger", store).exit_code == 0
    if kind == "integer" and ("combine" in flags or "agreement=1" in flags):
        flags = flags.replace("agreement=1", "agreement=2")
    one, two = (run("network", "--ledger", path, "--format", "csv", *flags.split()) for path in (base, store))
    assert one.exit_code == two.exit_code == 0, one.stderr
    assert one.stdout == two.stdout
    assert len(one.stdout.splitlines()) > 1


@pytest.mark.skipif(not SAMPLE.is_file(), reason=f"no sample database at {SAMPLE}; set ONRECORD_SHARED")
def test_the_sample_database_of_dna_is_met_on_the_command_line(run: Run, tmp_path: Path) -> None:
    """The networks of DNA's sample database are those that DNA exports."""
    store = str(tmp_path / "s.db")
    assert "40 statements" in run("import", str(SAMPLE), "--ledger", store).stderr
    theirs = SAMPLE.parent / "networks" / "onemode_org_subtract_jaccard_dup-document.csv"
    with theirs.open(encoding="utf-8", newline="") as handle:
        expected = list(csv.reader(handle, delimiter=";"))
    flags = ["--aggregate", "subtract", "--normalise", "jaccard", "--duplicates", "document"]
    for path in (str(SAMPLE), store):
        found = list(csv.reader(run("network", "--ledger", path, "--format", "csv", *flags).stdout.splitlines()))
        assert [row[0] for row in found] == [row[0] for row in expected]
        for mine, line in zip(found[1:], expected[1:], strict=True):
            assert [float(cell) for cell in mine[1:]] == pytest.approx([float(cell) for cell in line[1:]], abs=1e-9)


def test_networks_in_every_format(run: Run, tmp_path: Path) -> None:
    """A network is written in every format."""
    base = database(tmp_path / "a.dna")
    for form in ("csv", "jsonl", "graphml", "gexf", "dl", "png", "svg", "html"):
        path = tmp_path / f"n.{form}"
        found = run("network", "--ledger", base, "--aggregate", "subtract", "--format", form, "-o", str(path))
        assert found.exit_code == 0, found.stderr
        assert path.stat().st_size > 20
    assert json.loads((tmp_path / "n.jsonl").read_text().splitlines()[0]) == {
        "source": "A",
        "target": "B",
        "weight": -2.0,
    }


def test_windows_make_a_file_each_in_graph_formats(run: Run, tmp_path: Path) -> None:
    """A moving window makes one file per window in graph formats."""
    base = database(tmp_path / "a.dna")
    flags = ["--window", "days:20", "--kernel", "uniform", "--format", "graphml", "-o", str(tmp_path / "n.graphml")]
    assert run("network", "--ledger", base, *flags).exit_code == 0
    assert (tmp_path / "n-00001.graphml").is_file()


@pytest.mark.parametrize("measure", ["backbone", "clusters", "centralities", "polarization", "intervals"])
def test_measures(run: Run, tmp_path: Path, measure: str) -> None:
    """Every measure gives rows."""
    base = database(tmp_path / "a.dna")
    found = run("network", "--ledger", base, "--aggregate", "subtract", "--measure", measure, "--format", "jsonl")
    assert found.exit_code == 0, found.stderr
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert rows or measure == "backbone"


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        ("--kernel gaussian", "--window days:8"),
        ("--window fortnight:1", "days:8"),
        ("--mode two --normalise jaccard", "one-mode"),
        ("--rows issue", "different"),
        ("--exclude issue", "FIELD=VALUE"),
        ("--measure pooled", "--window months:3"),
        ("--exclude mood=bad", "mood"),
    ],
)
def test_flags_that_make_no_sense_are_explained(run: Run, tmp_path: Path, flags: str, word: str) -> None:
    """Invalid flags are explained with status 2."""
    found = run("network", "--ledger", database(tmp_path / "a.dna"), *flags.split())
    assert found.exit_code == 2
    assert word in found.stderr
    assert "Traceback" not in found.stderr


def test_foreign_and_damaged_databases_are_explained(run: Run, tmp_path: Path) -> None:
    """Files that are no DNA database are explained in one line."""
    (tmp_path / "x.dna").write_text("not a database, and not a short text either " * 40)
    for command in (["import", str(tmp_path / "x.dna")], ["network", "--ledger", str(tmp_path / "x.dna")]):
        found = run(*command, *([] if "--ledger" in command else ["--ledger", str(tmp_path / "l.db")]))
        assert found.exit_code == 1
        assert "no readable DNA database" in found.stderr
    assert not (tmp_path / "l.db").exists()


COMMANDS = ["timeline", "changes", "conflicts", "drift", "redlines", "conditions", "common-ground", "scenario"]


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
@pytest.mark.parametrize("command", [*COMMANDS, "conflicts --kind reports", "scenario --show concessions"])
def test_one_statement_and_none_are_no_trouble(run: Run, ledger: str, command: str, form: str) -> None:
    """Every command copes with one statement and with none."""
    for flags in ([], ["--outlet", "nobody"]):
        found = run(*command.split(), "--ledger", ledger, "--format", form, *flags)
        assert found.exit_code == 0, found.stderr
        assert "nan" not in found.stdout.lower()


def test_what_the_commands_say_of_one_statement(run: Run, ledger: str) -> None:
    """Each analysis of a single statement shows that statement."""
    (line,) = run("timeline", "--ledger", ledger, "--format", "jsonl").stdout.splitlines()
    assert (json.loads(line)["actor"], json.loads(line)["stance"]) == ("Ann Lee", "oppose")
    (line,) = run("conditions", "--ledger", ledger, "--format", "jsonl").stdout.splitlines()
    assert (json.loads(line)["before"], json.loads(line)["after"]) == ("the toll is dropped", "bridge")
    (line,) = run("scenario", "--ledger", ledger, "--format", "jsonl").stdout.splitlines()
    told = json.loads(line)
    assert (told["compromise"], told["outcome"]) == (-1.0, "oppose")
    assert "no forecast" in told["note"]
    assert "no forecast" in run("scenario", "--ledger", ledger).stderr


def test_scenario_takes_capabilities_and_assumptions(run: Run, ledger: str, tmp_path: Path) -> None:
    """A scenario takes capabilities and assumptions from its flags."""
    (tmp_path / "c.csv").write_text("actor,capability\nAnn Lee,3\n", encoding="utf-8")
    flags = ["--capabilities", str(tmp_path / "c.csv"), "--what-if", "Ann Lee:bridge=support", "--format", "jsonl"]
    found = run("scenario", "--ledger", ledger, *flags, "--ktab", str(tmp_path / "k.csv"))
    assert json.loads(found.stdout)["compromise"] == 1.0
    assert "Assumed, not reported" in found.stderr
    assert (tmp_path / "k.csv").read_text().splitlines()[2].startswith("Ann Lee,,3.0,100.0")
    for bad in (["--what-if", "Ann Lee"], ["--capabilities", str(tmp_path / "none.csv")]):
        assert run("scenario", "--ledger", ledger, *bad).exit_code == 2


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "jsonld", "xlsx", "qdpx", "dna"])
def test_export_writes_each_format(run: Run, ledger: str, tmp_path: Path, ending: str) -> None:
    """Every export format is written."""
    path = tmp_path / f"e.{ending}"
    found = run("export", "--ledger", ledger, "-o", str(path))
    assert found.exit_code == 0, found.stderr
    assert "1 statement" in found.stderr
    assert path.stat().st_size > 100


def test_csv_has_one_dialect(run: Run, ledger: str, tmp_path: Path) -> None:
    """The columns that `statements` and `export` have in common hold the same cells, lists joined alike."""
    run("export", "--ledger", ledger, "-o", str(tmp_path / "e.csv"))
    with (tmp_path / "e.csv").open(encoding="utf-8", newline="") as stream:
        exported = list(csv.DictReader(stream))
    printed = list(csv.DictReader(io.StringIO(run("statements", "--ledger", ledger, "--format", "csv").stdout)))
    common = set(exported[0]) & set(printed[0])
    assert {"id", "chain", "quote", "speaker", "stance"} <= common
    assert [{name: row[name] for name in common} for row in exported] == [
        {name: row[name] for name in common} for row in printed
    ]


def test_export_to_brat_and_back_from_json_lines(run: Run, ledger: str, tmp_path: Path) -> None:
    """Statements are exported to brat, and JSON Lines are imported back."""
    assert run("export", "--ledger", ledger, "--format", "brat", "-o", str(tmp_path / "b")).exit_code == 0
    assert (tmp_path / "b" / "brask-1.ann").is_file()
    run("export", "--ledger", ledger, "-o", str(tmp_path / "e.jsonl"))
    again = str(tmp_path / "again.db")
    assert run("import", str(tmp_path / "e.jsonl"), "--ledger", again).exit_code == 0
    one, two = (run("statements", "--ledger", path, "--format", "jsonl").stdout for path in (ledger, again))
    assert one == two
    assert run("export", "--ledger", ledger, "-o", "x.unknown").exit_code == 1


def test_a_whole_database_is_exported_whole(run: Run, tmp_path: Path) -> None:
    """An unfiltered DNA database is exported with all its tables."""
    base = database(tmp_path / "a.dna")
    assert run("export", "--ledger", base, "-o", str(tmp_path / "b.dna")).exit_code == 0
    first, second = dna.read(base).tables, dna.read(tmp_path / "b.dna").tables
    assert all(second[name].equals(first[name]) for name in first)


def test_the_matrix_takes_a_window_intervals_and_a_database(run: Run, ledger: str, tmp_path: Path) -> None:
    """The matrix takes intervals, a window and a DNA database."""
    found = run("matrix", "--ledger", ledger, "--intervals", "--format", "jsonl")
    row = json.loads(found.stdout)
    assert row["low"] <= row["value"] <= row["high"]
    assert (
        run("matrix", "--ledger", ledger, "--as-of", "2026-04", "--window", "days:5", "--format", "csv").exit_code == 0
    )
    assert "support" in run("matrix", "--ledger", database(tmp_path / "a.dna"), "--by", "affiliation").stdout

"""On databases that hold everything odd, networks are what DNA's rules give, asked of the file or of a ledger."""

from __future__ import annotations

import csv
import io
import os
import re
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from onrecord.analyse.encoding import EncodedTable
from onrecord.analyse.network_types import Options
from onrecord.analyse.networks import network
from onrecord.show.cli.options import FilterOptions, Store
from onrecord.show.cli.queries import ask

from .conftest import Run

from tests import odd_dna  # isort: skip

ONE = [("one", a, n) for a in ("ignore", "congruence", "conflict", "subtract")
       for n in ("none", "average", "jaccard", "cosine")]  # fmt: skip
TWO = [("two", a, n) for a in ("ignore", "subtract", "combine") for n in ("none", "activity", "prominence")]
PAIRS = [
    ("affiliation", "issue"), ("speaker", "affiliation"), ("outlet", "issue"), ("article", "issue"),
    ("issue", "speaker"), ("speaker", "issue"), ("issue", "affiliation"),
]  # fmt: skip
CHOICES: list[dict[str, Any]] = [
    {}, {"exclude": ("affiliation", "A=B", False)}, {"exclude": ("issue", "dam", True)}, {"isolates": True},
    {"exclude": ("outlet", "Wire", False), "isolates": True}, {"exclude": ("outlet", "", True)},
    {"since": "1970-01-01", "until": "2020-02-29"}, {"until": "1969-12-31", "isolates": True},
    {"exclude": ("agreement", None, False)}, {"exclude": ("author", "Ed", False)}, {"exclude": ("tone", "warm", True)},
    {"exclude": ("speaker", "", False)}, {"exclude": ("sure", "1", False)}, {"exclude": ("section", "News", True)},
    {"since": "2020-02-29"}, {"until": "2019-01-01"}, {"since": "2030-01-01", "isolates": True},
]  # fmt: skip
SEED = int(os.environ.get("ONRECORD_TEST_SEED", "1"))
DUPLICATES = ("include", "document", "week", "month", "year", "all")


def settings(kind: str) -> list[dict[str, Any]]:
    """Every mode, aggregate and normalisation with every filter of duplicates; the rest goes round.

    The lengths (6, 7 and 17) have no divisor in common, so that all meet all.
    """
    found = []
    for place, ((mode, aggregate, normalise), duplicates) in enumerate(product([*ONE, *TWO], DUPLICATES)):
        pair, choice = PAIRS[place % len(PAIRS)], CHOICES[place % len(CHOICES)]
        how = {
            "mode": mode, "aggregate": aggregate, "normalise": normalise, "duplicates": duplicates, "rows": pair[0],
            "columns": pair[1], "isolates": False, "qualifier": "agreement", **choice,
        }  # fmt: skip
        if how.get("exclude", ("",))[0] == "agreement":
            how["exclude"] = ("agreement", {"boolean": "1", "integer": "-2", "short text": "warm"}[kind], False)
        found.append(how)
    return found


def flags(how: dict[str, Any]) -> list[str]:
    """Translate settings to flags."""
    made = []
    for name in ("mode", "aggregate", "normalise", "duplicates", "rows", "columns", "since", "until"):
        if name in how:
            made += [f"--{name}", how[name]]
    if "exclude" in how:
        field, value, inverted = how["exclude"]
        made += ["--exclude", f"{field}={value}", *(["--invert"] if inverted else [])]
    return made + (["--isolates"] if how["isolates"] else [])


def options(how: dict[str, Any], table: pl.DataFrame) -> Options:
    """Translate settings to options."""
    field, value, inverted = how.get("exclude", ("", "", False))
    pairs = ((field, value),) if field else ()
    names = ("mode", "rows", "columns", "aggregate", "normalise", "duplicates", "isolates", "since", "until")
    return Options(
        qualifier="qualifier" if "qualifier" in table.columns else "stance",
        exclude=() if inverted else pairs, only=pairs if inverted else (),
        **{name: how[name] for name in names if name in how},
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["boolean", "integer", "short text"])
def test_every_setting_is_dnas_rule_on_file_and_ledger(run: Run, tmp_path: Path, kind: str) -> None:
    """On an odd database every setting gives DNA's matrix, from the file and from the ledger."""
    base = odd_dna.make(tmp_path / "odd.dna", kind=kind, seed=SEED)
    store = str(tmp_path / "odd.db")
    said = run("import", str(base), "--ledger", store)
    assert said.exit_code == 0
    assert "coded again over the same words alike" in said.stderr
    loops = odd_dna.Loops(base)
    both = [EncodedTable(ask(Store(ledger=path), FilterOptions()).table) for path in (str(base), store)]
    for how in settings(kind):
        rows, columns, values = loops.network(**how)
        for coded in both:
            net = network(coded, options(how, coded.table))
            assert (list(net.rows), list(net.columns)) == (rows, columns), how
            assert net.values == pytest.approx(np.array(values).reshape(len(rows), len(columns)), abs=1e-9), how


@pytest.mark.parametrize("kind", ["boolean", "integer", "short text"])
def test_the_command_says_the_same(run: Run, tmp_path: Path, kind: str) -> None:
    """The command prints the same matrices as the library."""
    base = odd_dna.make(tmp_path / "odd.dna", kind=kind, seed=SEED)
    store = str(tmp_path / "odd.db")
    run("import", str(base), "--ledger", store)
    loops = odd_dna.Loops(base)
    for how in settings(kind)[::13]:
        rows, columns, values = loops.network(**how)
        for ledger in (str(base), store):
            found = run("network", "--ledger", ledger, "--format", "csv", *flags(how))
            assert found.exit_code == 0, (flags(how), found.stderr)
            table = list(csv.reader(io.StringIO(found.stdout)))
            assert (table[0][1:], [line[0] for line in table[1:]]) == (columns, rows), (flags(how), ledger)
            for line, expected in zip(table[1:], values, strict=True):
                assert [float(cell) for cell in line[1:]] == pytest.approx(expected, abs=1e-9), (flags(how), ledger)


@pytest.mark.parametrize("kind", ["boolean", "integer", "short text"])
def test_windows_and_event_lists_of_file_and_ledger_are_one(run: Run, tmp_path: Path, kind: str) -> None:
    """All but the ids, which are those of the store that is asked."""
    moments = [at for at in odd_dna.MOMENTS if at > "2019-12"]
    base = odd_dna.make(tmp_path / "odd.dna", kind=kind, seed=SEED, moments=moments)
    store = str(tmp_path / "odd.db")
    run("import", str(base), "--ledger", store)
    shapes = [
        "--mode events --duplicates week", "--aggregate congruence --window days:8",
        "--normalise jaccard --duplicates all --window events:6",
        "--aggregate subtract --window weeks:3 --until 2020-03",
        "--mode two --aggregate subtract --window months:2 --kernel epanechnikov",
        "--normalise average --duplicates document --window days:40 --kernel gaussian",
        "--aggregate conflict --window days:9 --kernel uniform --isolates --since 2020-01-05",
    ]  # fmt: skip
    for shape in shapes:
        found = [run("network", "--ledger", path, "--format", "csv", *shape.split()) for path in (str(base), store)]
        assert found[0].exit_code == found[1].exit_code == 0, found[0].stderr
        one, two = (
            [{**row, "id": "", "article": ""} for row in csv.DictReader(io.StringIO(got.stdout))] for got in found
        )
        assert one == two, shape
        assert one


ASKED = [
    "matrix --intervals", "timeline", "changes", "conflicts", "drift", "redlines", "conditions", "common-ground",
    "scenario", "network --window days:8 --kernel epanechnikov --since 2030-01-01", "network --measure centralities",
]  # fmt: skip


@pytest.mark.parametrize("size", [0, 1, 20])
def test_no_statement_one_and_odd_ones_are_an_answer(run: Run, tmp_path: Path, size: int) -> None:
    """Statements without actor or issue, an actor with one, an empty window: a typed table, and no NaN in it."""
    base = str(odd_dna.make(tmp_path / "odd.dna", kind="integer", size=size))
    for asked in ASKED:
        found = run(*asked.split(), "--ledger", base, "--format", "csv")
        assert (found.exit_code, asked) == (0, asked), found.stderr
        assert not {"nan", "inf"} & set(re.split(r"[,\n]", found.stdout.lower()))


def test_a_damaged_database_is_one_line_for_every_command(run: Run, tmp_path: Path) -> None:
    """A damaged database is one line on standard error, for every command."""
    path = odd_dna.make(tmp_path / "odd.dna")
    whole = bytearray(path.read_bytes())
    whole[5000:9000] = b"\xff" * 4000
    path.write_bytes(whole)
    for asked in ASKED:
        found = run(*asked.split(), "--ledger", str(path))
        assert (found.exit_code, asked) == (1, asked)
        assert str(path) in found.stderr
        assert len(found.stderr.strip().splitlines()) == 1

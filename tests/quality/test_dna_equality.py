"""Every network that DNA's own exporter made of its sample and of an invented database is met within 1e-9."""

from __future__ import annotations

import csv
import html
import os
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from onrecord.analyse.encoding import EncodedTable
from onrecord.analyse.network_types import Options
from onrecord.analyse.networks import events, network
from onrecord.analyse.windows import series
from onrecord.exchange import dl, dna, graphml

SHARED = Path(os.environ.get("ONRECORD_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = SHARED / "data" / "dna"
DATABASES = {"sample": "sample.dna", "synthetic": "open.dna"}
FIELDS = {"organization": "affiliation", "person": "speaker", "concept": "issue", "id(doc)": "article"}
MODES = {"onemode": "one", "twomode": "two", "eventlist": "events"}
TOLERANCE = 1e-9


def manifest() -> list[tuple[str, dict[str, str]]]:
    """Read the manifests of the reference matrices."""
    rows = []
    for name in DATABASES:
        path = FOLDER / name / "MANIFEST.tsv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as handle:
                rows += [(name, row) for row in csv.DictReader(handle, delimiter="\t")]
    return rows


MANIFEST = manifest()
needs_data = pytest.mark.skipif(not MANIFEST, reason=f"no DNA databases under {FOLDER}; set ONRECORD_SHARED")


@cache
def coded(name: str) -> EncodedTable:
    """Encode a reference database once."""
    return EncodedTable(dna.table(dna.read(FOLDER / name / DATABASES[name])))


def options(row: dict[str, str]) -> Options:
    """Translate a manifest's row to options."""
    pairs = ()
    if row["excludeValues"] != "{}":
        field, values = row["excludeValues"].strip("{}").split("=", 1)
        pairs = ((FIELDS[field], values.strip("[]")),)
    inverted = row["invertValues"] == "true"
    return Options(
        mode=MODES[row["networkType"]],
        rows=FIELDS[row["variable1"]],
        columns=FIELDS[row["variable2"]],
        qualifier=None if row["qualifier"] == "null" else row["qualifier"],
        aggregate=row["qualifierAggregation"],
        normalise={"no": "none"}.get(row["normalization"], row["normalization"]),
        duplicates={"acrossrange": "all"}.get(row["duplicates"], row["duplicates"]),
        exclude=() if inverted else pairs,
        only=pairs if inverted else (),
        isolates=row["isolates"] == "true",
    )


def years(name: str) -> int:
    """Count the years of a database."""
    return coded(name).table["date"].dt.year().n_unique()


def counted(name: str, row: dict[str, str]) -> int:
    """Count the statements that are left after filters and the rule for duplicates."""
    if row["networkType"] == "eventlist":
        return events(coded(name), options(row)).height
    return network(coded(name), options(row)).statements


def cases(*, windows: bool) -> list[object]:
    """Return the reference matrices with or without time windows."""
    return [
        pytest.param(name, row, id=f"{name}-{row['file']}")
        for name, row in MANIFEST
        if (row["timeWindow"] != "no") == windows
    ] or [pytest.param("", {}, id="none", marks=needs_data)]


def read_matrix(path: Path) -> tuple[list[str], list[str], np.ndarray]:
    """Read a reference matrix."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle, delimiter=";"))
    columns = rows[0][1:]
    return [row[0] for row in rows[1:]], columns, np.array([[float(x) for x in row[1:]] for row in rows[1:]])


@needs_data
@pytest.mark.parametrize(("name", "row"), cases(windows=False))
def test_static_networks(name: str, row: dict[str, str]) -> None:
    """The number of statements, the sum of all cells, and each cell where the matrix is there.

    DNA merges the same week or month of different years, so that more statements are left here.
    """
    if row["duplicates"] in ("week", "month") and years(name) > 1:
        left, by_document = (counted(name, row | {"duplicates": one}) for one in (row["duplicates"], "document"))
        assert int(row["statements_after_filter"]) <= left <= by_document
        return
    if row["networkType"] == "eventlist":
        assert counted(name, row) == int(row["statements_after_filter"])
        return
    ours = network(coded(name), options(row))
    assert ours.statements == int(row["statements_after_filter"])
    assert f"{len(ours.rows)}x{len(ours.columns)}" == row["dim"]
    assert ours.values.sum() == pytest.approx(float(row["sum_all_cells"]), abs=TOLERANCE)
    path = FOLDER / name / "networks" / row["file"]
    if path.is_file():
        rows, columns, values = read_matrix(path)
        assert list(ours.rows) == rows
        assert list(ours.columns) == columns
        assert np.abs(ours.values - values).max() < TOLERANCE


@needs_data
@pytest.mark.parametrize(("name", "row"), cases(windows=True))
def test_time_windows(name: str, row: dict[str, str]) -> None:
    """The number of windows and their sum, and each cell of each window where the long table is there.

    Two kernels of DNA 3.0 weigh the two halves of a window unequally: of these only the windows are compared.
    """
    kernel = None if row["kernel"] == "null" else row["kernel"]
    found = list(series(coded(name), options(row), f"{row['timeWindow']}:{row['windowSize']}", kernel=kernel))
    assert len(found) == int(row["matrices"])
    if kernel in ("triangular", "epanechnikov"):
        return
    assert sum(net.values.sum() for net in found) == pytest.approx(float(row["sum_all_cells"]), abs=1e-7, rel=1e-12)
    path = FOLDER / name / "timewindow" / row["file"].replace(".csv", "_long.csv")
    if not path.is_file():
        return
    theirs: dict[int, dict[tuple[str, str], float]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as handle:
        for line in csv.DictReader(handle, delimiter=";"):
            theirs[int(line["k"])][line["row"], line["column"]] = float(line["value"])
            net = found[int(line["k"]) - 1]
            assert net.middle is not None
            assert net.middle.isoformat().startswith(line["middle"])
    for k, cells in theirs.items():
        net = found[k - 1]
        ours = {(a, b): net.values[i, j] for i, a in enumerate(net.rows) for j, b in enumerate(net.columns)}
        assert ours.keys() == cells.keys()
        assert max(abs(ours[key] - value) for key, value in cells.items()) < TOLERANCE


@needs_data
def test_event_list_is_dnas_cell_by_cell() -> None:
    """Ids, times, spans and words of the sample's event list, in order."""
    with (FOLDER / "sample" / "eventlist.csv").open(encoding="utf-8", newline="") as handle:
        theirs = list(csv.DictReader(handle, delimiter=";"))
    ours = events(coded("sample"), Options(mode="events", qualifier="agreement")).to_dicts()
    assert len(ours) == len(theirs) == 40
    for mine, line in zip(ours, theirs, strict=True):
        assert mine["id"] == line["statement_id"]
        assert mine["time"].isoformat(" ") == line["time"]
        assert (mine["start"], mine["stop"]) == (int(line["start_position"]), int(line["stop_position"]))
        assert [mine["speaker"], mine["affiliation"], mine["issue"]] == [
            line["person"], line["organization"], line["concept"],
        ]  # fmt: skip
        assert int(mine["agreement"]) == int(line["agreement"])
        assert mine["quote"].replace(";", ",").replace('"', "'") == line["text"]


@needs_data
@pytest.mark.parametrize("file", ["onemode_org_subtract_average", "twomode_org-concept_subtract_no"])
def test_dl_and_graphml_files_are_dnas(file: str) -> None:
    """Ours hold what DNA's hold: its DL file has six decimals, its GraphML file every tie, also those of weight 0."""
    (row,) = [row for name, row in MANIFEST if name == "sample" and row["file"] == f"{file}.graphml"]
    net = network(coded("sample"), options(row))
    rows, columns, values = dl.read((FOLDER / "sample" / f"{file}.dl").read_text(encoding="utf-8"))
    mine = dl.read(dl.write(net))
    # igraph reads no labels with blanks or commas, so ours has none
    for ours_names, names in ((mine[0], rows), (mine[1], columns)):
        assert [plain_label(name) for name in ours_names] == [plain_label(name) for name in names]
    assert np.abs(values - mine[2]).max() <= 5.1e-7
    theirs = graphml.read((FOLDER / "sample" / f"{file}.graphml").read_text(encoding="utf-8"))[1]
    ours = graphml.read(graphml.write(net))[1]
    ties = [{frozenset(tie[:2]): tie[2] for tie in found.iter_rows() if tie[2]} for found in (theirs, ours)]
    assert ties[0].keys() == ties[1].keys()
    assert max(abs(ties[0][pair] - ties[1][pair]) for pair in ties[0]) < TOLERANCE


def plain_label(name: str) -> str:
    """Write a label without blanks and commas."""
    return name.replace(",", "").replace(" ", "_")


@needs_data
def test_graphml_nodes_carry_the_attributes_of_their_entities() -> None:
    """The attributes read from a DNA database are those in the GraphML of DNA's own exporter."""
    base = dna.read(FOLDER / "sample" / DATABASES["sample"])
    told = dna.attributes(base)
    text = (FOLDER / "sample" / "onemode_org_subtract_average.graphml").read_text(encoding="utf-8")
    types = dict(re.findall(r'<data key="name">([^<]+)</data>.*?<data key="Type">([^<]+)</data>', text, re.DOTALL))
    assert {html.unescape(name): html.unescape(kind) for name, kind in types.items()} == {
        name: told[name]["Type"] for name in coded("sample").field("affiliation").names
    }

"""Open every export in the program that it is for: `python bench/consumers/run.py [FOLDER]`.

A check whose consumer is not installed is listed as not checked. The status is 1 where a check fails.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

EXPORTS = ("statements.csv", "statements.parquet", "statements.jsonl", "statements.jsonld", "statements.xlsx",
           "study.qdpx", "study.dna")  # fmt: skip
ANNO = {
    "oa": "http://www.w3.org/ns/oa#", "dcterms": "http://purl.org/dc/terms/", "as": "http://www.w3.org/ns/activitystreams#",
    "@vocab": "http://www.w3.org/ns/oa#", "id": "@id", "type": "@type", "created": "dcterms:created",
    "creator": "dcterms:creator", "generator": "as:generator", "items": "as:items", "first": "as:first",
    "target": "oa:hasTarget", "body": "oa:hasBody", "selector": "oa:hasSelector", "source": "oa:hasSource",
}  # fmt: skip
VIGNETTE = Path(__file__).with_name("vignette.R")
NETWORKS = ("one.graphml", "one.gexf", "one.dl", "one.csv", "two.graphml")


def written(folder: Path) -> int:
    """Write all exports of the sample into a folder, over those of an earlier run; returns the number of statements."""
    (folder / "demo.db").unlink(missing_ok=True)
    run("demo", "--ledger", str(folder / "demo.db"), "--format", "csv")
    shared = ("--ledger", str(folder / "demo.db"), "--min-confidence", "0")
    for name in EXPORTS:
        run("export", *shared, "-o", str(folder / name))
    for form in ("brat", "xmi"):
        run("export", *shared, "--format", form, "-o", str(folder / form))
    run("export", *shared, "--format", "claimreview", "-o", str(folder / "claims.json"))
    for name in NETWORKS:
        mode = "two" if name.startswith("two") else "one"
        run("network", *shared, "--mode", mode, "--aggregate", "subtract", "-o", str(folder / name))
    dna = ("--ledger", str(folder / "study.dna"), "--mode", "two", "--aggregate", "subtract")
    run("network", *dna, "-o", str(folder / "dna-two.csv"))
    average = ("--aggregate", "subtract", "--normalise", "average", "--duplicates", "document")
    run("network", "--ledger", str(folder / "study.dna"), *average, "-o", str(folder / "dna-one.csv"))
    with (folder / "statements.csv").open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.DictReader(lines))


def run(*words: str) -> None:
    """Run OnRecord."""
    code = "from onrecord.show.cli import main; main()"
    subprocess.run([sys.executable, "-c", code, *words], check=True, stdout=subprocess.DEVNULL)


def pandas_tables(folder: Path, count: int) -> None:
    """pandas reads CSV and Parquet."""
    import pandas

    assert len(pandas.read_csv(folder / "statements.csv")) == count
    assert len(pandas.read_parquet(folder / "statements.parquet")) == count


def duckdb_parquet(folder: Path, count: int) -> None:
    """DuckDB reads Parquet, with dates as dates."""
    import duckdb

    ((rows, first),) = duckdb.sql(f"SELECT count(*), min(date) FROM '{folder / 'statements.parquet'}'").fetchall()
    assert rows == count
    assert isinstance(first, date)


def openpyxl_sheets(folder: Path, count: int) -> None:
    """openpyxl finds both sheets, with widths, wrapped text and a filter."""
    import openpyxl

    sheet = openpyxl.load_workbook(folder / "statements.xlsx")["statements"]
    assert sheet.max_row == count + 1
    assert sheet.auto_filter.ref
    assert sheet.column_dimensions["A"].width > 0


def libreoffice_sheet(folder: Path, count: int) -> None:
    """LibreOffice opens the workbook."""
    words = ["soffice", "--headless", "--convert-to", "csv", "--outdir", str(folder / "lo")]
    subprocess.run([*words, str(folder / "statements.xlsx")], check=True, stdout=subprocess.DEVNULL)
    assert (folder / "lo" / "statements.csv").exists()


def networkx_graphs(folder: Path, count: int) -> None:
    """networkx reads GraphML and GEXF, with names and weights."""
    import networkx

    for graph in (networkx.read_graphml(folder / "one.graphml"), networkx.read_gexf(folder / "one.gexf")):
        assert graph.number_of_nodes() > 2
        assert all("weight" in tie for *_, tie in graph.edges(data=True))
    assert all("name" in node for _, node in networkx.read_graphml(folder / "one.graphml").nodes(data=True))


def igraph_graphs(folder: Path, count: int) -> None:
    """igraph (as in R) finds `name` and `type` in GraphML, and reads DL."""
    import igraph

    one = igraph.Graph.Read_GraphML(str(folder / "one.graphml"))
    assert len(set(one.vs["name"])) == one.vcount()
    assert set(igraph.Graph.Read_GraphML(str(folder / "two.graphml")).vs["type"]) == {False, True}
    assert igraph.Graph.Read_DL(str(folder / "one.dl"), directed=False).vcount() == one.vcount()


def cassis_xmi(folder: Path, count: int) -> None:
    """dkpro-cassis reads every XMI file; the words of each part are in its text."""
    import cassis

    with (folder / "xmi" / "TypeSystem.xml").open("rb") as file:
        types = cassis.load_typesystem(file)
    found = 0
    for path in sorted((folder / "xmi").glob("*.xmi")):
        with path.open("rb") as file:
            cas = cassis.load_cas_from_xmi(file, typesystem=types)
        found += len(cas.select("webanno.custom.OnRecordStatement"))
        assert all(part.get_covered_text() for part in cas.select("webanno.custom.OnRecordPart"))
    assert found == count


def rdflib_annotations(folder: Path, count: int) -> None:
    """rdflib expands the Web Annotations, under the terms of the W3C's context that they use; no host is asked."""
    import rdflib

    document = json.loads((folder / "statements.jsonld").read_text(encoding="utf-8"))
    assert document["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    document["@context"][0] = ANNO
    graph = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    kind = rdflib.URIRef(ANNO["oa"] + "Annotation")
    found = set(graph.subjects(rdflib.RDF.type, kind))
    assert len(found) == count
    for term in ("dcterms:created", "as:generator", "oa:hasTarget", "oa:hasBody"):
        prefix, _, name = term.partition(":")
        assert found <= set(graph.subjects(rdflib.URIRef(ANNO[prefix] + name))), term


def claims(folder: Path, count: int) -> None:
    """ClaimReview is JSON with the fields that schema.org names; nothing but Python is needed."""
    graph = json.loads((folder / "claims.json").read_text(encoding="utf-8"))["@graph"]
    assert len(graph) == count
    assert all(one["itemReviewed"]["@type"] == "Claim" for one in graph)


def refi_project(folder: Path, count: int) -> None:
    """The QDPX is a zip with a project and its sources; its schema is tested in `tests/unit/exchange`."""
    with zipfile.ZipFile(folder / "study.qdpx") as project:
        assert "project.qde" in project.namelist()


def r_vignette(folder: Path, count: int) -> None:
    """R runs the vignette's code for tables, graphs and DNA databases (`bench/consumers/vignette.R`)."""
    subprocess.run(["Rscript", "--vanilla", str(VIGNETTE), str(folder)], check=True, stdout=subprocess.DEVNULL)


def json_schemas(folder: Path, count: int) -> None:
    """jsonschema takes every exported record, and the codebook of the sample, under the schemas that we print."""
    import jsonschema
    import yaml

    schemas = {}
    for name in ("article", "statement", "codebook"):
        code = "from onrecord.show.cli import main; main()"
        made = subprocess.run([sys.executable, "-c", code, "schema", name], check=True, capture_output=True, text=True)
        schemas[name] = jsonschema.Draft202012Validator(json.loads(made.stdout))
    records = [json.loads(line) for line in (folder / "statements.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = ["article" if "text" in record else "statement" for record in records]
    assert kinds.count("statement") == count
    for kind, record in zip(kinds, records, strict=True):
        schemas[kind].validate(record)
    run("demo", "--write", str(folder / "sample"))
    for path in (folder / "sample").glob("*.yaml"):
        schemas["codebook"].validate(yaml.safe_load(path.read_text(encoding="utf-8")))


CHECKS: tuple[tuple[str, Callable[[Path, int], None]], ...] = (
    ("pandas", pandas_tables), ("duckdb", duckdb_parquet), ("openpyxl", openpyxl_sheets),
    ("$soffice", libreoffice_sheet), ("networkx", networkx_graphs), ("igraph", igraph_graphs), ("cassis", cassis_xmi),
    ("rdflib", rdflib_annotations), ("json", claims), ("zipfile", refi_project), ("jsonschema", json_schemas),
    ("$Rscript", r_vignette),
)  # fmt: skip


def there(consumer: str) -> bool:
    """Whether a library, or a program (`$NAME`), is installed."""
    if consumer.startswith("$"):
        return shutil.which(consumer[1:]) is not None
    return importlib.util.find_spec(consumer) is not None


def main(arguments: list[str]) -> int:
    """Write the exports and run the checks."""
    with tempfile.TemporaryDirectory(prefix="consumers-") as place:
        folder = Path(arguments[0]) if arguments else Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        count = written(folder)
        failed = 0
        for consumer, check in CHECKS:
            name = f"{consumer.lstrip('$'):10}  {(check.__doc__ or '').splitlines()[0]}"
            if not there(consumer):
                print(f"not checked  {name}")
                continue
            try:
                check(folder, count)
            except Exception as error:  # noqa: BLE001 - one consumer after the other
                failed += 1
                print(f"failed       {name}: {type(error).__name__}: {error}")
            else:
                print(f"opened       {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Serve every file format of the command line, for the statements of a view."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from onrecord.core.statement import Statement
from onrecord.exchange.formats import Content, by_name, formats, names
from onrecord.show.desk.exports import download, encoded_response
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot
from onrecord.view import View, expanded, valued

MAX_STATEMENTS = 50_000  # statements of a format that needs whole statements, with the texts of their articles
FETCH = 500
TABLES = ("csv", "parquet", "xlsx")
WHAT = {
    "csv": "one row a statement", "parquet": "the same, typed, for data frames", "xlsx": "Excel, with the positions",
    "jsonl": "articles with statements; onrecord import takes them back", "jsonld": "W3C Web Annotations",
    "qdpx": "REFI-QDA, for ATLAS.ti, MAXQDA and NVivo", "brat": "stand-off files, in a zip",
    "xmi": "UIMA CAS for INCEpTION, in a zip", "claimreview": "schema.org ClaimReview",
    "dna": "Discourse Network Analyzer 3 (coder Admin, password onrecord)",
}  # fmt: skip


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [Route("/export", page(export)), Route("/export/statements.{format}", page(export_file))]


def export(ctx: RequestContext) -> Response:
    """Serve `/export`: the formats, for the statements that fit the filters."""
    now = ctx.view()
    offered = [(one.name, WHAT.get(one.name, "")) for one in formats(Content.STATEMENTS)]
    return ctx.render(
        "export.html",
        now=now,
        labels=now.labels(),
        offered=offered,
        total=_rows(now).height,
        most=MAX_STATEMENTS,
        tables=TABLES,
    )


def export_file(ctx: RequestContext) -> Response:
    """Serve `/export/statements.dna` and the like, written as by `onrecord export`, at the threshold of the address."""
    now, form = ctx.view(), str(ctx.request.path_params["format"])
    rows = _rows(now)
    if form not in TABLES and rows.height > MAX_STATEMENTS:
        raise HTTPException(
            413, f"More than {MAX_STATEMENTS:,} statements; narrow the filters, or use `onrecord export`."
        )
    ledger = ctx.desk.ledger
    values = ledger.values()
    coders = dict(rows.select("id", "coder").drop_nulls().iter_rows())
    numbers = rows["number"].to_list()

    def statements() -> Iterator[Statement]:
        for at in range(0, len(numbers), FETCH):
            yield from ledger.numbered(numbers[at : at + FETCH])

    view = View(
        valued(expanded(rows), values), now.min_confidence, now.names, ledger, coders=coders,
        created=now.created or None, values=values, chosen=statements,
    )  # fmt: skip
    if form in names(Content.STATEMENTS) and by_name(Content.STATEMENTS, form).folder:
        return _zipped(view, form)
    return encoded_response(Content.STATEMENTS, form, view, "statements")


def _rows(now: Snapshot) -> pl.DataFrame:
    return now.table.filter("asserted")


def _zipped(view: View, form: str) -> Response:
    """Serve a format that is a folder as a zip."""
    out = io.BytesIO()
    with TemporaryDirectory(prefix="onrecord-") as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        folder = Path(made) / form
        by_name(Content.STATEMENTS, form).write(folder, view)
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return download(out.getvalue(), "application/zip", f"{form}.zip")

"""Build downloads: CSV, JSON, SVG."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import Response

from onrecord.exchange import csv
from onrecord.exchange.formats import Content, formats
from onrecord.show.desk.pages import HOLDS, SIGNS
from onrecord.show.desk.request_context import RequestContext, show
from onrecord.show.words import WORDS, short

# Colours that can be distinguished with every kind of colour vision (after Okabe & Ito 2008), as in desk.css.
COLOURS = {"support": "#0b6fae", "oppose": "#c2500c", "mixed": "#8a4f9e", "noncommittal": "#6b6b6b"}
MEDIA = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "jsonl": "application/jsonl",
    "jsonld": "application/ld+json", "markdown": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "graphml": "application/xml",
    "gexf": "application/xml", "dl": "text/plain; charset=utf-8", "svg": "image/svg+xml", "png": "image/png",
}  # fmt: skip
_OPACITY = {3: "1", 2: "0.62", 1: "0.36"}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # no XML has these


def csv_response(frame: pl.DataFrame, name: str) -> Response:
    """Send the rows of a frame as CSV, in the form of `onrecord export`."""
    return download(show(csv.table(frame)).encode(), "text/csv; charset=utf-8", name)


def table_response(ctx: RequestContext, frame: pl.DataFrame, name: str) -> Response:
    """Send the rows of a frame in the format that the address ends in: one of those for tables."""
    form = ctx.request.url.path.rpartition(".")[2]
    if form == "csv":
        return csv_response(frame, f"{name}.csv")
    if form == "json":
        return json_response(frame.to_dicts(), f"{name}.json")
    return encoded_response(Content.TABLE, form, frame, name)


def encoded_response(content: Content, form: str, value: Any, name: str) -> Response:
    """Send content in a format of the exchange registry, by name or ending; HTTP 404 if there is no such format."""
    found = next((one for one in formats(content) if form in (one.name, one.suffix.removeprefix("."))), None)
    if found is None or found.folder:
        raise HTTPException(404, f"It is sent as {', '.join(one.name for one in formats(content) if not one.folder)}.")
    return download(found.encode(value), MEDIA.get(found.name, "application/octet-stream"), f"{name}{found.suffix}")


def json_response(value: Any, name: str | None = None) -> Response:
    """Return a value as JSON; as a download where a name is given."""
    body = json.dumps(value, ensure_ascii=True, default=str).encode()
    return download(body, "application/json", name) if name else Response(body, media_type="application/json")


def svg_response(drawing: str, name: str) -> Response:
    """Return a drawing as a download, so that it is never a page of this site."""
    return download(show(drawing).encode(), "image/svg+xml", name)


def download(body: bytes, media: str, name: str) -> Response:
    """Send a file under a name of plain characters."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:80]
    return Response(body, media_type=media, headers={"content-disposition": f'attachment; filename="{safe}"'})


def matrix_svg(
    actors: Sequence[str], issues: Sequence[str], cells: Mapping[tuple[str, str], Mapping[str, Any]],
    labels: Mapping[str, str],
) -> str:  # fmt: skip
    """Draw the matrix: stance as colour and sign, the probability of the reading as strength."""
    left, top, width, height = 220, 150, 76, 26
    wide, high = left + width * len(issues) + 20, top + height * len(actors) + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{wide}" height="{high}" fill="#ffffff"/>',
    ]
    for column, issue in enumerate(issues):
        x = left + width * column + width / 2
        words = _xml(short(labels.get(issue, issue), 34))
        parts.append(f'<text transform="translate({x},{top - 8}) rotate(-40)" fill="#222">{words}</text>')
    for line, actor in enumerate(actors):
        y = top + height * line
        parts.append(
            f'<text x="{left - 10}" y="{y + 17}" text-anchor="end" fill="#222">{_xml(short(actor, 32))}</text>'
        )
        for column, issue in enumerate(issues):
            x = left + width * column
            parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="none" stroke="#ddd"/>')
            cell = cells.get((actor, issue))
            if cell is not None and "stance" not in cell:
                parts.append(
                    f'<text x="{x + width / 2}" y="{y + 17}" text-anchor="middle" fill="#666">? {cell["unsure"]}</text>'
                )
            elif cell is not None:
                colour, opacity = COLOURS[cell["stance"]], _OPACITY[cell["shade"]]
                ink = "#fff" if opacity == "1" else "#111"
                sure = f"{round(100 * cell['probability'])}% sure"
                said = f"{actor} {HOLDS[cell['stance']]} {labels.get(issue, issue)}: {sure}"
                parts.append(
                    f'<g><title>{_xml(said)}</title><rect x="{x + 2}" y="{y + 2}" width="{width - 4}" '
                    f'height="{height - 4}" fill="{colour}" fill-opacity="{opacity}"/><text x="{x + width / 2}" '
                    f'y="{y + 18}" text-anchor="middle" font-weight="700" fill="{ink}">'
                    f"{SIGNS[cell['stance']]}{' if' if cell['conditional'] else ''}</text></g>"
                )
    legend = "   ".join(f"{SIGNS[stance]} {WORDS[stance]}" for stance in COLOURS)
    parts.append(f'<text x="{left}" y="{high - 16}" fill="#444">{legend} · paler: less surely read</text></svg>')
    return "".join(parts)


def _xml(text: str) -> str:
    return _CONTROL.sub("\ufffd", escape(text, {'"': "&quot;"}))

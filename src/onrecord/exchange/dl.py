"""UCINET's DL, as a full matrix with labels; quotation marks in names are left out, as UCINET ends a label at them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from onrecord.analyse.networks import Network
from onrecord.errors import ExchangeError


def write(net: Network) -> str:
    """The network as DL text, in full double precision."""
    rows, columns = net.values.shape
    if net.mode == "one":
        lines = [f"dl n = {rows}, format = fullmatrix", "labels:", *map(_label, net.rows)]
    else:
        lines = [f"dl nr = {rows}, nc = {columns}, format = fullmatrix", "row labels:", *map(_label, net.rows)]
        lines += ["col labels:", *map(_label, net.columns)]
    lines += ["data:", *[" " + " ".join(map(repr, row)) for row in net.values.tolist()]]
    return "\n".join(lines) + "\n"


def read(text: str) -> tuple[list[str], list[str], Any]:
    """Row names, column names and values of a full matrix with labels; ExchangeError where it is none."""
    parts = re.split(r"^(labels|row labels|col labels|data):\s*$", text, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    if not parts[0].lstrip().startswith("dl ") or "data" not in found:
        raise ExchangeError("no DL file with a full matrix")
    labels = {key: re.findall(r'^"([^"\n]*)"\s*$', part, flags=re.MULTILINE) for key, part in found.items()}
    rows = labels.get("labels", labels.get("row labels", []))
    columns = labels.get("col labels", rows)
    try:
        values = np.array([float(cell) for cell in found["data"].split()]).reshape(len(rows), len(columns))
    except ValueError as error:
        raise ExchangeError(f"no DL matrix: {error}") from error
    return rows, columns, values


def _label(name: str) -> str:
    return '"' + re.sub(r"[\"'\r\n]", "", name) + '"'

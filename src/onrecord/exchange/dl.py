"""Write UCINET's DL: a one-mode network as a list of ties, which igraph reads too, a two-mode one as a full matrix.

In a list of ties labels are bare words: blanks and commas become `_`, and quotation marks are left out. Each tie stands
in both directions, as the matrix has it. igraph reads no two-mode networks in DL.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from onrecord.analyse.network_types import Network
from onrecord.errors import ExchangeError


def write(net: Network) -> str:
    """Encode a network as DL, in full double precision."""
    rows, columns = net.values.shape
    if net.mode == "one":
        lines = [f"dl n={rows}", "format = edgelist1", "labels:", *map(_word, net.rows), "data:"]
        for source, target in np.argwhere(net.values).tolist():
            lines.append(f"{source + 1} {target + 1} {float(net.values[source, target])!r}")
        return "\n".join(lines) + "\n"
    lines = [f"dl nr = {rows}, nc = {columns}, format = fullmatrix", "row labels:", *map(_label, net.rows)]
    lines += ["col labels:", *map(_label, net.columns)]
    lines += ["data:", *[" " + " ".join(map(repr, row)) for row in net.values.tolist()]]
    return "\n".join(lines) + "\n"


def read(text: str) -> tuple[list[str], list[str], Any]:
    """Read row names, column names and values; ExchangeError if it is no DL file of these two forms."""
    parts = re.split(r"^(labels|row labels|col labels|data):\s*$", text, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    head = parts[0].lower()
    if not head.lstrip().startswith("dl ") or "data" not in found:
        raise ExchangeError("not a DL file with labels and data")
    labels = {
        key: [line.strip().strip('"') for line in part.splitlines() if line.strip()] for key, part in found.items()
    }
    rows = labels.get("labels", labels.get("row labels", []))
    columns = labels.get("col labels", rows)
    try:
        if "edgelist1" in head:
            values = np.zeros((len(rows), len(rows)))
            for line in labels["data"]:
                source, target, weight = line.split()
                values[int(source) - 1, int(target) - 1] = float(weight)
        else:
            values = np.array([float(cell) for cell in found["data"].split()]).reshape(len(rows), len(columns))
    except (ValueError, IndexError) as error:
        raise ExchangeError(f"no DL matrix: {error}") from error
    return rows, columns, values


def _word(name: str) -> str:
    """Convert a label to one word without quotation marks."""
    return re.sub(r"[\s,]+", "_", re.sub(r"[\"']", "", name).strip()) or "_"


def _label(name: str) -> str:
    """Quote a label; quotation marks inside are dropped, as UCINET ends a label at them."""
    return '"' + re.sub(r"[\"'\r\n]", "", name) + '"'

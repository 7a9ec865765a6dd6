"""Run a notebook's code cells in one namespace, as Jupyter does, and put what they show under them.

`python -m tests.docs.notebook FILE` writes the results into the file; the test compares them.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

Output = dict[str, Any]


def run(notebook: dict[str, Any]) -> list[list[Output]]:
    """Return the outputs of each code cell, in order; what a cell raises is raised."""
    space: dict[str, Any] = {"__name__": "__main__"}
    return [
        _cell("".join(cell["source"]), number, space)
        for number, cell in enumerate((one for one in notebook["cells"] if one["cell_type"] == "code"), 1)
    ]


def _cell(source: str, number: int, space: dict[str, Any]) -> list[Output]:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, f"cell {number}", "exec"), space)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), space)
    made: list[Output] = []
    if printed.getvalue():
        made.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(keepends=True)})
    figure = getattr(value, "figure", None)
    if figure is not None:
        png = io.BytesIO()
        figure.savefig(png, format="png", dpi=70, metadata={"Software": None})
        data = {"image/png": base64.b64encode(png.getvalue()).decode("ascii")}
        made.append({"output_type": "display_data", "data": data, "metadata": {}})
    elif value is not None:
        data = {"text/plain": str(value).splitlines(keepends=True)}
        made.append({"output_type": "execute_result", "execution_count": number, "data": data, "metadata": {}})
    return made


def main(path: Path) -> None:
    """Write the outputs into the notebook."""
    import matplotlib

    matplotlib.use("Agg")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, (cell, outputs) in enumerate(zip(cells, run(notebook), strict=True), 1):
        cell |= {"execution_count": number, "outputs": outputs}
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Measure what the tests catch: change the source in small ways, one at a time, and run the tests of that part.

    python -m training.mutants [PART ...] [--count N] [--seed S] [--least PERCENT] [--near]
    python -m training.mutants --named

A mutant is one change: a comparison turned (`<` to `<=`, `==` to `!=`), a number or a truth value changed, `and` to
`or`, a condition negated, an arithmetic sign turned, or a returned value replaced by None. It is caught where a test
fails or runs out of time. Source and tests are copied into a temporary folder; the working tree is never changed. N
mutants are drawn at random from each part, and `--near` runs only the test files that name the changed module, which
takes a tenth of the time and gives a lower bound; `--named` tries the mutants of `NAMED`, which once survived. The exit
status is 1 where a smaller share than PERCENT is caught.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# For each part: its source under src/onrecord, and the tests that are run for it.
PARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "core": (("core",), ("tests/unit/core",)),
    "text": (("text",), ("tests/unit/text",)),
    "record": (("record",), ("tests/unit/record", "tests/stores")),
    "view": (
        ("view.py",),
        ("tests/unit/test_view_tables.py", "tests/unit/test_view.py", "tests/unit/analyse/test_increments.py"),
    ),
    "analyse": (("analyse",), ("tests/unit/analyse", "tests/properties/test_networks.py")),
}
# Slow tests of one file: mutants of other files do without them.
OF_ONE_FILE = {"tests/unit/core/test_plugins.py": "plugins.py"}
# Both databases run the same statements: one is enough, and needs no server.
LEFT_OUT = "not postgresql"
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
# Mutants that no test caught once: name, file under src/onrecord, the line changed and what becomes of it, the test.
NAMED = (
    ("chain reversed", "core/statement.py", "tuple(reversed(links))", "tuple(links)",
     "tests/unit/core/test_statement.py"),
    ("resolved chain reversed", "resolve/resolver.py", "for link in attribution.chain:",
     "for link in reversed(attribution.chain):", "tests/unit/resolve/test_kinds.py"),
    ("direction forgets the proposition", "classify/model.py", "[self._short(p) for p in propositions]",
     "[self._short(propositions[0]) for p in propositions]", "tests/unit/classify/test_model.py"),
    ("the encoder is never asked", "classify/model.py", "shares = asked[row][:, None] * answers[:, columns]",
     "shares = 0 * asked[row][:, None] * answers[:, columns]; own = 0 * own", "tests/unit/classify/test_model.py"),
    ("a side from one half", "analyse/positions.py", "SIDE = 1 / 3", "SIDE = 1 / 2",
     "tests/unit/analyse/test_positions.py"),
    ("weight of the uncommitted", "analyse/tables.py", '"Uu": 0.5', '"Uu": 0.3',
     "tests/unit/analyse/test_positions.py"),
    ("a relinked batch passes", "record/verify.py", "if batch.previous != digest:", "if False:",
     "tests/stores/test_damage.py"),
    ("a forged head passes", "record/verify.py", "if top is None or (top.number, top.digest)",
     "if top is not None and False and (top.number, top.digest)", "tests/stores/test_damage.py"),
)  # fmt: skip
BASELINE_FACTOR = 4.0  # a run that takes this many times as long as without a mutant is caught
LEAST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file: the node's number in the order of `ast.walk`, and what it becomes."""

    file: Path
    node: int
    line: int
    change: str


def mutants(file: Path, source: str) -> Iterator[Mutant]:
    """List the mutants of a file.

    Decorators have none, as `frozen` and `slots` change nothing that a test asks for, nor has `strict` of `zip`, which
    only watches over lengths that are equal.
    """
    tree = ast.parse(source)
    left_out = {
        id(inner)
        for node in ast.walk(tree)
        for decorator in getattr(node, "decorator_list", ())
        for inner in ast.walk(decorator)
    }
    left_out |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "strict"}
    for number, node in enumerate(ast.walk(tree)):
        change = None if id(node) in left_out else describe(node)
        if change is not None:
            yield Mutant(file, number, getattr(node, "lineno", 0), change)


def describe(node: ast.AST) -> str | None:
    """Say what a node's mutant is; None where it has none."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARISONS:
        return f"{type(node.ops[0]).__name__} to {COMPARISONS[type(node.ops[0])].__name__}"
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC and not _is_text(node.left):
        return f"{type(node.op).__name__} to {ARITHMETIC[type(node.op)].__name__}"
    if isinstance(node, ast.BoolOp):
        return "and to or" if isinstance(node.op, ast.And) else "or to and"
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        return "condition negated"
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        return "returns None"
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        return f"{node.value!r} changed"
    return None


def mutated(source: str, mutant: Mutant) -> str:
    """Apply a mutant to the source of its file."""
    tree = ast.parse(source)
    node = next(node for number, node in enumerate(ast.walk(tree)) if number == mutant.node)
    if isinstance(node, ast.Compare):
        node.ops = [COMPARISONS[type(node.ops[0])]()]
    elif isinstance(node, ast.BinOp):
        node.op = ARITHMETIC[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), copy.copy(node.test))
    elif isinstance(node, ast.Return):
        node.value = ast.Constant(None)
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else _other(node.value)
    return ast.unparse(ast.fix_missing_locations(tree))


def _other(value: object) -> int | float:
    assert isinstance(value, int | float)
    return value + 1 if isinstance(value, int) else value * 1.5 + 0.1


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def files_of(part: str) -> list[Path]:
    """List the source files of a part, relative to the repository."""
    found: list[Path] = []
    for name in PARTS[part][0]:
        path = ROOT / "src" / "onrecord" / name
        found += sorted(path.rglob("*.py")) if path.is_dir() else [path] if path.exists() else []
    return [path.relative_to(ROOT) for path in found]


def copied() -> Path:
    """Copy what the tests need into a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="mutants-"))
    for name in ("src", "tests", "training"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def passes(folder: Path, tests: Sequence[str], seconds: float | None, changed: str = "") -> bool:
    """Run the tests of a changed file on a copy; False where one fails or they run out of time."""
    there = [test for test in tests if (folder / test).exists()]
    there += [f"--ignore={test}" for test, file in OF_ONE_FILE.items() if changed and changed != file]
    environment = {**os.environ, "PYTHONPATH": str(folder / "src")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-k",
        LEFT_OUT,
        *there,
    ]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def naming(folder: Path, tests: Sequence[str], file: Path) -> list[str]:
    """List the test files of a part that import a module or name one of its classes; all of them where none does."""
    module = file.stem if file.stem != "__init__" else file.parent.name
    tree = ast.parse((folder / file).read_text(encoding="utf-8"))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    word = re.compile("|".join([rf"^(?:from|import) .*\b{module}\b", *(rf"\b{name}\b" for name in classes)]), re.M)
    files = [path for test in tests for path in _test_files(folder / test)]
    found = [path for path in files if word.search(path.read_text(encoding="utf-8")) or module in path.stem]
    return [str(path.relative_to(folder)) for path in found or files]


def _test_files(path: Path) -> list[Path]:
    return sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def measure(part: str, count: int, seed: int, *, near: bool = False) -> tuple[int, list[Mutant]]:
    """Run the tests of a part on mutants drawn at random; return how many there were, and which survived."""
    sources = {file: (ROOT / file).read_text(encoding="utf-8") for file in files_of(part)}
    found = [mutant for file, source in sources.items() for mutant in mutants(file, source)]
    if not found:
        return 0, []
    drawn = random.Random(seed).sample(found, min(count, len(found)))
    folder = copied()
    try:
        begun = time.monotonic()
        tests = {
            file: naming(folder, PARTS[part][1], file) if near else PARTS[part][1] for file in {m.file for m in drawn}
        }
        for some in tests.values() if near else [PARTS[part][1]]:
            if not passes(folder, some, None):
                raise SystemExit(f"{part}: the tests fail without any mutant")
        limit = max(LEAST_SECONDS, BASELINE_FACTOR * (time.monotonic() - begun))
        survivors = []
        for mutant in drawn:
            source = sources[mutant.file]
            (folder / mutant.file).write_text(mutated(source, mutant), encoding="utf-8")
            if passes(folder, tests[mutant.file], limit, mutant.file.name):
                survivors.append(mutant)
                print(f"  survives: {mutant.file}:{mutant.line} {mutant.change}", flush=True)
            (folder / mutant.file).write_text(source, encoding="utf-8")
        return len(drawn), survivors
    finally:
        shutil.rmtree(folder)


def named() -> list[str]:
    """Try the mutants of `NAMED`; return the names of those that survive."""
    folder = copied()
    survivors = []
    try:
        for test in sorted({test for *_, test in NAMED}):
            if not passes(folder, [test], None):
                raise SystemExit(f"{test} fails without any mutant")
        for name, file, old, new, test in NAMED:
            path = folder / "src" / "onrecord" / file
            source = path.read_text(encoding="utf-8")
            if source.count(old) != 1:
                raise SystemExit(f"{name}: {file} has no such line any more")
            path.write_text(source.replace(old, new), encoding="utf-8")
            survives = passes(folder, [test], None)
            path.write_text(source, encoding="utf-8")
            print(f"  {'survives' if survives else 'caught'}: {name} ({test})", flush=True)
            survivors += [name] if survives else []
        return survivors
    finally:
        shutil.rmtree(folder)


def main(arguments: Sequence[str]) -> int:
    """Print the share of mutants that the tests of each part catch."""
    parser = argparse.ArgumentParser(prog="python -m training.mutants", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="parts; all by default")
    parser.add_argument("--count", type=int, default=40, help="mutants of each part")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0.0, help="percent that must be caught")
    parser.add_argument("--near", action="store_true", help="run only the test files that name the changed module")
    parser.add_argument("--named", action="store_true", help="try the mutants that once survived")
    options = parser.parse_args(arguments)
    if options.named:
        return 1 if named() else 0
    total, surviving = 0, list[Mutant]()
    for part in options.parts or PARTS:
        count, survivors = measure(part, options.count, options.seed, near=options.near)
        if count:
            print(
                f"{part}: {count - len(survivors)} of {count} caught ({100 * (1 - len(survivors) / count):.0f} %)",
                flush=True,
            )
        total, surviving = total + count, [*surviving, *survivors]
    print(f"all: {shown(total, surviving)}")
    return 0 if not total or 100 * (total - len(surviving)) / total >= options.least else 1


def shown(count: int, survivors: Sequence[Mutant]) -> str:
    """Say how many mutants were caught."""
    return f"{count - len(survivors)} of {count} caught ({100 * (count - len(survivors)) / max(count, 1):.0f} %)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

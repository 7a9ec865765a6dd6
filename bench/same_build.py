"""Build the wheel and the sdist twice, in different folders at different times, and compare them byte for byte.

`python bench/same_build.py` prints the hashes and fails where they differ. The only input is a source tree and
SOURCE_DATE_EPOCH, which is the time of the last commit.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TREE = ("src", "tests", "training", "docs", "bench", "deploy")
FILES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "Makefile", "mkdocs.yml",
         "Containerfile", "compose.yaml", ".gitignore")  # fmt: skip


def main() -> int:
    """Build twice and compare."""
    with tempfile.TemporaryDirectory(prefix="build-") as place:
        venv.create(Path(place) / "env", with_pip=True)
        python = Path(place) / "env" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "hatchling>=1.24"], check=True)
        first, second = (built(Path(place) / name, mask, python) for name, mask in (("one", 0o022), ("two", 0o077)))
    for name in sorted(first.keys() | second.keys()):
        same = first.get(name) == second.get(name)
        print(f"{first.get(name, '-')[:16]}  {name}{'' if same else '  DIFFERS from ' + second.get(name, '-')[:16]}")
    return 0 if first == second and len(first) == 2 else 1


def built(folder: Path, mask: int, python: Path) -> dict[str, str]:
    """Build in a copy of the tree, under another mask of permissions; returns the hash of each file made."""
    before = os.umask(mask)
    try:
        for name in TREE:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"),
                            copy_function=shutil.copyfile)  # fmt: skip
        for name in FILES:
            shutil.copyfile(ROOT / name, folder / name)
        epoch = (
            subprocess.run(
                ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
            ).stdout.strip()
            or "1700000000"
        )
        code = "from hatchling import build; build.build_wheel('out'); build.build_sdist('out')"
        (folder / "out").mkdir()
        subprocess.run(
            [str(python), "-c", code], cwd=folder, env=os.environ | {"SOURCE_DATE_EPOCH": epoch}, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        os.umask(before)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "out").iterdir()}


if __name__ == "__main__":
    raise SystemExit(main())

"""Every test that docs/security.md names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_each_threat_names_tests_that_exist() -> None:
    """Each threat in `docs/security.md` names tests, and they exist."""
    page = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    known = {
        name
        for path in ROOT.glob("tests/**/test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
    }
    assert len(rows) > 15
    for row in rows[2:]:
        named = set(re.findall(r"\b(test_\w+)`", row.rpartition("|")[0].rpartition("|")[2]))
        files = set(re.findall(r"tests/[\w/]+\.py", row))
        assert named or files, row
        assert {name for name in named if name not in known} == set(), row
        assert all((ROOT / name).exists() for name in files)

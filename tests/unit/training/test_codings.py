"""Articles that were coded under several codebooks."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from training.classifier.data import read_labels

TEXT = "Renn said the port must close."


def _issue(proposition: str, negation: str) -> dict[str, Any]:
    return {"label": proposition, "proposition": proposition, "negation": negation, "terms": ["plan"]}


def test_each_coding_gives_an_example_of_its_own(tmp_path: Path) -> None:
    """A second coding brings its own propositions, issue and stance; spans, act and commitment are the first's."""
    statement = {
        "source": [[0, 4]], "cue": [[5, 9]], "content": [[10, 29]], "speaker": "Renn", "act": "demand",
        "commitment": "Uu", "condition": [], "issue": None, "stance": "none", "also": {},
    }  # fmt: skip
    article = {
        "id": "a", "corpus": "polnear-train", "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        "issues": {"taxes": _issue("Taxes should rise.", "Taxes should not rise.")}, "statements": [statement],
        "codings": [{
            "issues": {"port": _issue("The port should stay open.", "The port should close.")},
            "statements": [{"issue": "port", "stance": "oppose", "also": {}}],
        }],
    }  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps(article), encoding="utf-8")
    narrow, broad = read_labels(tmp_path, {"a": TEXT})
    assert (narrow.origin, narrow.gold) == ("polnear-train", None)
    assert (broad.origin, broad.gold, broad.act) == ("broad", 0, "demand")
    assert [(t.proposition, t.stance) for t in broad.targets] == [
        ("The port should stay open.", "oppose"),
        ("The port should close.", "support"),
    ]

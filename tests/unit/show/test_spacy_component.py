"""`nlp.add_pipe("onrecord")`: statements as spans of a spaCy Doc."""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from tests.made import ROOT

spacy = pytest.importorskip("spacy", reason="the extra `spacy` is not installed")

TEXT = "Mayor Ann Lee said on Monday that the bridge should open. The council was silent."
BOOK = "issues: {bridge: {label: Bridge, proposition: The bridge should open., terms: [bridge]}}"


@pytest.fixture(scope="module", autouse=True)
def factory() -> None:
    """Register the component as the package's entry point does, wherever the package was installed from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, name = project["entry-points"]["spacy_factories"]["onrecord"].partition(":")
    assert callable(getattr(import_module(module), name))


def test_a_doc_has_statements_and_spans(tmp_path: Path) -> None:
    """Claim: the component is found by its name; contents, sources and cues are spans with the statement's id."""
    (tmp_path / "issues.yaml").write_text(BOOK, encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("onrecord", config={"codebook": str(tmp_path / "issues.yaml")})
    doc = nlp.make_doc(TEXT)
    doc.user_data |= {"published": "2026-03-05", "outlet": "Brask Herald"}
    doc = nlp(doc)
    (one,) = doc._.statements
    assert (one.speaker.value, one.issue.value, str(one.when.value)) == ("Ann Lee", "bridge", "2026-03-02")
    assert one.article.outlet == "Brask Herald"
    (content,) = doc.spans["onrecord"]
    assert one.quote in content.text
    assert (content.id_, content.label_) == (one.id, str(one.stance.value))
    assert [span.text for span in doc.spans["onrecord.cue"]] == [piece.quote for piece in one.cue]
    assert doc.spans["onrecord.source"][0].text == "Mayor Ann Lee"


def test_a_doc_without_statements_has_none() -> None:
    """Claim: the groups are there and empty, so that code after it needs no special case."""
    nlp = spacy.blank("en")
    nlp.add_pipe("onrecord")
    doc = nlp("It rained.")
    assert doc._.statements == []
    assert len(doc.spans["onrecord"]) == 0

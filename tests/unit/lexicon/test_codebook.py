"""Vocabularies and codebooks: what is bundled is sound, what users bring is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from onrecord.errors import CodebookError
from onrecord.lexicon import codebook_warnings, load_codebook, load_cues, rows

GOOD = """
name: Bridge
issues:
  bridge:
    label: Opening the bridge
    proposition: The bridge should open.
    terms: [bridge, "67", opening]
"""


def write(tmp_path: Path, content: str) -> Path:
    """Write a codebook."""
    path = tmp_path / "codebook.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_codebook_is_read(tmp_path: Path) -> None:
    """Ids, labels, propositions and terms come as written."""
    codebook = load_codebook(write(tmp_path, GOOD))
    issue = codebook.issue("bridge")
    assert codebook.name == "Bridge"
    assert issue is not None
    assert issue.terms == ("bridge", "67", "opening")


@pytest.mark.parametrize("field", ["label", "proposition", "terms"])
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    """The message names the file, the issue and the field."""
    lines = [line for line in GOOD.splitlines() if not line.strip().startswith(field)]
    with pytest.raises(CodebookError, match=rf"codebook\.yaml: issue bridge: `{field}`"):
        load_codebook(write(tmp_path, "\n".join(lines)))


BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nissues: *c\n"


@pytest.mark.parametrize(
    "content", ["", "issues: {}", "- a list", "issues: {a: [1]}", "a: [", BOMB, "!!python/object:os.system {}", "\x00"]
)
def test_what_is_no_codebook_is_one_line(tmp_path: Path, content: str) -> None:
    """Empty files, lists, broken YAML, aliases (YAML bombs) and tags raise CodebookError with a single line."""
    with pytest.raises(CodebookError) as caught:
        load_codebook(write(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_an_overlong_codebook_is_refused(tmp_path: Path) -> None:
    """A file that no person wrote as a codebook is not parsed at all."""
    with pytest.raises(CodebookError, match="larger than"):
        load_codebook(write(tmp_path, "#" * 1_100_000))


def test_shared_terms_are_warned_about(tmp_path: Path) -> None:
    """A term of two issues is named with both."""
    second = GOOD + "  toll:\n    label: Toll\n    proposition: The toll should go.\n    terms: [bridge]\n"
    assert any("'bridge'" in w and "toll" in w for w in codebook_warnings(load_codebook(write(tmp_path, second))))


def test_every_bundled_row_names_its_source() -> None:
    """No row of a vocabulary comes from nowhere, and none is there twice."""
    for table in ("cues.tsv", "actors.tsv", "roles.tsv"):
        seen = [tuple(row.items()) for row in rows(table)]
        assert all(dict(row)["source"].strip() for row in seen)
        assert len(set(seen)) == len(seen)


def test_the_cues_cover_the_common_verbs() -> None:
    """The most frequent reporting verbs of English news are there."""
    phrases = {cue.phrase for cue in load_cues()}
    assert {("say",), ("tell",), ("deny",), ("rule", "out"), ("call", "for"), ("according", "to")} <= phrases

"""The trained tagger: its spans, its steadiness, and how it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from onrecord.errors import ModelError
from onrecord.extract import bundled_model
from onrecord.extract.assemble import RawAttribution
from onrecord.extract.tagger import Tagger

DISPATCH = (
    "BRASK - The mayor of Brask said on Monday that the bridge would stay shut.\n\n"
    "“We cannot open it,” Ann Lee told reporters. “The piers are cracked.”\n\n"
    "According to the harbour office, repairs will take a year. Her deputy, Tom Voss, denied that money was short "
    "and promised to publish the accounts."
)


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    """Load the bundled tagger."""
    return Tagger(bundled_model())


def words(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """Return the words of some spans."""
    return " … ".join(text[start:end] for start, end in spans)


def read(tagger: Tagger, text: str) -> list[tuple[str, str, str]]:
    """Return source, cue and content of each attribution."""
    return [(words(text, f.source), words(text, f.cue), words(text, f.content)) for f in tagger.attributions(text)]


def test_plain_reports_are_found(tagger: Tagger) -> None:
    """Said, told, according to, denied and promised are all found with whom and what."""
    found = read(tagger, DISPATCH)
    cues = [cue for _, cue, _ in found]
    assert [
        cue for word in ("said", "told", "According to", "denied", "promised") for cue in cues if word in cue
    ] == cues
    assert found[0][0] == "The mayor of Brask"
    assert found[0][2] == "that the bridge would stay shut"


def test_interrupted_quotation_is_one_attribution(tagger: Tagger) -> None:
    """What stands before and after "she told reporters" is one content of two spans."""
    content = next(content for _, cue, content in read(tagger, DISPATCH) if "told" in cue)
    assert "We cannot open it" in content
    assert "The piers are cracked" in content
    assert "told" not in content


def test_neighbours_change_nothing(tagger: Tagger) -> None:
    """A text gives the same answer alone, after others and before others."""
    texts = [DISPATCH, "Nothing happened.", DISPATCH * 6, DISPATCH[:90]]
    alone = [tagger.attributions(text) for text in texts]
    assert [tagger.attributions(text) for text in texts[::-1]] == alone[::-1]
    assert Tagger(bundled_model()).attributions(DISPATCH) == alone[0]


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "\x00", "?", "\ud800", "🙂" * 50, "x" * 5000, "a " * 3000, '"' * 700]
)
def test_odd_texts_are_read(tagger: Tagger, text: str) -> None:
    """Whatever the text, there is an answer, and its spans lie inside."""
    for found in tagger.attributions(text):
        assert all(0 <= start < end <= len(text) for start, end in (*found.source, *found.cue, *found.content))


def test_roles_never_overlap_in_one_attribution(tagger: Tagger) -> None:
    """Cue and content share no character, and no two contents do."""
    taken: set[int] = set()
    for found in tagger.attributions(DISPATCH * 5):
        for start, end in (*found.cue, *found.content):
            place = set(range(start, end))
            assert not place & taken
            taken |= place


def test_long_text_ends_as_it_begins(tagger: Tagger) -> None:
    """A text of many windows finds in its last copy what it finds in its first."""
    one = len(read(tagger, DISPATCH))
    many = read(tagger, "\n\n".join([DISPATCH] * 12))
    assert abs(len(many) - 12 * one) <= 12


def test_inner_report_is_found_inside_a_content(tagger: Tagger) -> None:
    """A second look inside a content gives the report in it, with spans of the whole text."""
    text = 'The Courier reported that the mayor told residents that "the bridge will open in May".'
    start = text.index("the mayor")
    inner = tagger.inner(text, (start - len("that "), len(text) - 1))
    assert [words(text, f.source) for f in inner] == ["the mayor"]
    assert "told" in words(text, inner[0].cue)
    assert "the bridge will open in May" in words(text, inner[0].content)


def test_inner_of_a_plain_content_is_empty(tagger: Tagger) -> None:
    """A content without a report has none inside."""
    text = "She said that the bridge would stay shut."
    assert tagger.inner(text, (9, len(text) - 1)) == []


def test_damaged_model_is_named(tmp_path: Path) -> None:
    """A folder without a model, or with a broken one, is a ModelError that names it."""
    with pytest.raises(ModelError, match=tmp_path.name):
        Tagger(tmp_path)
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((bundled_model() / name).read_bytes())
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match=tmp_path.name):
        Tagger(tmp_path)


def test_newer_format_is_refused(tmp_path: Path) -> None:
    """A model folder of another format is not read as if it were ours."""
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).symlink_to(bundled_model() / name)
    config = json.loads((bundled_model() / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps(config | {"format": 99}), encoding="utf-8")
    with pytest.raises(ModelError, match="99"):
        Tagger(tmp_path)


def test_confidence_is_a_share(tagger: Tagger) -> None:
    """Confidence lies in (0, 1]."""
    found: list[RawAttribution] = tagger.attributions(DISPATCH)
    assert found
    assert all(0 < item.confidence <= 1 for item in found)

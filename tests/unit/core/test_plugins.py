"""Other packages bring readers, formats and classifiers through entry points."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """
from dataclasses import dataclass
from pathlib import Path

from onrecord import Article, Judgement, Text
from onrecord.classify import Classification
from onrecord.core.statement import Act, Commitment, Stance
from onrecord.exchange.formats import Content, EncodedFormat


def read_story(data, name):
    for number, part in enumerate(data.decode().split("---"), 1):
        yield Article(text=Text(part.strip()), name=f"{name}#{number}", title="A story", outlet="The Plug")


ids = EncodedFormat("ids", ".ids", Content.STATEMENTS, lambda view: "\\n".join(view.table["id"]) + "\\n")


@dataclass
class Always:
    codebook: object

    def classify(self, article, attributions, speakers):
        def judged(value):
            return Judgement(value=value, rule="always", confidence=1.0)

        issue = self.codebook.issues[0].id if self.codebook else None
        return [
            Classification(act=judged(Act.DEMAND), issue=judged(issue), stance=judged(Stance.SUPPORT),
                           commitment=judged(Commitment.CERTAIN), condition=judged(()))
            for _ in attributions
        ]


def broken(codebook):
    raise AssertionError


missing = 1
"""
ENTRY_POINTS = """
[onrecord.readers]
story = storyteller:read_story

[onrecord.formats]
ids = storyteller:ids

[onrecord.classifiers]
always = storyteller:Always
gone = storyteller:nothing_of_this_name
"""
BOOK = "issues: {bridge: {label: Bridge, proposition: The bridge should open., terms: [bridge]}}"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a package that brings one of each, and a study beside it."""
    (tmp_path / "site" / "storyteller-2.1.dist-info").mkdir(parents=True)
    (tmp_path / "site" / "storyteller.py").write_text(MODULE, encoding="utf-8")
    info = tmp_path / "site" / "storyteller-2.1.dist-info"
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: storyteller\nVersion: 2.1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    story = "Ann Lee said that the bridge would open in May.\n---\nBo Rask said that the bridge would stay shut.\n"
    (tmp_path / "a.story").write_text(story, encoding="utf-8")
    (tmp_path / "issues.yaml").write_text(BOOK, encoding="utf-8")
    return tmp_path


def onrecord(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder, with the package of plug-ins on its path."""
    code = "import sys; sys.path.insert(0, 'site'); from onrecord.show.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True, check=False)


def test_a_reader_a_format_and_a_classifier_of_another_package(package: Path) -> None:
    """Claim: its files are read, by name and in a folder, its classifier judges, and its format is written."""
    words = ("--classifier", "always", "--codebook", "issues.yaml", "--format", "csv")
    done = onrecord(package, "read", "a.story", *words)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(",demand,bridge,support,") == 2
    assert done.stdout.count("The Plug") == 2
    made = onrecord(package, "export", "-o", "out.ids")
    assert made.returncode == 0, made.stderr
    assert len((package / "out.ids").read_text(encoding="utf-8").split()) == 2
    assert onrecord(package, "export", "--format", "ids").stdout == (package / "out.ids").read_text(encoding="utf-8")
    batch = onrecord(package, "read", ".", "--no-save", "--quiet")
    assert "2 statements in 3 articles" in batch.stderr, "the third is a text file beside them"


def test_a_plug_in_that_is_missing_or_broken_is_named(package: Path) -> None:
    """Claim: the line says which plug-in, of which package, and what went wrong."""
    none = onrecord(package, "read", "a.story", "--classifier", "somehow", "--no-save")
    assert "no plug-in 'somehow' in onrecord.classifiers (always, gone)" in none.stderr
    gone = onrecord(package, "read", "a.story", "--classifier", "gone", "--no-save")
    assert "the plug-in 'gone' of storyteller 2.1 cannot be loaded" in gone.stderr
    assert "Traceback" not in none.stderr + gone.stderr
    wrong = onrecord(package, "export", "--format", "idz")
    assert wrong.returncode == 2
    assert "ids" in wrong.stderr

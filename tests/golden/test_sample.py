"""The sample corpus read as it was when its golden file was written, in any order, again and again.

`python -m tests.golden.test_sample` writes the golden file anew; look at its difference before you commit it.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

from onrecord.core.codec import statement_to_dict
from onrecord.core.statement import Article
from onrecord.lexicon import load_codebook
from onrecord.pipeline import Pipeline, load
from onrecord.read import read_articles

GOLDEN = Path(__file__).with_name("sample.txt")
FIELDS = ("article", "speaker", "chain", "act", "issue", "stance", "commitment", "when", "quote")
# int8 arithmetic differs in its last bits between kinds of processor, and may tip a rare word there.
SAME = 0.98


def sample() -> Path:
    """Return the folder of the sample corpus."""
    return Path(str(resources.files("onrecord").joinpath("data", "sample")))


def articles() -> list[Article]:
    """Read the sample articles."""
    return [item for item in read_articles(str(sample() / "straits.jsonl")) if isinstance(item, Article)]


def records(pipeline: Pipeline, article: Article) -> list[str]:
    """Return an article's records as JSON."""
    return [json.dumps(statement_to_dict(s), sort_keys=True) for s in pipeline.read_article(article).statements]


def line(record: str) -> str:
    """Return the compared fields of a record."""
    return json.dumps([json.loads(record)[field] for field in FIELDS], ensure_ascii=False)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Load a pipeline with the sample codebook."""
    return load(load_codebook(sample() / "straits.yaml"))


def test_the_sample_reads_as_before(pipeline: Pipeline) -> None:
    """What changes in the sample's statements is seen, and has to be looked at."""
    wanted = GOLDEN.read_text(encoding="utf-8").splitlines()
    found = [line(record) for article in articles() for record in records(pipeline, article)]
    same = len(set(wanted) & set(found))
    assert same >= SAME * max(len(wanted), len(found)), sorted(set(wanted) ^ set(found))[:10]


def test_the_order_of_reading_changes_nothing(pipeline: Pipeline) -> None:
    """Backwards, and a second time: the same statements, byte for byte."""
    forwards = {article.name: records(pipeline, article) for article in articles()}
    backwards = {article.name: records(pipeline, article) for article in reversed(articles())}
    assert forwards == backwards


if __name__ == "__main__":
    made = load(load_codebook(sample() / "straits.yaml"))
    lines = [line(record) for article in articles() for record in records(made, article)]
    GOLDEN.write_text("\n".join(lines) + "\n", encoding="utf-8")

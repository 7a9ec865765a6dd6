"""Attribution side by side: this package's tagger, the baseline of rules, and the peers that the package index has.

Run as `make bench-peers`, or `python bench/peers.py GOLD.jsonl PEER_PYTHON`: every system reads the same articles in
one run, one after the other on one core, and is measured by the same figures (F1 in percent; words a second from text
to attributions, loading left out). The ratios are against textacy. Only outermost attributions are compared, as the
corpus has no others. Without a corpus the project's own dispatches are read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onrecord.extract import Extractor

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("ONRECORD_SHARED", ROOT.parent / "shared")) / "data" / "polnear" / "dev.jsonl"
ROLES = ("source", "cue", "content")
COLUMNS = ("relation", "overlap", "exact", "direct relation", "words/s")
Article = dict[str, Any]


def own_dispatches() -> list[Article]:
    """The project's dispatches with their outermost attributions."""
    from onrecord.train.evaluate import gold_articles

    return gold_articles(ROOT / "training" / "corpus")


def rule_extractor() -> Extractor:
    """Load the baseline: rules over spaCy's parse."""
    sys.path.insert(0, str(ROOT))
    from bench.baseline.parse import load_parser
    from bench.baseline.rules import RuleExtractor

    from onrecord.lexicon import load_cues

    return RuleExtractor(load_parser(), load_cues())


def read(extractor: Extractor, articles: list[Article]) -> tuple[list[Article], float]:
    """What an extractor finds, and the seconds it took."""
    from onrecord.core.span import Text
    from onrecord.train.gold import outermost

    extractor.attributions(Text(articles[0]["text"]))
    begun = time.perf_counter()
    found = [extractor.attributions(Text(article["text"])) for article in articles]
    seconds = time.perf_counter() - begun
    return [{"id": a["id"], "attributions": outermost(f)} for a, f in zip(articles, found, strict=True)], seconds


def read_by_peer(python: str, articles: list[Article]) -> tuple[list[Article], float]:
    """The same by textacy, in an environment of its own."""
    lines = "\n".join(json.dumps({"id": a["id"], "text": a["text"]}) for a in articles)
    script = str(Path(__file__).with_name("peer_textacy.py"))
    done = subprocess.run([python, script], input=lines, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    return result["articles"], result["seconds"]


def figures(articles: list[Article], found: list[Article]) -> dict[str, float]:
    """F1 by metric."""
    from onrecord.train.attribution_scores import SpokenSpans, measure

    def spoken(items: list[Article]) -> list[SpokenSpans]:
        return [SpokenSpans(*(tuple(map(tuple, a[role])) for role in ROLES)) for a in items]

    pairs = zip(articles, found, strict=True)
    return measure((a["text"], spoken(a["attributions"]), spoken(f["attributions"])) for a, f in pairs).figures()


def main() -> None:
    """Print the table."""
    from onrecord.extract import load_extractor

    gold = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    python = sys.argv[2] if len(sys.argv) > 2 else str(ROOT / ".venv-peers" / "bin" / "python")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if gold.exists():
        articles = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
        name = gold.name
    else:
        articles, name = own_dispatches(), "the project's own dispatches (the corpus is not there)"
    words = sum(len(a["text"].split()) for a in articles)
    rows: dict[str, dict[str, float]] = {}
    for title, run in (
        ("onrecord, tagger", lambda: read(load_extractor(), articles)),
        ("baseline, rules", lambda: read(rule_extractor(), articles)),
        ("textacy", lambda: read_by_peer(python, articles)),
    ):
        found, seconds = run()
        rows[title] = {**figures(articles, found), "words/s": words / seconds}
    print(f"{len(articles)} articles, {words} words: {name}")
    print(f"{'':<20}" + "".join(f"{column:>22}" for column in COLUMNS))
    for title, row in rows.items():
        values = [row.get(column, 0.0) for column in COLUMNS]
        ratios = [
            v / rows["textacy"][c] if rows["textacy"].get(c) else None for v, c in zip(values, COLUMNS, strict=True)
        ]
        cells = [f"{v:.1f}" + (f" ({r:.2f}x)" if r is not None else "") for v, r in zip(values, ratios, strict=True)]
        print(f"{title:<20}" + "".join(f"{cell:>22}" for cell in cells))


if __name__ == "__main__":
    main()

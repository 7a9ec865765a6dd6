"""Figures of attributions against gold, on small made-up articles."""

from __future__ import annotations

import itertools
import random

import pytest

from onrecord.train.attribution_scores import SpokenSpans, measure, pair

TEXT = 'Ann Lee said "it is over." Bob denies that he ran. She called it "a mess" and left.'


def at(words: str) -> tuple[tuple[int, int], ...]:
    """Return the span of some words."""
    start = TEXT.index(words)
    return ((start, start + len(words)),)


DIRECT = SpokenSpans(at("Ann Lee"), at("said"), at('"it is over."'))
INDIRECT = SpokenSpans(at("Bob"), at("denies"), at("that he ran"))
MIXED = SpokenSpans(at("She"), at("called"), at('it "a mess"'))
GOLD = [DIRECT, INDIRECT, MIXED]


def figures(*found: SpokenSpans) -> dict[str, float]:
    """Score predictions against the gold of this file."""
    return measure([(TEXT, GOLD, list(found))]).figures()


def test_perfect_and_empty() -> None:
    """Gold against itself is 100 everywhere, nothing is 0."""
    assert set(figures(*GOLD).values()) == {100.0}
    assert set(figures().values()) == {0.0}


def test_marks_do_not_count_and_parts_overlap() -> None:
    """Quotation marks and full stops never matter; half of the letters is an overlap, not exact."""
    assert figures(SpokenSpans(DIRECT.source, DIRECT.cue, at("it is over")))["direct exact"] == 100.0
    part = figures(SpokenSpans(INDIRECT.source, INDIRECT.cue, at("he ran")))
    assert (part["indirect exact"], part["indirect overlap"], part["indirect relation"]) == (0.0, 100.0, 100.0)


def test_relation_needs_the_source() -> None:
    """Another source loses the relation and nothing else."""
    wrong = figures(SpokenSpans(at("Bob"), DIRECT.cue, DIRECT.content))
    assert (wrong["direct overlap"], wrong["direct relation"]) == (100.0, 0.0)


def test_each_gold_counts_once() -> None:
    """Two predictions for one gold attribution cannot both be right."""
    twice = figures(INDIRECT, SpokenSpans(INDIRECT.source, INDIRECT.cue, at("he ran")))
    assert twice["exact"] == pytest.approx(40.0)


def test_pairing_is_optimal() -> None:
    """The pairs found have the greatest total overlap there is."""
    draw = random.Random(3)
    for _ in range(60):
        mine = [set(draw.sample(range(14), draw.randint(1, 8))) for _ in range(draw.randint(1, 4))]
        theirs = [set(draw.sample(range(14), draw.randint(1, 8))) for _ in range(draw.randint(1, 4))]
        got = sum(len(mine[g] & theirs[p]) for g, p in pair(mine, theirs))
        short, long = sorted((mine, theirs), key=len)
        best = max(
            sum(len(a & b) for a, b in zip(short, order, strict=True))
            for order in itertools.permutations(long, len(short))
        )
        assert got == best


def test_gold_cases_are_evaluated_as_articles_are() -> None:
    """A folder of gold cases, as the desk exports them, gives articles with their outermost attributions."""
    from tests.made import ROOT

    from onrecord.train.evaluate import gold_articles

    articles = gold_articles(ROOT / "training" / "corpus")
    assert len(articles) == len(list((ROOT / "training" / "corpus").glob("*.json")))
    first = articles[0]
    (start, end), *_ = first["attributions"][0]["content"]
    assert first["text"][start:end].strip()
    assert all(set(a) == {"source", "cue", "content"} for article in articles for a in article["attributions"])

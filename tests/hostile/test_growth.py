"""Reading time grows in proportion to the input, whatever its shape: below n^1.3 on doubling inputs.

All shapes of files, feeds and lists are timed; of the shapes of text, which the whole pipeline reads with its models,
every fifth one, and all with ONRECORD_HOSTILE=all (`make hostile`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from onrecord.classify.model import load_classifier
from onrecord.core.span import Text
from onrecord.core.statement import Article
from onrecord.errors import SourceError
from onrecord.pipeline import Pipeline, load
from onrecord.read import MetadataDefaults, read_articles
from onrecord.read.feeds import load_feeds, parse_listing
from onrecord.read.metadata import parse_date
from tests.hostile import shapes
from tests.hostile.growth import MOST, exponent
from tests.machine import scaled

ALL = os.environ.get("ONRECORD_HOSTILE") == "all"
TRIES = 5
GIVEN = MetadataDefaults(any_language=True)
TEXTS = sorted(shapes.TEXTS) if ALL else sorted(shapes.TEXTS)[::5]


@cache
def pipeline() -> Pipeline:
    """The shipped models with a codebook, loaded once."""
    from tests.web.conftest import CODEBOOK

    return load(CODEBOOK)


def measured(run: Callable[[int], object], *, start: int, most: int, enough: float) -> float:
    """The exponent; of up to five the smallest, while they are above the bound: other work may have come between."""
    found = math.inf
    for _ in range(TRIES):
        found = min(found, exponent(run, start=start, most=most, enough=enough, limit=scaled(30)))
        if found < MOST:
            break
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_reading_a_text_grows_linearly(name: str) -> None:
    """Claim: extraction and interpretation of a text of this shape take time in proportion to its length."""
    shape = shapes.TEXTS[name]
    reader = pipeline()

    def run(size: int) -> object:
        load_classifier()._answers.cache_clear()  # a text repeats the beginning of the one before
        return reader.read_article(Article(text=Text(shape(size) + shapes.END), name=name))

    assert measured(run, start=500, most=32_000, enough=1.5) < MOST


@pytest.mark.parametrize("name", TEXTS)
def test_extracting_grows_linearly(name: str) -> None:
    """Claim: so does extraction alone, whose cost that of interpretation would hide, at twice the length."""
    shape = shapes.TEXTS[name]
    extractor = pipeline().extractor

    def run(size: int) -> object:
        return extractor.attributions(Text(shape(size) + shapes.END))

    assert measured(run, start=2_000, most=64_000, enough=3.0) < MOST


@pytest.mark.parametrize("name", sorted(shapes.FILES))
def test_opening_a_file_grows_linearly(name: str, tmp_path: Path) -> None:
    """Claim: from the bytes of a file to its articles it takes time in proportion to its size."""
    suffix, shape = shapes.FILES[name]

    def path(size: int) -> Path:
        return tmp_path / f"{size}{suffix}"

    for size in (1_000 << number for number in range(9)):  # the making of the files is not timed
        path(size).write_bytes(shape(size))

    def opened(size: int) -> object:
        return sum(1 for _ in read_articles(path(size), defaults=GIVEN))

    assert measured(opened, start=1_000, most=256_000, enough=0.4) < MOST


@pytest.mark.parametrize("name", sorted(shapes.FEEDS))
def test_parsing_a_feed_grows_linearly(name: str) -> None:
    """Claim: what a feed or sitemap lists is found in time in proportion to its size."""
    shape = shapes.FEEDS[name]

    def run(size: int) -> object:
        try:
            return parse_listing(shape(size), "https://a.example/feed")
        except SourceError:
            return None

    assert measured(run, start=1_000, most=128_000, enough=0.4) < MOST


@pytest.mark.parametrize("name", sorted(shapes.LISTS))
def test_reading_a_list_of_feeds_grows_linearly(name: str, tmp_path: Path) -> None:
    """Claim: OPML and YAML lists are read in time in proportion to their size."""
    shape = shapes.LISTS[name]

    def run(size: int) -> object:
        path = tmp_path / "list"
        path.write_bytes(shape(size))
        try:
            return load_feeds(path)
        except SourceError:
            return None

    assert measured(run, start=1_000, most=64_000, enough=0.4) < MOST


@pytest.mark.parametrize("unit", [" ", "1", "a", "March ", "2026-", "1/"])
def test_parsing_a_date_does_not_grow(unit: str) -> None:
    """Claim: a date of any length costs as much as a short one."""

    def run(size: int) -> object:
        return [parse_date(unit * size) for _ in range(50)]

    assert measured(run, start=100, most=102_400, enough=0.3) < MOST


def test_the_estimate_tells_quadratic_from_linear() -> None:
    """Claim: the estimate would find a quadratic path, and lets a linear one with a constant part pass."""
    assert exponent(lambda n: sum(1 for _ in range(n) for _ in range(n)), start=64, most=8_192, enough=0.1) > 1.6
    assert exponent(lambda n: sum(range(100 * n + 20_000)), start=64, most=65_536, enough=0.1) < MOST

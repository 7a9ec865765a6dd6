"""Choose the settings of decoding on articles that the network was not trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

from onrecord.extract.decode import DecoderSettings
from onrecord.extract.tagger import Tagger, Unread
from onrecord.train.attribution_scores import AttributionScores, SpokenSpans, measure

# Settings in the order in which they are tried, with the steps that are tried up and down.
STEPS = {
    "source": (0.5, 0.25),
    "bounds": (0.15, 0.05),
    "link": (0.5, 0.2),
    "anchor": (0.06, 0.03),
    "switch": (0.5, 0.2),
    "content": (0.2, 0.1),
    "absent": (0.2,),
    "accept": (0.06, 0.03),
}
# What is reached for: the figures, each about as much as the others.
AIMS = {"relation": 1.0, "overlap": 0.7, "exact": 0.8, "source spans": 0.3, "cue spans": 0.3, "content spans": 0.3}
LEAST_GAIN = 0.03
LOOKAHEAD = 4  # steps
LEAST = {
    "anchor": 0.1,  # below it there are more cues to choose from than is good for speed
    "absent": 0.2,  # below it sources are guessed
}


def aim(scores: AttributionScores) -> float:
    """Return the objective of tuning as one number."""
    return sum(weight * scores.count(name).f1 for name, weight in AIMS.items())


def gold_of(article: dict[str, Any]) -> list[SpokenSpans]:
    """Return the gold attributions of a corpus article."""
    return [
        SpokenSpans(*(tuple(map(tuple, a[role])) for role in ("source", "cue", "content")))
        for a in article["attributions"]
    ]


def score(
    tagger: Tagger, read: Sequence[tuple[dict[str, Any], Unread]], settings: DecoderSettings
) -> AttributionScores:
    """Score one choice of settings on articles that the network has already read."""
    return measure(
        (
            article["text"],
            gold_of(article),
            [SpokenSpans(f.source, f.cue, f.content) for f in tagger.decode(unread, settings)],
        )
        for article, unread in read
    )


def tune(
    tagger: Tagger, articles: Sequence[dict[str, Any]], start: DecoderSettings, report: Callable[[str], None]
) -> DecoderSettings:
    """Tune by coordinate ascent from ``start``: one setting at a time, first in large, then in small steps.

    Some steps ahead are looked at, as the figures of a few articles go up and down between them.
    """
    read = [(article, tagger.scores(article["text"])) for article in articles]
    best, most = start, aim(score(tagger, read, start))
    for turn in range(2):
        for name, steps in STEPS.items():
            step = steps[min(turn, len(steps) - 1)]
            here = getattr(best, name)
            for far in (*range(-LOOKAHEAD, 0), *range(1, LOOKAHEAD + 1)):
                other = replace(best, **{name: round(here + far * step, 4)})
                value = aim(score(tagger, read, other)) if getattr(other, name) >= LEAST.get(name, -9) else most
                if value > most + LEAST_GAIN:
                    best, most = other, value
        report(f"settings after turn {turn + 1}: {most:.2f} {asdict(best)}")
    return best

"""Readings made up for the store tests: short reports with known spans."""

from __future__ import annotations

from onrecord.core.span import Text
from onrecord.core.statement import Act, Article, Commitment, Form, Judgement, PartialDate, Stance, Statement
from onrecord.lexicon import Codebook, Issue

CODEBOOK = Codebook(
    name="river",
    description="An invented dispute",
    issues=(Issue(id="dam", label="The dam", proposition="The dam is built.", terms=("dam", "weir")),),
)
OTHER_CODEBOOK = Codebook(name="river 2", description="", issues=CODEBOOK.issues)


def judged(value, evidence=(), confidence=0.9):
    """Make a judgement with fixed rule."""
    return Judgement(value=value, rule="sample", confidence=confidence, evidence=tuple(evidence))


def article(body, name="a.txt", *, outlet="The Courier", published="2026-03-02", title="A quarrel upstream", url=None):
    """Make an article."""
    when = None if published is None else PartialDate(published)
    return Article(text=Text(body), name=name, title=title, outlet=outlet, published=when, url=url)


def statement(of, speaker="Ana Orr", cue="said", content="the dam must wait", **values):
    """A statement about the first place where the article's text holds these words."""
    text = of.text

    def cite(words):
        start = text.content.index(words)
        return (text.cite(start, start + len(words)),)

    source = cite(speaker)
    chosen = {
        "form": Form.INDIRECT, "speaker": speaker, "affiliation": "Ardesh", "chain": (), "venue": None,
        "act": Act.STATE, "issue": "dam", "stance": Stance.OPPOSE, "commitment": Commitment.CERTAIN,
        "condition": (), "when": None,
    }  # fmt: skip
    chosen.update({key: value for key, value in values.items() if key != "nested_in"})
    if isinstance(chosen["condition"], str):
        chosen["condition"] = cite(chosen["condition"])
    return Statement(
        article=of,
        source=source,
        cue=cite(cue),
        content=cite(content),
        nested_in=values.get("nested_in"),
        **{key: judged(value, source if key == "speaker" else ()) for key, value in chosen.items()},
    )


def reading(number=0, speaker="Ana Orr", **values):
    """One article of two statements; another number, another article."""
    of = article(
        f"{speaker} said the dam must wait until spring. Boris Vel replied that it “will not” stand. No. {number}",
        name=f"report-{number}.txt",
    )
    first = statement(of, speaker=speaker, condition="until spring", **values)
    second = statement(
        of, speaker="Boris Vel", cue="replied", content="it “will not” stand", form=Form.MIXED, affiliation=None,
        chain=("The Wire", "Radio Öst"), venue="interview", when=PartialDate("2026-02"), issue=None, stance=Stance.NONE,
        act=Act.DENY, commitment=Commitment.CERTAINLY_NOT,
    )  # fmt: skip
    return of, [first, second]

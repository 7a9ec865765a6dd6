"""Articles, attributions and statements: identity by content, dates by prefix."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.made import article, statement

from onrecord.core.span import Text
from onrecord.core.statement import Act, Article, Attribution, Decision, Form, Judgement, PartialDate, Ruling, digest
from onrecord.errors import CodecError


@pytest.mark.parametrize("iso", ["2026", "2026-02", "2026-02-28"])
def test_a_date_may_lack_month_and_day(iso: str) -> None:
    """Years, months and days are dates; the first day that they may mean is in them."""
    assert PartialDate(iso).contains(PartialDate(PartialDate(iso).first_day().isoformat()))


@pytest.mark.parametrize("iso", ["", "26", "2026-13", "2026-02-30", "2026-2-3", "last week"])
def test_what_is_no_date_is_refused(iso: str) -> None:
    """Dates outside the calendar or of another form raise CodecError."""
    with pytest.raises(CodecError):
        PartialDate(iso)


def test_an_article_is_its_text_and_its_publication() -> None:
    """The id does not follow the file's name, but text, outlet, date, title and address."""
    one = article()
    assert replace(one, name="other.txt").id == one.id
    assert replace(one, outlet="Other Herald").id != one.id
    assert replace(one, text=Text(one.text.content + " ")).id != one.id


def test_an_attribution_needs_a_content() -> None:
    """Source and cue may be absent, what was said may not."""
    with pytest.raises(CodecError):
        Attribution(source=(), cue=(), content=(), form=Form.INDIRECT)


def test_the_chain_runs_from_the_outermost() -> None:
    """The attributions around one are listed outermost first."""
    text = Text("A says B says C says so.")
    outer = Attribution(source=(), cue=(), content=(text.cite(7, 23),), form=Form.INDIRECT)
    middle = Attribution(source=(), cue=(), content=(text.cite(14, 23),), form=Form.INDIRECT, outer=outer)
    inner = Attribution(source=(), cue=(), content=(text.cite(21, 23),), form=Form.INDIRECT, outer=middle)
    assert inner.chain == (outer, middle)


def test_a_statement_s_id_follows_what_it_says() -> None:
    """Another value is another statement at the same place; another confidence or rule is the same statement."""
    one = statement()
    other = replace(one, act=Judgement(value=Act.WARN, rule="x", confidence=0.5))
    assert other.id != one.id
    assert other.span_id == one.span_id
    assert replace(one, act=replace(one.act, confidence=0.1, rule="another")).id == one.id


def test_the_same_words_in_another_article_are_another_statement() -> None:
    """Two outlets that print one text make two statements."""
    one = statement()
    moved = replace(one, article=Article(text=one.article.text, name="x", outlet="Other Herald"))
    assert moved.id != one.id


def test_evidence_is_in_text_order_and_once() -> None:
    """A judgement's evidence does not depend on the order in which a rule came upon it."""
    text = Text("one two")
    one, two = text.cite(0, 3), text.cite(4, 7)
    assert Judgement(value=1, rule="x", confidence=1.0, evidence=(two, one, two)).evidence == (one, two)


@pytest.mark.parametrize(
    ("ruling", "name", "others"),
    [
        (Ruling.MERGE, " ", ("Rutte",)),
        (Ruling.MERGE, "Mark Rutte", ()),
        (Ruling.SPLIT, "Mark Rutte", ("Rutte", " ")),
        (Ruling.RENAME, "Rutte", ("Mark Rutte", "M. Rutte")),
    ],
)
def test_a_decision_needs_names(ruling: Ruling, name: str, others: tuple[str, ...]) -> None:
    """A decision without names, with an empty one, or with two new names for a speaker, is refused."""
    with pytest.raises(CodecError):
        Decision(ruling=ruling, name=name, others=others, coder="a")


def test_decisions_that_name_enough_are_made() -> None:
    """A merge and a split take several names, a rename one."""
    assert Decision(ruling=Ruling.MERGE, name="Mark Rutte", others=("Rutte", "M. Rutte"), coder="a").others[1:]
    assert Decision(ruling=Ruling.SPLIT, name="Orr", others=("Ann Orr",), coder="a").reason == ""
    assert Decision(ruling=Ruling.RENAME, name="Rutte", others=("Mark Rutte",), coder="a").others == ("Mark Rutte",)


def test_ids_are_hashes_of_their_content() -> None:
    """An id is 32 hex digits that follow kind and content, and nothing else."""
    assert digest("text", "a", 1) == digest("text", "a", 1)
    assert len({digest("text", "a"), digest("text", "b"), digest("article", "a")}) == 3
    assert re.fullmatch(r"[0-9a-f]{32}", digest("text", "a"))


def test_a_quotation_is_all_its_pieces() -> None:
    """The quote of a statement joins the pieces of its content, in order, by an ellipsis."""
    one = statement()
    pieces = tuple(one.article.text.cite(start, start + 3) for start in (0, 4, 10))
    assert replace(one, content=pieces).quote == " … ".join(piece.quote for piece in pieces)


def test_a_statement_in_a_session_is_one_short_line() -> None:
    """The beginning of its id, who does what, the side, and the words, cut after sixty characters."""
    one = statement()
    plain = replace(one, issue=Judgement(value=None, rule="none", confidence=0.9))
    assert repr(one) == f"Statement({one.id[:8]} Ann Lee: reject, bridge oppose, {one.quote!r})"
    assert repr(plain) == f"Statement({plain.id[:8]} Ann Lee: reject, no issue, {plain.quote!r})"
    for length in (60, 61):
        cut = replace(one, content=(one.article.text.cite(0, length),))
        assert repr(cut).endswith(f"{cut.quote!r})" if length == 60 else f"{cut.quote[:59] + '…'!r})")


@pytest.mark.parametrize(
    ("ruling", "others", "words"),
    [
        (Ruling.KIND, ("ghost",), "not 'ghost'"),
        (Ruling.KIND, (), "at least one other"),
        (Ruling.RENAME, ("Ann", "Bo"), "one value"),
        (Ruling.PARTY, ("A", "B"), "one value"),
        (Ruling.HIDE, ("Ann",), "one name only"),
        (Ruling.SHOW, ("Ann",), "one name only"),
        (Ruling.UNPIN, ("1",), "one name only"),
        (Ruling.PIN, ("0",), "from 1 to 999"),
        (Ruling.PIN, ("1000",), "from 1 to 999"),
        (Ruling.PIN, ("first",), "from 1 to 999"),
        (Ruling.MERGE, (), "at least one other"),
        (Ruling.MERGE, ("Ann", " "), "not empty"),
    ],
)
def test_a_decision_that_makes_no_sense_is_named(ruling: Ruling, others: tuple[str, ...], words: str) -> None:
    """A ruling has the names that it needs, no more and no less, and a kind or a place that there is."""
    with pytest.raises(CodecError, match=words):
        Decision(ruling=ruling, name="Ann Lee", others=others, coder="Ada")


def test_decisions_that_make_sense() -> None:
    """A pin may have a place or none; a kind is one of those of actors."""
    for ruling, others in ((Ruling.PIN, ()), (Ruling.PIN, ("1",)), (Ruling.PIN, ("999",)), (Ruling.KIND, ("body",)),
                           (Ruling.HIDE, ()), (Ruling.RENAME, ("Bo",)), (Ruling.MERGE, ("A", "B"))):  # fmt: skip
        assert Decision(ruling=ruling, name="Ann Lee", others=others, coder="Ada").others == others
    with pytest.raises(CodecError, match="not empty"):
        Decision(ruling=Ruling.HIDE, name=" ", others=(), coder="Ada")

"""Red lines, conditions, deadlocks and common ground, by cases of a negotiation made up here."""

from __future__ import annotations

from onrecord.analyse import tables
from onrecord.analyse.consensus import GROUND, common_ground
from onrecord.analyse.preconditions import DEADLOCKS, EDGES, conditions, deadlocks
from onrecord.analyse.refusals import REDLINES, redlines
from onrecord.analyse.steps import blocked, concessions, orders

from .made import statements

TERMS = {"truce": ["ceasefire", "truce"], "pullout": ["withdrawal", "pull out its troops"], "vote": ["election"]}


def test_a_red_line_counts_utterances_and_reports() -> None:
    """A red line counts its reports and its distinct utterances."""
    no = {
        "act": "reject", "stance": "oppose", "commitment": "CT-", "quote": "We will never give up the northern valley",
    }  # fmt: skip
    data = statements(
        {**no, "when": "2026-01-01"},
        {**no, "when": "2026-01-02", "outlet": "Post"},
        {**no, "when": "2026-02-01", "quote": "No troops leave, ever"},
        {"speaker": "Bo", "when": "2026-03-01"},
    )
    (line,) = redlines(data).to_dicts()
    assert (line["kind"], line["count"], line["reports"], line["explicit"]) == ("refusal", 2, 3, True)
    assert (line["days_since"], line["quote"]) == (28, "No troops leave, ever")
    assert line["softened"] is False


def test_hedged_conditional_or_mild_words_are_no_red_line() -> None:
    """Hedged, conditional and mild words are no red line."""
    data = statements(
        {"act": "reject", "stance": "oppose", "commitment": "PR-"},
        {"act": "demand", "condition": ["if the truce holds"]},
        {"act": "hope", "commitment": "Uu"},
        {"act": "demand", "commitment": "Uu", "cue": "urged", "quote": "to take the offer"},
        {"act": "reject", "stance": "oppose", "commitment": "CT+", "quote": "the plan is a tax on bread"},
        {"act": "state", "stance": "oppose", "commitment": "CT-", "quote": "The plan is not ours"},
    )
    assert redlines(data).is_empty()


def test_a_line_that_was_softened_says_so() -> None:
    """A red line followed by a weaker statement is marked as softened."""
    data = statements(
        {"act": "demand", "commitment": "Uu", "when": "2026-01-01", "quote": "The troops must leave at once"},
        {"stance": "noncommittal", "commitment": "PS+", "when": "2026-01-05"},
    )
    (line,) = redlines(data).to_dicts()
    assert (line["kind"], line["softened"]) == ("demand", True)


DEADLOCK = statements(
    {"speaker": "Ardesh", "issue": "pullout", "stance": "mixed", "condition": ["only after a ceasefire holds"]},
    {"speaker": "Belmor", "issue": "truce", "stance": "mixed", "condition": ["until its withdrawal is complete"]},
    {"speaker": "Belmor", "issue": "vote", "condition": ["once there is a truce"]},
    {"speaker": "Cavia", "issue": "aid", "condition": ["if the road is open"]},
)


def test_two_parties_that_wait_for_each_other_are_a_deadlock() -> None:
    """Two parties that each wait for the other form a deadlock."""
    edges = conditions(DEADLOCK, terms=TERMS)
    assert edges.select("before", "after", "actor").rows() == [
        ("pullout", "truce", "Belmor"),
        ("the road is open", "aid", "Cavia"),
        ("truce", "pullout", "Ardesh"),
        ("truce", "vote", "Belmor"),
    ]
    (found,) = deadlocks(edges).to_dicts()
    assert found["name"] == "pullout → truce → pullout"
    assert found["actors"] == ["Ardesh", "Belmor"]
    assert found["ids"] == ["s1", "s0"]


def test_orders_and_the_smallest_concessions() -> None:
    """Possible orders leave out deadlocks, and the smallest concessions open them."""
    edges = conditions(DEADLOCK, terms=TERMS)
    assert blocked(edges) == {"truce", "pullout", "vote"}
    assert orders(edges)["steps"].to_list() == [["the road is open", "aid"]]
    assert concessions(edges)["gives_up"].to_list() == [["Ardesh: truce → pullout"], ["Belmor: pullout → truce"]]
    assert concessions(edges)["exact"].to_list() == [True, True]


def test_words_that_are_no_issue_stand_without_conjunction_and_quotation_marks() -> None:
    """A step that is no issue is named by its words, without what opens the condition and a mark of the quotation."""
    for words, step in (
        ("if only they bring no guns", "they bring no guns"),
        ('provided they bring no guns"', "they bring no guns"),
        ("only if the League pays", "the League pays"),
    ):
        edges = conditions(statements({"issue": "monitors", "stance": "support", "condition": [words]}))
        assert edges["before"].to_list() == [step]


def test_a_condition_of_two_parties_costs_two() -> None:
    """A → B → A where two parties ask for A → B: the single other condition is the cheapest way out."""
    data = statements(
        {"speaker": "P", "issue": "b", "condition": ["after the alpha"]},
        {"speaker": "Q", "issue": "b", "condition": ["after the alpha"]},
        {"speaker": "R", "issue": "alpha", "condition": ["after the beta"]},
    )
    edges = conditions(data, terms={"b": ["beta"]})
    assert concessions(edges).select("size", "actors").rows() == [(1, ["R"])]


def test_one_circle_in_two_needs_two_cuts() -> None:
    """Two circles that share a step but no edge: one condition of each has to go."""
    data = statements(
        *[
            {"speaker": who, "issue": after, "condition": [before]}
            for who, before, after in [("P", "x", "y"), ("Q", "y", "x"), ("R", "y", "z"), ("S", "z", "y")]
        ]
    )
    assert set(concessions(conditions(data))["size"].to_list()) == {2}
    assert concessions(conditions(data)).height == 4


def test_all_orders_of_free_steps() -> None:
    """Steps without mutual order are listed in every order, up to the limit."""
    data = statements(
        {"issue": "c", "condition": ["if a-step"]}, {"issue": "c", "condition": ["if b-step"]}, {"issue": "a-step"},
        {"issue": "b-step"},
    )  # fmt: skip
    found = orders(conditions(data))["steps"].to_list()
    assert found == [["a-step", "b-step", "c"], ["b-step", "a-step", "c"]]
    assert orders(conditions(data), limit=1).height == 1


def test_common_ground_of_every_kind() -> None:
    """Every kind of common ground is recognized in a table made for it."""
    a, b, c = {"speaker": "A"}, {"speaker": "B"}, {"speaker": "C"}
    no = {"stance": "oppose"}
    data = statements(
        {**a, "issue": "aid"}, {**b, "issue": "aid"},
        {**a, "issue": "prisoners"}, {**b, "issue": "prisoners", "stance": "noncommittal"},
        {**a, "issue": "port"}, {**b, "issue": "port"}, {**c, "issue": "port", **no},
        {**a, "issue": "vote", "condition": ["if there is a truce"]},
        {**b, "issue": "vote", "stance": "mixed", "condition": ["once a ceasefire holds"]},
        {**a, "issue": "tax"}, {**b, "issue": "tax", **no},
        {**a, "issue": "flag", **no},
    )  # fmt: skip
    found = {row["issue"]: row for row in common_ground(data, terms=TERMS).to_dicts()}
    assert {issue: row["kind"] for issue, row in found.items()} == {
        "aid": "agreed", "prisoners": "unopposed", "port": "one blocker", "vote": "one condition", "tax": "contested",
        "flag": "rejected",
    }  # fmt: skip
    assert found["port"]["blocker"] == "C"
    assert found["vote"]["condition"] == "truce"


def test_nothing_in_typed_tables_out() -> None:
    """Empty tables give typed results."""
    edges = conditions(tables.empty())
    assert dict(edges.schema) == EDGES
    assert dict(deadlocks(edges).schema) == DEADLOCKS
    assert dict(redlines(tables.empty()).schema) == REDLINES
    assert dict(common_ground(tables.empty()).schema) == GROUND
    assert concessions(edges).is_empty()
    assert orders(edges)["steps"].to_list() == [[]]

"""The index of positions gives what the matrix gives."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.analyse import tables
from onrecord.analyse.position_index import PositionIndex
from onrecord.analyse.positions import matrix

from .made import statements

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "speaker": st.sampled_from(["Ann", "Bo", "Cy", None]),
            "affiliation": st.sampled_from(["Lubia", "Bo", None]),
            "issue": st.sampled_from(["dam", "toll", None]),
            "stance": st.sampled_from(["support", "oppose", "mixed", "noncommittal", "none"]),
            "commitment": st.sampled_from(["CT+", "PR-", "PS+", "Uu"]), "act": st.sampled_from(["state", "reject"]),
            "when": st.sampled_from([None, "2026", "2026-01", "2026-01-05", "2026-01-06", "1969-07-20"]),
            "confidence": st.sampled_from([0.2, 0.5, 0.9]),
        }
    ),
    max_size=25,
)  # fmt: skip
DAYS = st.sampled_from([None, "2026-01-05", "2026", "1969-07", date(2026, 1, 1)])


@settings(deadline=None, max_examples=150)
@given(rows=ROWS, by=st.sampled_from(["speaker", "affiliation"]), day=DAYS)
def test_looked_up_is_worked_out(rows, by, day) -> None:
    """Claim: for any table and day the cells are those of `matrix`, and the rows give it under the other rules."""
    table = statements(*rows) if rows else tables.empty()
    standing = PositionIndex(table, by)
    found, whole = standing.cells(as_of=day), matrix(table, by=by, as_of=day).cells
    assert [standing.actors[place] for place in found.actor] == whole["actor"].to_list()
    assert [standing.issues[place] for place in found.issue] == whole["issue"].to_list()
    assert found.count.tolist() == whole["count"].to_list()
    newest = table[found.row.tolist()]
    assert newest["id"].to_list() == [ids[-1] for ids in whole["ids"].to_list()]
    assert newest.select("stance", "commitment").equals(whole.select("stance", "commitment"))
    for issue in ("dam", "toll", "none such"):
        assert len(standing.cells(issue=issue, as_of=day).row) == whole.filter(pl.col("issue") == issue).height
    for rule in ("majority", "weighted"):
        mine = table[standing.rows(range(len(standing.actors)), day).tolist()]
        assert matrix(mine, by=by, rule=rule).cells.equals(matrix(table, by=by, rule=rule, as_of=day).cells)
    today = matrix(table, by=by).cells
    for issue, counts in standing.balance().items():
        assert counts == {s: today.filter(issue=issue, stance=s).height for s in tables.POSITIONS}


def test_company_is_whose_sides_agree_on_more_issues() -> None:
    """Claim: allies and opponents are told by today's sides; whoever agrees as often as not is neither."""
    table = statements(
        {"speaker": "Ann", "issue": "dam"}, {"speaker": "Ann", "issue": "toll"}, {"speaker": "Ann", "issue": "port"},
        {"speaker": "Bo", "issue": "dam"}, {"speaker": "Bo", "issue": "toll"},
        {"speaker": "Bo", "issue": "port", "stance": "oppose"},
        {"speaker": "Cy", "issue": "dam", "stance": "oppose"}, {"speaker": "Cy", "issue": "toll", "stance": "mixed"},
        {"speaker": "Di", "issue": "dam"}, {"speaker": "Di", "issue": "toll", "stance": "oppose"},
        {"speaker": "Ed", "issue": "dam", "when": "2026-01-01"},
        {"speaker": "Ed", "issue": "dam", "stance": "oppose", "when": "2026-01-02"},
    )  # fmt: skip
    standing = PositionIndex(table)
    place = standing.place("Ann")
    assert place is not None
    assert standing.company(place) == ([("Bo", ["dam", "toll"])], [("Cy", ["dam"]), ("Ed", ["dam"])])
    assert standing.place("Nobody") is None


@pytest.mark.parametrize("by", ["speaker", "affiliation"])
def test_those_heard_most_come_first(by: str) -> None:
    """The actors with the most positions come first."""
    table = statements({"speaker": "Ann"}, {"speaker": "Bo"}, {"speaker": "Bo"}, {"speaker": "Cy", "stance": "none"})
    standing = PositionIndex(table, by)
    assert [standing.actors[place] for place in standing.busy] == ["Bo", "Ann"]

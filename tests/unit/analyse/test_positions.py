"""The matrix of positions, by small cases worked by hand."""

from __future__ import annotations

import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.analyse.positions import CELL, matrix
from onrecord.errors import TableError


def table(*rows: dict[str, object]) -> pl.DataFrame:
    """Build a table of statements on one issue."""
    base = {"act": "state", "commitment": "CT+", "speaker": "Ann", "issue": "dam", "stance": "support"}
    return tables.table_of({**base, "outlet": "Wire", "id": f"s{number}", **row} for number, row in enumerate(rows))


def test_latest_majority_and_weighted_can_differ() -> None:
    """Two early firm supports against one late hedged refusal: the three rules each tell their own story."""
    data = table(
        {"when": "2026-01-01"},
        {"when": "2026-01-02", "outlet": "Post"},
        {"when": "2026-01-03", "stance": "oppose", "commitment": "PS+"},
    )
    latest = matrix(data).cell("Ann", "dam")
    assert latest is not None
    assert (latest["stance"], latest["commitment"], latest["count"]) == ("oppose", "PS+", 3)
    assert latest["outlets"] == ["Post", "Wire"]
    assert latest["ids"] == ["s0", "s1", "s2"]
    # (1 + 1 - 1/3) / (1 + 1 + 1/3); deviation of (1, 1, -1): sqrt(8)/3
    assert latest["value"] == pytest.approx(5 / 7)
    assert latest["spread"] == pytest.approx(8**0.5 / 3)
    majority = matrix(data, rule="majority").cell("Ann", "dam")
    weighted = matrix(data, rule="weighted").cell("Ann", "dam")
    assert majority is not None
    assert weighted is not None
    assert (majority["stance"], majority["commitment"]) == ("support", "CT+")
    assert (weighted["stance"], weighted["commitment"]) == ("support", "CT+")


def test_weighted_in_the_middle_is_mixed_and_silence_is_noncommittal() -> None:
    """A weighted mean in the middle is mixed, and without any side noncommittal."""
    torn = matrix(table({}, {"stance": "oppose"}), rule="weighted").cell("Ann", "dam")
    coy = matrix(table({"stance": "noncommittal"}), rule="weighted").cell("Ann", "dam")
    assert torn is not None
    assert coy is not None
    assert torn["stance"] == "mixed"
    assert coy["stance"] == "noncommittal"


@pytest.mark.parametrize(("support", "oppose", "stance"), [(5, 2, "support"), (13, 7, "mixed"), (2, 5, "oppose")])
def test_a_weighted_mean_beyond_a_third_is_a_side(support: int, oppose: int, stance: str) -> None:
    """Means of 3/7 and -3/7 are sides, one of 3/10 is none: the border lies at a third."""
    rows = [{}] * support + [{"stance": "oppose"}] * oppose
    cell = matrix(table(*rows), rule="weighted").cell("Ann", "dam")
    assert cell is not None
    assert cell["value"] == pytest.approx((support - oppose) / (support + oppose))
    assert cell["stance"] == stance


@pytest.mark.parametrize(
    ("commitment", "act", "weight"),
    [
        ("CT-", "state", 1.0),
        ("PR-", "state", 2 / 3),
        ("PS+", "state", 1 / 3),
        ("Uu", "state", 1 / 2),
        ("Uu", "reject", 1),
    ],
)
def test_a_commitment_weighs_as_documented(commitment: str, act: str, weight: float) -> None:
    """Against one certain support, an opposition of weight w gives the value (1 - w) / (1 + w)."""
    rows = ({}, {"stance": "oppose", "commitment": commitment, "act": act})
    cell = matrix(table(*rows), rule="weighted").cell("Ann", "dam")
    assert cell is not None
    assert cell["value"] == pytest.approx((1 - weight) / (1 + weight))


def test_reports_of_one_utterance_share_its_weight() -> None:
    """Three reports of one support weigh as much as one opposition, under each rule that counts."""
    rows = table({}, {}, {}, {"stance": "oppose", "when": "2026-01-01"})
    told = rows.with_columns(pl.Series("cluster", ["s0", "s0", "s0", "s3"]))
    cell = matrix(told, rule="weighted").cell("Ann", "dam")
    assert cell is not None
    assert (cell["value"], cell["count"], cell["utterances"]) == (pytest.approx(0.0), 4, 2)
    majority = matrix(told, rule="majority").cell("Ann", "dam")
    assert majority is not None
    assert majority["stance"] == "oppose"  # a draw goes to the newer one
    assert matrix(rows, rule="majority").cells["stance"].to_list() == ["support"]


def test_the_probability_of_a_cell() -> None:
    """Of one utterance its confidence; of two that agree more than either, of two that contradict each other a half."""
    one = table({"confidence": 0.8})
    agree = table({"confidence": 0.8}, {"confidence": 0.8, "when": "2026-01-01"})
    torn = table({"confidence": 0.8}, {"confidence": 0.8, "stance": "oppose", "when": "2026-01-01"})
    found = {
        name: matrix(rows, rule="majority").cells["probability"].item()
        for name, rows in {"one": one, "agree": agree, "torn": torn}.items()
    }
    third = 0.2 / 3
    assert found["one"] == pytest.approx(0.8)
    assert found["agree"] == pytest.approx(0.64 / (0.64 + 3 * third**2), abs=1e-6)
    assert found["torn"] == pytest.approx(0.8 * third / (2 * 0.8 * third + 2 * third**2), abs=1e-6)
    assert matrix(torn).cells["probability"].item() == pytest.approx(0.8)  # the newest alone
    assert matrix(torn, rule="weighted").cells.select("stance", "probability").row(0) == ("mixed", pytest.approx(0.64))


def test_unsure_positions_are_counted_and_not_shown() -> None:
    """A row that a view does not assert is in no cell but in the count of what is unsure."""
    rows = table({}, {"stance": "oppose", "when": "2026-01-01"}, {"speaker": "Bo"}, {"stance": "none"})
    seen = rows.with_columns(pl.Series("asserted", [True, False, False, False]))
    found = matrix(seen)
    assert found.cells.select("actor", "stance", "count", "unsure").rows() == [("Ann", "support", 1, 1)]
    assert found.unsure.rows() == [("Ann", "dam", 1), ("Bo", "dam", 1)]


def test_as_of_takes_the_whole_of_a_partial_date_and_the_window_cuts_before() -> None:
    """A partial date counts to its last day, and a window bounds the past."""
    data = table({"when": "2026-01-31"}, {"when": "2026-02-28", "stance": "oppose"}, {"when": "2026-03-01"}, {})
    assert matrix(data, as_of="2026-02").cells["ids"].to_list() == [["s0", "s1"]]
    assert matrix(data, as_of="2026-02", window="days:28").cells["ids"].to_list() == [["s1"]]
    assert matrix(data).cells["count"].to_list() == [4]


def test_affiliation_rolls_up_and_keeps_the_unaffiliated() -> None:
    """Positions roll up to affiliations, and unaffiliated speakers keep a row."""
    data = table({"affiliation": "Ardesh"}, {"speaker": "Bo", "affiliation": "Ardesh"}, {"speaker": "Cy"})
    assert matrix(data, by="affiliation").cells.select("actor", "count").rows() == [("Ardesh", 2), ("Cy", 1)]


def test_no_position_no_cell_and_an_empty_matrix_is_typed() -> None:
    """Statements without a position make no cell, and the empty matrix is typed."""
    data = table({"stance": "none"}, {"speaker": None}, {"issue": None}, {"stance": None})
    for rule in ("latest", "majority", "weighted"):
        cells = matrix(data, rule=rule).cells
        assert cells.is_empty()
        assert dict(cells.schema) == CELL
    assert matrix(tables.empty(), as_of="2026").wide().columns == ["actor"]


def test_wide_has_a_column_per_issue_and_null_for_silence() -> None:
    """The wide matrix has a column per issue and null where nothing was said."""
    wide = matrix(table({}, {"speaker": "Bo", "issue": "canal", "stance": "oppose"})).wide()
    assert wide.columns == ["actor", "canal", "dam"]
    assert wide.rows() == [("Ann", None, "support"), ("Bo", "oppose", None)]


def test_same_day_goes_to_the_surer_reading_then_the_firmer_word() -> None:
    """Of two readings of one day the surer one decides."""
    day = {"when": "2026-01-01"}
    data = table({**day, "confidence": 0.9}, {**day, "confidence": 0.5, "stance": "oppose"})
    cell = matrix(data).cell("Ann", "dam")
    assert cell is not None
    assert (cell["stance"], cell["confidence"]) == ("support", 0.9)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"rule": "loudest"}, "rule"),
        ({"by": "outlet"}, "affiliation"),
        ({"as_of": "last week"}, "YYYY"),
        ({"as_of": "2026-02-31"}, "valid date"),
        ({"window": "fortnight"}, "days:90"),
        ({"window": 0}, "length"),
    ],
)
def test_options_that_make_no_sense_are_named(options: dict[str, object], word: str) -> None:
    """Invalid options are named in the error."""
    with pytest.raises(TableError, match=word):
        matrix(table({}), **options)  # type: ignore[arg-type]


def test_a_missing_column_is_named() -> None:
    """A missing column is named in the error."""
    with pytest.raises(TableError, match="stance"):
        matrix(table({}).drop("stance"))

"""Networks worked by hand, and the rules where DNA's own exporter is at fault (docs/dna.md)."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl
import pytest

from onrecord.analyse import tables
from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.networks import events, network
from onrecord.errors import TableError


def table(*rows: tuple[str, str, str], **columns: list[object]) -> pl.DataFrame:
    """Rows of affiliation, issue, stance; further columns by name."""
    made = [
        {"id": f"s{n}", "article": "a", "article_name": "a", "affiliation": who, "issue": what, "stance": how}
        for n, (who, what, how) in enumerate(rows)
    ]
    for name, values in columns.items():
        if name in tables.COLUMNS:
            for row, value in zip(made, values, strict=True):
                row[name] = value
    extra = {name: values for name, values in columns.items() if name not in tables.COLUMNS}
    return tables.table_of(made).with_columns(pl.Series(name, values) for name, values in extra.items())


# A says yes to the dam twice and no once; B says yes to the dam once; C says no to the canal.
BASIC = table(
    ("A", "dam", "support"), ("A", "dam", "support"), ("A", "dam", "oppose"), ("B", "dam", "support"),
    ("C", "canal", "oppose"),
)  # fmt: skip


def cell(net: Network, row: str, column: str) -> float:
    """Return a cell of a network."""
    return float(net.values[net.rows.index(row), net.columns.index(column)])


@pytest.mark.parametrize(
    ("aggregate", "expected"), [("congruence", 2), ("conflict", 1), ("subtract", 1), ("ignore", 3)]
)
def test_one_mode_multiplies_counts(aggregate: str, expected: float) -> None:
    """A one-mode tie is the product of counts, under each way to aggregate."""
    net = network(BASIC, Options(aggregate=aggregate))
    assert net.rows == net.columns == ("A", "B", "C")
    assert cell(net, "A", "B") == cell(net, "B", "A") == expected
    assert cell(net, "A", "C") == cell(net, "A", "A") == 0


@pytest.mark.parametrize(
    ("normalise", "expected"),
    # A and B agree twice. average: (3 + 1) / 2; cosine: 3 x 1; Jaccard: A alone at "no" 1 + nothing of B alone + 2 x 1.
    [("average", 2 / 2), ("cosine", 2 / 3), ("jaccard", 2 / 3)],
)
def test_one_mode_norms(normalise: str, expected: float) -> None:
    """Each norm divides a one-mode tie as DNA defines it."""
    assert cell(network(BASIC, Options(aggregate="congruence", normalise=normalise)), "A", "B") == expected


@pytest.mark.parametrize(
    ("aggregate", "normalise", "expected"),
    [
        ("ignore", "none", {"A": 3, "B": 1}),
        ("subtract", "none", {"A": 1, "B": 1}),
        ("combine", "none", {"A": 3, "B": 1}),
        ("subtract", "activity", {"A": 1 / 3, "B": 1}),
        ("subtract", "prominence", {"A": 1 / 4, "B": 1 / 4}),
        ("combine", "activity", {"A": 3, "B": 1}),
        ("combine", "prominence", {"A": 3 / 2, "B": 1 / 2}),
    ],
)
def test_two_mode(aggregate: str, normalise: str, expected: dict[str, float]) -> None:
    """Two-mode cells and norms are those of DNA's definitions."""
    net = network(BASIC, Options(mode="two", aggregate=aggregate, normalise=normalise))
    assert net.columns == ("canal", "dam")
    assert {name: cell(net, name, "dam") for name in expected} == expected
    assert cell(net, "C", "dam") == 0
    if aggregate == "combine" and normalise == "none":
        assert cell(net, "C", "canal") == 2


def test_integer_qualifier_counts_by_distance() -> None:
    """Levels -2, 0 and 1: the range is 3, so -2 and 1 conflict wholly, 0 and 1 by a third."""
    data = table(("A", "dam", "none"), ("B", "dam", "none"), ("C", "dam", "none"), agreement=[-2, 1, 0])
    congruence = network(data, Options(aggregate="congruence", qualifier="agreement"))
    conflict = network(data, Options(aggregate="conflict", qualifier="agreement"))
    two = network(data, Options(mode="two", aggregate="subtract", qualifier="agreement"))
    assert cell(congruence, "A", "B") == 0
    assert cell(congruence, "B", "C") == pytest.approx(2 / 3)
    assert cell(conflict, "B", "C") == pytest.approx(1 / 3)
    assert two.values.ravel().tolist() == [-2, 1, 0]


def test_integer_range_is_that_before_exclusion() -> None:
    """The range of an integer qualifier is that of the statements before exclusion."""
    data = table(("A", "dam", "none"), ("B", "dam", "none"), ("C", "dam", "none"), agreement=[0, 1, 4])
    net = network(data, Options(aggregate="conflict", qualifier="agreement", exclude=(("affiliation", "C"),)))
    assert cell(net, "A", "B") == 1 / 4


def test_a_single_level_agrees_where_dna_divides_by_zero() -> None:
    """A qualifier with one level counts as agreement, where DNA divides by zero."""
    data = table(("A", "dam", "none"), ("B", "dam", "none"), agreement=[3, 3])
    net = network(data, Options(aggregate="congruence", qualifier="agreement"))
    assert cell(net, "A", "B") == 1
    assert not np.isnan(net.values).any()


def test_text_qualifier_is_the_same_or_not() -> None:
    """Under conflict DNA adds what only one of the two said at a level."""
    data = table(
        ("A", "dam", "none"), ("A", "dam", "none"), ("B", "dam", "none"), ("B", "dam", "none"),
        tone=["warm", "cold", "warm", "warm"],
    )  # fmt: skip
    for aggregate, expected in (("congruence", 2), ("conflict", 1), ("subtract", 1)):
        assert cell(network(data, Options(aggregate=aggregate, qualifier="tone")), "A", "B") == expected


def test_duplicates_are_keyed_on_the_qualifier_unless_it_is_ignored() -> None:
    """Duplicates are identified with the qualifier, unless the aggregation ignores it."""
    assert network(BASIC, Options(aggregate="subtract", duplicates="document")).statements == 4
    assert network(BASIC, Options(aggregate="ignore", duplicates="document")).statements == 3


@pytest.mark.parametrize(
    ("unit", "left"),
    # 30 December 2024 and 1 January 2025 are one ISO week; 1 January 2026 is the same week and month of another year.
    [("week", 2), ("month", 3), ("year", 3), ("all", 1), ("document", 1), ("include", 3)],
)
def test_weeks_and_months_belong_to_their_year(unit: str, left: int) -> None:
    """Weeks and months of different years are different periods."""
    data = table(*[("A", "dam", "support")] * 3, when=["2024-12-30", "2025-01-01", "2026-01-01"])
    assert network(data, Options(aggregate="subtract", duplicates=unit)).statements == left


def test_undated_statements_are_nobodys_duplicate_in_time() -> None:
    """Undated statements are never duplicates in time, and fall outside every range."""
    data = table(*[("A", "dam", "support")] * 3, when=[None, None, "2026-01-01"])
    assert network(data, Options(duplicates="month")).statements == 3
    assert network(data, Options(since="2025")).statements == 1


def test_exclusion_inversion_and_isolates() -> None:
    """Exclusion, its inversion and isolates select nodes as in DNA."""
    excluded = network(BASIC, Options(mode="two", exclude=(("issue", "dam"),)))
    assert (excluded.rows, excluded.columns) == (("C",), ("canal",))
    only = network(BASIC, Options(mode="two", only=(("issue", "dam"),)))
    assert (only.rows, only.columns) == (("A", "B"), ("dam",))
    kept = network(BASIC, Options(mode="two", exclude=(("issue", "dam"),), isolates=True))
    assert (kept.rows, kept.columns) == (("A", "B", "C"), ("canal", "dam"))
    assert kept.values.sum() == 1


def test_excluded_documents_leave_no_isolates() -> None:
    """An excluded document leaves no isolates behind."""
    data = table(("A", "dam", "support"), ("B", "dam", "support"), outlet=["Wire", "Post"])
    assert network(data, Options(exclude=(("outlet", "Post"),), isolates=True)).rows == ("A",)


def test_articles_of_one_name_are_told_apart() -> None:
    """Articles of the same name are distinct nodes."""
    data = table(("A", "dam", "support"), ("A", "dam", "support"), article=["x1", "x2"])
    assert network(data, Options(mode="two", rows="article")).rows == ("a (x1)", "a (x2)")


def test_statements_without_a_side_count_where_sides_are_ignored() -> None:
    """Statements without a side count only where sides are ignored."""
    data = table(("A", "dam", "mixed"), ("B", "dam", "support"))
    assert cell(network(data, Options()), "A", "B") == 1
    assert network(data, Options(aggregate="congruence")).rows == ("B",)


def test_events_are_in_time_order_and_filtered() -> None:
    """An event list is in time order and without duplicates."""
    data = table(*[("A", "dam", "support")] * 3, when=["2026-02-01", "2026-01-01", "2026-02-01"])
    assert events(data, Options(mode="events"))["id"].to_list() == ["s1", "s0", "s2"]
    assert events(data, Options(mode="events", duplicates="month"))["id"].to_list() == ["s1", "s0"]


def test_nothing_gives_an_empty_matrix() -> None:
    """A network without statements is an empty, typed matrix."""
    for mode in ("one", "two"):
        net = network(tables.empty(), Options(mode=mode))
        assert net.values.shape == (0, 0)
        assert net.edges().schema == {"source": pl.String, "target": pl.String, "weight": pl.Float64}
    lone = network(BASIC, Options(aggregate="conflict", normalise="jaccard", only=(("affiliation", "B"),)))
    assert lone.values.tolist() == [[0.0]]


def test_until_takes_the_whole_day_and_a_time_is_exact() -> None:
    """An end date includes its whole day or month, an end time is exact."""
    data = table(("A", "dam", "support"), ("A", "dam", "oppose")).with_columns(
        pl.Series("time", [datetime(2026, 1, 31, 8), datetime(2026, 1, 31, 20)])
    )
    assert network(data, Options(until="2026-01")).statements == 2
    assert network(data, Options(until="2026-01-31T12:00:00")).statements == 1


def test_edges_name_each_tie_once() -> None:
    """The edges of a one-mode network name each tie once."""
    edges = network(BASIC, Options(aggregate="subtract")).edges()
    assert edges.rows() == [("A", "B", 1.0)]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"mode": "three"}, "mode must be one of"),
        ({"mode": "one", "aggregate": "combine"}, "two-mode"),
        ({"mode": "two", "aggregate": "conflict"}, "one-mode"),
        ({"mode": "two", "normalise": "jaccard"}, "one-mode"),
        ({"rows": "issue", "columns": "issue"}, "different"),
        ({"qualifier": None, "aggregate": "subtract"}, "qualifier"),
    ],
)
def test_settings_that_dna_would_change_in_silence_are_refused(options: dict[str, str], word: str) -> None:
    """Options that DNA would change silently are refused."""
    with pytest.raises(TableError, match=word):
        Options(**options)  # type: ignore[arg-type]


def test_missing_fields_are_named() -> None:
    """A field that is missing or no text is named in the error."""
    with pytest.raises(TableError, match="tone"):
        network(BASIC, Options(rows="tone"))
    with pytest.raises(TableError, match="no text"):
        network(BASIC, Options(rows="date"))

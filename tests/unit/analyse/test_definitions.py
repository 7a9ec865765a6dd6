"""Measures on random inputs are those of their definitions, computed here in plain loops."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Any

import numpy as np
import polars as pl
import pytest

from onrecord.analyse import graphs, uncertainty, windows
from onrecord.analyse.network_types import Network, Options
from onrecord.analyse.positions import positions
from onrecord.analyse.retellings import clusters, drift, names_alike, reprints
from onrecord.analyse.uncertainty import PRIOR, draw, edge_intervals, intervals, pooled

from .made import statements

SEEDS = range(4)


def some(seed: int, count: int = 30) -> pl.DataFrame:
    """Statements of four actors on two issues, each an utterance of its own but for some that are told twice."""
    dice = random.Random(seed)
    rows = [
        {
            "speaker": dice.choice("ABCD"), "issue": dice.choice(["dam", "toll"]),
            "stance": dice.choice(["support", "oppose", "mixed"]), "confidence": dice.choice([0.3, 0.7, 1.0]),
            "commitment": dice.choice(["CT+", "PR+", "PS+"]), "when": f"2026-{dice.randrange(1, 7):02}-11",
        }
        for _ in range(count)
    ]  # fmt: skip
    utterances = [f"s{number if number % 5 else max(0, number - 1)}" for number in range(count)]
    return statements(*rows).with_columns(pl.Series("cluster", utterances))


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_draws_are_the_weighted_means_of_the_definition(seed: int, scaled: bool) -> None:
    """A draw weighs each utterance once, shares it among its reports, and drops statements by their confidence."""
    stated = positions(some(seed)).sort("actor", "issue", maintain_order=True)
    values, counted = draw(stated, draws=3, seed=seed, scaled=scaled)
    rows = stated.to_dicts()
    cells = list(dict.fromkeys((row["actor"], row["issue"]) for row in rows))
    told = {(row["actor"], row["issue"], row["cluster"]): 0 for row in rows}
    for row in rows:
        told[row["actor"], row["issue"], row["cluster"]] += 1
    place = {row: number for number, row in enumerate(dict.fromkeys(row["cluster"] for row in rows))}
    generator = np.random.default_rng(seed)
    weights = generator.exponential(size=(len(place), 3))
    heard = generator.random((len(rows), 3))
    unseen = PRIOR * generator.exponential(size=(len(cells), 3))
    sides = generator.choice(np.array([-1.0, 0.0, 1.0]), (len(cells), 3))
    assert values.shape == counted.shape == (len(cells), 3)
    order = {name: number for number, name in enumerate(sorted(place))}
    # Which random weight an utterance gets is of no matter: try the two orders that tables come in.
    fits = []
    for numbers in (place, order):
        made = np.zeros((len(cells), 3))
        for number, cell in enumerate(cells):
            for one in range(3):
                above = below = 0.0
                for at, row in enumerate(rows):
                    if (row["actor"], row["issue"]) != cell or heard[at, one] > row["confidence"]:
                        continue
                    weight = weights[numbers[row["cluster"]], one] / told[*cell, row["cluster"]]
                    above += weight * row["firm"] * row["side"]
                    below += weight * (1.0 if scaled else row["firm"])
                assert counted[number, one] == (below > 0)
                more = unseen[number, one]
                made[number, one] = (above + more * sides[number, one]) / (below + more)
        fits.append(np.allclose(made, values))
    assert any(fits)


def test_blocks_of_draws_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many draws fit into a block, as many draws come as were asked for."""
    stated = positions(some(1)).sort("actor", "issue", maintain_order=True)
    for block in (1, stated.height * 2, 10_000):
        monkeypatch.setattr(uncertainty, "BLOCK", block)
        values, counted = draw(stated, draws=5, seed=0)
        assert values.shape[1] == counted.shape[1] == 5


def test_an_interval_holds_the_middle_of_the_draws() -> None:
    """The ends are the quantiles of the draws, widened to the value; the probability is the share on its side."""
    table = some(3)
    stated = positions(table).sort("actor", "issue", maintain_order=True)
    values, _ = draw(stated, draws=200, seed=5)
    cells = list(dict.fromkeys(stated.select("actor", "issue").rows()))
    found = {(row["actor"], row["issue"]): row for row in intervals(table, draws=200, level=0.8, seed=5).to_dicts()}
    assert set(found) == set(cells)
    for cell, drawn in zip(cells, values, strict=True):
        row = found[cell]
        low, high = np.quantile(drawn, [0.1, 0.9])
        assert row["low"] == pytest.approx(min(low, row["value"]))
        assert row["high"] == pytest.approx(max(high, row["value"]))
        shown = {"support": drawn > 1 / 3, "oppose": drawn < -1 / 3}.get(row["stance"], abs(drawn) <= 1 / 3)
        assert row["probability"] == pytest.approx(shown.mean())
        part = stated.filter(actor=cell[0], issue=cell[1])
        assert (row["reports"], row["utterances"]) == (part.height, part["cluster"].n_unique())


def test_ties_of_sure_statements_vary_less_than_those_of_unsure_ones() -> None:
    """Doubt widens a tie's interval, a higher level too; the sign is the share of draws that have the tie's."""
    rows = [
        {"affiliation": who, "issue": issue, "quote": f"{who}{issue}", "when": "2020-01-01", "confidence": sure}
        for who in ("A", "B") for issue in ("x", "y", "z") for sure in (1.0,)
    ]  # fmt: skip
    options = Options(aggregate="congruence")
    sure = edge_intervals(statements(*rows), options).to_dicts()[0]
    doubt = edge_intervals(statements(*[{**row, "confidence": 0.4} for row in rows]), options).to_dicts()[0]
    wide = edge_intervals(statements(*rows), options, level=0.5).to_dicts()[0]
    assert doubt["low"] == 0.0 < sure["low"] < wide["low"] < wide["high"] < sure["high"]
    assert doubt["sign"] < sure["sign"] == 1.0


def test_windows_of_a_pool_meet_and_do_not_overlap() -> None:
    """A statement on the first day of a window is in that window alone; windows without statements do not count."""
    rows = [
        {"affiliation": "A", "when": "2026-01-01"}, {"affiliation": "B", "when": "2026-01-10"},
        {"affiliation": "A", "when": "2026-01-11"}, {"affiliation": "B", "when": "2026-01-20"},
        {"affiliation": "A", "when": "2026-02-10"}, {"affiliation": "B", "when": "2026-02-10", "stance": "oppose"},
        {"affiliation": "A"}, {"affiliation": "B"},
    ]  # fmt: skip
    (tie,) = pooled(statements(*rows), Options(aggregate="subtract"), "days:10").to_dicts()
    assert (tie["windows"], tie["weight"]) == (3, pytest.approx(1 / 3))
    assert tie["spread"] == pytest.approx(sqrt(8) / 3)
    (wide,) = pooled(statements(*rows[:4]), Options(aggregate="congruence"), "years:1").to_dicts()
    assert wide["windows"] == 1


def test_two_mode_pools_have_the_rows_and_columns() -> None:
    """In a two-mode network a tie is between an actor and an issue."""
    rows = [{"affiliation": "A", "when": "2026-01-01"}, {"affiliation": "B", "issue": "toll", "when": "2026-01-02"}]
    found = pooled(statements(*rows), Options(mode="two"), "days:5")
    assert found.select("source", "target", "weight").rows() == [("A", "dam", 1.0), ("B", "toll", 1.0)]


# ---------------------------------------------------------------- windows


@pytest.mark.parametrize("size", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", SEEDS)
def test_plain_windows_hold_what_lies_within_half_their_length(seed: int, size: int) -> None:
    """Each window inside the range counts the statements from half its length before its middle to half after."""
    dice = random.Random(seed)
    days = [date(2026, 1, 1) + timedelta(days=dice.randrange(20)) for _ in range(12)]
    table = statements(*({"affiliation": dice.choice("AB"), "when": day.isoformat()} for day in days))
    nets = list(windows.series(table, Options(mode="two"), f"days:{size}"))
    half = timedelta(days=size // 2)
    first, last = min(days), max(days)
    wanted = [first + half + timedelta(days=n) for n in range((last - first - 2 * half).days + 1)]
    assert [net.middle.date() for net in nets if net.middle is not None] == wanted
    for net, middle in zip(nets, wanted, strict=True):
        assert net.statements == sum(middle - half <= day <= middle + half for day in days)
        assert (net.start, net.stop) == (
            datetime.combine(middle - half, datetime.min.time()), datetime.combine(middle + half, datetime.min.time()),
        )  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_windows_of_events_have_one_statement_in_the_middle(count: int) -> None:
    """`events:N` has N // 2 statements before the middle one and as many after it."""
    table = statements(*({"affiliation": "A", "when": f"2026-01-{day:02}"} for day in range(1, 9)))
    nets = list(windows.series(table, Options(mode="two"), f"events:{count}"))
    half = count // 2
    assert [net.middle.day for net in nets if net.middle is not None] == list(range(1 + half, 9 - half))
    assert {net.statements for net in nets} == {2 * half + 1}


@pytest.mark.parametrize(
    ("text", "count", "unit", "shifted"),
    [
        ("2026-01-31", 1, "months", "2026-02-28"),
        ("2024-01-31", 1, "months", "2024-02-29"),
        ("2026-12-15", 1, "months", "2027-01-15"),
        ("2026-01-15", -1, "months", "2025-12-15"),
        ("2026-03-31", -1, "months", "2026-02-28"),
        ("2024-02-29", 1, "years", "2025-02-28"),
        ("2026-05-05", -2, "years", "2024-05-05"),
        ("2026-05-05", 3, "days", "2026-05-08"),
        ("2026-05-05", 2, "weeks", "2026-05-19"),
        ("2026-05-05", -24, "hours", "2026-05-04"),
    ],
)
def test_times_are_shifted_by_the_calendar(text: str, count: int, unit: str, shifted: str) -> None:
    """Months and years keep the day where the month has it, and take its last day where not."""
    assert windows.shift(datetime.fromisoformat(text), unit, count) == datetime.fromisoformat(shifted)


@pytest.mark.parametrize("unit", ["days", "months", "years"])
def test_windows_of_a_kernel_weigh_by_whole_units(unit: str) -> None:
    """A triangular window reaches to both sides, weighs by whole units apart, and ends where it has no more weight."""
    step = {"days": 1, "months": 30.5, "years": 365.25}[unit]
    days = [date(2020, 1, 15) + timedelta(days=round(n * step)) for n in (0, 1, 2, 5)]
    table = statements(*({"affiliation": "A", "when": day.isoformat()} for day in days))
    nets = list(windows.series(table, Options(mode="two"), f"{unit}:4", kernel="triangular", indent=False))
    for net in nets:
        assert net.middle is not None
        apart = [_apart(day, net.middle.date(), unit) for day in days]
        assert net.values.sum() == pytest.approx(sum(max(0.0, 1 - abs(n) / 2) for n in apart))
    assert nets[0].middle == datetime.combine(days[0], datetime.min.time())


def _apart(day: date, middle: date, unit: str) -> int:
    """Count whole units between two days."""
    if unit == "days":
        return abs((middle - day).days)
    early, late = sorted((day, middle))
    months = (late.year - early.year) * 12 + late.month - early.month - (late.day < early.day)
    return months if unit == "months" else months // 12


def test_a_series_as_a_table_counts_windows_from_one() -> None:
    """Each window has a number from 1, its times, its statements, and a row per cell."""
    rows = [{"affiliation": "A", "when": "2026-01-01"}, {"affiliation": "B", "when": "2026-01-03"}]
    made = windows.long(windows.series(statements(*rows), Options(mode="two"), "days:3"))
    assert made.select("k", "statements", "row", "column", "value").rows() == [
        (1, 2, "A", "dam", 1.0),
        (1, 2, "B", "dam", 1.0),
    ]
    assert made["start"][0] == datetime(2026, 1, 1)
    assert made["stop"][0] == datetime(2026, 1, 3)


# ---------------------------------------------------------------- graphs


def random_net(seed: int, count: int = 7) -> Network:
    """A one-mode network with ties of both signs."""
    dice = random.Random(seed)
    values = np.zeros((count, count))
    for a in range(count):
        for b in range(a):
            values[a, b] = values[b, a] = dice.choice([0, 0, 1, 2, 5, -1, -3])
    names = tuple("abcdefghij"[:count])
    return Network("one", names, names, values, 0, Options())


def lengths(values: Any) -> Any:
    """The shortest paths over positive ties, a tie of weight w being 1 / w long."""
    count = len(values)
    far = np.where(values > 0, 1 / np.where(values > 0, values, 1), np.inf)
    np.fill_diagonal(far, 0)
    for k in range(count):
        far = np.minimum(far, far[:, [k]] + far[[k], :])
    return far


@pytest.mark.parametrize("seed", SEEDS)
def test_centralities_are_those_of_the_definitions(seed: int) -> None:
    """Degree, strength and conflict are sums; closeness is harmonic; PageRank and eigenvector are fixed points."""
    net = random_net(seed)
    found = graphs.centralities(net)
    positive = np.maximum(net.values, 0)
    far = lengths(net.values)
    np.fill_diagonal(far, np.inf)
    assert found["mode"].to_list() == ["row"] * 7
    assert found["degree"].to_list() == (positive > 0).sum(axis=1).tolist()
    assert found["strength"].to_list() == positive.sum(axis=1).tolist()
    assert found["conflict"].to_list() == np.maximum(-net.values, 0).sum(axis=1).tolist()
    assert found["closeness"].to_list() == pytest.approx(((1 / far).sum(axis=1) / 6).tolist())
    rank = found["pagerank"].to_numpy()
    strength = positive.sum(axis=1, keepdims=True)
    steps = np.where(strength > 0, positive / np.where(strength > 0, strength, 1), 1 / 7)
    assert rank.sum() == pytest.approx(1)
    assert rank == pytest.approx(0.85 * rank @ steps + 0.15 / 7, abs=1e-9)
    vector = found["eigenvector"].to_numpy()
    assert vector.max() == pytest.approx(1)
    assert positive @ vector == pytest.approx(np.linalg.eigvalsh(positive)[-1] * vector, abs=1e-9)


def test_two_mode_centralities_have_rows_and_columns() -> None:
    """Issues are nodes too, after the actors; a single node is close to nobody."""
    net = Network("two", ("a", "b"), ("x",), np.array([[1.0], [2.0]]), 0, Options())
    found = graphs.centralities(net)
    assert found.select("name", "mode", "strength").rows() == [
        ("a", "row", 1.0),
        ("b", "row", 2.0),
        ("x", "column", 3.0),
    ]
    assert found["betweenness"].to_list() == [0.0, 0.0, 1.0]
    assert found["closeness"].to_list() == pytest.approx([(1 + 1 / 1.5) / 2, (2 + 1 / 1.5) / 2, 1.5])
    alone = graphs.centralities(Network("one", ("a",), ("a",), np.zeros((1, 1)), 0, Options()))
    assert alone.drop("name", "mode").row(0) == (0, 0, 0, 0, 0, 0, 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_camps_cannot_be_bettered_by_moving_one_actor(seed: int) -> None:
    """Ties within camps less ties between them are at a maximum; the first actor's camp is 1."""
    net = random_net(seed, 8)
    agree, apart = np.maximum(net.values, 0), np.maximum(-net.values, 0)
    found = graphs.polarity(net.rows, agree, apart)
    side = np.where(found.camps["camp"].to_numpy() == 1, 1, -1)
    assert side[0] == 1
    worth = side @ net.values @ side
    for place in range(len(side)):
        moved = side.copy()
        moved[place] *= -1
        assert moved @ net.values @ moved <= worth + 1e-9
    within = np.equal.outer(side, side)
    cohesion = agree[within].sum() / (agree[within].sum() + apart[within].sum())
    between = agree[~within].sum() + apart[~within].sum()
    opposition = apart[~within].sum() / between if between else 0.0
    one = int((side > 0).sum())
    assert (found.cohesion, found.opposition) == (pytest.approx(cohesion), pytest.approx(opposition))
    assert found.value == pytest.approx(cohesion * opposition * 4 * one * (8 - one) / 64)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_backbone_is_the_disparity_filter(seed: int) -> None:
    """A tie stays if it is unlikely among the ties of either end; a node with one tie says nothing of it."""
    net = random_net(seed)
    size = np.abs(net.values)

    def p(a: int, b: int) -> float:
        degree = int((size[a] > 0).sum())
        return 1.0 if degree < 2 else float((1 - size[a, b] / size[a].sum()) ** (degree - 1))

    at = {name: place for place, name in enumerate(net.rows)}
    wanted = {
        (one, two): min(p(at[one], at[two]), p(at[two], at[one]))
        for one, two in net.edges().select("source", "target").iter_rows()
    }
    for alpha in (0.2, 0.5, 1.0):
        kept = graphs.backbone(net, alpha=alpha)
        assert {(a, b): pytest.approx(value) for a, b, value in kept.select("source", "target", "p").iter_rows()} == {
            pair: value for pair, value in wanted.items() if value < alpha
        }


def test_clusters_are_numbered_by_size_then_name() -> None:
    """The largest cluster is 1; of clusters of one size the one with the first name comes first."""
    values = np.zeros((5, 5))
    for a, b in (("b", "c"), ("d", "e"), ("a", "e"), ("a", "d")):
        values["abcde".index(a), "abcde".index(b)] = values["abcde".index(b), "abcde".index(a)] = 2
    net = Network("one", tuple("abcde"), tuple("abcde"), values, 0, Options())
    for method in ("louvain", "hierarchical"):
        assert graphs.clusters(net, method=method).rows() == [("a", 1), ("b", 2), ("c", 2), ("d", 1), ("e", 1)]
    assert graphs.clusters(net, method="hierarchical", count=1)["cluster"].to_list() == [1] * 5
    assert graphs.clusters(net, method="hierarchical", count=5)["cluster"].to_list() == [1, 2, 3, 4, 5]


def test_profiles_of_a_two_mode_network_are_compared_by_their_angle() -> None:
    """Actors with proportional profiles merge at height 0, opposite ones at 1."""
    values = np.array([[1.0, 2.0], [2.0, 4.0], [-1.0, -2.0]])
    net = Network("two", ("a", "b", "c"), ("x", "y"), values, 0, Options())
    merges = graphs.tree(net).to_dicts()
    assert [(one["step"], one["left"], one["right"]) for one in merges] == [(1, ["a"], ["b"]), (2, ["c"], ["a", "b"])]
    assert [one["height"] for one in merges] == pytest.approx([0.0, 1.0])


# ---------------------------------------------------------------- retellings


TOLD = {"speaker": "Mark Orr", "when": "2026-03-02", "stance": "oppose", "act": "reject", "commitment": "CT-"}
WORDS = "Ardesh will never withdraw its troops from the northern valley"


@pytest.mark.parametrize(
    ("gap", "days", "joined"), [(2, 2, True), (3, 2, False), (3, 3, True), (0, 0, True), (1, 0, False)]
)
def test_reports_are_near_up_to_the_number_of_days(gap: int, days: int, joined: bool) -> None:
    """Two reports with at most so many days between them are of one utterance, by meaning as by words."""
    rows = statements({**TOLD, "quote": WORDS}, {**TOLD, "quote": WORDS, "when": f"2026-03-{2 + gap:02}"})
    for found in (clusters(rows, days=days), reprints(rows, days=days)):
        assert (found["cluster"].n_unique() == 1) == joined


def test_reports_follow_each_other_in_a_chain() -> None:
    """Where each report is near the one before it, all are of the utterance that the first one reports."""
    rows = statements(*({**TOLD, "quote": WORDS, "when": f"2026-03-{day:02}"} for day in (8, 6, 4, 2, 20)))
    for found in (clusters(rows), reprints(rows)):
        assert found["cluster"].to_list() == ["s3", "s3", "s3", "s3", "s4"]


def test_tables_that_know_their_utterances_keep_them() -> None:
    """Where a table has `cluster` nothing is compared again."""
    rows = statements({**TOLD, "quote": WORDS}, {**TOLD, "quote": WORDS}).with_columns(cluster=pl.Series(["x", "y"]))
    assert clusters(rows)["cluster"].to_list() == reprints(rows)["cluster"].to_list() == ["x", "y"]


def test_names_that_are_compared() -> None:
    """By family name where meanings are compared, by the name but for case where only reprints are found."""
    rows = statements(
        {"speaker": "Mark Orr"},
        {"speaker": "Ada Orr"},
        {"speaker": "mark orr"},
        {"speaker": "Bo Roe"},
        {"speaker": None},
    )
    assert names_alike(rows, ["Orr"], whole=True) == ["Ada Orr", "Mark Orr", "mark orr"]
    assert names_alike(rows, ["MARK ORR"], whole=False) == ["Mark Orr", "mark orr"]


def test_the_same_words_about_another_issue_need_more_likeness() -> None:
    """Reports that are only fairly alike are one utterance where issue and act are the same, and two otherwise."""
    retold = {**TOLD, "quote": "Ardesh keeps its troops in the north, whatever the valley says", "when": "2026-03-03"}
    first = {**TOLD, "quote": WORDS}
    assert clusters(statements(first, retold))["cluster"].n_unique() == 1
    assert clusters(statements(first, {**retold, "act": "demand"}))["cluster"].n_unique() == 2
    assert clusters(statements(first, {**retold, "issue": "toll"}))["cluster"].n_unique() == 2
    assert clusters(statements({**first, "issue": None}, {**retold, "issue": None}))["cluster"].n_unique() == 2


def test_drift_tells_progress_and_what_differs() -> None:
    """The statements compared are counted up to all of them; a report like the first differs in nothing."""
    told: list[int] = []
    rows = statements(
        {**TOLD, "quote": WORDS, "outlet": "Wire"}, {**TOLD, "quote": WORDS, "outlet": "Post", "issue": "toll"},
        {"speaker": "Ann Lind", "when": "2026-03-02"},
    )  # fmt: skip
    found = drift(rows, tell=told.append).to_dicts()
    assert told[-1] == 3
    assert [(row["outlet"], row["differs"], row["likeness"]) for row in found] == [
        ("Wire", [], 1.0), ("Post", ["issue"], pytest.approx(1.0)),
    ]  # fmt: skip

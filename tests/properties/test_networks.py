"""Networks equal the formulas written out as loops over statements, for any small table and any setting."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.analyse.encoding import EncodedTable
from onrecord.analyse.network_types import DUPLICATES, Options
from onrecord.analyse.networks import network
from onrecord.analyse.windows import blocks, series

QUALIFIERS = {"stance": ["support", "oppose"], "scale": [-2, -1, 0, 3], "tone": ["warm", "cold", "dry"]}
statement = st.fixed_dictionaries(
    {
        "affiliation": st.sampled_from(["A", "B", "C", None]),
        "issue": st.sampled_from(["x", "y", "z", None]),
        "article": st.sampled_from(["1", "2", "3"]),
        "day": st.integers(0, 40),
        **{name: st.sampled_from(values) for name, values in QUALIFIERS.items()},
    }
)
tables = st.lists(statement, max_size=14)


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Build a table of statements from drawn rows."""
    data = {name: [row[name] for row in rows] for name in ("affiliation", "issue", "article", *QUALIFIERS)}
    types: dict[str, Any] = dict.fromkeys(data, pl.String) | {"scale": pl.Int64}
    made = pl.DataFrame(data, schema=types)
    return made.with_columns(
        pl.Series("id", [f"{place:03}" for place in range(len(rows))], dtype=pl.String),
        pl.Series("date", [row["day"] for row in rows], dtype=pl.Int32).cast(pl.Date),
    )


def kept(rows: list[dict[str, Any]], qualifier: str, aggregate: str, duplicates: str) -> list[dict[str, Any]]:
    """The statements in time order, later duplicates left out: two loops, as one would on paper."""
    found: list[dict[str, Any]] = []
    for row in sorted(rows, key=lambda row: row["day"]):
        if row["affiliation"] is None or row["issue"] is None:
            continue
        period = {
            "include": object(), "document": row["article"], "week": (row["day"] + 3) // 7, "all": 0, "year": 1970,
            "month": row["day"] >= 31,
        }[duplicates]  # fmt: skip
        key = (row["affiliation"], row["issue"], period, None if aggregate == "ignore" else row[qualifier])
        if all(key != other["key"] for other in found):
            found.append({**row, "key": key})
    return found


def count(rows: list[dict[str, Any]], actor: str, issue: str, qualifier: str, level: Any) -> int:
    """Count an actor's statements on an issue at a level."""
    return sum(row["affiliation"] == actor and row["issue"] == issue and row[qualifier] == level for row in rows)


def by_loops(
    rows: list[dict[str, Any]], everything: list[dict[str, Any]], setting: tuple[str, str, str]
) -> dict[Any, float]:
    """The one-mode tie of each pair of actors."""
    qualifier, aggregate, normalise = setting
    actors = sorted({row["affiliation"] for row in rows})
    issues = sorted({row["issue"] for row in rows})
    levels: list[Any] = sorted({row[qualifier] for row in everything})
    if qualifier == "stance":
        levels = ["oppose", "support"]
    value = {level: float(level if qualifier == "scale" else place) for place, level in enumerate(levels)}
    span = max(value.values(), default=0) - min(value.values(), default=0)
    ties = {}
    for one, two in product(actors, actors):
        x = {(j, k): count(rows, one, j, qualifier, k) for j in issues for k in levels}
        y = {(j, k): count(rows, two, j, qualifier, k) for j in issues for k in levels}
        agree = conflict = ignore = 0.0
        alone = sum(x[c] for c in x if not y[c]) + sum(y[c] for c in y if not x[c])
        both = sum(x[c] * y[c] for c in x)
        for j in issues:
            ignore += sum(x[j, k] for k in levels) * sum(y[j, k] for k in levels)
            for k, l in product(levels, levels):  # noqa: E741
                apart = abs(value[k] - value[l]) / span if span else 0.0
                agree += x[j, k] * y[j, l] * (1 - apart)
                conflict += x[j, k] * y[j, l] * apart
        if qualifier == "tone":
            agree, conflict = both, alone
        tie = {"ignore": ignore, "congruence": agree, "conflict": conflict, "subtract": agree - conflict}[aggregate]
        n, m = sum(x.values()), sum(y.values())
        norm = {"none": 1, "average": (n + m) / 2, "cosine": n * m, "jaccard": alone + both}[normalise]
        ties[one, two] = 0.0 if one == two or norm == 0 else tie / norm
    return ties


@settings(max_examples=60, deadline=None)
@given(
    tables,
    st.sampled_from(list(QUALIFIERS)),
    st.sampled_from(["ignore", "congruence", "conflict", "subtract"]),
    st.sampled_from(["none", "average", "jaccard", "cosine"]),
    st.sampled_from(DUPLICATES),
)
def test_one_mode_networks_are_their_formulas(
    rows: list[dict[str, Any]], qualifier: str, aggregate: str, normalise: str, duplicates: str
) -> None:
    """One-mode networks equal the formulas of the documentation, written out as loops."""
    options = Options(qualifier=qualifier, aggregate=aggregate, normalise=normalise, duplicates=duplicates)
    net = network(frame(rows), options)
    left = kept(rows, qualifier, aggregate, duplicates)
    assert net.statements == len(left)
    expected = by_loops(left, rows, (qualifier, aggregate, normalise))
    ours = {(a, b): net.values[i, j] for i, a in enumerate(net.rows) for j, b in enumerate(net.columns)}
    assert ours == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(tables, st.sampled_from(["ignore", "subtract", "combine"]), st.sampled_from(DUPLICATES))
def test_two_mode_networks_are_their_formulas(rows: list[dict[str, Any]], aggregate: str, duplicates: str) -> None:
    """Two-mode networks equal the formulas of the documentation, written out as loops."""
    net = network(frame(rows), Options(mode="two", aggregate=aggregate, duplicates=duplicates))
    left = kept(rows, "stance", aggregate, duplicates)
    for (i, a), (j, c) in product(enumerate(net.rows), enumerate(net.columns)):
        yes, no = (count(left, a, c, "stance", side) for side in ("support", "oppose"))
        expected = {"ignore": yes + no, "subtract": yes - no, "combine": (yes > 0) + 2 * (no > 0)}[aggregate]
        assert net.values[i, j] == expected


@settings(max_examples=25, deadline=None)
@given(tables, st.integers(1, 9))
def test_each_plain_window_is_the_network_of_its_statements(rows: list[dict[str, Any]], size: int) -> None:
    """The network of a window equals the network of the statements of its days."""
    table = frame(rows)
    coded = EncodedTable(table)
    for net in series(coded, Options(aggregate="subtract"), f"days:{size}"):
        alone = network(table, Options(aggregate="subtract", since=net.start, until=net.stop))
        assert (net.rows, net.values.tolist()) == (alone.rows, alone.values.tolist())


@settings(max_examples=25, deadline=None)
@given(tables)
def test_a_uniform_kernel_is_half_of_the_counts_inside(rows: list[dict[str, Any]]) -> None:
    """sqrt(1/2 x 1/2) = 1/2 of each product; the diagonal, which a kernel keeps, left aside."""
    table = frame(rows)
    for block in blocks(table, Options(aggregate="congruence"), "days:6", kernel="uniform"):
        for net in block.networks():
            alone = network(table, Options(aggregate="congruence", since=net.start, until=net.stop))
            place = [net.rows.index(name) for name in alone.rows]
            inside = net.values[place][:, place].copy()
            inside[range(len(place)), range(len(place))] = 0
            assert np.allclose(inside, alone.values / 2)

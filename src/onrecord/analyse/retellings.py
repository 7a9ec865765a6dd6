"""Compare how several outlets report one utterance, side by side, with the first report marked.

Two statements are reports of one utterance if they stand in different articles, have the same speaker (by family name
where one is shorter), lie at most `days` days apart, their numbers do not contradict each other, and they say the same:
the cosine of their TF-IDF vectors over word stems is at least `NEAR`, or at least `FAIR` where issue and act are the
same too. Where word vectors are given (`meaning`), so do statements of one issue and act whose mean vectors have a
cosine of at least `ALIKE`, which finds retellings in other words. Chains of such pairs form a cluster. The thresholds
are set on half of `training/judgements/retold.tsv`; `tests/quality` holds precision and recall on the other half.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from onrecord.analyse.encoding import Floats
from onrecord.analyse.sparse_rows import SparseRows
from onrecord.analyse.tables import check
from onrecord.lexicon import rows, word_class
from onrecord.text.names import compatible, name_words
from onrecord.text.tokens import stem, words

NEAR, FAIR, ALIKE = 0.45, 0.2, 0.4
# Statements that are compared at once, and pairs of them.
MOST_ROWS, MOST_CELLS = 512, 4_000_000
NEEDED = ("id", "article", "outlet", "date", "speaker", "issue", "act", "stance", "commitment", "chain", "quote", "cue")
DRIFT: dict[str, Any] = {
    "cluster": pl.String, "first": pl.Boolean, "speaker": pl.String, "date": pl.Date, "outlet": pl.String,
    "chain": pl.List(pl.String), "cue": pl.String, "quote": pl.String, "issue": pl.String, "stance": pl.String,
    "commitment": pl.String, "likeness": pl.Float64, "differs": pl.List(pl.String), "words_added": pl.List(pl.String),
    "words_dropped": pl.List(pl.String), "hedges": pl.List(pl.String), "id": pl.String,
}  # fmt: skip
# The unit vector of the mean of some lower-case words, such as the bundled word vectors give.
Meaning = Callable[[Iterable[str]], Any]
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def drift(
    table: pl.DataFrame, *, days: int = 2, meaning: Meaning | None = None, tell: Callable[[int], None] | None = None
) -> pl.DataFrame:
    """Return the reports of each utterance that several outlets report, the first report first (columns of `DRIFT`).

    `differs` names the fields in which a report departs from the first: stance, commitment, act, issue, chain, hedges,
    wording. `likeness` is the cosine with the first report, in [0, 1].

    Args:
        table: statements, as `view.current(ledger).table` gives them.
        days: the greatest number of days between two reports of one utterance.
        meaning: word vectors, which find retellings in other words.
        tell: gets the number of statements that have been compared, again and again.

    Raises:
        TableError: a column is missing, or an argument has no such value.
    """
    marked = clusters(table, days=days, meaning=meaning, tell=tell)
    outlets = pl.coalesce("outlet", "article").n_unique().over("cluster")
    reported = marked.filter(outlets > 1).sort("cluster", "date", "id", nulls_last=True)
    rows = []
    for (cluster,), part in reported.group_by("cluster", maintain_order=True):
        reports = part.to_dicts()
        vectors = _vectors([row["quote"] or "" for row in reports])
        like = vectors.times_transposed(vectors.part(0, 1)).ravel()
        for place, row in enumerate(reports):
            compared = _compare(reports[0], row, float(like[place])) if place else _first(row)
            rows.append({**{name: row.get(name) for name in DRIFT}, **compared, "cluster": cluster})
    return pl.DataFrame([{name: row[name] for name in DRIFT} for row in rows], schema=DRIFT)


def clusters(
    table: pl.DataFrame, *, days: int = 2, meaning: Meaning | None = None, tell: Callable[[int], None] | None = None
) -> pl.DataFrame:
    """Return the table with `cluster`: the id of the first report of the same utterance (its own, if alone).

    A table that has the column keeps it, so that it can be made once, with word vectors, for several analyses.
    """
    check(table, NEEDED)
    if "cluster" in table.columns:
        return table
    table = table.with_row_index("__row")
    parent = np.arange(table.height)
    keyed = table.filter(pl.col("speaker").is_not_null(), pl.col("quote").is_not_null(), pl.col("date").is_not_null())
    named = keyed.with_columns(pl.col("speaker").map_elements(_family, return_dtype=pl.String).alias("__name"))
    several = named.filter(pl.col("article").n_unique().over("__name") > 1)
    done = table.height - several.height
    for part in several.sort("date", "id").partition_by("__name", maintain_order=True):
        _join(part, parent, days, meaning)
        done += part.height
        if tell is not None:
            tell(done)
    order = table.select(pl.arg_sort_by("date", "id", nulls_last=True)).to_series().to_numpy()
    roots = np.array([_root(parent, place) for place in range(table.height)], dtype=np.int64)
    first: dict[int, int] = {}
    for place in order.tolist():
        first.setdefault(int(roots[place]), place)
    ids = table["id"].to_list()
    return table.drop("__row").with_columns(
        pl.Series("cluster", [ids[first[int(root)]] for root in roots], dtype=pl.String)
    )


def reprints(table: pl.DataFrame, *, days: int = 2) -> pl.DataFrame:
    """Return the table with the column `cluster`, as `clusters` does, but for reports in the same words alone.

    Letter case and punctuation apart, a speaker's words with at most `days` days between one report and the next.
    Linear in the number of statements. A table that has the column keeps it.
    """
    if "cluster" in check(table, NEEDED).columns:
        return table
    words = pl.col("quote").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    rows = table.select("id", "date", pl.col("speaker").str.to_lowercase(), words.alias("words")).with_row_index("row")
    rows = rows.sort("speaker", "words", "date", "id")
    known = pl.col("speaker").is_not_null() & pl.col("words").is_not_null() & pl.col("date").is_not_null()
    same = (pl.col("speaker") == pl.col("speaker").shift(1)) & (pl.col("words") == pl.col("words").shift(1))
    near = (pl.col("date") - pl.col("date").shift(1)).dt.total_days() <= days
    follows = (known & same & near).fill_null(value=False)
    rows = rows.with_columns(pl.when(~follows).then(pl.col("id")).forward_fill().alias("cluster"))
    return table.with_columns(rows.sort("row")["cluster"])


def names_alike(table: pl.DataFrame, speakers: Iterable[str], *, whole: bool) -> list[str]:
    """Return the speakers of a table whose reports are compared with those of some speakers.

    These are the ones of one family name where reports are compared as a `whole` (`clusters`), and those of one name
    but for letter case where only reprints are found.
    """
    key = _family if whole else str.lower
    wanted = {key(name) for name in speakers}
    known = table["speaker"].drop_nulls().unique().to_list()
    return sorted(name for name in known if key(name) in wanted)


def _join(part: pl.DataFrame, parent: Any, days: int, meaning: Meaning | None) -> None:
    """Join the reports of one name in `parent`; `part` is in time order, and only near dates are compared."""
    rows = part.select("__row", "article", "speaker", "issue", "act").to_dicts()
    dates = part["date"].to_physical().to_numpy().astype(np.int64)
    quotes = part["quote"].to_list()
    vectors = _vectors(quotes)
    means = None if meaning is None else np.array([meaning(_content_words(quote)) for quote in quotes])
    numbers = [_numbers(quote) for quote in quotes]
    ends = np.searchsorted(dates, dates + days, side="right")
    low = 0
    while low < len(rows):
        high = min(low + MOST_ROWS, len(rows))
        high = min(high, low + max(1, MOST_CELLS // (int(ends[high - 1]) - low)))
        reach = int(ends[high - 1])
        like = vectors.part(low, high).times_transposed(vectors.part(low, reach))
        pairs = [(left + low, right + low, value >= NEAR) for left, right, value in _entries_above(like, FAIR)]
        if means is not None:
            near = means[low:high] @ means[low:reach].T
            pairs += [(left + low, right + low, False) for left, right, _ in _entries_above(near, ALIKE)]
        for left, right, sure in pairs:
            a, b = rows[left], rows[right]
            alike = a["issue"] is not None and a["issue"] == b["issue"] and a["act"] == b["act"]
            if not left < right < ends[left] or a["article"] == b["article"] or not (sure or alike):
                continue
            if compatible(a["speaker"], b["speaker"]) and _numbers_agree(numbers[left], numbers[right]):
                parent[_root(parent, b["__row"])] = _root(parent, a["__row"])
        low = high


def _entries_above(like: Floats, least: float) -> list[tuple[int, int, float]]:
    """Return row, column and value of the entries beyond the diagonal that reach a threshold."""
    rows, columns = np.nonzero(np.triu(like >= least, 1))
    return list(zip(rows.tolist(), columns.tolist(), like[rows, columns].tolist(), strict=True))


def _root(parent: Any, place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = int(parent[place])
    return place


def _family(name: str) -> str:
    folded = name_words(name)
    return folded[-1] if folded else name


def stems(text: str) -> list[str]:
    """Stem the content words of a text."""
    return [stem(word) for word in _content_words(text)]


def _vectors(texts: Sequence[str]) -> SparseRows:
    """Compute unit vectors: TF-IDF over stems, with a smoothed logarithm so that words in all texts still count."""
    bags = [Counter(stems(text)) for text in texts]
    spread: Counter[str] = Counter(word for bag in bags for word in bag)
    index = {word: place for place, word in enumerate(sorted(spread))}
    weight = {word: math.log((1 + len(texts)) / (1 + count)) + 1 for word, count in spread.items()}
    values, rows, columns = list[float](), list[int](), list[int]()
    for row, bag in enumerate(bags):
        length = math.sqrt(sum((count * weight[word]) ** 2 for word, count in bag.items())) or 1.0
        for word, count in bag.items():
            values.append(count * weight[word] / length)
            rows.append(row)
            columns.append(index[word])
    places = np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64)
    return SparseRows(*places, np.array(values, dtype=np.float64), len(texts))


def _numbers(text: str) -> frozenset[str]:
    return frozenset(word.replace(",", "") for word in NUMBER.findall(text))


def _numbers_agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether numbers agree: one report may omit a number, but two different numbers are two utterances."""
    return not one or not other or bool(one & other)


def _first(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "first": True, "likeness": 1.0, "differs": [], "words_added": [], "words_dropped": [],
        "hedges": _hedges(row["quote"]), "chain": row["chain"] or [],
    }  # fmt: skip


def _compare(first: Mapping[str, Any], row: Mapping[str, Any], likeness: float) -> dict[str, Any]:
    differs = [name for name in ("stance", "commitment", "act", "issue") if row[name] != first[name]]
    if (row["chain"] or []) != (first["chain"] or []):
        differs.append("chain")
    hedged = _hedges(row["quote"])
    if hedged != _hedges(first["quote"]):
        differs.append("hedges")
    old, new = _words(first["quote"]), _words(row["quote"])
    if old != new:
        differs.append("wording")
    return {
        "first": False, "likeness": likeness, "differs": differs, "hedges": hedged, "chain": row["chain"] or [],
        "words_added": _without(new, old), "words_dropped": _without(old, new),
    }  # fmt: skip


def _content_words(text: str) -> list[str]:
    return [word for word in _words(text) if word not in word_class("unweighed")]


def _words(text: str) -> list[str]:
    """Split a text into words in lower case, hyphenated ones into their parts, as outlets differ in hyphens."""
    found = (word.lower.split("-") for word in words(text) if word.is_word)
    return [part for parts in found for part in parts if part]


def _hedges(text: str) -> list[str]:
    """Return the hedges and modals of the bundled vocabulary that occur in a text."""
    spaced = f" {' '.join(_words(text))} "
    return [hedge for hedge in hedges() if f" {hedge} " in spaced]


@cache
def hedges() -> tuple[str, ...]:
    """Load the bundled vocabulary of hedges and modals, in code point order."""
    return tuple(sorted({row["hedge"].casefold() for row in rows("hedges.tsv")}))


def _without(words: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return the words that the others lack, in order, each once."""
    gone = set(others)
    return list(dict.fromkeys(word for word in words if word not in gone))

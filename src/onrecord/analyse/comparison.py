"""Compare two readings of the same articles: which statements both have, and how far they agree on each field.

Statements match where their contents overlap by at least half (intersection over union of characters), the best pairs
first, each statement once. Agreement is the share of equal values, and Krippendorff's nominal alpha.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onrecord.analyse.intercoder import alpha
from onrecord.core.statement import FIELDS, Statement, plain
from onrecord.text.names import same_name

OVERLAP = 0.5
NAMES = ("speaker", "affiliation", "venue")


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """Hold how many of the matched `pairs` `agree` in a field; `alpha` is None if all values are the same."""

    pairs: int
    agree: int
    alpha: float | None

    @property
    def share(self) -> float | None:
        """Return the share of equal values."""
        return self.agree / self.pairs if self.pairs else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold how far two readings agree on the `articles` that both have."""

    articles: int
    first: int
    second: int
    matched: int
    fields: dict[str, FieldAgreement]
    pairs: tuple[tuple[Statement, Statement], ...]

    @property
    def f1(self) -> float | None:
        """Return the F1 score of one reading's statements against the other's."""
        return 2 * self.matched / (self.first + self.second) if self.first + self.second else None


def compare(first: Iterable[Statement], second: Iterable[Statement]) -> Comparison:
    """Compare two readings; articles count as the same where their texts are.

    The issue and the stance are compared as they stand; stances only where both have the same issue.
    """
    ours, theirs = _by_text(first), _by_text(second)
    shared = sorted(ours.keys() & theirs.keys())
    pairs = tuple(pair for text in shared for pair in match(ours[text], theirs[text]))
    return Comparison(
        articles=len(shared),
        first=sum(len(ours[text]) for text in shared),
        second=sum(len(theirs[text]) for text in shared),
        matched=len(pairs),
        fields={name: _agreement(name, pairs) for name in FIELDS},
        pairs=pairs,
    )


def match(first: Sequence[Statement], second: Sequence[Statement]) -> list[tuple[Statement, Statement]]:
    """Match statements of one text by their contents, in text order."""
    scored = []
    theirs = [_places(one) for one in second]
    for i, one in enumerate(first):
        mine = _places(one)
        for j, other in enumerate(theirs):
            shared = len(mine & other)
            if shared and shared / len(mine | other) >= OVERLAP:
                scored.append((-shared / len(mine | other), i, j))
    found: dict[int, int] = {}
    for _, i, j in sorted(scored):
        if i not in found and j not in found.values():
            found[i] = j
    return [(first[i], second[j]) for i, j in sorted(found.items())]


def _by_text(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    grouped: dict[str, list[Statement]] = {}
    for one in statements:
        grouped.setdefault(one.article.text.id, []).append(one)
    return {key: sorted(some, key=lambda s: (s.content[0].span, s.id)) for key, some in grouped.items()}


def _places(statement: Statement) -> set[int]:
    return {place for piece in statement.content for place in range(piece.span.start, piece.span.end)}


def _agreement(name: str, pairs: Sequence[tuple[Statement, Statement]]) -> FieldAgreement:
    units = []
    agree = 0
    for one, other in pairs:
        if name == "stance" and one.issue.value != other.issue.value:
            continue
        values = [_value(name, one), _value(name, other)]
        if name in NAMES and same_name(*(v if isinstance(v, str) else None for v in values)):
            values[1] = values[0]
        agree += values[0] == values[1]
        units.append(values)
    return FieldAgreement(len(units), agree, alpha(units))


def _value(name: str, statement: Statement) -> str | None:
    value = plain(getattr(statement, name).value)
    return value if value is None or isinstance(value, str) else str(value)

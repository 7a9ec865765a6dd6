"""Write schema.org ClaimReview (JSON-LD): statements as claims to check, for a fact-checker to complete.

OnRecord says who said what and where it stands, not whether it is true: `reviewRating`, `author` and the address of the
review are left for the person who rates the claim.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from onrecord.core.statement import ActorKind, Article, Statement

_TYPES = {ActorKind.PERSON: "Person", ActorKind.STATE: "Organization", ActorKind.BODY: "Organization",
          ActorKind.OUTLET: "Organization"}  # fmt: skip


def write(results: Iterable[tuple[Article, Sequence[Statement]]], kinds: Mapping[str, ActorKind]) -> str:
    """Encode a list of claims; `kinds` says of speakers whether they are persons, states, bodies or outlets."""
    items = [_review(article, one, kinds) for article, statements in results for one in statements]
    graph = {"@context": "https://schema.org", "@graph": items}
    return json.dumps(graph, ensure_ascii=False, indent=1) + "\n"


def _review(article: Article, statement: Statement, kinds: Mapping[str, ActorKind]) -> dict[str, Any]:
    when = statement.when.value or article.published
    return {
        "@type": "ClaimReview",
        "@id": f"urn:onrecord:statement:{statement.id}",
        "claimReviewed": statement.quote,
        "itemReviewed": _without_nothing(
            {
                "@type": "Claim",
                "author": _author(statement, kinds),
                "datePublished": None if when is None else str(when),
                "appearance": _appearance(article),
            }
        ),
    }


def _author(statement: Statement, kinds: Mapping[str, ActorKind]) -> dict[str, Any] | None:
    name = statement.speaker.value
    if name is None:
        return None
    kind = _TYPES.get(kinds.get(name, ActorKind.UNNAMED), "Thing")
    body = statement.affiliation.value if kind == "Person" else None
    affiliation = None if body is None else {"@type": "Organization", "name": body}
    return _without_nothing({"@type": kind, "name": name, "affiliation": affiliation})


def _appearance(article: Article) -> dict[str, Any]:
    return _without_nothing(
        {
            "@type": "Article",
            "url": article.url,
            "headline": article.title,
            "publisher": None if article.outlet is None else {"@type": "Organization", "name": article.outlet},
            "datePublished": None if article.published is None else str(article.published),
            "identifier": f"urn:sha256:{article.text.id}",
        }
    )


def _without_nothing(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}

"""Articles, statements and codebooks as rows: the kept record, its hash, and the columns derived from it.

Records are JSON in ASCII (escapes for all else), so that any Unicode text, lone surrogates and NUL included, comes back
as it was. Derived columns cannot hold those two; there they show as U+FFFD, and the record keeps the original.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from onrecord.core.codec import article_from_dict, article_to_dict, statement_to_dict
from onrecord.core.statement import Article, Statement
from onrecord.errors import CodecError, SpanError
from onrecord.lexicon import Codebook, Issue
from onrecord.text.names import fold

Row = dict[str, Any]

_JUDGED = ("speaker", "issue", "stance")  # whose confidences make that of the row
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


_COMPACT = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def to_json(record: object) -> str:
    """The one spelling of a record in the ledger."""
    return _COMPACT.encode(record)


def checksum(record: str) -> str:
    """The SHA-256 of a record's bytes, in hex."""
    return hashlib.sha256(record.encode("utf-8", "surrogatepass")).hexdigest()


def storable(text: str) -> str:
    """The text with what no SQL string holds (NUL, lone surrogates) shown as U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def key(name: str | None) -> str | None:
    """Fold a name for look-ups; kept in ledgers, so what `fold` returns may not change without a migration."""
    if name is None:
        return None
    return fold(name) or storable(name.casefold())


def text_row(article: Article) -> Row:
    """The row of an article's text."""
    return {"id": article.text.id, "content": article.text.content.encode("utf-8", "surrogatepass")}


def article_record(article: Article) -> str:
    """What is kept of an article beside its text."""
    record = article_to_dict(article)
    del record["text"]
    return to_json(record)


def article_name(record: str) -> str:
    """The name in a kept article record; CodecError where it is damaged."""
    try:
        return str(json.loads(record)["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise CodecError(f"an article's record is damaged: {error!r}") from error


def article_row(article: Article, number: int, batch: int) -> Row:
    """The row of an article."""
    record = article_record(article)
    return {
        "number": number,
        "id": article.id,
        "batch": batch,
        "text_id": article.text.id,
        "record": record,
        "hash": checksum(record),
        **_article_columns(article),
    }


def _article_columns(article: Article) -> Row:
    return {
        "name": storable(article.name),
        "title": _storable(article.title),
        "outlet": _storable(article.outlet),
        "outlet_key": key(article.outlet),
        "published": None if article.published is None else str(article.published),
        "url": _storable(article.url),
    }


def article_of(record: str, content: bytes) -> Article:
    """The article of a kept record and text; CodecError where they are damaged."""
    try:
        return article_from_dict({**json.loads(record), "text": content.decode("utf-8", "surrogatepass")})
    except (ValueError, TypeError) as error:
        raise CodecError(f"an article's record or text is damaged: {' '.join(str(error).split())}") from error


def statement_record(statement: Statement, name: str) -> tuple[Row, str]:
    """The statement's record, under the name by which the ledger knows its article, with its JSON."""
    record = statement_to_dict(statement)
    record["article"] = name
    return record, to_json(record)


def statement_columns(statement: Statement, record: Mapping[str, Any]) -> Row:
    """The derived columns of a statement; `record` is that of `statement_record`."""
    judgements = record["judgements"]
    confidence = 1.0
    for name in _JUDGED:
        confidence *= judgements[name]["confidence"]
    moment = statement.when.value
    date = moment or statement.article.published
    return {
        "place": statement.place,
        "title": _storable(statement.article.title),
        "moment": None if moment is None else moment.iso,
        "day": "" if date is None else date.first_day().isoformat(),
        "form": record["form"],
        "speaker": _storable(statement.speaker.value),
        "speaker_key": key(statement.speaker.value),
        "affiliation": _storable(statement.affiliation.value),
        "affiliation_key": key(statement.affiliation.value),
        "chain": names_text(statement.chain.value),
        "venue": _storable(statement.venue.value),
        "act": record["act"],
        "issue": _storable(statement.issue.value),
        "stance": record["stance"],
        "commitment": record["commitment"],
        "condition": names_text(tuple(piece.quote for piece in statement.condition.value)),
        "quote": storable(statement.quote),
        "cue": storable(" … ".join(piece.quote for piece in statement.cue)),
        "source": storable(" … ".join(piece.quote for piece in statement.source)),
        "start": statement.content[0].span.start,
        "confidence": round(confidence, 6),
        "nested_in": statement.nested_in,
    }


def check_evidence(statement: Statement) -> None:
    """SpanError where words that the statement cites do not stand in its article, or pieces are out of order.

    Built by `Text.cite` they always do; this is the last look before the ledger keeps them.
    """
    text = statement.article.text
    for piece in statement.evidence():
        if not text.holds(piece):
            raise SpanError(
                f"statement {statement.id}: {piece.quote[:60]!r} does not stand at {piece.span} of its text"
            )
    groups = [statement.source, statement.cue, statement.content, statement.condition.value]
    groups += [judgement.evidence for _, judgement in statement.judgements()]
    for pieces in groups:
        if any(a.span > b.span for a, b in pairwise(pieces)):
            raise SpanError(f"statement {statement.id}: its pieces are not in text order")


def codebook_row(codebook: Codebook) -> Row:
    """The row of a codebook."""
    record = to_json(asdict(codebook))
    return {"id": codebook.id, "record": record, "hash": checksum(record)}


def reading_row(article_id: str, codebook: str, reader: str) -> Row:
    """The row that says by whom an article was last read; `codebook` is an id, empty for none."""
    parts = (article_id, codebook, reader)
    return {"article": article_id, "codebook": codebook, "reader": reader, "hash": checksum(to_json(parts))}


def codebook_of(record: str) -> Codebook:
    """The codebook of a kept record; CodecError where it is damaged."""
    try:
        raw = json.loads(record)
        issues = tuple(Issue(**{**issue, "terms": tuple(issue["terms"])}) for issue in raw.pop("issues"))
        return Codebook(issues=issues, **raw)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CodecError(f"a codebook's record is damaged: {error!r}") from error


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def names_text(names: Sequence[str]) -> str:
    """Several names in one column: a JSON list."""
    return json.dumps([storable(name) for name in names], ensure_ascii=False) if names else "[]"

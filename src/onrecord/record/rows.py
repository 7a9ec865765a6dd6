"""Convert articles, statements and codebooks to rows: the stored record, its hash, and the derived columns.

Records are JSON in ASCII with escapes, so that any Unicode text, including lone surrogates and NUL, is restored
exactly. Derived columns cannot hold those two and show U+FFFD instead; the record keeps the original.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from onrecord.core.codec import article_from_dict, article_to_dict, statement_to_dict
from onrecord.core.columns import OF_STATEMENT, Kind
from onrecord.core.statement import COMPACT, Article, Statement, extra_json
from onrecord.errors import CodebookError, CodecError, SpanError
from onrecord.lexicon import Codebook, Issue, Variable, VariableKind
from onrecord.text.names import fold

Row = dict[str, Any]

_IN_RULE = re.compile(r"dna (\{.*\})", re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def to_json(record: object) -> str:
    """Encode a record in the ledger's one spelling."""
    return COMPACT.encode(record)


def checksum(record: str) -> str:
    """Compute the SHA-256 of a record's bytes, in hex."""
    return hashlib.sha256(record.encode("utf-8", "surrogatepass")).hexdigest()


def storable(text: str) -> str:
    """Replace what no SQL string holds (NUL, lone surrogates) by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def key(name: str | None) -> str | None:
    """Fold a name for look-ups; kept in ledgers, so what `fold` returns may not change without a migration."""
    if name is None:
        return None
    return fold(name) or storable(name.casefold())


def text_row(article: Article) -> Row:
    """Make the row of an article's text."""
    return {"id": article.text.id, "content": article.text.content.encode("utf-8", "surrogatepass")}


def article_record(article: Article) -> str:
    """Encode the record of an article, without its text."""
    record = article_to_dict(article)
    del record["text"]
    return to_json(record)


def article_name(record: str) -> str:
    """Return the name in an article's record; CodecError if it is damaged."""
    try:
        return str(json.loads(record)["id"])
    except (ValueError, TypeError, KeyError) as error:
        raise CodecError(f"an article's record is damaged: {error!r}") from error


def article_row(article: Article, number: int, batch: int) -> Row:
    """Make the row of an article."""
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
        "extra": _storable(article.extra),
    }


def article_of(record: str, content: bytes) -> Article:
    """Decode an article's record and text; CodecError if they are damaged."""
    try:
        return article_from_dict({**json.loads(record), "text": content.decode("utf-8", "surrogatepass")})
    except (ValueError, TypeError) as error:
        raise CodecError(f"an article's record or text is damaged: {' '.join(str(error).split())}") from error


def statement_record(statement: Statement, name: str) -> tuple[Row, str]:
    """Make a statement's record, under the name by which the ledger knows its article, and its JSON."""
    record = statement_to_dict(statement)
    record["article"] = name
    return record, to_json(record)


def statement_columns(statement: Statement, record: Mapping[str, Any]) -> Row:
    """Derive a statement's columns as the ledger stores them; `record` is that of `statement_record`."""
    made = {
        column.stored: stored(column.kind, column.value(statement)) for column in OF_STATEMENT if column.name != "id"
    }
    return made | {
        "place": statement.span_id,
        "title": _storable(statement.article.title),
        "speaker_key": key(statement.speaker.value),
        "affiliation_key": key(statement.affiliation.value),
        "extra": extra_of(record),
    }


def stored(kind: Kind, value: Any) -> Any:
    """Encode a column's value as the ledger stores it: lists as JSON, an unknown date as the empty text."""
    if kind is Kind.TEXTS:
        return names_text(value)
    if kind is Kind.DATE:
        return "" if value is None else value.isoformat()
    return _storable(value) if kind is Kind.TEXT else value


def extra_of(record: Mapping[str, Any]) -> str | None:
    """Return another program's variables of a statement's record, as JSON.

    Older records of statements from DNA hold them in the rule of the stance.
    """
    values = record.get("extra")
    if values is None:
        found = _IN_RULE.fullmatch(record["judgements"]["stance"]["rule"])
        return None if found is None else storable(found[1])
    return storable(extra_json(values) or "") or None


def check_evidence(statement: Statement) -> None:
    """Raise SpanError if words that a statement cites are not in its article, or pieces are out of order.

    Built by `Text.cite` they always do; this is the last look before the ledger keeps them.
    """
    text = statement.article.text
    for piece in statement.evidence():
        if not text.holds(piece):
            raise SpanError(f"statement {statement.id}: {piece.quote[:60]!r} is not at {piece.span} of its text")
    groups = [statement.source, statement.cue, statement.content, statement.condition.value]
    groups += [judgement.evidence for _, judgement in statement.judgements()]
    for pieces in groups:
        if any(a.span > b.span for a, b in pairwise(pieces)):
            raise SpanError(f"statement {statement.id}: its pieces are not in text order")


def codebook_row(codebook: Codebook) -> Row:
    """Make the row of a codebook."""
    record = to_json(codebook.to_dict())
    return {"id": codebook.id, "record": record, "hash": checksum(record)}


def reading_row(article_id: str, codebook: str, reader: str) -> Row:
    """Make the row that says by what an article was last read; `codebook` is an id, empty for none."""
    parts = (article_id, codebook, reader)
    return {"article": article_id, "codebook": codebook, "reader": reader, "hash": checksum(to_json(parts))}


def codebook_of(record: str) -> Codebook:
    """Decode a codebook's record; CodecError if it is damaged."""
    try:
        raw = json.loads(record)
        issues = tuple(Issue(**{**issue, "terms": tuple(issue["terms"])}) for issue in raw.pop("issues"))
        variables_of_record = raw.pop("variables", ())
        variables = tuple(Variable(name=one["name"], kind=VariableKind(one["kind"])) for one in variables_of_record)
        return Codebook(issues=issues, variables=variables, **raw)
    except (ValueError, TypeError, KeyError, AttributeError, CodebookError) as error:
        raise CodecError(f"a codebook's record is damaged: {error!r}") from error


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def names_text(names: Sequence[str]) -> str:
    """Encode several names in one column, as a JSON list."""
    return json.dumps([storable(name) for name in names], ensure_ascii=False) if names else "[]"

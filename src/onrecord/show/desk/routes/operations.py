"""Define the operations of the HTTP API, one per address, with their handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from starlette.exceptions import HTTPException

from onrecord.analyse.positions import RULES, matrix
from onrecord.core.codec import article_from_dict, article_to_dict
from onrecord.core.columns import MIN_CONFIDENCE
from onrecord.core.statement import Act, Stance
from onrecord.errors import CodecError
from onrecord.exchange.jsonl import record
from onrecord.record import Query, ReviewVerdict, Role
from onrecord.show.desk.advice import explained
from onrecord.show.desk.filters import SEVERAL, Filters
from onrecord.show.desk.judging import corrected
from onrecord.show.desk.routes.api import (
    DATE,
    KEY,
    LIMIT,
    OFFSET,
    RECORD,
    SIZES,
    TEXT,
    Call,
    Operation,
    Param,
    Schema,
    page_of,
    paged,
)
from onrecord.show.desk.routes.overview import moves
from onrecord.show.desk.routes.positions import rows_of
from onrecord.show.desk.routes.search import narrowed
from onrecord.show.desk.snapshot import Snapshot


def _now(call: Call) -> Snapshot:
    """Return the view under the threshold of the request."""
    given = call.values.get("min_confidence")
    return call.ctx.desk.live_view.now(MIN_CONFIDENCE if given is None else float(given))


def statements(call: Call) -> Any:
    """List statements in the JSON contract."""
    now = call.ctx.now
    given: dict[str, Any] = {name: (value,) for name in SEVERAL if (value := call.values.get(name))}
    asked = Filters(**given, since=call.values.get("since"), until=call.values.get("until"))
    words = call.values.get("q")
    rows = now.once(("api statements", asked, words), lambda: narrowed(now, asked, words, call.ctx))
    if call.values.get("min_confidence") is not None:
        rows = rows.filter(now.table["asserted"][rows])
    chosen = now.table["number"][rows[call.values["offset"] : call.values["offset"] + call.values["limit"]]].to_list()
    return paged(call, [record(one, now.names) for one in call.ctx.desk.ledger.numbered(chosen)], len(rows))


def statement(call: Call) -> Any:
    """Return one statement by its id or the beginning of it, with its history."""
    found = call.ctx.desk.ledger.get(call.values["id"])
    steps = call.ctx.desk.ledger.history(found.id)
    now = call.ctx.now
    return {
        "statement": record(found, now.names),
        "article": found.article.id,
        "current": now.row(found.id) is not None,
        "history": [{"batch": s.batch, "created": s.created, "coder": s.coder, "old": s.old, "new": s.new,
                     "reason": s.reason} for s in steps],
    }  # fmt: skip


def articles(call: Call) -> Any:
    """List articles that have statements, without their texts."""
    now = call.ctx.now
    grouped = now.once("api articles", lambda: now.table.group_by("article", maintain_order=True).agg(
        pl.col("article_name", "title", "outlet", "published", "url").first(), pl.len().alias("statements"),
    ))  # fmt: skip
    rows = grouped[call.values["offset"] : call.values["offset"] + call.values["limit"]].to_dicts()
    return paged(
        call, [{"id": row.pop("article"), "name": row.pop("article_name"), **row} for row in rows], grouped.height
    )


def article(call: Call) -> Any:
    """Return an article with its text and its current statements."""
    found = call.ctx.desk.ledger.article(call.values["id"])
    if found is None:
        raise HTTPException(404, "no such article in this ledger")
    names = _now(call).names
    said = [record(one, names) for one in call.ctx.desk.ledger.statements(Query(article=found.id))]
    return {"id": found.id, "article": article_to_dict(found), "statements": said}


def positions(call: Call) -> Any:
    """List the cells of the matrix."""
    now = call.ctx.now
    as_of = call.values.get("as_of")
    by, rule = call.values["by"], call.values["rule"]
    offset, limit = call.values["offset"], call.values["limit"]
    standing = now.standing(by)
    found = now.once(("api positions", by, as_of), lambda: standing.cells(as_of=as_of).actor)
    wanted = found[offset : offset + limit]
    if not len(wanted):
        return paged(call, [], len(found))
    # Only the actors of this page are computed: in both orders the rows of an actor are adjacent.
    cells = matrix(rows_of(now, range(wanted[0], wanted[-1] + 1), by, as_of), rule=rule, by=by).cells
    before = offset - int(np.searchsorted(found, wanted[0]))
    return paged(call, cells[before : before + limit].to_dicts(), len(found))


def changes(call: Call) -> Any:
    """Return changes of position, the newest first."""
    rows = moves(call.ctx.now, call.values["by"])
    shown = rows[call.values["offset"] : call.values["offset"] + call.values["limit"]]
    return paged(call, shown.to_dicts(), rows.height)


def _table(call: Call, name: str, make: Callable[[Snapshot, str], pl.DataFrame]) -> Any:
    """Return a page of the rows that an analysis makes of the view."""
    now = _now(call)
    by = call.values["by"]
    now.utterances  # noqa: B018 - made before the gate of what is heavy is entered, which it enters itself
    found = now.once((f"api {name}", by), lambda: make(now, by), heavy=True)
    rows = found[call.values["offset"] : call.values["offset"] + call.values["limit"]].to_dicts()
    return paged(call, rows, found.height)


def conflicts(call: Call) -> Any:
    """Return statements that contradict each other, the surest and closest in time first."""
    from onrecord.analyse.position_changes import conflicts as found

    return _table(call, "conflicts", lambda now, by: found(now.table, by=by))


def redlines(call: Call) -> Any:
    """Return absolute refusals and demands."""
    from onrecord.analyse.refusals import redlines as found

    return _table(call, "redlines", lambda now, by: found(now.utterances, by=by))


def timeline(call: Call) -> Any:
    """Return the dated positions in time order."""
    from onrecord.analyse.position_changes import timeline as found

    return _table(call, "timeline", lambda now, by: found(now.table, by=by))


def conditions(call: Call) -> Any:
    """Return what each party says must come before what."""
    from onrecord.analyse.preconditions import conditions as found

    def make(now: Snapshot, by: str) -> pl.DataFrame:
        book = now.codebook
        terms = {} if book is None else {issue.id: [*issue.terms, issue.label] for issue in book.issues}
        return found(now.table, terms=terms, by=by)

    return _table(call, "conditions", make)


def network(call: Call) -> Any:
    """Return the ties of agreement (congruence) or of conflict among actors, counted once per article."""
    from onrecord.analyse.network_types import Options
    from onrecord.analyse.networks import network as found

    kind = call.values["kind"]
    return _table(
        call, f"network {kind}",
        lambda now, by: found(now.table, Options(rows=by, aggregate=kind, duplicates="document")).edges(),
    )  # fmt: skip


def codebook(call: Call) -> Any:
    """Return the issues that the ledger was last read under."""
    book = call.ctx.now.codebook
    issues = [] if book is None else [
        {"id": i.id, "label": i.label, "proposition": i.proposition, "terms": list(i.terms)} for i in book.issues
    ]  # fmt: skip
    return {"name": None if book is None else book.name, "issues": issues}


def batches(call: Call) -> Any:
    """List the batches of the hash chain, oldest first."""
    rows = call.ctx.desk.ledger.batches()
    chosen = rows[call.values["offset"] : call.values["offset"] + call.values["limit"]]
    names = ("number", "id", "digest", "previous", "created", "coder", "reader", "articles", "statements", "superseded")
    return paged(call, [{name: getattr(row, name) for name in names} for row in chosen], len(rows))


def read(call: Call) -> Any:
    """Queue an article to be read; its progress is at the address given."""
    try:
        made = article_from_dict(call.body)
    except CodecError as error:
        raise HTTPException(422, explained(error)) from error
    if not made.text.content.strip():
        raise HTTPException(422, "the text is empty")
    book = call.ctx.desk.ledger.codebook()
    job = call.ctx.desk.jobs.add(call.ctx.user.name, made.name, lambda: iter([made]), book, reprints=True)
    return {"job": job.number, "article": made.id, "state": job.state}


def job(call: Call) -> Any:
    """Return the progress of a reading."""
    found = call.ctx.desk.jobs.get(call.values["number"])
    if found is None:
        raise HTTPException(404, "no such reading")
    failures = [event for event in found.events if event["kind"] == "failure"]
    known = [event for event in found.events if event["kind"] in ("known", "article") and event["also"]]
    return {"job": found.number, "state": found.state, "articles": found.articles, "statements": found.statements,
            "same_text": [{"article": e["id"], "as": e["also"]} for e in known],
            "failures": [{"source": e["source"], "reason": e["reason"]} for e in failures]}  # fmt: skip


def review(call: Call) -> Any:
    """Accept, reject or correct a statement; 409 where it was replaced meanwhile."""
    desk = call.ctx.desk
    old = desk.ledger.get(call.values["id"])
    verdict = ReviewVerdict(call.body["verdict"])
    new = None
    if verdict is ReviewVerdict.CORRECT:
        new = corrected(old, call.body.get("fields", {}), desk.live_view.now().labels())
        if new.id == old.id:
            raise HTTPException(422, "the fields change nothing; accept it instead")
    batch = desk.reviews.judge(verdict, old, new, coder=call.ctx.user.name)
    result = {ReviewVerdict.ACCEPT: old.id, ReviewVerdict.REJECT: None}.get(verdict, new.id if new else None)
    return {"batch": batch.number, "digest": batch.digest, "result": result}


def _choice(kind: Any) -> Schema:
    return {"type": "string", "enum": [str(value) for value in kind]}


_FILTERS = (
    Param("q", TEXT, "Words that must all occur (full text)."),
    Param("issue", TEXT, "An issue's id."), Param("stance", _choice(Stance), "A stance."),
    Param("act", _choice(Act), "A speech act."), Param("speaker", TEXT, "A speaker, in full."),
    Param("affiliation", TEXT, "Whom the speaker speaks for, in full."), Param("outlet", TEXT, "An outlet, in full."),
    Param("since", DATE, "Of this date and after."), Param("until", DATE, "Up to the end of this date."),
)  # fmt: skip
_BY = Param("by", {"type": "string", "enum": ["speaker", "affiliation"], "default": "speaker"}, "Whose positions.")
_SURE = Param(
    "min_confidence", {"type": "string", "pattern": r"^(0(\.[0-9]{1,2})?|1(\.0{1,2})?)$"},
    f"The least confidence of a position that counts, by default {MIN_CONFIDENCE:g}; of statements by default 0.",
)  # fmt: skip
_ID = Param("id", KEY, "An id, or the beginning of one.", "path")
_ARTICLE = {
    "type": "object",
    "required": ["id", "text"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "minLength": 1, "maxLength": 300}, "text": {"type": "string", "minLength": 1, **SIZES},
        "title": {"type": ["string", "null"], "maxLength": 1000},
        "publisher": {"type": ["string", "null"], "maxLength": 300},
        "published": {"type": ["string", "null"], "pattern": DATE["pattern"]},
        "url": {"type": ["string", "null"], "maxLength": 2000},
    },
}  # fmt: skip
_VERDICT = {
    "type": "object",
    "required": ["verdict"],
    "additionalProperties": False,
    "properties": {
        "verdict": {"type": "string", "enum": ["accept", "reject", "correct"]},
        "fields": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 2000}},
    },
}  # fmt: skip
_NUMBER = Param("number", {"type": "integer", "minimum": 1, "maximum": 2**31}, "A reading's number.", "path")

OPERATIONS = (
    Operation("/statements", "statements", "List statements, by date.", statements, page_of(RECORD),
              (*_FILTERS, _SURE, LIMIT, OFFSET)),
    Operation("/statements/{id}", "statement", "One statement and its history.", statement, RECORD, (_ID,),
              errors=(404,)),
    Operation("/statements/{id}/review", "review", "Judge a statement.", review, RECORD, (_ID,), _VERDICT, Role.CODER,
              (404, 409)),
    Operation("/articles", "articles", "List articles.", articles, page_of(RECORD), (LIMIT, OFFSET)),
    Operation("/articles/{id}", "article", "An article with its statements.", article, RECORD, (_ID,), errors=(404,)),
    Operation("/articles/read", "read", "Read a new article in the background.", read, RECORD, (), _ARTICLE, Role.CODER,
              status=202),
    Operation("/jobs/{number}", "job", "How far a reading is.", job, RECORD, (_NUMBER,), errors=(404,)),
    Operation("/positions", "positions", "The cells of the matrix of positions.", positions, page_of(RECORD), (
        _BY, Param("rule", {"type": "string", "enum": list(RULES), "default": "latest"}, "What a cell shows."),
        Param("as_of", DATE, "Up to the end of this date."), _SURE, LIMIT, OFFSET)),
    Operation("/changes", "changes", "Who moved, the newest first.", changes, page_of(RECORD),
              (_BY, _SURE, LIMIT, OFFSET)),
    Operation("/conflicts", "conflicts", "Statements that contradict each other.", conflicts, page_of(RECORD),
              (_BY, _SURE, LIMIT, OFFSET)),
    Operation("/redlines", "redlines", "Absolute refusals and demands.", redlines, page_of(RECORD),
              (_BY, _SURE, LIMIT, OFFSET)),
    Operation("/timeline", "timeline", "The dated positions in time order.", timeline, page_of(RECORD),
              (_BY, _SURE, LIMIT, OFFSET)),
    Operation("/conditions", "conditions", "What must come before what.", conditions, page_of(RECORD),
              (_BY, _SURE, LIMIT, OFFSET)),
    Operation("/network", "network", "Ties of agreement or conflict.", network, page_of(RECORD), (
        _BY, Param("kind", {"type": "string", "enum": ["congruence", "conflict"], "default": "congruence"},
                   "Which ties."), _SURE, LIMIT, OFFSET)),
    Operation("/codebook", "codebook", "The issues.", codebook, RECORD),
    Operation("/batches", "batches", "The hash chain.", batches, page_of(RECORD), (LIMIT, OFFSET)),
)  # fmt: skip

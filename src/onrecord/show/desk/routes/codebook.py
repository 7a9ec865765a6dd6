"""Edit the codebook, count what terms match, and read everything again under a new version."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from onrecord.errors import CodebookError, StatementStale
from onrecord.lexicon import MAX_CODEBOOK_BYTES, Codebook, VariableKind, codebook_warnings, parse_codebook
from onrecord.record import Role
from onrecord.show.desk import codebooks
from onrecord.show.desk.advice import explained
from onrecord.show.desk.judging import codebook_yaml
from onrecord.show.desk.request_context import RequestContext, page
from onrecord.show.desk.snapshot import Snapshot

EXAMPLES = 3
COUNTED = 20_000  # the newest statements in which hits of terms are counted
WARNED = 2_000  # the newest statements in which the warnings count hits


def routes() -> list[Route]:
    """Return the routes of this file."""
    return [
        Route("/codebook", page(codebook)),
        Route("/codebook", page(saved, Role.CODER), methods=["POST"]),
        Route("/codebook/hits", page(hits)),
        Route("/codebook/read", page(read_again, Role.CODER), methods=["POST"]),
        Route("/codebook.yaml", page(codebook_file)),
    ]


def working(ctx: RequestContext) -> tuple[Codebook | None, int]:
    """Return the version that people work on, with its number: the last one made here, else the one in use (0)."""
    versions = ctx.desk.prepared.versions()
    used = ctx.now.codebook
    return (versions[0].codebook, versions[0].number) if versions else (used, 0)


def codebook(ctx: RequestContext, problem: str | None = None) -> Response:
    """Serve `/codebook`: the issues, their terms with what these match, the versions."""
    now = ctx.now
    book, number = working(ctx)
    versions = ctx.desk.prepared.versions()
    pending = book is not None and (now.codebook is None or book.issues != now.codebook.issues)
    counts = dict(now.counts("issue").iter_rows())
    reach, warnings = _reached(now, book)
    return ctx.render(
        "codebook.html", 200 if problem is None else 422, now=now, book=book, number=number, counts=counts,
        reach=reach, total=min(COUNTED, now.table.height), versions=versions, pending=pending, problem=problem,
        form=ctx.form,
        differences=codebooks.differences(now.codebook, book) if book and pending else [],
        warnings=warnings, done=ctx.arg("done"),
        labels=now.labels(), kinds=list(VariableKind),
        old=[key for key in now.labels() if counts.get(key) and (not book or not book.issue(key))],
    )  # fmt: skip


def reach_of(now: Snapshot, book: Codebook | None) -> dict[str, list[tuple[str, int]]]:
    """Return for each issue its terms with the number of statements that each matches."""
    return _reached(now, book)[0]


def _reached(now: Snapshot, book: Codebook | None) -> tuple[dict[str, list[tuple[str, int]]], Sequence[str]]:
    """Return what the terms match among the newest statements, and warnings on the codebook."""
    quotes = now.table["quote"].tail(COUNTED)
    return now.same(
        ("reach", book.id if book else ""),
        quotes.to_frame(),
        lambda: (_reach(book, quotes), codebook_warnings(book, quotes.tail(WARNED).to_list()) if book else []),
    )


def saved(ctx: RequestContext) -> Response:
    """Save a change as a new version; nothing that was coded changes by it."""
    book, _ = working(ctx)
    form = {name: ctx.field(name) for name in ("label", "proposition", "terms", "key", "book", "into", "issue")}
    try:
        made, change = _changed(ctx, book, form)
        base = ctx.field("base", "0")
        ctx.desk.prepared.save_codebook(
            made, coder=ctx.user.name, change=change, base=int(base) if base.isdecimal() and len(base) < 9 else -1
        )
    except (CodebookError, StatementStale) as error:
        return codebook(ctx, explained(error))
    ctx.desk.live_view.forget()
    return RedirectResponse(ctx.address("/codebook", done=ctx.field("do")), 303)


def hits(ctx: RequestContext) -> Response:
    """Serve `/codebook/hits`: how many statements each of some terms matches, with examples, while somebody types."""
    now = ctx.now
    recent = now.table.tail(COUNTED)
    found = []
    for term in codebooks.terms_of((ctx.arg("terms") or "")[:4_000])[:40]:
        fits = recent.filter(codebooks.begins(pl.col("quote"), term))
        found.append((term, fits.height, fits.tail(EXAMPLES).to_dicts()))
    return ctx.render("codebook_hits.html", found=found, total=recent.height, whole=now.table.height)


def read_again(ctx: RequestContext) -> Response:
    """Read every article again under the working version, in the background; judgements of people stay."""
    book, _ = working(ctx)
    if book is None:
        raise HTTPException(400, "There is no codebook to read under yet.")
    ledger = ctx.desk.ledger
    title = f"All articles again, under “{book.name}”"
    made = ctx.desk.jobs.add(ctx.user.name, title, ledger.articles, book, again=True, total=ctx.now.articles)
    return RedirectResponse(f"/jobs/{made.number}", 303)


def codebook_file(ctx: RequestContext) -> Response:
    """Serve `/codebook.yaml`: the working version as a file."""
    book, _ = working(ctx)
    if book is None:
        raise HTTPException(404, "There is no codebook yet.")
    headers = {"content-disposition": 'attachment; filename="codebook.yaml"'}
    return Response(codebook_yaml(book).encode(), media_type="application/yaml", headers=headers)


def _changed(ctx: RequestContext, book: Codebook | None, form: dict[str, str]) -> tuple[Codebook, str]:
    what, key = ctx.field("do"), form["issue"]
    if what == "file":
        files = ctx.files("file")
        if not files:
            raise CodebookError("Choose a YAML file.")
        made = parse_codebook(files[0].file.read(MAX_CODEBOOK_BYTES + 1), "the file")
        return made, f"from a file: {made.name}"
    if what == "variable":
        return codebooks.with_variable(book, ctx.field("variable"), ctx.field("kind")), (
            f"variable {ctx.field('variable')}, {ctx.field('kind')}"
        )
    if what == "no variable":
        return codebooks.without_variable(book, ctx.field("variable")), f"no variable {ctx.field('variable')}"
    if what == "add":
        return codebooks.added(book, form), f"added {form['label']}"
    if book is None:
        raise CodebookError("There is no codebook yet; add an issue first.")
    label = issue.label if (issue := book.issue(key)) else key
    if what == "change":
        return codebooks.changed(book, key, form), f"changed {label}"
    if what == "merge":
        return codebooks.merged(book, key, form["into"]), f"merged {label} into {form['into']}"
    if what == "split":
        return codebooks.split(book, key, form), f"split {form['label']} from {label}"
    if what == "remove":
        return codebooks.removed(book, key), f"removed {label}"
    raise HTTPException(400, "What is to be changed?")


def _reach(book: Codebook | None, quotes: pl.Series) -> dict[str, list[tuple[str, int]]]:
    issues = () if book is None else book.issues
    terms = sorted({term for issue in issues for term in issue.terms})
    frame = quotes.to_frame("quote").select(codebooks.begins(pl.col("quote"), t).sum().alias(t) for t in terms)
    counts = frame.to_dicts()[0] if terms else {}
    return {issue.id: [(term, int(counts[term] or 0)) for term in issue.terms] for issue in issues}

"""Write briefings: positions, quotations with sources, changes, conditions and unsure positions, in several formats."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from onrecord.analyse.position_changes import changes
from onrecord.analyse.positions import matrix
from onrecord.analyse.refusals import redlines
from onrecord.analyse.tables import actor
from onrecord.errors import OnRecordError
from onrecord.show.words import WORDS, day, firm, moved, percent, plural, short
from onrecord.view import View

Cells = Mapping[tuple[str, str], Mapping[str, Any]]
"""Cells by actor and issue, with the columns of a matrix and `newest`, the id of their last statement.

Those of which nothing is sure enough to be shown have `unsure` alone.
"""

ACTORS = 20  # parties listed for an issue; the number of the others is stated
SHIFTS = 10
LINES = 8


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """Hold a quotation: its speaker, a phrase, the words and their source."""

    who: str
    phrase: str
    quote: str = ""
    source: str = ""
    url: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class BriefingSection:
    """Hold an issue (or an actor's view of it)."""

    title: str
    about: str
    groups: list[tuple[str, list[QuotedLine]]] = field(default_factory=list)
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Briefing:
    """Hold a title, the basis of the briefing, and a section for each issue."""

    title: str
    basis: str
    sections: list[BriefingSection]


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingInput:
    """Hold what a briefing is made of.

    `utterances` is the table of a view with the reports of one utterance marked; `labels` and `propositions` are those
    of the issues, `parties` the actors in the order in which they are named. `edition` says which state of the store
    this is. `shifts` gives the changes of position on an issue where they are known already.
    `known` is how many parties there are, where `parties` are not all of them.
    """

    utterances: pl.DataFrame
    labels: Mapping[str, str]
    propositions: Mapping[str, str]
    parties: Sequence[str]
    cells: Cells
    min_confidence: float
    edition: str = ""
    shifts: Callable[[str], pl.DataFrame] | None = None
    known: int = 0


def material(view: View, by: str) -> BriefingInput:
    """Gather the material of a view, with pinned actors first, then those with the most statements."""
    found = matrix(view.utterances, rule="latest", by=by)
    cells: dict[tuple[str, str], dict[str, Any]] = {
        (row["actor"], row["issue"]): {"unsure": row["unsure"]} for row in found.unsure.to_dicts()
    }
    cells |= {(row["actor"], row["issue"]): {**row, "newest": row["ids"][-1]} for row in found.cells.to_dicts()}
    counts: dict[str, int] = {}
    for row in found.cells.to_dicts():
        counts[row["actor"]] = counts.get(row["actor"], 0) + row["count"]
    pinned = [name for name in view.names.pinned if name in counts]
    rest = sorted(counts.keys() - set(pinned), key=lambda name: (-counts[name], name))
    codebook = None if view.source is None else view.source.codebook()
    issues = () if codebook is None else codebook.issues
    labels = {issue.id: issue.label for issue in issues}
    labels |= {key: key for key in sorted(view.table["issue"].drop_nulls().unique()) if key not in labels}
    return BriefingInput(
        utterances=view.utterances,
        labels=labels,
        propositions={issue.id: issue.proposition for issue in issues},
        parties=[*pinned, *rest],
        cells=cells,
        min_confidence=view.min_confidence,
        edition=f"as of {view.created[:10]}" if view.created else "",
    )


def briefing(now: BriefingInput, *, on: Sequence[str], who: str | Sequence[str] | None, by: str) -> Briefing:
    """Write up some issues, or all of them, for everybody, for one actor, or for those who meet."""
    names = [who] if isinstance(who, str) else list(who or ())
    issues = issues_of(now.labels, on)
    return assemble(now, on, names, basis_of(now, on, names, by), sections(now, issues, names, by))


def issues_of(labels: Mapping[str, str], on: Sequence[str]) -> list[str]:
    """Return the issues of a briefing in the order of the codebook; all, where none is asked for."""
    return [issue for issue in labels if issue in on] if on else list(labels)


def sections(now: BriefingInput, issues: Sequence[str], names: Sequence[str], by: str) -> list[BriefingSection]:
    """Write up each of some issues, for the actors of these names or for all."""
    table = now.utterances.filter(actor(by).is_in(names)) if names else now.utterances
    stated = _stated(table, issues, by, together=bool(names))
    return [_section(now, stated, issue, names or now.parties, by) for issue in issues]


def basis_of(now: BriefingInput, on: Sequence[str], names: Sequence[str], by: str) -> str:
    """Say in a sentence how many statements, articles and outlets a briefing rests on, and of which days."""
    table = now.utterances.filter(actor(by).is_in(names)) if names else now.utterances
    table = table.filter(pl.col("issue").is_in(issues_of(now.labels, on))) if on else table
    first, last = table["date"].min(), table["date"].max()
    return (
        f"{plural(table.height, 'statement')} in {plural(table['article'].n_unique(), 'article')} of "
        f"{plural(table['outlet'].drop_nulls().n_unique(), 'outlet')}"
        + (f", {day(first)} to {day(last)}" if first else "")
        + (f"; the {len(now.parties)} parties heard most of {now.known:,}" if not names and now.known else "")
        + f". Positions read at {percent(now.min_confidence)} or more"
        + (f"; {now.edition}." if now.edition else ".")
    )


def assemble(
    now: BriefingInput, on: Sequence[str], names: Sequence[str], basis: str, found: Sequence[BriefingSection]
) -> Briefing:
    """Return the briefing with its title, without empty sections."""
    labels = [now.labels[issue] for issue in issues_of(now.labels, on)]
    title = ", ".join(names) or (labels[0] if len(labels) == 1 else "Where each party stands")
    if names and len(on) == 1:
        title = f"{title} on {labels[0]}"
    return Briefing(title, basis, [one for one in found if one.groups or one.rest])


Stated = Callable[[str], tuple[pl.DataFrame, pl.DataFrame]]


def _stated(table: pl.DataFrame, issues: Sequence[str], by: str, *, together: bool) -> Stated:
    """Return a function that gives the statements on an issue, and their red lines.

    `together`: those of all `issues` are found in one pass, which is faster for few statements and takes more memory.
    """

    def alone(issue: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        rows = table.filter(pl.col("issue") == issue)
        return rows, redlines(rows.filter("asserted"), by=by)

    if not together:
        return alone
    chosen = table.filter(pl.col("issue").is_in(issues))
    lines = redlines(chosen.filter("asserted"), by=by)
    by_issue = [
        {str(key): part for (key,), part in one.partition_by("issue", as_dict=True, maintain_order=True).items()}
        for one in (chosen, lines)
    ]

    def found(issue: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        return by_issue[0].get(issue, chosen.clear()), by_issue[1].get(issue, lines.clear())

    return found


def _section(now: BriefingInput, stated: Stated, issue: str, parties: Sequence[str], by: str) -> BriefingSection:
    rows, refusals = stated(issue)
    held = [(name, now.cells[name, issue]) for name in parties if (name, issue) in now.cells]
    known = [(name, cell) for name, cell in held if "stance" in cell]
    by_id = {row["id"]: row for row in rows.filter(pl.col("id").is_in([c["newest"] for _, c in known])).to_dicts()}
    groups: list[tuple[str, list[QuotedLine]]] = []
    for stance in ("support", "oppose", "mixed", "noncommittal"):
        mine = [(name, cell) for name, cell in known if cell["stance"] == stance]
        shown = [(name, cell) for name, cell in mine[:ACTORS] if cell["newest"] in by_id]
        lines = [_position(name, cell, by_id[cell["newest"]]) for name, cell in shown]
        if lines:
            groups.append((WORDS[stance].capitalize() + _of(len(mine), ACTORS, "first"), lines))
    moved_here = changes(rows, by=by) if now.shifts is None else now.shifts(issue)
    shifts = moved_here.head(SHIFTS).to_dicts()
    if shifts:
        lines = [
            QuotedLine(
                m["actor"],
                f"{day(m['to_date'])}, {moved(m)}",
                short(m["to_quote"], 240),
                m["to_outlet"] or "",
                None,
                m["to_id"],
            )
            for m in shifts
        ]
        groups.append(("Shifts" + _of(moved_here.height, SHIFTS, "newest"), lines))
    lines = [
        QuotedLine(
            r["actor"],
            f"{r['kind']}, last {day(r['last'])}" + (", softened since" if r["softened"] else ""),
            short(r["quote"], 240),
            "",
            None,
            r["ids"][-1],
        )
        for r in refusals.head(LINES).to_dicts()
    ]
    if lines:
        groups.append(("Red lines" + _of(refusals.height, LINES, "newest"), lines))
    conditions = rows.filter(pl.col("asserted"), pl.col("condition").list.len() > 0)
    limited = conditions.tail(LINES).reverse().to_dicts()
    if limited:
        lines = [
            QuotedLine(
                _name(r, by),
                day(r["date"]),
                short(" · ".join(r["condition"]), 240),
                r["outlet"] or "",
                r["url"],
                r["id"],
            )
            for r in limited
        ]
        groups.append(("Conditions" + _of(conditions.height, LINES, "newest"), lines))
    unsure = sum(1 for _, cell in held if "stance" not in cell)
    rest = f"{plural(unsure, 'party').replace('partys', 'parties')} too unsure to show." if unsure else ""
    return BriefingSection(now.labels[issue], now.propositions.get(issue, ""), groups, rest)


def _of(count: int, shown: int, which: str) -> str:
    """Say how many there are where not all of them are shown."""
    return f" ({count:,}, the {which} {shown} here)" if count > shown else ""


def _position(name: str, cell: Mapping[str, Any], row: dict[str, Any]) -> QuotedLine:
    firmness = firm(cell["commitment"], row["act"])
    parts = [
        day(row["date"]), firmness if cell["stance"] in ("support", "oppose") else "",
        "under a condition" if cell["conditional"] else "",
        "checked by a person" if row["human_checked"] else f"{percent(cell['probability'])} sure",
        plural(cell["utterances"], "utterance"),
    ]  # fmt: skip
    speaker = row["speaker"] if row["speaker"] and row["speaker"] != name else ""
    source = ", ".join(filter(None, (speaker, row["outlet"], row["title"] or row["article_name"])))
    return QuotedLine(name, ", ".join(filter(None, parts)), short(row["quote"], 300), source, row["url"], row["id"])


def _name(row: dict[str, Any], by: str) -> str:
    return str((row["affiliation"] or row["speaker"] if by == "affiliation" else row["speaker"]) or "unknown speaker")


def markdown(made: Briefing) -> str:
    """Return a briefing as Markdown."""
    lines = [f"# {_plain(made.title)}", "", _plain(made.basis), ""]
    for section in made.sections:
        lines += [f"## {_plain(section.title)}", ""]
        if section.about:
            lines += [f"*{_plain(section.about)}*", ""]
        for title, group in section.groups:
            lines += [f"### {title}", ""] if title else []
            for one in group:
                source = f" — {_plain(one.source)}" if one.source else ""
                link = f" <{one.url}>" if one.url and one.url.startswith(("http://", "https://")) else ""
                lines.append(f"- **{_plain(one.who)}** ({_plain(one.phrase)}): “{_plain(one.quote)}”{source}{link}")
            lines.append("")
        if section.rest:
            lines += [section.rest, ""]
    return "\n".join(lines)


def html(made: Briefing) -> str:
    """Return a briefing as a self-contained page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from onrecord import __version__

    pages = Environment(
        loader=PackageLoader("onrecord.show", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("brief_snapshot.html").render(brief=made, version=__version__)


def docx(made: Briefing) -> bytes:
    """Return a briefing as a Word document; OnRecordError if python-docx is not installed."""
    try:
        from docx import Document
    except ImportError as error:
        raise OnRecordError("Word files need python-docx: pip install 'onrecord[documents]'") from error
    document = Document()
    document.add_heading(_printable(made.title), 0)
    document.add_paragraph(_printable(made.basis))
    for section in made.sections:
        document.add_heading(_printable(section.title), 1)
        if section.about:
            document.add_paragraph().add_run(_printable(section.about)).italic = True
        for title, group in section.groups:
            if title:
                document.add_heading(title, 2)
            for one in group:
                line = document.add_paragraph(style="List Bullet")
                line.add_run(_printable(one.who)).bold = True
                source = f" — {one.source}" if one.source else ""
                line.add_run(_printable(f" ({one.phrase}): “{one.quote}”{source}"))
        if section.rest:
            document.add_paragraph(section.rest)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _printable(text: str) -> str:
    """Remove the control characters that XML may not hold."""
    return "".join(c if c.isprintable() else " " for c in text)


def _plain(text: str) -> str:
    """Escape the characters that have a meaning in Markdown."""
    return "".join("\\" + c if c in "\\`*_[]<>#|" else " " if c in "\r\n\t" else c for c in text)

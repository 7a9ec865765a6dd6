"""Run `onrecord people`: identities of the speakers of a ledger."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from onrecord.core.statement import ActorKind, Decision, Ruling
from onrecord.errors import CodecError, with_advice
from onrecord.show.cli.errors import FAILED, say, say_error
from onrecord.show.cli.ledgers import existing_ledger
from onrecord.show.cli.options import ListingOptions, Store, flat
from onrecord.show.cli.queries import listing

COLUMNS = (
    "name",
    "kind",
    "affiliation",
    "statements",
    "articles",
    "first",
    "last",
    "aliases",
    "roles",
    "open",
    "hidden",
)
Name = Annotated[
    str, typer.Argument(metavar="NAME", help='A speaker, or "Name (Affiliation)" where two have the name.')
]
Others = Annotated[list[str], typer.Argument(metavar="OTHER...", help="Other names.")]
Coder = Annotated[
    str,
    typer.Option(metavar="NAME", help="Name recorded with the decision.  [default: your login]", show_default=False),
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why.")]


def build() -> typer.Typer:
    """Build the group of commands."""
    group = typer.Typer(help="Manage speakers and their aliases.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_group)
    group.command("list")(people_list)
    group.command("merge")(merge)
    group.command("split")(split)
    group.command("rename")(rename)
    group.command("alias")(alias)
    group.command("kind")(kind)
    group.command("party")(party)
    group.command("camp")(camp)
    group.command("hide")(hide)
    group.command("show")(show)
    group.command("pin")(pin)
    group.command("unpin")(unpin)
    return group


def _group() -> None:
    """Manage speakers and their aliases.

    Every command, the desk and every export apply the decisions. They change no statement; a later decision overrides
    an earlier one.
    """


@flat
def people_list(
    store: Store,
    to: ListingOptions,
    undecided: Annotated[bool, typer.Option("--open", help="Only actors with an open suggestion.")] = False,
) -> None:
    """List the persons, states, bodies and outlets that speak, with their other names and roles, and what is open."""
    from onrecord.analyse.actors import build_registry

    with existing_ledger(store) as ledger:
        registry = build_registry(ledger.table(), ledger.decisions())
    shown = []
    for actor in registry.actors:
        if undecided and not actor.open:
            continue
        roles = [role.title + (f" ({role.first} to {role.last})" if role.first else "") for role in actor.roles]
        shown.append(
            {
                "name": actor.name, "kind": str(actor.kind), "affiliation": actor.affiliation,
                "statements": actor.statements, "articles": actor.articles, "first": actor.first, "last": actor.last,
                "aliases": list(actor.aliases), "roles": roles, "open": list(actor.open),
                "hidden": actor.hidden,
            }
        )  # fmt: skip
    listing(shown, to, COLUMNS)


@flat
def merge(name: Name, others: Others, store: Store, coder: Coder = "", reason: Reason = "") -> None:
    """Merge OTHER... into NAME, as one and the same speaker."""
    _decide(store, Ruling.MERGE, name, others, coder, reason)


@flat
def split(name: Name, others: Others, store: Store, coder: Coder = "", reason: Reason = "") -> None:
    """Split OTHER... from NAME: the short forms that were taken for NAME stand alone again."""
    _decide(store, Ruling.SPLIT, name, others, coder, reason)


@flat
def rename(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="What to call this speaker.")],
    store: Store,
    coder: Coder = "",
    reason: Reason = "",
) -> None:
    """Rename the speaker NAME to NEW."""
    _decide(store, Ruling.RENAME, name, [new], coder, reason)


@flat
def alias(name: Name, others: Others, store: Store, coder: Coder = "", reason: Reason = "") -> None:
    """Add OTHER... as names of NAME, whether or not they have been read yet."""
    _decide(store, Ruling.ALIAS, name, others, coder, reason)


@flat
def kind(
    name: Name,
    value: Annotated[ActorKind, typer.Argument(metavar="KIND", help="person, state, body, outlet or unnamed.")],
    store: Store,
    coder: Coder = "",
    reason: Reason = "",
) -> None:
    """Set what kind of speaker NAME is."""
    _decide(store, Ruling.KIND, name, [str(value)], coder, reason)


@flat
def party(
    name: Name,
    value: Annotated[str, typer.Argument(metavar="PARTY", help="A party, camp, body or state.")],
    store: Store,
    coder: Coder = "",
    reason: Reason = "",
) -> None:
    """Set for whom NAME speaks; it becomes the affiliation of all of NAME's statements."""
    _decide(store, Ruling.PARTY, name, [value], coder, reason)


@flat
def camp(
    name: Name,
    value: Annotated[str, typer.Argument(metavar="CAMP", help="Government, opposition, mediators ...")],
    store: Store,
    coder: Coder = "",
    reason: Reason = "",
) -> None:
    """Group parties: all who speak for NAME count under CAMP; give NAME itself as the camp to undo it."""
    _decide(store, Ruling.CAMP, name, [value], coder, reason)


@flat
def hide(name: Name, store: Store, coder: Coder = "", reason: Reason = "") -> None:
    """Hide a name that is no speaker: leave its statements out of every table."""
    _decide(store, Ruling.HIDE, name, [], coder, reason)


@flat
def show(name: Name, store: Store, coder: Coder = "", reason: Reason = "") -> None:
    """Show the statements of NAME again, after `hide`."""
    _decide(store, Ruling.SHOW, name, [], coder, reason)


@flat
def pin(
    name: Name,
    store: Store,
    place: Annotated[
        int | None,
        typer.Option(min=1, max=999, help="Place among the pinned.  [default: the last]", show_default=False),
    ] = None,
    coder: Coder = "",
    reason: Reason = "",
) -> None:
    """Pin the party NAME: show it first on the desk's overview and in its matrix."""
    _decide(store, Ruling.PIN, name, [] if place is None else [str(place)], coder, reason)


@flat
def unpin(name: Name, store: Store, coder: Coder = "", reason: Reason = "") -> None:
    """Unpin the party NAME."""
    _decide(store, Ruling.UNPIN, name, [], coder, reason)


def _decide(store: Store, ruling: Ruling, name: str, others: list[str], coder: str, reason: str) -> None:
    from onrecord.analyse.actors import build_registry
    from onrecord.record import Ledger

    with existing_ledger(store) as ledger:  # a decision on an unknown name is a typing error
        registry = build_registry(ledger.table(), ledger.decisions())
    known = {
        label.casefold()
        for actor in registry.actors
        for label in (actor.name, f"{actor.name} ({actor.affiliation})", *actor.aliases)
    }
    if ruling in (Ruling.PIN, Ruling.UNPIN, Ruling.CAMP):
        known |= {actor.affiliation.casefold() for actor in registry.actors if actor.affiliation}
    must_exist = (name, *others) if ruling in (Ruling.MERGE, Ruling.SPLIT) else (name,)
    missing = [one for one in must_exist if one.casefold() not in known]
    if missing:
        say_error(f"{store.ledger}: no speaker named {', '.join(missing)}; `onrecord people list` shows the names")
        raise typer.Exit(FAILED)
    try:
        decision = Decision(
            ruling=ruling, name=name, others=tuple(others), coder=coder or getpass.getuser(), reason=reason
        )
    except CodecError as error:
        say_error(with_advice(error))
        raise typer.Exit(FAILED) from error
    with Ledger(store.ledger, create=False) as ledger:
        ledger.decide(decision)
    say(f"{ruling}: {name}" + (f": {', '.join(others)}" if others else ""))

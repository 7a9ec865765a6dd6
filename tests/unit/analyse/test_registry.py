"""Who is who across articles."""

from __future__ import annotations

import polars as pl

from onrecord.analyse.actors import Names, build_registry, decided
from onrecord.core.statement import ActorKind, Decision, Ruling

from .made import statements


def said(speaker: str, side: str | None = None, source: str = "", **other: str) -> dict[str, object]:
    """Make a row of a speaker."""
    return {"speaker": speaker, "affiliation": side, "source": source or speaker, **other}


def ruled(ruling: Ruling, name: str, *others: str) -> Decision:
    """Make a decision."""
    return Decision(ruling=ruling, name=name, others=others, coder="test")


def test_short_forms_join_the_one_full_name_that_fits() -> None:
    """A surname and an initial are the full name's aliases, with roles and days."""
    table = statements(
        said("Ann Lee", "Lubia", "Prime Minister Ann Lee"), said("A. Lee", "Lubia"), said("Lee"), said("Lee", "Tarvia")
    )
    registry = build_registry(table)
    ann = registry.of("Lee", None)
    assert ann is not None
    assert (ann.name, ann.aliases, ann.statements) == ("Ann Lee", ("A. Lee", "Lee"), 3)
    assert [role.title for role in ann.roles] == ["prime minister"]
    other = registry.of("Lee", "Tarvia")
    assert other is not None
    assert other.name == "Lee"


def test_what_is_not_settled_stays_open_and_is_shown() -> None:
    """A surname of two persons is neither's; one name with two affiliations is two actors, each naming the other."""
    registry = build_registry(
        statements(said("Ann Lee"), said("Bo Lee"), said("Lee"), said("Cy Moor", "Lubia"), said("Cy Moor", "Tarvia"))
    )
    lee = registry.of("Lee")
    assert lee is not None
    assert lee.open == ("may be Ann Lee or Bo Lee",)
    assert [a.open for a in registry.actors if a.name == "Cy Moor"] == [
        ("same name: Cy Moor (Tarvia)",),
        ("same name: Cy Moor (Lubia)",),
    ]


def test_decisions_stand_and_later_ones_stand_over_earlier_ones() -> None:
    """Merge, rename and split, in the order they were made."""
    table = statements(said("Ann Lee", "Lubia"), said("Annie", "Lubia"), said("Lee"))
    merged = build_registry(
        table, [ruled(Ruling.MERGE, "Ann Lee", "Annie"), ruled(Ruling.RENAME, "Ann Lee", "Ann M. Lee")]
    )
    assert [a.name for a in merged.actors] == ["Ann M. Lee"]
    assert set(merged.actors[0].aliases) == {"Ann Lee", "Annie", "Lee"}
    apart = build_registry(
        table, [ruled(Ruling.MERGE, "Ann Lee", "Annie"), ruled(Ruling.SPLIT, "Ann Lee", "Annie", "Lee")]
    )
    assert sorted(a.name for a in apart.actors) == ["Ann Lee", "Annie", "Lee"]


def heard(table: pl.DataFrame) -> pl.DataFrame:
    """The statements of each speaker and affiliation, counted."""
    return table.group_by("speaker", "affiliation").len()


def test_the_table_is_mapped_and_never_changed() -> None:
    """`Names.apply` gives a new table with the names decided on; rows, order and all else stay."""
    table = statements(said("Lee"), said("Ann Lee", "Lubia"))
    made = decided(heard(table), [ruled(Ruling.RENAME, "Ann Lee", "Anna Lee")]).apply(table)
    assert made["speaker"].to_list() == ["Anna Lee", "Anna Lee"]
    assert made["affiliation"].to_list() == ["Lubia", "Lubia"]
    assert table["speaker"].to_list() == ["Lee", "Ann Lee"]
    assert made.drop("speaker", "affiliation").equals(table.drop("speaker", "affiliation"))


def test_an_alias_takes_in_a_name_that_is_read_later() -> None:
    """An alias needs nobody of that name yet; once the name is read, it is the actor's."""
    alias = [ruled(Ruling.ALIAS, "Ann Lee", "the mayor")]
    before = statements(said("Ann Lee", "Lubia"))
    assert decided(heard(before), alias) == Names()
    later = statements(said("Ann Lee", "Lubia"), said("the mayor"))
    assert decided(heard(later), alias).apply(later)["speaker"].to_list() == ["Ann Lee", "Ann Lee"]


def test_a_party_and_a_kind_are_what_people_say() -> None:
    """The party stands in the affiliation of all of an actor's statements, the kind in the registry."""
    table = statements(said("Ann Lee", "Lubia"), said("Ann Lee"), said("Bo Roe", "Lubia"))
    ruling = [ruled(Ruling.PARTY, "Ann Lee", "Opposition"), ruled(Ruling.KIND, "Ann Lee", "body")]
    assert decided(heard(table), ruling).apply(table)["affiliation"].to_list() == ["Opposition", "Opposition", "Lubia"]
    actor = build_registry(table, ruling).of("Ann Lee", "Lubia")
    assert actor is not None
    assert (actor.kind, actor.affiliation, actor.open) == (ActorKind.BODY, "Opposition", ())


def test_a_hidden_actor_is_left_out_until_shown_again() -> None:
    """`hide` takes an actor's rows out of the table, `show` brings them back."""
    table = statements(said("which media"), said("Ann Lee"))
    hide = [ruled(Ruling.HIDE, "which media")]
    assert decided(heard(table), hide).apply(table)["speaker"].to_list() == ["Ann Lee"]
    again = [*hide, ruled(Ruling.SHOW, "which media")]
    assert decided(heard(table), again).apply(table).equals(table)


def test_kinds() -> None:
    """States by the bundled list, outlets by publishing, bodies by speaking for themselves, descriptions as unnamed."""
    table = statements(
        said("France", "France"),
        said("Wire", "Wire"),
        said("Coast Union", "Coast Union"),
        said("Ann Lee"),
        said("senior diplomat"),
    )
    kinds = {a.name: a.kind for a in build_registry(table).actors}
    assert kinds == {
        "France": ActorKind.STATE, "Wire": ActorKind.OUTLET, "Coast Union": ActorKind.BODY,
        "Ann Lee": ActorKind.PERSON, "senior diplomat": ActorKind.UNNAMED,
    }  # fmt: skip


def test_two_together_and_states_are_nobodys_fuller_name() -> None:
    """'Tarvia' is not short for 'Lubia and Tarvia'."""
    registry = build_registry(statements(said("Lubia and Tarvia"), said("Tarvia", "Tarvia"), said("Tarvia", "Tarvia")))
    assert [(a.name, a.statements) for a in registry.actors] == [("Tarvia", 2), ("Lubia and Tarvia", 1)]


def test_what_people_decided_alone_renames() -> None:
    """Without a decision nothing is renamed, with one only whom it names, and as `build_registry` has it."""
    table = statements(
        said("Ann Lee", "Lubia"), said("Annie"), said("Lee"), said("Bo Roe"), said("Roe"), said("Cy Moor", "Tarvia")
    )
    assert decided(heard(table), []) == Names()
    merged = [ruled(Ruling.MERGE, "Ann Lee", "Annie")]
    assert decided(heard(table), merged).shown == {
        ("Annie", None): ("Ann Lee", "Lubia"),
        ("Lee", None): ("Ann Lee", "Lubia"),
    }
    registry = build_registry(table, merged)
    for read, shown in decided(heard(table), merged).shown.items():
        actor = registry.of(*read)
        assert actor is not None
        assert (actor.name, actor.affiliation) == shown
    renamed = [ruled(Ruling.RENAME, "Cy Moor (Tarvia)", "Cyrus Moor")]
    assert decided(heard(table), renamed).shown == {("Cy Moor", "Tarvia"): ("Cyrus Moor", "Tarvia")}
    assert decided(heard(table), [*merged, ruled(Ruling.SPLIT, "Ann Lee", "Annie", "Lee")]) == Names()

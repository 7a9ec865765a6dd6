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


def test_camps_gather_parties_and_those_who_speak_for_nobody() -> None:
    """A camp is the affiliation of all its parties' speakers; a party put into itself is in none any more."""
    table = statements(
        said("Ann Lee", "Lubia"), said("Bo Roe", "The Lubia"), said("Cy Moor", "Tarvia"), said("Dee Poe")
    )
    rulings = [ruled(Ruling.CAMP, "Lubia", "East"), ruled(Ruling.CAMP, "Dee Poe", "East")]
    made = decided(heard(table), rulings)
    assert made.apply(table)["affiliation"].to_list() == ["East", "East", "Tarvia", "East"]
    assert made.apply(table)["speaker"].to_list() == table["speaker"].to_list()
    assert made.camps == {"Lubia": "East", "Dee Poe": "East"}
    moved = decided(
        heard(table), [*rulings, ruled(Ruling.CAMP, "Lubia", "West"), ruled(Ruling.CAMP, "Dee Poe", "Dee Poe")]
    )
    assert moved.apply(table)["affiliation"].to_list() == ["West", "West", "Tarvia", None]
    assert moved.camps == {"Lubia": "West"}


def test_pinned_parties_are_in_the_order_that_people_gave() -> None:
    """A pin without a place comes last, one with a place there; pinned again it moves, unpinned it goes."""
    from onrecord.analyse.actors import pinned

    rulings = [ruled(Ruling.PIN, "A"), ruled(Ruling.PIN, "B"), ruled(Ruling.PIN, "C", "1")]
    assert pinned(rulings) == ("C", "A", "B")
    assert pinned([*rulings, ruled(Ruling.PIN, "C", "2")]) == ("A", "C", "B")
    assert pinned([*rulings, ruled(Ruling.UNPIN, "A"), ruled(Ruling.UNPIN, "Z")]) == ("C", "B")
    assert pinned([*rulings, ruled(Ruling.HIDE, "A")]) == ("C", "A", "B")


def test_renamed_and_shown() -> None:
    """Only names that changed are renamed; who is nobody, or is not known, is shown as read."""
    names = Names(shown={("Lee", None): ("Ann Lee", "Lubia"), ("Ann Lee", None): ("Ann Lee", "Lubia")})
    assert names.renamed == {"Lee": "Ann Lee"}
    assert names.shown_as("Lee", None) == ("Ann Lee", "Lubia")
    assert names.shown_as("Lee", "Tarvia") is None
    assert names.shown_as(None, None) is None


def test_an_actor_has_articles_days_and_roles() -> None:
    """Articles are counted once, days are the first and the last, a role has its days and times."""
    table = statements(
        {**said("Ann Lee", "Lubia", "Prime Minister Ann Lee"), "when": "2026-01-05", "article": "a"},
        {**said("Ann Lee", "Lubia", "Prime Minister Ann Lee"), "when": "2026-01-02", "article": "a"},
        {**said("Ann Lee", "Lubia", "Ms Lee, the deputy foreign minister"), "when": "2026-01-09", "article": "b"},
        {**said("Ann Lee", "Lubia", "Lee"), "article": "b"},
        {**said("Bo Roe"), "article": "b"},
    )
    actor = build_registry(table).of("Ann Lee", "Lubia")
    assert actor is not None
    assert (actor.statements, actor.articles, actor.first, actor.last) == (4, 2, "2026-01-02", "2026-01-09")
    minister = next(role for role in actor.roles if role.title == "prime minister")
    assert (minister.first, minister.last, minister.times) == ("2026-01-02", "2026-01-05", 2)
    assert not {"ms", "minister"} & {role.title for role in actor.roles}
    bo = build_registry(table).of("Bo Roe")
    assert bo is not None
    assert (bo.first, bo.last, bo.roles) == (None, None, ())
    assert build_registry(table).of("Nobody") is None


def test_the_affiliation_of_an_actor_is_the_one_read_most() -> None:
    """After a merge of two parties the more frequent one is shown, the first in order of two as frequent."""
    table = statements(said("Ann Lee", "Tarvia"), said("Annie Lee", "Lubia"), said("Annie Lee", "Lubia"))
    merged = [ruled(Ruling.MERGE, "Ann Lee", "Annie Lee")]
    actor = build_registry(table, merged).of("Ann Lee", "Tarvia")
    assert actor is not None
    assert (actor.affiliation, actor.statements) == ("Lubia", 3)
    assert "affiliations: Lubia, Tarvia" in actor.open
    equal = build_registry(table.head(2), merged).of("Ann Lee", "Tarvia")
    assert equal is not None
    assert equal.affiliation == "Lubia"


def test_actors_are_listed_by_statements_then_name() -> None:
    """The actor with the most statements comes first; of equals the first by name and affiliation."""
    rows = [said("Cy Moor"), said("Bo Roe"), said("Zed Low"), said("Zed Low"), said("Al Fin", "B"), said("Al Fin", "A")]
    found = [(actor.name, actor.affiliation) for actor in build_registry(statements(*rows)).actors]
    assert found == [("Zed Low", None), ("Al Fin", "A"), ("Al Fin", "B"), ("Bo Roe", None), ("Cy Moor", None)]


def test_initials_fit_the_first_name_alone() -> None:
    """ "A. Lee" is Ann Lee and not Bo Lee; an initial is no fuller name of a surname than the name itself."""
    registry = build_registry(statements(said("Ann Lee"), said("Bo Lee"), said("A. Lee")))
    assert {actor.name: actor.aliases for actor in registry.actors} == {"Ann Lee": ("A. Lee",), "Bo Lee": ()}
    other = build_registry(statements(said("A. Lee"), said("Lee"), said("Lee Ann")))
    assert sorted(actor.name for actor in other.actors) == ["A. Lee", "Lee Ann"]


def test_a_hidden_actor_stays_in_the_registry_and_decisions_name_labels() -> None:
    """A decision may name "Name (Affiliation)", which is the one of several of that name."""
    table = statements(said("Cy Moor", "Lubia"), said("Cy Moor", "Tarvia"))
    actors = build_registry(table, [ruled(Ruling.HIDE, "Cy Moor (Tarvia)")]).actors
    assert {(actor.affiliation, actor.hidden) for actor in actors} == {("Lubia", False), ("Tarvia", True)}
    hidden = decided(heard(table), [ruled(Ruling.HIDE, "Cy Moor (Tarvia)")])
    assert hidden.hidden == {("Cy Moor", "Tarvia")}

"""Propose affiliations from describing phrases, by rule: each with its type and the rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from onrecord.resolve.entities import Entities, Entity, Mention
from onrecord.resolve.phrases import PARTY_CODE, Phrase, PhraseReader, text_of
from onrecord.resolve.sides import Side, parties


class Proposals:
    """Read the describing phrases of one article."""

    def __init__(self, entities: Entities, phrases: PhraseReader) -> None:
        self._entities, self._phrases = entities, phrases
        self._tokens = entities.document.tokens
        self._words = phrases.words
        self.party_words, self._party_codes = parties()
        self._party_at = [
            (i, self.party_words[t.lower])
            for i, t in enumerate(self._tokens)
            if t.lower in self.party_words and t.capital
        ]
        self._state_at: list[tuple[int, str]] = []
        self._states = self._state_counts()
        self._places_named = [m for m in entities.mentions if m.entity.kind == "place" and m.entity.owner is None]
        self._bodies_named = [
            m
            for m in entities.mentions
            if m.entity.kind in ("organisation", "outlet") and m.entity.owner in (None, m.entity.name)
        ]
        self._places = Counter(m.entity.name for m in self._places_named)

    def of(self, entity: Entity) -> Side | None:
        """Return the affiliation of an entity, which affiliation.py resolves."""
        raise NotImplementedError

    def _of_body(self, entity: Entity) -> Side | None:
        raise NotImplementedError

    def _runs(self, entity: Entity) -> bool:
        raise NotImplementedError

    def _tells_of_race(self) -> bool:
        raise NotImplementedError

    def _state_counts(self) -> Counter[str]:
        """Count how often the article names each state, its adjective, seat or organs."""
        counts: Counter[str] = Counter()
        covered: set[int] = set()
        for m in self._entities.mentions:
            name = m.entity.name if m.entity.kind == "state" else m.entity.owner
            if (
                name is not None
                and m.entity.kind in ("state", "organisation", "place", "group")
                and (m.entity.kind == "state" or name != m.entity.name)
            ):
                counts[name] += 1
                self._state_at.append((m.first, name))
                covered.update(range(m.first, m.last))
        for i, token in enumerate(self._tokens):
            actor = (
                self._phrases.vocabulary.actors.get(token.lower.casefold())
                if token.capital and i not in covered
                else None
            )
            if actor is not None and actor.kind == "state":
                counts[actor.name] += 1
                self._state_at.append((i, actor.name))
        self._state_at.sort()
        if self._entities.home == "United States":
            counts["United States"] += sum(self._tokens[i].capital for i, _ in self._party_at)
        return counts

    def _flags(self, phrase: Phrase) -> set[str]:
        """Return the kinds of role in a phrase."""
        lowers = {t.lower for t in self._tokens[phrase.first : phrase.last]}
        stems = lowers | {low.rstrip(".") for low in lowers}
        flags = {name for name in ("candidate", "legislator", "journalist", "aide") if stems & self._words[name]}
        if stems & self._words["envoy"] and self._adjective(phrase) is not None:  # "the Malaysian delegate"
            flags = (flags - {"legislator"}) | {"envoy"}
        if stems & self._words["local-office"]:
            flags.add("governor")
        if stems & self._words["high-office"]:
            flags.add("office")
            flags.add(
                "secretary" if "secretary" in stems and not stems & self._words["chief-office"] else "chief office"
            )
        if stems & self._words["royal"]:
            flags |= {"royal", "office"}
        if stems & self._words["academic"]:
            flags.add("academic")
        before = self._tokens[phrase.first - 1].lower if phrase.first else ""
        if lowers & self._words["past-office"] or before in self._words["past-office"]:
            flags.add("former")
            if flags & {"office"}:
                flags.add("former office")
        kinds = {self._phrases.vocabulary.roles.get(r) for r in self._phrases.roles(phrase.first, phrase.last)}
        if stems & (self._words["organ"] | {"federal"}):
            flags.add("organ")
        if stems & self._words["private-person"]:
            flags.add("private")
        return flags | ({"executive"} if "body" in kinds else set())

    def _proposed(self, phrase: Phrase, entity: Entity | None) -> Iterable[tuple[str, str, str, int, int]]:
        """Yield what one phrase proposes as (name, type, rule, first token, last token)."""
        at = (phrase.first, phrase.last)
        tokens = self._tokens[phrase.first : phrase.last]
        if phrase.how == "code":
            match = PARTY_CODE.match(self._entities.document.text[tokens[0].start : tokens[-1].end])
            party = self._party_codes.get((match[1] or match[2]).casefold()) if match else None
            if party:
                yield party, "party", "party in brackets", *at
            return
        campaign = self._campaign(phrase)
        if campaign is not None:
            yield campaign, "campaign", "serves a campaign", *at
        long = list(self._long_names(phrase))
        for a, b in long:
            yield self._printed(a, b), "body", f"long name in {phrase.how}", a, b
        for i in range(phrase.first, phrase.last):
            party = self.party_words.get(self._tokens[i].lower)
            if party is not None and self._tokens[i].capital and not any(a <= i < b for a, b in long):
                after = {t.lower for t in self._tokens[i + 1 : phrase.last]}
                role = (
                    "role"
                    if after & (self._words["candidate"] | self._words["legislator"]) or i == phrase.last - 1
                    else "words"
                )
                yield party, "party", f"party {role} in {phrase.how}", i, i + 1
        seen = False
        for mention, before in self._named(phrase, entity):
            whom = mention.entity
            place = (mention.first, mention.last)
            known = whom.name.casefold() in self._phrases.vocabulary.actors
            if not known and any(a <= mention.first and mention.last <= b for a, b in long):
                continue  # "Women" in "Women for Peace", but not the United Nations in the name of an office of theirs
            order = "" if not seen else " later"
            seen = True
            before_role = self._before_role(mention, phrase) if whom.kind == "organisation" else None
            longer = [m.entity.name for m in self._bodies_named if m.entity.name.startswith(f"{whom.name} ")]
            if whom.kind in ("place", "other", "person") and longer:  # "Platte River" for Platte River Networks
                yield longer[0], "body", f"short for a body in {phrase.how}", *place
            if before_role is not None:
                if before_role[0]:
                    yield before_role
            elif whom.kind in ("organisation", "outlet"):
                side = self._of_body(whom)
                if side is not None and side.name not in self.party_words.values():
                    kind = (
                        "outlet"
                        if whom.kind == "outlet"
                        else "state"
                        if whom.owner or side.name != whom.name
                        else "body"
                    )
                    yield side.name, kind, f"{kind} {before} in {phrase.how}{order}", *place
                    if side.name != whom.name:
                        yield whom.name, "body", f"organ {before} in {phrase.how}", *place
            elif whom.kind == "state":
                yield whom.name, "state", f"state {before} in {phrase.how}{order}", *place
            elif whom.kind == "place":
                yield whom.name, "place", f"place {before} in {phrase.how}{order}", *place
            elif whom.kind == "person":
                side = self.of(whom)
                aide = bool(self._flags(phrase) & {"aide"})
                if side is not None:
                    served = "party" if side.name in self.party_words.values() else "side"
                    yield side.name, f"served {served}", f"{'aide' if aide else 'other'} of somebody, {before}", *place
                if aide and " " not in whom.name:
                    yield whom.name, "body", f"one word, {before}", *place
                lawyer = bool({t.lower for t in tokens} & self._words["legal-aide"])
                if aide and (not lawyer or self._runs(whom) or self._tells_of_race()):
                    whose = "one word" if " " not in whom.name else "a candidate" if self._runs(whom) else "a person"
                    yield f"{whom.name.split()[-1]} campaign", "campaign", f"aide of {whose}, {before}", *place
        if tokens[0].lower in ("its", "their"):
            owner = self._owner(phrase.first)
            side = self.of(owner) if owner is not None else None
            if owner is not None and side is not None:
                yield side.name, "served side", f"{tokens[0].lower} in {phrase.how}", phrase.first, phrase.first + 1
        if tokens[0].lower in ("his", "her") and entity is not None and len(tokens) > 1:
            yield from self._serves_person(phrase, entity)
        yield from self._meant(phrase)
        yield from (one for one in self._unlisted(phrase) if not any(a <= one[3] and one[4] <= b for a, b in long))
        yield from self._lower_case(phrase)
        adjective = self._adjective(phrase)
        if adjective is not None:
            yield adjective[0], "state", f"adjective in {phrase.how}", adjective[1], adjective[1] + 1
        yield from self._by_setting(phrase)
        if not seen and not long:
            yield from self._bodies_before(phrase)

    def _bodies_before(self, phrase: Phrase) -> Iterable[tuple[str, str, str, int, int]]:
        """Return the bodies named last and most, for a role that the phrase joins to none: "a spokeswoman"."""
        roles = self._flags(phrase) & {"aide", "executive"}
        if not roles or not self._bodies_named:
            return
        role = "aide" if "aide" in roles else "executive"
        before = [m for m in self._bodies_named if m.first < phrase.first]
        counts = Counter(m.entity.name for m in self._bodies_named)
        most = next(m for m in self._bodies_named if m.entity.name == counts.most_common(1)[0][0])
        for how, found in (("last", before[-1:]), ("most", [most])):
            for m in found:
                kind = "outlet" if m.entity.kind == "outlet" else "body"
                yield m.entity.name, kind, f"{kind} named {how}, {role} without one", m.first, m.last

    def _before_role(self, mention: Mention, phrase: Phrase) -> tuple[str, str, str, int, int] | None:
        """Return the body in a name that was read with the title after it: "White House Press Secretary"."""
        first, last = mention.first, mention.last
        stop = last + (last < phrase.last and self._phrases.is_role(last))
        end = next((n for n in range(first, last) if self._names_role(n, stop)), last)
        if end == last:
            return None
        name = self._printed(first, end)
        actor = self._phrases.vocabulary.actors.get(name.casefold())
        before_name = phrase.how == "title" and last == phrase.last
        if actor is None and (
            stop > last or (end == last - 1 and not before_name)
        ):  # "House of Lords", "Business Insider"
            return None
        kind = "state" if actor is not None and actor.kind == "state" else "body"
        return actor.name if actor is not None else name, kind, f"{kind} before in {phrase.how}", first, end

    def _names_role(self, first: int, last: int) -> bool:
        """Tell whether the words from a token to the end of a name are a title: "National Security Advisor"."""
        title = self._words["title-word"] | self._words["field-of-office"]
        return self._phrases.is_role(last - 1) and all(
            self._phrases.is_role(n) or self._tokens[n].lower in title for n in range(first, last)
        )

    def _by_setting(self, phrase: Phrase) -> Iterable[tuple[str, str, str, int, int]]:
        """Return the states and places that the article is about or names nearest, for those who hold an office."""
        at = (phrase.first, phrase.last)
        flags = self._flags(phrase)
        organ = "organ" in flags
        if "governor" in flags or "office" in flags or organ:
            kind = "local" if "governor" in flags else "office" if "office" in flags else "officials"
            for rank, (town, _) in enumerate(self._places.most_common(2)):
                yield town, "place", f"most named place {rank}, {kind}", *at
            before = [m for m in self._places_named if m.first < phrase.first]
            if before:
                yield before[-1].entity.name, "place", f"place named last, {kind}", *at
        if "office" in flags or organ:
            kind = "office" if "office" in flags else "officials"
            for rank, (state, _) in enumerate(self._states.most_common(3)):
                yield state, "state", f"home {rank}, {kind}", *at
            for rank, (state, where) in enumerate(self._states_before(phrase.first)):
                yield state, "state", f"named {'last' if rank == 0 else 'before'}, {where}, {kind}", *at

    def _serves_person(self, phrase: Phrase, entity: Entity) -> Iterable[tuple[str, str, str, int, int]]:
        """Return the side and campaign of the one whom "his campaign manager" serves."""
        low = self._tokens[phrase.first].lower
        here = self._tokens[phrase.first].sentence
        gender = "m" if low == "his" else "f"
        before = [
            m
            for m in self._entities.mentions
            if m.first < phrase.first
            and m.entity.kind == "person"
            and m.entity is not entity
            and m.entity.gender in (gender, None)
            and here - self._tokens[m.first].sentence <= 2
        ]
        if not before or not self._flags(phrase) & {"aide"}:
            return
        whom = before[-1].entity
        yield f"{whom.name.split()[-1]} campaign", "campaign", "aide of somebody, his", phrase.first, phrase.first + 1
        side = self.of(whom)
        if side is not None:
            served = "party" if side.name in self.party_words.values() else "side"
            yield side.name, f"served {served}", "aide of somebody, his", phrase.first, phrase.first + 1

    def _meant(self, phrase: Phrase) -> Iterable[tuple[str, str, str, int, int]]:
        """Return the body that a plain noun means: "the group's director" after the group was named."""
        for i in range(phrase.first, phrase.last):
            noun = self._tokens[i].text
            if noun not in self._words["naming-noun"] and noun not in self._words["place-noun"]:
                continue
            if i == 0 or self._tokens[i - 1].lower not in ("the", "its"):
                continue
            place = noun in self._words["place-noun"]
            found = self._places_named if place else self._bodies_named
            found = [m for m in found if m.last < i]
            alike = [m for m in found if noun in m.entity.name.casefold().split()]
            for m in (alike or found)[-1:]:
                how = "noun in the name" if alike else "named last"
                yield m.entity.name, "place" if place else "body", f"{how}, meant in {phrase.how}", i, i + 1

    def _unlisted(self, phrase: Phrase) -> Iterable[tuple[str, str, str, int, int]]:
        """Return capitalised words before a role that no list and no model knows: "WikiLeaks founder"."""
        i = phrase.first
        while i < phrase.last:
            j = i
            while (
                j < phrase.last
                and self._tokens[j].capital
                and j not in self._phrases.covering
                and not self._phrases.is_role(j)
                and self._tokens[j].lower not in self._words["not-a-name"]
            ):
                j += 1
            name = " ".join(t.text for t in self._tokens[i:j])
            known = name.casefold() in self._phrases.vocabulary.actors or name.casefold() in self.party_words
            if (
                j > i
                and not known
                and not name.endswith(".")
                and self._tokens[i].lower not in self._words["party-adjective"]
                and name.casefold() not in self._words["title-word"]
            ):
                yield name, "body", f"unlisted name in {phrase.how}", i, j
            i = max(j, i + 1)

    def _long_names(self, phrase: Phrase) -> Iterable[tuple[int, int]]:
        """Return the tokens of names that go on after a preposition: "Priests for Life"."""
        tokens, joints = self._tokens, self._words["joins-name"]
        i = phrase.first
        while i < phrase.last:
            j, joined = i, False
            while j < phrase.last and (tokens[j].capital or tokens[j].text == "&"):
                j += 1
                k = j + 1 if j + 1 < phrase.last and tokens[j].lower in joints else j
                k += k > j and k + 1 < phrase.last and tokens[k].lower in self._words["article"]
                if k > j and tokens[k].capital:
                    j, joined = k, True
            lead = i - 2 if i - 2 >= phrase.first and tokens[i - 1].lower in self._words["article"] else i - 1
            told = (
                lead >= phrase.first and tokens[lead].lower in self._words["of-role"]
            )  # "director of Priests for Life"
            if joined and (told or not self._phrases.has_role(i, j)) and not self._names_other(i, j, group=told):
                yield i, j
            i = max(j, i) + 1

    def _names_other(self, first: int, last: int, *, group: bool = False) -> bool:
        """Tell whether some tokens name a person, a place or a state, or, unless `group`, members of a group."""
        kinds = {self._phrases.covering[n].entity.kind for n in range(first, last) if n in self._phrases.covering}
        return bool(kinds & {"person", "state", "place"}) or (not group and "group" in kinds)

    def _printed(self, first: int, last: int) -> str:
        return text_of(self._entities.document, self._tokens[first:last])

    def _lower_case(self, phrase: Phrase) -> Iterable[tuple[str, str, str, int, int]]:
        """Return a body without a name: "secretary of the potters' union", "the electoral commission's head"."""
        for i in range(phrase.first, phrase.last):
            token = self._tokens[i]
            if token.text not in self._words["body-noun"] or token.text in self._words["body-of-somebody"]:
                continue
            first = i
            while first > phrase.first and i - first < 4:
                before = self._tokens[first - 1]
                plain = (before.word or before.text in ("'", "’", "'s", "’s")) and not before.capital
                if (
                    not plain
                    or before.lower in self._words["determiner"] | self._words["preposition"]
                    or self._phrases.is_role(first - 1)
                ):
                    break
                first -= 1
            if i - first >= 1 and (first > phrase.first or phrase.last - 1 > i):
                name = self._entities.document.text[self._tokens[first].start : token.end]
                yield " ".join(name.split()), "body", f"body without a name in {phrase.how}", first, i + 1

    def _owner(self, position: int) -> Entity | None:
        """Resolve "its": the body, state or place named last in this sentence before it, else in the one before."""
        here = self._tokens[position].sentence
        found = None
        for m in self._entities.mentions:
            if m.first >= position:
                break
            if m.entity.kind != "person" and m.entity.kind != "group" and here - self._tokens[m.first].sentence <= 1:
                found = m.entity
        return found

    def _states_before(self, position: int) -> list[tuple[str, str]]:
        """Return the two states named last before a token, and whether in the same sentence, paragraph or further
        back.
        """
        found: list[tuple[str, str]] = []
        here = self._tokens[position]
        for i, state in reversed(self._state_at):
            if i >= position or any(state == s for s, _ in found):
                continue
            token = self._tokens[i]
            where = (
                "sentence"
                if token.sentence == here.sentence
                else "paragraph"
                if token.paragraph == here.paragraph
                else "further back"
            )
            found.append((state, where))
            if len(found) == 2:
                break
        found += [
            (s, "after")
            for i, s in self._state_at
            if i > position and self._tokens[i].sentence == here.sentence and all(s != f for f, _ in found)
        ][:1]
        return found

    def _named(self, phrase: Phrase, skip: Entity | None) -> Iterable[tuple[Mention, str]]:
        """Return the names in a phrase, each with how it is joined: "of", "'s", "before" (a role) or "-"."""
        for i in range(phrase.first, phrase.last):
            mention = self._phrases.covering.get(i)
            if mention is None or mention.first != i or mention.entity is skip or mention.last > phrase.last:
                continue
            if mention.entity.kind == "outlet" and self._passed_on(phrase.first, i):
                continue
            before = self._tokens[i - 1].lower if i > phrase.first else ""
            before = self._tokens[i - 2].lower if before in ("the", "a") and i > phrase.first + 1 else before
            if before == "to" and self._advises(phrase.first, i):
                yield mention, "of"
                continue
            if before in self._words["apart"]:
                continue
            after = self._tokens[mention.last].text if mention.last < phrase.last else ""
            if before in self._words["of-body"]:
                yield mention, before
            elif after in ("'s", "’s"):
                yield mention, "owner"
            elif self._phrases.has_role(mention.last, phrase.last):
                yield mention, "before"
            else:
                yield mention, "-"

    def _advises(self, first: int, name: int) -> bool:
        """Tell whether a role is joined to a name by "to": "a senior adviser to Orr", "an aide to the governor"."""
        to = next((i for i in range(name - 1, first, -1) if self._tokens[i].lower == "to"), first)
        return to > first and self._tokens[to - 1].lower in self._words["aide"]

    def _passed_on(self, first: int, outlet: int) -> bool:
        """Tell whether an outlet published or saw a document that is named before it, and did not write it.

        So in "a report seen by the Post" and, as the author is named, in "a study by the council in the Post".
        """
        words = [t.lower for t in self._tokens[first:outlet]]
        at = len(words) - 2 if words and words[-1] in ("the", "a") else len(words) - 1
        if at < 1 or words[at] not in self._words["passed-on-by"]:
            return False
        authored = words[at] in ("in", "on") and "by" in words[:at]
        return words[at - 1] in self._words["passed-on"] or (
            authored and bool(set(words[:at]) & self._words["document"])
        )

    def _adjective(self, phrase: Phrase) -> tuple[str, int] | None:
        """Return the state of an adjective outside any name: "Russian", "US"."""
        actors = self._phrases.vocabulary.actors
        for i in range(phrase.first, phrase.last):
            two = " ".join(t.lower for t in self._tokens[i : i + 2]) if i + 2 <= phrase.last else ""
            for key in (two, self._tokens[i].lower):
                actor = actors.get(key.casefold())
                mention = self._phrases.covering.get(i)
                free = mention is None or mention.entity.kind in ("group", "other")
                if (
                    actor is not None
                    and actor.kind == "state"
                    and (actor.how == "adjective" or free)
                    and self._tokens[i].capital
                ):
                    before = self._tokens[i - 1].lower if i > phrase.first else ""
                    if before not in self._words["apart"] and not (
                        before == "the" and i > phrase.first + 1 and self._tokens[i - 2].lower in self._words["apart"]
                    ):
                        return actor.name, i
        return None

    def _campaign(self, phrase: Phrase) -> str | None:
        """Return "Clinton campaign" for those that serve it."""
        tokens = self._tokens
        for i in range(phrase.first, phrase.last):
            if tokens[i].lower != "campaign":
                continue
            k = i - 1
            while k >= phrase.first and tokens[k].lower in self._words["before-campaign"]:
                k -= 1
            mention = self._phrases.covering.get(k)
            if k >= phrase.first and mention is not None and mention.entity.kind in ("person", "organisation"):
                return f"{mention.entity.name.split()[-1]} campaign"
            for n in range(i + 1, phrase.last):
                after = self._phrases.covering.get(n)
                if after is not None and after.entity.kind == "person":
                    return f"{after.entity.name.split()[-1]} campaign"
            if k < phrase.first or tokens[k].lower in self._words["determiner"]:
                return self._campaign_before(phrase.first)
        return None

    def _campaign_before(self, position: int) -> str | None:
        """Return the campaign named last before a token, which "a campaign spokeswoman" serves."""
        tokens = self._tokens
        for mention in reversed(self._entities.mentions):
            if mention.first < position and mention.entity.kind == "person" and mention.last + 1 < len(tokens):
                following = (tokens[mention.last].lower, tokens[mention.last + 1].lower)
                if following[0] == "campaign" or following == ("'s", "campaign"):
                    return f"{mention.entity.name.split()[-1]} campaign"
        return None

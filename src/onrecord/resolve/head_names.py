"""Find the name at the head of a noun phrase, and the public figure that a description means."""

from __future__ import annotations

from onrecord.resolve.entities import Mention
from onrecord.resolve.pronouns import Pronouns
from onrecord.resolve.public_figures import known_figure
from onrecord.resolve.speaker import Speaker


class HeadNames(Pronouns):
    """Find names at the heads of noun phrases."""

    def _head(self, first: int, last: int) -> Mention | None:
        """Return the name that is the head of a noun phrase, None if its head is a common noun."""
        tokens, covering = self.document.tokens, self.phrases.covering
        prepositions = self.phrases.words["preposition"]
        stop = last
        for i in range(first, last):
            mention = covering.get(i)
            if mention is not None and mention.first < i:
                continue
            if i > first and (
                tokens[i].lower in self.phrases.words["relative"]
                or tokens[i].text in ("(", ",", "—", "–", "[", ";", ":")
            ):
                stop = i
                break
        head_end = next((i for i in range(first, stop) if tokens[i].lower in prepositions and i not in covering), stop)
        if head_end == first:
            return None
        mention = covering.get(head_end - 1)
        if mention is not None and mention.last >= head_end and mention.first >= first:
            before = tokens[mention.first - 1].text if mention.first > first else ""
            return None if before.endswith("ing") and before.islower() else mention  # "groups urging Ann Lee"
        if head_end - 2 >= first and tokens[head_end - 1].text in ("'s", "’s", "'") and head_end - 2 in covering:
            return covering[head_end - 2]
        if head_end < stop:  # "head of the council Aron Keld"
            mention = covering.get(stop - 1)
            if (
                mention is not None
                and mention.entity.kind == "person"
                and mention.first > head_end + 1
                and self._names_office(first, head_end, mention)
            ):
                return mention
        return None

    def _titled_head(self, first: int, last: int) -> Mention | None:
        """Return the name at the end of "former prosecutor and mayor Ann Lee"."""
        mention = self.phrases.covering.get(last - 1)
        if (
            mention is None
            or mention.entity.kind != "person"
            or mention.first <= first
            or not self.phrases.is_role(mention.first - 1)
        ):
            return None
        between = {t.lower for t in self.document.tokens[first : mention.first]}
        return mention if "and" in between and not between & self.phrases.words["preposition"] else None

    def _names_office(self, first: int, preposition: int, mention: Mention) -> bool:
        """Tell whether a name after "minister of water" is that of the minister, not of what the preposition joins."""
        before = self.document.tokens[mention.first - 1]
        if mention.first - 1 in self.phrases.covering:
            return before.lower != "'s"
        lead = self.document.tokens[first]
        bare = lead.lower not in self.phrases.words["determiner"] | self.phrases.words["possessive"]
        if bare and mention.full and self._is_bare_title(preposition - 1, mention.first - 1):
            return True
        plain = (
            before.word
            and not self.phrases.is_role(mention.first - 1)
            and before.lower not in self.phrases.words["preposition"] | self.phrases.words["determiner"]
        )
        return plain and self.phrases.is_role(preposition - 1) and (mention.full or before.capital)

    def _is_bare_title(self, noun: int, before: int) -> bool:
        """Tell whether a singular noun without an article is a title: "master of ceremonies Ann Lee"."""
        tokens, words = self.document.tokens, self.phrases.words
        plain = tokens[before].word and tokens[before].lower not in words["preposition"] | words["determiner"]
        many = words["indefinite"] | words["numeral"] | words["quantity-noun"] | words["collective"]
        single = not tokens[noun].lower.endswith("s") and tokens[noun].lower not in many
        return plain and single and not (self.phrases.is_role(before) and self.phrases.is_role(noun))

    def _known_holder(self, first: int, last: int) -> Speaker | None:
        """Return the one public figure of the article that "the Ohio governor" or "the Republican nominee" means."""
        tokens, words = self.document.tokens, self.phrases.words
        parties = self.sides.party_words
        lowers = [t.lower for t in tokens[first : self._core_end(first, last)]]
        noun = tokens[self._head_noun(first, last)].lower
        if noun.endswith("s"):  # "Nevada Democrats"
            return None
        named = next((parties[low] for low in lowers if low in parties), None)
        post = (
            "nominee"
            if noun in words["nominee"]
            else "member"
            if noun in words["member-of-congress"]
            else "politician"
            if noun in parties
            else noun
        )
        found = [
            e
            for e in self.entities.persons()
            if (figure := known_figure(e.name)) is not None
            and figure.is_described(post, " ".join(lowers), named, self.sides.year)
        ]
        if len(found) != 1:
            return None
        span = (tokens[first].start, tokens[last - 1].end)
        side = self.sides.of(found[0])
        return Speaker(found[0].name, "description of a public figure", 0.9, (found[0],), side, (span,))

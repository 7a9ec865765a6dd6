"""Correct the side towards a thing whose end a statement names: "an end to the toll", "the toll must go".

The encoder has seen few such phrases in training; it takes the side of the act, as if the thing itself were demanded or
condemned. Who demands, hopes for, promises, or welcomes the end of a thing is against it; who rejects or blames it, is
for the thing. Only short contents that consist of the end and the thing are read this way: in longer ones the end may
be that of something else, and there the encoder is right more often.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cache
from itertools import takewhile

from onrecord.core.statement import Act, Stance
from onrecord.lexicon import load_cues, rows, word_class
from onrecord.lexicon.codebook import Issue
from onrecord.text.inflection import verb_forms
from onrecord.text.tokens import Word, stem, words

LONGEST = 12  # words of a content that is read
BEFORE, BETWEEN, AFTER = 3, 1, 2  # words, beside function words: before the end, between it and the thing, after them
GO_ON = frozenset({"on"})
SENTENCE_ENDS = frozenset(".!?;")
APPROVING = frozenset({Act.DEMAND, Act.PROPOSE, Act.PROMISE, Act.HOPE, Act.ENDORSE, Act.ACCEPT})
DISAPPROVING = frozenset({Act.REJECT, Act.ACCUSE})


def side_towards_ended(content: Sequence[Word], act: Act, issue: Issue, cue: Sequence[Word] = ()) -> Stance | None:
    """Return the side towards an issue of a statement that names only the end of what the issue is about, or None."""
    first = takewhile(lambda word: word.lower not in SENTENCE_ENDS, content)
    said, proposition = ([word.lower for word in part if word.is_word] for part in (first, words(issue.proposition)))
    short = sum(word.is_word for word in content) <= LONGEST
    if not short or act not in APPROVING | DISAPPROVING or _names_end({*proposition}):
        return None
    if act in APPROVING and not word_class("called-wrong").isdisjoint(said):  # "wrong to oppose the toll"
        return None
    things = _stems(words(" ".join((issue.proposition, *issue.terms))))
    ends = _ends(said, things, nouns_only=act in DISAPPROVING and not _disapproves(cue))
    if not ends:
        return None
    against = (ends + _negations(said) + _negations(proposition) + (act in DISAPPROVING)) % 2 == 1
    return Stance.OPPOSE if against else Stance.SUPPORT


def _disapproves(cue: Sequence[Word]) -> bool:
    """Tell whether the cue itself may disapprove ("deplored", "was angry"): it has no verb of plain saying."""
    return bool(cue) and not any(word.lower in _neutral() for word in cue)


def _names_end(proposition: Set[str]) -> bool:
    """Tell whether a proposition names the end of something, or limits or fights it."""
    apart = not proposition.isdisjoint(_with_particle()) and not proposition.isdisjoint(word_class("ending-particle"))
    return apart or not proposition.isdisjoint(_verbs() | word_class("ending-noun") | word_class("hostile"))


def _negations(said: Sequence[str]) -> int:
    return sum(word in word_class("negation") or word.endswith("n't") for word in said)


def _ends(said: Sequence[str], things: Set[str], *, nouns_only: bool) -> int:
    """Count the words that name the end of a thing: before it ("drop the toll") or after it ("the toll must go").

    An end may be that of another one ("the end of the attacks on the monitors"). Of acts that reject ("said she had
    stopped paying") a verb may be what makes them so: then nouns count alone, and an opening gerund ("lifting the
    embargo was shameful").
    """
    kept = [n for n, word in enumerate(said) if word not in _fillers()]
    heads = {k for k, n in enumerate(kept) if stem(said[n]) in things and _is_head(said, n)}
    particles: dict[int, set[int]] = {}
    for k, n in enumerate(kept):
        if said[n] in _with_particle():
            near = range(k + 1, min(k + 4, len(kept)))
            particles[k] = {j for j in near if said[kept[j]] in word_class("ending-particle")}
    apart = set().union(*particles.values())
    found = 0
    for k in reversed(range(len(kept))):
        n, own = kept[k], particles.get(k, set())
        after = {*said[n + 1 : n + 2]}
        noun = said[n] in word_class("ending-noun") and not after.isdisjoint(word_class("after-ending"))
        gerund = k == 0 and said[n].endswith("ing")
        verb = (
            (gerund or not nouns_only)
            and (said[n] in _verbs() or bool(own))
            and not (n and said[n - 1] in word_class("article"))
        )
        gone = not nouns_only and said[n] in word_class("is-ended") and after <= word_class("after-ending") - GO_ON
        if (
            (noun or verb)
            and k <= BEFORE
            and _thing_after(said, kept, [j for j in range(k, len(kept)) if j not in own], heads)
        ):
            heads.add(k)
            found += 1
        elif k not in apart and (verb or gone):
            last = max(own, default=k)
            found += len(kept) - 1 - last <= AFTER and not heads.isdisjoint({k - 1, k - 2})
    return found


def _thing_after(said: Sequence[str], kept: Sequence[int], places: Sequence[int], heads: Set[int]) -> bool:
    """Tell whether a thing follows the first of some places, with nothing but a preposition and a modifier between."""
    for place in places[1 : BETWEEN + 2]:
        if place in heads:
            between = said[kept[places[0]] + 2 : kept[place]]
            return word_class("after-ending").isdisjoint(between)
    return False


def _is_head(said: Sequence[str], n: int) -> bool:
    """Tell whether no noun follows a word: in "the toll exemption" the toll is not what ends."""
    following = {*said[n + 1 : n + 2]}
    return following <= _fillers() | _verbs() | _with_particle() | word_class("is-ended") | word_class(
        "ending-particle"
    )


@cache
def _verbs() -> frozenset[str]:
    return frozenset().union(*map(verb_forms, word_class("ending-verb")))


@cache
def _neutral() -> frozenset[str]:
    """Return the words of cues that only state, and the forms of these verbs."""
    stating = [cue for cue in load_cues() if cue.act is Act.STATE and len(cue.phrase) == 1]
    return frozenset().union(*(verb_forms(*cue.phrase) if cue.pos == "verb" else cue.phrase for cue in stating))


@cache
def _with_particle() -> frozenset[str]:
    return frozenset().union(*map(verb_forms, word_class("ending-verb-with-particle")))


@cache
def _fillers() -> frozenset[str]:
    """Return words that do not stand between an end and its thing."""
    used = word_class("ending-particle") | word_class("is-ended") | _verbs() | _with_particle()
    return frozenset(row["word"] for row in rows("stopwords.tsv")) - used


def _stems(tokens: Sequence[Word]) -> frozenset[str]:
    return frozenset(stem(word.lower) for word in tokens if word.is_word and word.lower not in _fillers())

"""What a cue does: its entry in the lexicon, read with its negation, and the act that cue and content make together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from onrecord.core.span import Evidence
from onrecord.core.statement import Act, Commitment, Judgement
from onrecord.interpret.signals import pattern
from onrecord.lexicon import Cue
from onrecord.text.inflection import verb_forms
from onrecord.text.tokens import Word

NEGATION = frozenset("not n't never no nor neither cannot without".split())
HOLDING_BACK = {
    "say",
    "comment",
    "confirm",
    "answer",
    "discuss",
    "reveal",
    "disclose",
    "elaborate",
    "specify",
    "tell",
    "respond",
}
CLOSED = {"rule", "exclude", "discount", "dismiss", "preclude", "reject", "deny", "oppose", "refuse"}


@dataclass(frozen=True, slots=True)
class Said:
    """A cue as read: default act, the commitment and stance it sets (None and '=': the content decides)."""

    act: Act
    commitment: Commitment | None
    stance: str
    rule: str
    lemma: str
    negated: bool = False


@dataclass(slots=True)
class CueIndex:
    """Finds lexicon entries by any inflected form of their first word."""

    entries: dict[str, list[Cue]] = field(default_factory=dict)

    @classmethod
    def of(cls, cues: Iterable[Cue]) -> CueIndex:
        """An index over the cues' inflected forms."""
        made = cls()
        for cue in cues:
            first = cue.phrase[0]
            forms = verb_forms(first) if cue.pos == "verb" else {first, first + "s", re.sub(r"y$", "ies", first)}
            for form in forms:
                made.entries.setdefault(form, []).append(cue)
        return made

    def read(self, tokens: Sequence[Word], after: Sequence[Word] = ()) -> Said:
        """The longest entry among the cue's words; ties go to the later one, as the head verb comes last.

        `after` are the words that follow the cue: an entry may end in them, as annotators cut "called on the mayor",
        "voiced the hope that" in more than one place.
        """
        own = [t.lower for t in tokens if t.is_word]
        lowers = [*own, *(t.lower for t in after if t.is_word)]
        negated = bool(NEGATION & set(own)) or any(w.endswith("n't") for w in own)
        best: tuple[int, int, Cue] | None = None
        for i, word in enumerate(own):
            for cue in self.entries.get(word, ()):
                width = _width(cue.phrase, lowers[i:])
                if width and (best is None or (len(cue.phrase), i) > (best[0], best[1])):
                    best = (len(cue.phrase), i, cue)
        if best is None:
            return Said(Act.STATE, None, "=", "the cue is not in the lexicon", " ".join(own), negated)
        said = Said(best[2].act, best[2].commitment, best[2].stance, "cue", " ".join(best[2].phrase), negated)
        return _turned(said, best[2]) if negated else said


def _width(phrase: tuple[str, ...], lowers: Sequence[str]) -> int:
    """How many words the phrase spans at the start of `lowers`, up to two others in each gap; 0 if not there."""
    at = 0
    for n, word in enumerate(phrase):
        if n == 0:
            at = 1
            continue
        for skip in (0, 1, 2):
            if at + skip < len(lowers) and lowers[at + skip] in verb_forms(word):
                at += skip + 1
                break
        else:
            return 0
    return at


def _turned(said: Said, cue: Cue) -> Said:
    """A negated cue: 'did not rule out' leaves open, 'did not say' declines, 'does not want' rejects."""
    head = cue.phrase[0]
    if head == "not":
        return said
    if head in CLOSED and said.act in (Act.REJECT, Act.DENY, Act.STATE):
        return Said(Act.LEAVE_OPEN, Commitment.POSSIBLE, "?", "cue: a negated refusal leaves open", said.lemma, True)
    if head in HOLDING_BACK:
        return Said(Act.DECLINE, Commitment.UNCOMMITTED, "?", "cue: will not say", said.lemma, True)
    if said.act in (Act.DEMAND, Act.ACCEPT, Act.ENDORSE, Act.PROPOSE, Act.HOPE, Act.PROMISE):
        commitment = Commitment.CERTAINLY_NOT if said.act in (Act.ACCEPT, Act.PROMISE) else Commitment.UNCOMMITTED
        return Said(Act.REJECT, commitment, "-", "cue: a negated wish or consent rejects", said.lemma, True)
    if said.commitment is Commitment.PROBABLE:
        return Said(said.act, Commitment.NOT_PROBABLE, said.stance, "cue: negated belief", said.lemma, True)
    if said.commitment is Commitment.NOT_PROBABLE:
        return Said(said.act, Commitment.PROBABLE, said.stance, "cue: negated doubt", said.lemma, True)
    return said


# ---------------------------------------------------------------- act from the content

PLAIN = frozenset({Act.STATE})


def act_of(said: Said, content: str, cue_evidence: tuple[Evidence, ...], question: bool) -> Judgement[Act]:
    """The act: that of a telling cue, else what the content does."""
    if said.act not in PLAIN:
        return Judgement(value=said.act, rule=f"{said.rule}: {said.lemma}", confidence=0.8, evidence=cue_evidence)
    for value, shown, rule, confidence in (
        (Act.ASK, question, "a question", 0.8),
        (Act.DECLINE, pattern("holds back").search(content), "holds back: too early, no comment", 0.75),
        (Act.LEAVE_OPEN, pattern("keeps open").search(content), "keeps an option", 0.75),
        (
            Act.ACCEPT,
            pattern("is ready").search(content)
            and not re.search(r"\b(?:not|n't|never|nobody|no one)\b", content[:60], re.I),
            "ready, willing, agrees",
            0.65,
        ),
        (Act.DEMAND, pattern("obliges").search(content), "obligation", 0.65),
        (Act.REJECT, pattern("refuses").search(content), "refuses in its own words", 0.6),
        (Act.WARN, pattern("threatens").search(content), "names a bad consequence", 0.55),
        (Act.ACCUSE, pattern("blames").search(content), "blames", 0.6),
        (Act.HOPE, pattern("hopes").search(content), "hopes", 0.6),
        (Act.ENDORSE, pattern("praises").search(content), "praises", 0.5),
        (Act.CONCEDE, pattern("admits").search(content), "admits", 0.5),
        (Act.PROMISE, pattern("pledges").search(content), "first person future", 0.5),
    ):
        if shown:
            return Judgement(value=value, rule=f"content: {rule}", confidence=confidence)
    return Judgement(
        value=Act.STATE, rule=f"{said.rule}: {said.lemma or 'no cue'}", confidence=0.6, evidence=cue_evidence
    )

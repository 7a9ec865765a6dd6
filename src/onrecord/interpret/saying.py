"""What a cue does: its entry in the lexicon, read with its negation, and the act that cue and content make together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from onrecord.interpret.words import Word, inflections
from onrecord.lexicon import Cue
from onrecord.model import Act, Commitment, Judgement
from onrecord.span import Evidence

NEGATION = frozenset("not n't never no nor neither cannot without".split())
HOLDING_BACK = {"say", "comment", "confirm", "answer", "discuss", "reveal", "disclose", "elaborate", "specify", "tell", "respond"}
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
            forms = inflections(first) if cue.pos == "verb" else {first, first + "s", re.sub(r"y$", "ies", first)}
            for form in forms:
                made.entries.setdefault(form, []).append(cue)
        return made

    def read(self, tokens: Sequence[Word]) -> Said:
        """The longest entry among the cue's words; ties go to the later one, as the head verb comes last."""
        lowers = [t.lower for t in tokens if t.is_word]
        negated = bool(NEGATION & set(lowers)) or any(w.endswith("n't") for w in lowers)
        best: tuple[int, int, Cue] | None = None
        for i, word in enumerate(lowers):
            for cue in self.entries.get(word, ()):
                width = _width(cue.phrase, lowers[i:])
                if width and (best is None or (len(cue.phrase), i) > (best[0], best[1])):
                    best = (len(cue.phrase), i, cue)
        if best is None:
            return Said(Act.STATE, None, "=", "the cue is not in the lexicon", " ".join(lowers), negated)
        said = Said(best[2].act, best[2].commitment, best[2].stance, "cue", " ".join(best[2].phrase), negated)
        return _turned(said, best[2]) if negated else said


def _width(phrase: tuple[str, ...], lowers: Sequence[str]) -> int:
    """How many words the phrase spans at the start of `lowers`, one other word allowed between; 0 where it is not there."""
    at = 0
    for n, word in enumerate(phrase):
        if n == 0:
            at = 1
            continue
        for skip in (0, 1, 2):
            if at + skip < len(lowers) and lowers[at + skip] in inflections(word):
                at += skip + 1
                break
        else:
            return 0
    return at


def _turned(said: Said, cue: Cue) -> Said:
    """A negated cue: 'did not rule out' leaves open, 'did not say' declines, 'does not want' rejects."""
    head = cue.phrase[0]
    if cue.phrase[0] == "not" or head == "not":
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

OPEN = re.compile(
    r"\b(?:(?:not|n't|never|neither) (?:\w+ )?(?:rule[ds]? out|exclude[ds]?|discount(?:ed)?|preclude)|open (?:to|for)\b|keeps? (?:all|every|the) (?:\w+ )?(?:options?|doors?)|"
    r"(?:doors?|options?|question) (?:\w+ )?(?:remains?|stays?|is|are|was|were) (?:\w+ )?open|nothing is off the table|on the table|"
    r"(?:all|every) options?|cannot be (?:ruled out|excluded)|time will (?:tell|show)|we (?:will|shall) see\b|could live with)",
    re.I,
)
CONDITIONAL_MAY = re.compile(r"\b(?:may|might|could|possible)\b", re.I)
HOLD = re.compile(
    r"\b(?:(?:too|far too|much too|still|a bit) (?:early|soon)|early to \w+|premature|no comment|not (?:going to|gonna) (?:comment|speculate|discuss)|(?:will|would|can|could) not (?:comment|say|speculate|be drawn)|"
    r"(?:not|n't) (?:want to|wish to) (?:comment|say|speculate)|remains? to be seen|no (?:decision|answer) (?:yet|has been)|not the (?:time|moment) to)",
    re.I,
)
MUST = re.compile(
    r"\b(?:must|(?:has|have|had|needs?|needed) to|ought to|should|it is (?:time|high time)|we (?:want|need|demand|insist|call|expect)|i (?:want|demand|insist)|"
    r"nobody signs|nothing (?:will|would|can) (?:move|happen|go)|is a must|(?:are|is|was|were) to (?:be|go|leave|come)\b|let (?:him|her|them|the|us)|first\b.{3,60}\bthen)\b",
    re.I,
)
READY = re.compile(
    r"\b(?:(?:is|are|was|were|'re|'s|am|stands?|stood|remains?|declared itself|be) (?:now )?(?:ready|willing|prepared|happy|glad)|agree[ds]?|accept(?:s|ed)?|can live with|could live with|would (?:welcome|sign|accept)|no objections?|have nothing against)\b",
    re.I,
)
PLEDGE = re.compile(
    r"\b(?:(?:we|i) (?:will|shall|'ll)|(?:will|would|shall) (?:guarantee|ensure|make sure|honou?r|keep (?:its|our|his|her|their) word)|you have my word|i (?:promise|guarantee|pledge)|we (?:promise|guarantee|pledge)|"
    r"word of honou?r)\b",
    re.I,
)
REFUSE = re.compile(
    r"\b(?:(?:will|would|shall|can|could) (?:never|not|n't)|won't|wouldn't|can't|cannot|never (?:again|accept|sign|agree|stop)|no way|out of the question|unacceptable|off the table|not (?:acceptable|negotiable|for sale|on (?:\w+ )?(?:desk|table|agenda))|"
    r"non-negotiable|in the (?:bin|dustbin|shredder)|(?:is|are|was|were) dead|nonsense|absurd|farce|theft|surrender|capitulation|goes no speech|not up for|red line)\b",
    re.I,
)
THREAT = re.compile(
    r"\b(?:otherwise|or else|consequences|will (?:answer|respond|retaliate|regret|pay (?:for|the price))|the answer will come|(?:will|would) be (?:treated|regarded|seen|met|considered) (?:as|with)|price (?:will|to)|"
    r"at (?:its|their|his|her|your) own (?:peril|risk)|ready for war|last warning|unless|risk(?:s|ed)? |danger|catastroph|disaster|collapse|(?:lead|leads|leading|plunge) (?:to|into)|escalat|would (?:last|cost|end|mean) )",
    re.I,
)
BLAME = re.compile(
    r"\b(?:lie[sd]?|lying|betray\w*|broken promise|broke (?:its|his|her|their) (?:word|promise)|stalling|playing for time|buying time|hypocri\w+|cheat\w*|blackmail\w*|sabotag\w*|stole|stolen|steal\w*|crime|criminal|guilty|to blame|"
    r"fault of|responsible for|violat\w+|breach\w*|provoc\w+|aggress\w+|bad faith|hostage|propaganda|cowards?|shell (?:their|its)|hiding|deceiv\w+|nobody has (?:asked|put|told))\b",
    re.I,
)
PRAISE = re.compile(
    r"\b(?:good (?:news|step|idea|sign|start|deal)|step in the right direction|welcome|the only (?:way|sum|path|solution|chance)|the right (?:thing|step|way|course)|historic|breakthrough|best (?:thing|way|chance|deal|option)|"
    r"support(?:s|ed)?|back(?:s|ed)?|in favou?r of|courageous|brave|wise|sensible|reasonable)\b",
    re.I,
)
ADMIT = re.compile(r"\b(?:mistakes?|we (?:were|got it) wrong|i was wrong|to be honest|it is true that|(?:our|my) (?:fault|failure)|should have|regret|cannot afford|have failed|had failed)\b", re.I)
HOPING = re.compile(r"\b(?:hope[sd]?|hopefully|wish|with luck|fingers crossed|let us pray)\b", re.I)
SUGGEST = re.compile(r"\b(?:let us|let's|why not|how about|could (?:be|serve as) a (?:way|compromise|basis)|suggest(?:s|ed)?|propos(?:e|es|ed|al))\b", re.I)
PLAIN = frozenset({Act.STATE})


def act_of(said: Said, content: str, cue_evidence: tuple[Evidence, ...], question: bool) -> Judgement[Act]:
    """The act: that of a telling cue, else what the content does."""
    if said.act not in PLAIN:
        return Judgement(value=said.act, rule=f"{said.rule}: {said.lemma}", confidence=0.8, evidence=cue_evidence)
    for value, pattern, rule, confidence in (
        (Act.ASK, question, "a question", 0.8),
        (Act.DECLINE, HOLD.search(content), "holds back: too early, no comment", 0.75),
        (Act.LEAVE_OPEN, OPEN.search(content), "keeps an option", 0.75),
        (Act.ACCEPT, READY.search(content) and not re.search(r"\b(?:not|n't|never|nobody|no one)\b", content[:60], re.I), "ready, willing, agrees", 0.65),
        (Act.DEMAND, MUST.search(content), "obligation", 0.65),
        (Act.REJECT, REFUSE.search(content), "refuses in its own words", 0.6),
        (Act.WARN, THREAT.search(content), "names a bad consequence", 0.55),
        (Act.ACCUSE, BLAME.search(content), "blames", 0.6),
        (Act.HOPE, HOPING.search(content), "hopes", 0.6),
        (Act.ENDORSE, PRAISE.search(content), "praises", 0.5),
        (Act.CONCEDE, ADMIT.search(content), "admits", 0.5),
        (Act.PROMISE, PLEDGE.search(content), "first person future", 0.5),
    ):
        if pattern:
            return Judgement(value=value, rule=f"content: {rule}", confidence=confidence)
    return Judgement(value=Act.STATE, rule=f"{said.rule}: {said.lemma or 'no cue'}", confidence=0.6, evidence=cue_evidence)

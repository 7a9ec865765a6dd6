"""The speaker's stance towards an issue's proposition: what the saying does, times the direction of what is said.

A content's direction is whether it is for or against what the proposition wants: words that undo a thing (lift, stop,
leave, without) count against those of the proposition, and a negated main clause turns it round. "Demand that the
embargo be kept", where the proposition lifts it, thus opposes.
"""

from __future__ import annotations

import re

from onrecord.interpret.saying import Said
from onrecord.interpret.words import inflections, words
from onrecord.lexicon import Issue
from onrecord.model import Act, Commitment, Judgement, Stance

# Verbs and nouns that undo or hold off a thing, and those that bring it about or keep it. Written for this project.
_UNDO = (
    "abandon abolish abort against axe ban bar block boycott break cancel cease close collapse curb cut delay destroy discontinue drop eliminate end "
    "evacuate exclude expel forbid freeze halt harm hinder kill leave lift limit oppose outlaw overturn pause postpone prevent prohibit quit "
    "ban reduce refuse reject remove repeal replace rescind resist reverse revoke sabotage scrap shelve shut stall stay-out stop suspend terminate "
    "tear undo undermine veto void waive withdraw withhold obstruct reconsider shrink slash delete dismantle deny denounce"
)
_MAKE = "accept adopt allow approve begin build continue create enforce ensure establish expand extend fill go grant guarantee have hold honour introduce join keep maintain open pay permit preserve proceed provide raise release restart restore resume run send sign start station support sustain"
_NEG = re.compile(r"\b(?:not|n't|never|no|none|nobody|nothing|neither|nor|cannot|without|against|won't|isn't|aren't|don't|doesn't|wouldn't|can't)\b|\w+n['’]t\b", re.I)
BAD = re.compile(
    r"\b(?:theft|farce|nonsense|surrender|capitulation|betrayal|mistake|error|disaster|catastroph\w+|madness|folly|insult|humiliation|blackmail|illegal|unacceptable|dangerous|absurd|reckless|irresponsible|illusion|trap|suicide|poison|dead|"
    r"museum piece|hearsay|bin|dustbin|shredder|joke|charade|provocation|robbery|crime|unjust|unfair|wrong|worthless|useless|pointless|unworkable|unrealistic|premature|too (?:expensive|costly|risky|dangerous)|tourism|noise|worse|harm\w*|hurt\w*|ruin\w*|burden|cost us|backfire|"
    r"broken promise|red line|out of the question|off the table|unlikely|no (?:point|need|use|reason|place|room|way)|dictate|ultimatum|swindle|sham|abomination|toothless|scandal|cruel|heartless|stab)\b",
    re.I,
)
GOOD = re.compile(
    r"\b(?:right|only (?:way|sum|path|solution|chance|option|road)|good|best|necessary|needed|essential|vital|overdue|fair|just|reasonable|sensible|wise|useful|helpful|welcome|progress|chance|opportunity|hope|solution|irreversible|inevitable|"
    r"step forward|step in the right direction|breakthrough|historic|courageous|lifeline|indispensable|urgent|possible to live with|can live with|adds up|in favou?r|support\w*|benefit\w*|right thing|ready|willing|prepared)\b",
    re.I,
)
AGAINST_CUE = re.compile(r"\b(?:without|lack of|absence of|failure to|no)\b", re.I)
_FORMS = {form: -1 for verb in _UNDO.split() for form in inflections(verb)} | {"withdrawal": -1, "removal": -1, "closure": -1, "repeal": -1, "suspension": -1, "ban": -1, "abolition": -1, "cancellation": -1, "end": -1}


def stance_of(said: Said, act: Act, issue: Issue | None, clause: str, commitment: Commitment, own: bool, conditioned: str | None) -> Judgement[Stance]:
    """The stance; `own` is whether the speaker's own side does what is said, `conditioned` the type of its condition."""

    def judge(value: Stance, rule: str, confidence: float) -> Judgement[Stance]:
        return Judgement(value=value, rule=rule, confidence=confidence)

    if issue is None:
        return judge(Stance.NONE, "no issue", 0.9)
    if act in (Act.DECLINE,) or said.stance == "?" and act is Act.LEAVE_OPEN:
        return judge(Stance.NONCOMMITTAL, "holds back or keeps an option", 0.8)
    direction = direction_of(clause, issue)
    support, oppose = (Stance.SUPPORT, Stance.OPPOSE) if direction > 0 else (Stance.OPPOSE, Stance.SUPPORT)
    if act is Act.ASK and said.lemma in ("ask", "wonder", "want to know", "question", "query") and commitment is Commitment.UNCOMMITTED and "?" in clause:
        return judge(Stance.NONCOMMITTAL, "a question", 0.5)
    if act is Act.LEAVE_OPEN:
        if conditioned in ("until", "before", "unless", "only after", "only if"):
            return judge(Stance.MIXED, "possible, but not before something else", 0.5)
        return judge(Stance.NONCOMMITTAL, "keeps an option", 0.7)
    if act is Act.DENY:
        return judge(Stance.NONE, "denial of a fact", 0.6)
    if said.act is act and said.stance == "-":
        return judge(oppose, f"{act} against it", 0.7)
    if said.act is act and said.stance == "+" and act is not Act.ASK:
        return judge(support, f"{act} for it", 0.7)
    if conditioned in ("until", "before", "unless and until") and commitment in (Commitment.CERTAINLY_NOT, Commitment.CERTAIN):
        return judge(Stance.MIXED, "not before something else", 0.6)
    if conditioned in ("only after", "once") and act in (Act.STATE, Act.PROMISE):
        return judge(Stance.MIXED, "only after something else", 0.5)
    if act in (Act.REJECT, Act.ACCUSE):
        bad = BAD.search(clause) is not None
        return judge(Stance.OPPOSE if bad or direction < 0 or act is Act.ACCUSE else oppose, f"{act} in its own words", 0.55)
    if act in (Act.DEMAND, Act.PROPOSE, Act.PROMISE, Act.ACCEPT, Act.ENDORSE, Act.HOPE, Act.ASK):
        return judge(support, f"{act}: for what is said", 0.6)
    return _stated(act, clause, direction, commitment, own)


def _stated(act: Act, clause: str, direction: int, commitment: Commitment, own: bool) -> Judgement[Stance]:
    """Plain statements and warnings: what is called good or bad, and what one's own side will (not) do."""
    if BAD.search(clause):
        return Judgement(value=Stance.OPPOSE, rule="called bad", confidence=0.55)
    if act is Act.WARN:
        value = Stance.SUPPORT if AGAINST_CUE.search(clause) else Stance.OPPOSE
        return Judgement(value=value, rule="warned of its consequence", confidence=0.45)
    if GOOD.search(clause):
        return Judgement(value=Stance.SUPPORT if direction > 0 else Stance.OPPOSE, rule="called good", confidence=0.5)
    if own and commitment is not Commitment.UNCOMMITTED:
        value = Stance.SUPPORT if direction > 0 else Stance.OPPOSE
        return Judgement(value=value, rule="what its own side will do", confidence=0.5)
    return Judgement(value=Stance.NONE, rule="speaks to it without a side", confidence=0.5)


def direction_of(clause: str, issue: Issue) -> int:
    """+1 where the clause goes the way of the proposition, -1 where it goes against it."""
    return _sign(clause) * _sign(issue.proposition)


def _sign(text: str) -> int:
    tokens = [w.lower for w in words(text) if w.is_word]
    sign = 1
    for token in tokens:
        if token in _FORMS:
            sign = -sign
            break
    if _NEG.search(text):
        sign = -sign
    return sign

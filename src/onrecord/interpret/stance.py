"""The speaker's stance towards an issue's proposition: what the saying does, times the direction of what is said.

A content's direction is whether it is for or against what the proposition wants: words that undo a thing (lift, stop,
leave, without) count against those of the proposition, and a negated main clause turns it round. "Demand that the
embargo be kept", where the proposition lifts it, thus opposes.
"""

from __future__ import annotations

from onrecord.core.statement import Act, Commitment, Judgement, Stance
from onrecord.interpret.saying import Said
from onrecord.interpret.signals import direction, pattern
from onrecord.lexicon import Issue
from onrecord.text.tokens import words


def stance_of(
    said: Said, act: Act, issue: Issue | None, clause: str, commitment: Commitment, own: bool, conditioned: str | None
) -> Judgement[Stance]:
    """The stance; `own` is whether the speaker's own side does what is said, `conditioned` its condition's type."""

    def judge(value: Stance, rule: str, confidence: float) -> Judgement[Stance]:
        return Judgement(value=value, rule=rule, confidence=confidence)

    if issue is None:
        return judge(Stance.NONE, "no issue", 0.9)
    if act in (Act.DECLINE,) or (said.stance == "?" and act is Act.LEAVE_OPEN):
        return judge(Stance.NONCOMMITTAL, "holds back or keeps an option", 0.8)
    toward = direction_of(clause, issue)
    support, oppose = (Stance.SUPPORT, Stance.OPPOSE) if toward > 0 else (Stance.OPPOSE, Stance.SUPPORT)
    if (
        act is Act.ASK
        and said.lemma in ("ask", "wonder", "want to know", "question", "query")
        and commitment is Commitment.UNCOMMITTED
        and "?" in clause
    ):
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
    if conditioned in ("until", "before", "while", "unless and until") and commitment in (
        Commitment.CERTAINLY_NOT,
        Commitment.CERTAIN,
    ):
        return judge(Stance.MIXED, "not before something else", 0.6)
    if conditioned in ("only after", "once") and act in (Act.STATE, Act.PROMISE):
        return judge(Stance.MIXED, "only after something else", 0.5)
    if act in (Act.REJECT, Act.ACCUSE):
        bad = pattern("calls bad").search(clause) is not None
        return judge(
            Stance.OPPOSE if bad or toward < 0 or act is Act.ACCUSE else oppose, f"{act} in its own words", 0.55
        )
    if act in (Act.DEMAND, Act.PROPOSE, Act.PROMISE, Act.ACCEPT, Act.ENDORSE, Act.HOPE, Act.ASK):
        return judge(support, f"{act}: for what is said", 0.6)
    return _stated(act, clause, toward, commitment, own)


def _stated(act: Act, clause: str, toward: int, commitment: Commitment, own: bool) -> Judgement[Stance]:
    """Plain statements and warnings: what is called good or bad, and what one's own side will (not) do."""
    if pattern("calls bad").search(clause):
        return Judgement(value=Stance.OPPOSE, rule="called bad", confidence=0.55)
    if act is Act.WARN:
        value = Stance.SUPPORT if pattern("lacks").search(clause) else Stance.OPPOSE
        return Judgement(value=value, rule="warned of its consequence", confidence=0.45)
    if pattern("calls good").search(clause):
        return Judgement(value=Stance.SUPPORT if toward > 0 else Stance.OPPOSE, rule="called good", confidence=0.5)
    if own and commitment is not Commitment.UNCOMMITTED:
        value = Stance.SUPPORT if toward > 0 else Stance.OPPOSE
        return Judgement(value=value, rule="what its own side will do", confidence=0.5)
    return Judgement(value=Stance.NONE, rule="speaks to it without a side", confidence=0.5)


def direction_of(clause: str, issue: Issue) -> int:
    """+1 where the clause goes the way of the proposition, -1 where it goes against it."""
    return _sign(clause) * _sign(issue.proposition)


def _sign(text: str) -> int:
    return direction([w.lower for w in words(text) if w.is_word])

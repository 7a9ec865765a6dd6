"""Commitment on FactBank's scale and the conditions that a content sets.

Commitment is that of the main clause: conditions, relative clauses and what follows a contrast are taken off first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from onrecord.core.statement import Act, Commitment, Judgement
from onrecord.interpret.saying import Said
from onrecord.interpret.signals import pattern

# ---------------------------------------------------------------- conditions

OPENERS = (
    r"(?:but )?only (?:if|after|when|once|with|on condition|under)|(?:if and )?only if|if(?! not\b[^,]{0,12},)|"
    r"unless and until|unless|until|till|provided(?: that)?|providing(?: that)?|"
    r"(?:as|so) long as|(?:on|under) (?:the )?conditions? that|in case(?: if| that)?|once|on the understanding that|"
    r"assuming(?: that)?|in (?:exchange|return) for|without|when(?! asked)|while|after|before|otherwise|"
    r"not before|not (?:earlier|sooner) than|"
    r"(?:on )?the (?:day|minute|moment|hour) (?!(?:of|in|for|to|and|or|is|was|after|before|when)\b)|"
    r"depend(?:s|ed|ing) on(?: whether)?|subject to|conditional on|contingent on|as soon as|"
    r"should (?=(?:the|an?|it|he|she|they|any|no)\b|(?-i:[A-Z]))|"
    r"were (?=(?:it|they|he|she|the) )|had (?=(?:it|they|the) )"
)
OPENER = re.compile(rf"(?<![\w-])(?:{OPENERS})\b", re.I)
CLAUSE_END = re.compile(r"[;:.!?](?=\s|$|[\"”’»])|,(?=\s)|\s[–—-]\s|[\"”»](?=\s+(?:he|she|they|it|[A-Z])\b)")
# ", not before" and "and not a day sooner" still belong to the condition
CODA = re.compile(
    r"(?:, (?:and )?| and )not (?:before|(?:an?|one) \w+ (?:sooner|earlier)|earlier|sooner|until|a moment \w+)\b"
    r"[^,.;]*",
    re.I,
)
FINITE = re.compile(r"\s(?:will|would|can|cannot|could|may|might|must|shall|is|are|was|were|has|have|had)\b", re.I)
SEQUENCE = re.compile(
    r"\b([^.;,\"]{3,60}?(?<!\bthe )\b(?:first|must come first|comes first))\b"
    r"(?=[^.]{0,80}(?:then\b|afterwards?\b|after that\b|[.;]))|"
    r"\bfirst\b[^.;]{3,80}?(?=[,;.]? ?(?:and )?(?:only )?then\b)|"
    r"\b(?:first(?:ly)?|in (?:the )?first place),? (?:[\w'’-]+ ){1,6}?(?:must|should|ha(?:s|ve) to|needs? to)\b[^.;,]*",
    re.I,
)
HAS = re.compile(r"[^,.;]*?\b(?:has|have)\b")
LATER = re.compile(r"\W*(?:ask|call|try|tell|wake) (?:me|us)\b", re.I)  # "ask me when there is a line to stand on"
DATE_AFTER = re.compile(
    r"\s*(?:the )?(?:end|start|beginning|middle|close|summer|winter|spring|autumn|christmas|easter|new year|next|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|"
    r"september|october|november|december|\d|noon|midnight|dawn|long\b|that date)",
    re.I,
)


def conditions(text: str, content: Iterable[tuple[int, int]], said: Said) -> list[tuple[int, int, str]]:
    """The conditions set in the pieces of a content as (start, end, type)."""
    found: list[tuple[int, int, str]] = []
    earlier = said.lemma if pattern("negated").search(said.lemma) else ""
    pieces = list(content)
    whole = " ".join(text[start:end] for start, end in pieces)
    for start, end in pieces:
        part = text[start:end]
        for match in OPENER.finditer(part):
            if any(a <= start + match.start() < b for a, b, _ in found):
                continue
            kind = match.group().casefold().strip()
            if not _is_condition(kind, part, match, said, (earlier, whole)):
                continue
            begin = match.start() + (4 if kind.startswith("but ") else 0)
            stop = _clause_end(part, match.end())
            if kind == "without" and (verb := FINITE.search(part, match.end(), stop)):
                stop = verb.start()
            if stop - match.end() < 2 and kind != "otherwise":
                continue
            found.append((start + begin, start + stop, _type(kind)))
        following = text[end : end + 90] if (start, end) != pieces[-1] else ""  # "first," he said. "Then ..."
        for match in SEQUENCE.finditer(part + following):
            if start + match.end(match.lastindex or 0) <= end and not any(
                a < start + match.end() and start + match.start() < b for a, b, _ in found
            ):
                a, b = match.span(1) if match.group(1) else match.span()
                found.append((start + a, start + b, "first"))
        earlier += f" {part} "
    return sorted(found)


def _type(kind: str) -> str:
    for name in ("unless", "until", "only after", "only if", "before", "if", "once", "when", "without", "after"):
        if name in kind or (name == "until" and kind == "till"):
            return name
    if kind.endswith("than"):
        return "only after"  # not earlier than, not sooner than
    return "once" if kind.endswith(("day", "minute", "moment", "hour")) else kind


def _is_condition(kind: str, part: str, match: re.Match[str], said: Said, around: tuple[str, str]) -> bool:
    """Whether an opener opens a condition; `around`: what comes before the piece (a negative cue, earlier pieces of the
    content), and the whole content."""
    before, after = part[: match.start()], part[match.end() :]
    earlier, whole = around[0] + before, around[1]
    word = kind.split()[-1]
    if kind == "otherwise":
        modal = re.search(r"\b(?:would|will|could|might|may) $", before) is not None
        opens = before.rstrip()[-1:] in ("", ",", ";", ".", "!", "–", "-")
        return (modal or opens) and (bool(after.strip()) or part != whole)
    if kind == "if":
        if re.search(r"\b(?:as|even|what|wonder\w*|ask\w*|see|know|whether|or)$", before.rstrip(), re.I) or (
            not before.strip() and said.act is Act.ASK and said.lemma in ("ask", "wonder")
        ):
            return False
        return not after.lstrip().casefold().startswith(("anything", "ever,", "possible", "necessary", "so,"))
    if kind in ("when", "once", "after", "as soon as"):
        if kind == "once" and (
            not after.strip() or re.match(r"\s*(?:again|more|a|upon|in|called|known|described|said|and)\b", after)
        ):
            return False
        past = re.match(r"[^,.;]*?\b(?:was|were|had|did)\b", after) is not None and not re.search(
            r"\b(?:would|could|might)\b", before
        )
        clear = (
            kind == "as soon as"
            or CODA.search(after) is not None  # "after the signing and not before"
            or (kind == "when" and HAS.match(after) is not None)  # "we pay when he has paid"
            or (kind == "when" and LATER.match(before) is not None)
        )
        return (
            not past
            and (clear or pattern("ahead").search(earlier if earlier.strip() else whole) is not None)
            and not re.match(r"\s*(?:all|years|months|weeks|days|hours|\w+ (?:years|months|weeks|days|hours))\b", after)
        )
    if kind == "before":
        nothing = (
            re.match(r" (?:a single|even one|any\w*)\b", after) is not None
        )  # is said where nothing may come first
        return not DATE_AFTER.match(after) and (
            nothing or said.negated or pattern("negated").search(earlier) is not None
        )
    if kind == "while":  # "no signature while the guns speak"; after a comma it sets against
        return before.rstrip()[-1:] != "," and (said.negated or pattern("negated").search(earlier) is not None)
    if word in ("until", "till"):
        return not DATE_AFTER.match(after)
    if kind == "without":
        return (
            re.match(
                r"\s*(?:any |further |more |much )?(?:delay|doubt|exception|question|hesitation|preconditions?|"
                r"conditions?|notice|evidence|saying|result)",
                after,
            )
            is None
            and re.search(r"\b(?:with or|even) $", before, re.I) is None
            # "a door without a lock" is only a thing; "a truce without monitors will not last" sets a condition
            and (
                re.search(r"\ban? [\w-]+ $", before, re.I) is None
                or pattern("negated").search(after) is not None
                or pattern("negated").search(before) is not None
            )
            and re.match(r"\s*\w", after) is not None
            and (not before.strip() or pattern("ahead").search(whole) is not None)
        )
    if kind in ("were", "had"):
        return (
            not before.strip() or before.rstrip()[-1:] in ',;:."“' or re.search(r"\bthat$", before.rstrip()) is not None
        )
    return True


def _clause_end(part: str, at: int) -> int:
    """Where the clause that begins before `at` ends: at a comma that closes it, a stop, or the content's end.

    A comma inside an apposition ("till Maruk, capital of Ardesh, has confirmed") does not close it.
    """
    position = at
    while True:
        match = CLAUSE_END.search(part, position)
        if match is None:
            return _rstrip(part, len(part))
        if match.group() == ",":
            apposition = re.match(
                r", (?:the|a|an|its|his|her|who|which|capital|whose)\b[^,.;]{2,60},(?= \w)", part[match.start() :]
            )
            has_verb = re.search(
                r"\b\w+(?:s|ed|en|ing)\b|\b(?:is|are|was|were|has|have|had|will|be|put|cut|let|left|come|stop)\b",
                part[at : match.start()],
            )
            if apposition and not has_verb:
                position = match.start() + apposition.end()
                continue
            coda = CODA.match(part, match.start())
            if coda:
                return _rstrip(part, coda.end())
        return _rstrip(part, match.start())


def _rstrip(part: str, end: int) -> int:
    while end > 0 and (part[end - 1].isspace() or part[end - 1] in ',;"”»'):
        if part[end - 1] in '"”»' and part[:end].count('"') % 2 == 0 and part[end - 1] == '"':
            break
        end -= 1
    return end


# ---------------------------------------------------------------- commitment

# In this order: "may not" before "may", "unlikely" before "likely".
HEDGED = (Commitment.NOT_POSSIBLE, Commitment.NOT_PROBABLE, Commitment.PROBABLE, Commitment.POSSIBLE)
NEGATIVE = re.compile(
    r"\b(?:not|n't|never|cannot|nobody|no one|nothing|none|neither|nowhere|won't|can't|isn't|aren't|doesn't|don't|"
    r"didn't|wasn't|weren't|wouldn't)\b|\w+n['’]t\b",
    re.I,
)
NEGATIVE_SUBJECT = re.compile(
    r"^\W*(?:that\s+)?(?:no\b|not (?:a|one|even)\b|nobody|nothing|none|neither|without .{0,40}\bno(?:body|thing)?\b)",
    re.I,
)
NEGATIVE_OBJECT = re.compile(
    r"\b(?:is|are|was|were|has|have|had|be|see|sees|saw|there is|there are|will be|goes) (?:\w+ )?no(?:body|thing)?\b",
    re.I,
)
NOT_REALLY = re.compile(
    r"\bnot (?:only|just|merely|least)\b|\bno (?:doubt|later|longer than|fewer)\b|\bwhether or not\b|\bif not\b", re.I
)
RELATIVE = re.compile(
    r",? (?:who|which|whose|whom|where|that (?=\w+s\b|was|were|is|are|has|had))[^,.;]*(?:,|(?=[.;])|$)", re.I
)
PREDICATE = re.compile(
    r"\b(?:as|is|are|was|were|has|have|had|will|would|can|could|shall|must|may|might|should|do|does|did|be|been)\b|\w+(?:ed|ing)\b",
    re.I,
)
CONTRAST = re.compile(r"\b(?:but|although|though|even if|even though|while|whereas|because)\b.*$", re.I | re.S)


def main_clause(text: str, content: list[tuple[int, int]], taken: list[tuple[int, int, str]]) -> str:
    """The content's first sentence without conditions, relative clauses and what follows a contrast."""
    kept: list[str] = []
    for start, end in content:
        at = start
        for a, b, _ in taken:
            if start <= a and b <= end:
                kept.append(text[at:a])
                at = max(at, b)
        kept.append(text[at:end])
    whole = " ".join(" ".join(kept).split())
    sentences = [s for s in re.split(r"(?<=[.!?])[\"”»']?\s+", whole) if re.search(r"\w", s)]
    first = sentences[0] if sentences else whole
    first = RELATIVE.sub(" ", first)
    cut = CONTRAST.sub("", first)
    return cut if len(cut.split()) >= 3 else first


# The confidence of rules that the models do not overrule: two negations, which they read as one.
SURE = 0.95


def commitment_of(said: Said, act: Act, clause: str, question: bool) -> Judgement[Commitment]:
    """How sure the content is presented as true, for its main predicate (ANNOTATION: commitment)."""
    certain_no, certain = Commitment.CERTAINLY_NOT, Commitment.CERTAIN
    nominal = not PREDICATE.search(clause)

    def judge(value: Commitment, rule: str, confidence: float) -> Judgement[Commitment]:
        return Judgement(value=value, rule=rule, confidence=confidence)

    if question or act in (Act.DECLINE, Act.ASK):
        return judge(Commitment.UNCOMMITTED, "a question, a request or no answer", 0.85)
    if act in (Act.DEMAND, Act.PROPOSE, Act.HOPE) and said.act is act:
        return judge(Commitment.UNCOMMITTED, "wished, demanded or proposed", 0.9)
    if act is Act.DENY and said.act is act:
        return judge(certain_no, "denied", 0.9)
    if act is Act.LEAVE_OPEN:
        if said.act is act and _is_negative(clause):  # "did not exclude that the road will not open"
            return judge(Commitment.NOT_POSSIBLE, "left open that it is not so", SURE)
        return judge(Commitment.POSSIBLE, "left open", 0.8)
    if said.lemma.endswith("no doubt"):
        return judge(certain_no if _is_negative(clause) else certain, "no doubt", SURE)
    if said.act is Act.REJECT:
        if said.lemma in ("rule out", "exclude", "refuse", "decline") or (
            said.commitment is certain_no and said.negated
        ):
            return judge(certain_no, "ruled out or refused", 0.8)
        if re.search(r"\bas\b", clause) or re.search(r"\bthat\b", clause[:6]):
            return judge(certain, "rejected with a predicate of its own", 0.7)
        return judge(Commitment.UNCOMMITTED, "a thing rejected, nothing asserted", 0.7)
    if (
        said.act in (Act.ENDORSE, Act.ACCEPT)
        and nominal
        and said.lemma not in ("be ready", "be willing", "be prepared")
    ):
        return judge(Commitment.UNCOMMITTED, "a thing accepted or welcomed, nothing asserted", 0.7)
    if said.commitment in (Commitment.PROBABLE, Commitment.NOT_PROBABLE):
        negative = said.commitment is Commitment.NOT_PROBABLE or _is_negative(clause)
        return judge(Commitment.NOT_PROBABLE if negative else Commitment.PROBABLE, f"cue: {said.lemma}", 0.85)
    for value in HEDGED:
        if pattern(f"hedge {value}").search(clause):
            return judge(value, "hedge in the main clause", 0.75)
    if pattern("demanded").search(clause) and act is Act.DEMAND:
        return judge(Commitment.UNCOMMITTED, "obligation: demanded, not asserted", 0.75)
    if act is Act.ACCUSE and said.act is Act.ACCUSE:
        return judge(certain, "accused", 0.8)
    if _is_negative(clause):
        return judge(certain_no, "negation of the main clause", 0.75)
    return judge(certain, "plain assertion", 0.75)


def _is_negative(clause: str) -> bool:
    plain = NOT_REALLY.sub(" ", clause)
    if NEGATIVE_SUBJECT.search(plain) or NEGATIVE_OBJECT.search(plain):
        return True
    match = NEGATIVE.search(plain)
    # a negation far into the clause belongs to something else than its main verb
    return match is not None and len(plain[: match.start()].split()) <= 12

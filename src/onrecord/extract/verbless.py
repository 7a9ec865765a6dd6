"""Find statements without a reporting verb: turns of transcripts, embedded posts, quotations beside a speaker.

The tagger needs reporting words, which these lack. Each form is recognized by its typography; where anything is
unusual, nothing is found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from onrecord.extract.assemble import Range, RawAttribution
from onrecord.extract.span_index import SpanIndex
from onrecord.lexicon import compiled, word_class, words_pattern
from onrecord.text.quotes import quoted_regions

RULE = "no verb"
BESIDE_RULE = "quotation beside its speaker"
CONFIDENCE = 0.9  # not measured: labelled news has too few of these
CAPITALS = r"[A-Z][A-Z.'’-]+(?: [A-Z][A-Z.'’-]*){0,4}"
NAMED = r"(?:[A-Z][\w.’'-]*)(?: [A-Z][\w.’'-]*){0,4}"
ROLE = r"(?:, [^:\n]{2,60})?(?: \([^)\n]*\))?"
TURN = re.compile(rf"^(?P<name>{CAPITALS}|{NAMED}){ROLE}: +(?=\S)", re.M)
TITLE = r"(?i:{courtesy-title}|dr|sir)\.?"
MINUTES = rf"^(?P<name>(?:{TITLE}|The) [A-Z]{{3,}}(?: [A-Z]{{3,}})?(?: of [A-Z]\w+)?)\. +(?=[A-Z\"“])"
ANSWERS = re.compile(r"^(?P<label>Q|A|QUESTION|ANSWER)[.:] +(?=\S)", re.M)
INTERVIEWED = (
    r"\b(?:[Ii]nterview(?:s|ed)?(?: with)?|{talks} (?:to|with)|sat down with) "
    rf"(?:(?:this|our|the) [a-z]+, )?(?:the |our )?(?:[a-z]+ ){{0,4}}?(?P<name>{NAMED})"
)
DIRECTION = re.compile(r"^[(\[][^)\]\n]*[)\]]$", re.M)  # "(END VIDEO CLIP)"
LINK = re.compile(r"(?:https?://|pic\.|t\.co/|www\.)\S+")
SIGNATURE = re.compile(r"^(?:> ?)?[—–-]{1,2} ?(?P<name>[^\n(@]{2,60}?) \(@\w+\)[^\n]*$", re.M)
HANDLED = re.compile(  # "Bo Day @bo · 3h", and the words below
    r"^(?P<name>[^\n@:.]{2,60}) @\w+ · [^\n]{1,20}\n(?P<content>[^\n]+(?:\n[^\n]+)*)", re.M
)
LABELLED = re.compile(r"^(?P<name>[^\n@:.(]{2,60}) \(@\w+\): (?P<content>[^\n]+)", re.M)
CARD = re.compile(
    r"^(?P<name>[^\n@:.]{2,60})\n@\w+\n(?P<content>(?:[^\n]+\n)+?)"
    r"(?=\d{1,2}:\d{2}\b[^\n]*$|[A-Z][a-z]{2,8} \d{1,2}, \d{4}$)",
    re.M,
)
SOURCE = r"(?P<source>(?:(?i:{source-determiner}) )?[^\s:.;\"“”](?:[^:;\"“”\n.]|\.(?=\S| [A-Z])){1,80}?)"
INTRODUCED = (
    r"(?:^|(?<=[.!?”\"] ))(?P<cue>(?:(?i:{conjunction}) )?(?:(?i:{before-from}),? ){0,2}[Ff]rom) "
    rf"{SOURCE}:\s+(?=[\"“])"
    r"|^(?P<desk>From the (?:desk|office|pen) of) (?P<writer>[A-Z](?:[^:;\"“”\n.]|\.(?=\S| [A-Z])){1,80}?)"
    r"[.:]?\s*\n\s*(?=[\"“])"
    rf"|(?:^|(?<=[.!?”\"] ))(?P<again>{NAMED})(?P<once>,? (?:once )?(?:again|more)):\s+(?=[\"“])"
)  # fmt: skip
SAYING = r"\b{answers}\b"
ADDING = r"[,;]? (?:and )?(?P<cue>{going-on}):\s+(?=[\"“])"
BESIDE = (
    rf"(?:^|(?<=[.!?] ))(?:(?i:{{opens-adjunct}}) [^,.!?\"“”\n]{{2,60}}, )?"
    rf"(?P<source>(?:{TITLE} )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){{0,2}})"
    r"(?:, [^,.!?\"“”\n]{1,40},)? (?=[a-z]+)[^.!?\"“”\n]*[.!?] $"
)
# "“Leave us alone.” Skipper Bo Day slammed the door.", as a paragraph
BEFORE = (
    rf" (?P<source>(?:{TITLE} [A-Z][\w’'-]+|[A-Z][\w’'-]+ [A-Z][\w’'-]+)(?: [A-Z][\w’'-]+){{0,2}})"
    r"(?:, [^,.!?\"“”\n]{1,40},)? [a-z]+(?:ed|s)? [^.!?\"“”\n]*[.!?][^\S\n]*(?=\n|\Z)"
)
SENTENCE_MARK = re.compile(r"[.!?\"“”\n]")
LONGEST_TITLE = 4  # letters of BESIDE's titles, which have a full stop
RESUMES = re.compile(r", (?=[\"“][a-z])")
REST = re.compile(r"[^\S\n]*(\S?)")


def verbless(text: str, prepared: str, found: Sequence[RawAttribution]) -> list[RawAttribution]:
    """Find statements without a reporting verb.

    `prepared` is the text with quotation marks in one style, `found` what is known already.
    """
    made = [*_turns(text), *_minutes(text), *_answers(text), *_posts(text)]
    found = [item for item in found if not _is_followed(text, item)]
    taken = SpanIndex((span, None) for item in (*found, *made) for span in item.content)
    free = [region for region in quoted_regions(prepared) if not taken.overlaps(*region)]
    return [
        *made,
        *_introduced(prepared, free, found),
        *_beside(prepared, free, found),
        *_before(prepared, free, found),
    ]


def resumed(text: str, found: Sequence[RawAttribution]) -> list[RawAttribution]:
    """Return the attributions, each with the rest of a quotation that its clause interrupts: "No", says Day, "mill"."""
    taken = SpanIndex((span, None) for item in found for span in item.content)
    free = {start: (start, end) for start, end in quoted_regions(text) if not taken.overlaps(start, end)}
    made = []
    for item in found:
        clause = (*item.source, *item.cue)
        if item.source and item.cue and item.content[-1][1] <= min(a for a, _ in clause):
            gap = RESUMES.match(text, _last(item))
            if gap is not None and gap.end() in free and "\n" not in text[item.content[-1][1] : gap.end()]:
                item = replace(item, content=(*item.content, free[gap.end()]))
        made.append(item)
    return made


def without_crossing(found: Sequence[RawAttribution], turns: Sequence[RawAttribution]) -> list[RawAttribution]:
    """Drop what the tagger found across the bounds of a speaker's turn, or as the turn itself."""
    bounds = SpanIndex(((turn.first, turn.content[-1][1]), turn) for turn in turns)

    beside = SpanIndex((turn.content[0], None) for turn in turns if turn.rule.endswith(BESIDE_RULE))

    def fits(item: RawAttribution) -> bool:
        if any(beside.overlaps(*span) for span in item.content):
            return False
        spans = (*item.source, *item.cue, *item.content)
        low, high = min(a for a, _ in spans), max(b for _, b in spans)
        return all(any(a <= low and high <= b for a, b in turn.content) for _, turn in bounds.overlapping(low, high))

    return [item for item in found if fits(item)]


def _made(source: Range | None, cue: Range | None, content: Sequence[Range], what: str) -> RawAttribution:
    return RawAttribution(
        source=(source,) if source else (),
        cue=(cue,) if cue else (),
        content=tuple(content),
        rule=f"{RULE}: {what}",
        confidence=CONFIDENCE,
    )


def _turns(text: str) -> Iterator[RawAttribution]:
    """Find the turns of an interview or transcript, "NAME: words", up to the next turn or to a question."""
    turns = [match for match in TURN.finditer(text) if len(match.group()) <= 120]
    if not _is_transcript(text, turns):
        return
    labelled = {match.start() for match in turns}
    for number, match in enumerate(turns):
        limit = turns[number + 1].start() if number + 1 < len(turns) else len(text)
        lines = [line.span() for line in re.finditer(r"[^\n]+", text[match.end() : limit])]
        content: list[Range] = []
        for start, end in ((a + match.end(), b + match.end()) for a, b in lines):
            line = text[start:end].strip()
            if DIRECTION.match(line) or (content and line.endswith("?") and start not in labelled):
                break
            content.append((start, end))
        if content and match["name"] not in word_class("question-label"):
            colon = text.rindex(":", match.start(), match.end())
            yield _made(match.span("name"), (colon, colon + 1), ((content[0][0], content[-1][1]),), "turn")


def _is_transcript(text: str, turns: Sequence[re.Match[str]]) -> bool:
    """Tell whether the labels are speakers': they repeat or are many, and speech follows them."""
    if len(turns) < 2:
        return False
    names = [match["name"] for match in turns]
    lines = sum(1 for line in text.splitlines() if line.strip())
    again = len(set(names)) < len(names) and len(turns) * 3 >= lines
    if not again and len(turns) * 2 < lines:
        return False
    ends = [text.find("\n", match.end()) for match in turns]
    speech = [text[match.end() : end if end >= 0 else len(text)] for match, end in zip(turns, ends, strict=True)]
    return sum(
        line.rstrip()[-1:] == "?"
        or (line.rstrip()[-1:] in (".", "!", "…") and words_pattern("spoken").search(line) is not None)
        for line in speech
    ) * 2 >= len(turns)


def _minutes(text: str) -> Iterator[RawAttribution]:
    """Find the turns of parliamentary minutes, "Mr. NAME. I …", up to the next one."""
    heads = list(compiled(MINUTES, re.M).finditer(text))
    for number, match in enumerate(heads):
        limit = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        end = match.end() + len(text[match.end() : limit].rstrip())
        if end > match.end():
            yield _made(match.span("name"), None, ((match.end(), end),), "minutes")


def _answers(text: str) -> Iterator[RawAttribution]:
    """Find the answers of an interview between "Q:" and "A:", of the person that its introduction names."""
    heads = list(ANSWERS.finditer(text))
    if not any(match["label"] in ("A", "ANSWER") for match in heads):
        return
    person = compiled(INTERVIEWED).search(text, 0, heads[0].start())
    for number, match in enumerate(heads):
        limit = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        end = match.end() + len(text[match.end() : limit].rstrip())
        if match["label"] in ("A", "ANSWER") and end > match.end():
            content = ((match.end(), end),)
            yield _made(None if person is None else person.span("name"), match.span("label"), content, "answer")


def _posts(text: str) -> Iterator[RawAttribution]:
    """Find embedded posts: the paragraph above a signature with a handle, or a card with name, handle, words and
    time.
    """
    for match in SIGNATURE.finditer(text):
        end = match.start()
        while end > 0 and (text[end - 1].isspace() or text[end - 1] == ">"):
            end -= 1
        start = text.rfind("\n", 0, end) + 1
        if content := _without_links(text, start + text.startswith(">", start), end):
            yield _made(match.span("name"), None, content, "post")
    for match in (*CARD.finditer(text), *HANDLED.finditer(text), *LABELLED.finditer(text)):
        if content := _without_links(text, *match.span("content")):
            yield _made(match.span("name"), None, content, "post")


def _without_links(text: str, start: int, end: int) -> list[Range]:
    bounds = [start, *(edge for match in LINK.finditer(text, start, end) for edge in match.span()), end]
    parts = zip(bounds[::2], bounds[1::2], strict=True)
    return [(a, b) for a, b in parts if any(sign.isalpha() for sign in text[a:b])]


def _introduced(text: str, free: Sequence[Range], found: Sequence[RawAttribution]) -> Iterator[RawAttribution]:
    """Find quotations after "And this from X:", "X again:", "From the desk of X." and "adding:"."""
    last: dict[int, RawAttribution] = {}
    for item in found:
        if item.source:
            last.setdefault(_last(item), item)
    places = sorted(last)
    for start, end in free:
        low = max(0, start - 160)
        for match in compiled(INTRODUCED, re.M).finditer(text, low, start + 1):
            if match.end() == start:
                source, cue = (
                    ("source", "cue") if match["cue"] else ("writer", "desk") if match["desk"] else ("again", "once")
                )
                yield _made(match.span(source), match.span(cue), ((start, end),), "introduced quotation")
        for match in compiled(ADDING).finditer(text, low, start + 1):
            number = bisect_right(places, match.start("cue")) - 1
            if match.end() == start and number >= 0 and places[number] >= match.start() - 60:
                speaker = last[places[number]].source[0]
                yield _made(speaker, match.span("cue"), ((start, end),), "introduced quotation")


def _is_followed(text: str, item: RawAttribution) -> bool:
    """Tell whether a quotation that ends its sentence was given to who does something in the next one.

    So in 'Mr Moen shook his head. "I will not sign." Ms Dunn nodded.'; a verb of saying there is a printer's slip.
    """
    if len(item.content) != 1 or not item.source or not item.cue:
        return False
    end = item.content[0][1]
    closed = text[max(0, end - 4) : end].rstrip('"”’').endswith(".") or re.match(r"[.][\"”’]", text[end : end + 2])
    after = all(a > end for a, _ in (*item.source, *item.cue))
    saying = compiled(SAYING).search(" ".join(text[a:b] for a, b in item.cue))
    nobody = text[slice(*item.source[0])].casefold() in word_class("nobody") | {"no one"}
    return bool(closed and after and (nobody or saying is None))


def _last(item: RawAttribution) -> int:
    return max(b for _, b in (*item.source, *item.cue, *item.content))


def _beside(text: str, free: Sequence[Range], found: Sequence[RawAttribution]) -> Iterator[RawAttribution]:
    """Find a quoted sentence after a sentence about one person who says nothing in it."""
    taken = SpanIndex((span, None) for item in found for span in (*item.cue, *item.content))
    marks = [match.start() for match in SENTENCE_MARK.finditer(text)]
    for start, end in free:
        words = text[start:end].strip('"“”')
        if len(words.split()) < 2 or not words[:1].isupper() or words.rstrip()[-1:] not in ".!?":
            continue
        number = bisect_left(marks, start - 2) - 1  # the mark before the one that ends the sentence
        match = compiled(BESIDE, re.M).search(text, max(0, marks[number] - LONGEST_TITLE) if number >= 0 else 0, start)
        if (
            match is None
            or match["source"].split()[0] in word_class("opens-no-name")
            or match["source"].split()[0].casefold() in word_class("opens-adjunct")
            or taken.overlaps(match.start("source"), start)
        ):
            continue
        after = REST.match(text, end)
        if after is None or not after[1] or after[1].isupper():
            yield _made(match.span("source"), None, ((start, end),), BESIDE_RULE)


def _before(text: str, free: Sequence[Range], found: Sequence[RawAttribution]) -> Iterator[RawAttribution]:
    """Find a quoted sentence that opens a paragraph before one about a person who says nothing in it."""
    taken = SpanIndex((span, None) for item in found for span in (*item.source, *item.cue, *item.content))
    for start, end in free:
        if text[:start].rstrip(" ")[-1:] not in ("", "\n") or text[end - 2 : end - 1] not in (".", "!", "?"):
            continue
        match = compiled(BEFORE).match(text, end)
        if match is not None and not taken.overlaps(end, match.end()):
            yield _made(match.span("source"), None, ((start, end),), BESIDE_RULE)

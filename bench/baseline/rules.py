"""Attributions by rule: reporting cues on a dependency parse, quotation marks, and the paragraphs' order.

Needs no training and no corpus. For each cue of the lexicon its complement is looked up on the parse (clausal,
infinitive, object, prepositional); quotations without a complement are tied to the nearest cue of their sentence, and
those without any cue continue the attribution before them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bench.baseline.parse import parse
from spacy.language import Language
from spacy.tokens import Doc, Token

from onrecord.core.span import Text
from onrecord.core.statement import Attribution
from onrecord.extract.assemble import Range, RawAttribution, assemble
from onrecord.lexicon import Cue
from onrecord.text.quotes import paragraphs, quoted_regions

CLAUSES = frozenset({"ccomp", "parataxis"})
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
CUE_PARTS = frozenset({"aux", "auxpass", "neg", "prt"})
# Cues whose object alone ("rejected the plan") is a position; others ("said a prayer") need a clause or a quotation.
MIN_QUOTE_WORDS = 4


class RuleExtractor:
    """Finds attributions in one text; `cues` is the reviewed lexicon, `nlp` a parser with dependencies and lemmas."""

    def __init__(self, nlp: Language, cues: Iterable[Cue]) -> None:
        self._nlp = nlp
        self._verbs: dict[str, list[Cue]] = {}
        self._nouns: dict[str, list[Cue]] = {}
        self._prepositions: dict[str, list[Cue]] = {}
        tables = {"verb": self._verbs, "noun": self._nouns, "prep": self._prepositions}
        for cue in cues:
            tables[cue.pos].setdefault(cue.phrase[0], []).append(cue)

    def attributions(self, text: Text) -> list[Attribution]:
        """All attributions of a text, in text order, nested ones with their outer one."""
        found: list[RawAttribution] = []
        for offset, doc in parse(self._nlp, text.content):
            found.extend(_moved(item, offset) for item in self._in_doc(doc))
        return assemble(text, found)

    def _in_doc(self, doc: Doc) -> list[RawAttribution]:
        regions = quoted_regions(doc.text)
        blocks = paragraphs(doc.text)
        found: list[RawAttribution] = []
        for token in doc:
            for item in self._at(token, regions):
                inside = _in_own_paragraph(item, blocks)
                if inside.content:
                    found.append(_whole_quotes(inside, regions))
        return _with_loose_quotes(doc, _without_echoes(found), regions)

    def _at(self, token: Token, regions: list[Range]) -> Iterator[RawAttribution]:
        lemma = token.lemma_.lower()
        if token.pos_ in ("VERB", "AUX") and lemma in self._verbs:
            cue, end = _longest(self._verbs[lemma], token)
            if cue is not None:
                yield from _verb(token, cue, end, regions)
        elif token.pos_ == "NOUN" and lemma in self._nouns:
            yield from _noun(token)
        elif lemma in self._prepositions:
            cue, end = _longest(self._prepositions[lemma], token)
            if cue is not None:
                yield from _preposition(token, end)


# ---------------------------------------------------------------- cues


def _longest(cues: list[Cue], token: Token) -> tuple[Cue | None, Token]:
    """The longest phrase of the lexicon that starts at `token`, and its last token.

    All frames of equally long phrases are merged, as one verb may stand in several rows.
    """
    best: list[tuple[Cue, Token]] = []
    for cue in cues:
        last = _match(cue.phrase, token)
        if last is None or (best and len(cue.phrase) < len(best[0][0].phrase)):
            continue
        if best and len(cue.phrase) > len(best[0][0].phrase):
            best = []
        best.append((cue, last))
    if not best:
        return None, token
    frames = frozenset().union(*(cue.frames for cue, _ in best))
    return replace(best[0][0], frames=frames), best[0][1]


def _match(phrase: tuple[str, ...], token: Token) -> Token | None:
    last = token
    for word in phrase[1:]:
        following = last.nbor() if last.i + 1 < len(last.doc) else None
        # "shot the plan down", "is not convinced": one object pronoun or adverb may stand between
        if following is not None and following.pos_ in ("ADV", "PRON", "PART") and following.lower_ != word:
            following = following.nbor() if following.i + 1 < len(last.doc) else None
        if following is None or word not in (following.lower_, following.lemma_.lower()):
            return None
        last = following
    return last


def _cue_span(token: Token, end: Token) -> tuple[Range, ...]:
    """Verb with auxiliaries, negation, particle and what the phrase adds; adverbs between them come along."""
    parts = [token, end]
    for child in token.children:
        if child.dep_ in CUE_PARTS and abs(child.i - token.i) <= 4:
            parts.append(child)
    left, right = min(p.i for p in parts), max(p.i for p in parts)
    tokens = [
        t for t in token.doc[left : right + 1] if t in parts or not (t.dep_ in SUBJECTS or t.head.dep_ in SUBJECTS)
    ]
    spans: list[Range] = []
    for t in tokens:
        if spans and not token.doc.text[spans[-1][1] : t.idx].strip():
            spans[-1] = (spans[-1][0], t.idx + len(t))
        else:
            spans.append((t.idx, t.idx + len(t)))
    return tuple(spans)


# ---------------------------------------------------------------- verbs


def _verb(token: Token, cue: Cue, end: Token, regions: list[Range]) -> Iterator[RawAttribution]:
    if token.dep_ in ("amod", "compound", "aux", "auxpass"):
        return
    by = _agent(token)
    passive = by is not None or any(c.dep_ in ("nsubjpass", "auxpass") for c in token.children)
    source = by or (None if passive else _subject(token))
    content, rule = _verb_content(token, cue, end, passive)
    span = _cue_span(token, end)
    if by is not None:
        span = (*span, (by.head.idx, by.head.idx + len(by.head))) if by.head.dep_ == "agent" else span
    if not content:
        quote = _quote_beside(token, source, regions)
        if quote is None or not cue.frames & {"c", "o"}:
            return
        content, rule = (quote,), "quotation beside the cue"
    if source is None and not passive and rule != "quotation beside the cue" and token.dep_ != "ROOT":
        return
    where = _noun_phrase(source, span) if source is not None else ()
    yield RawAttribution(
        source=where, cue=span, content=_cut(content, (*where, *span)), rule=f"verb: {rule}", confidence=0.6
    )


def _verb_content(token: Token, cue: Cue, end: Token, passive: bool) -> tuple[tuple[Range, ...], str]:
    children = list(token.children) + ([] if end == token else list(end.children))
    clauses = [c for c in children if c.dep_ in CLAUSES and c.i not in (token.i, end.i)]
    if clauses and cue.frames & {"c", "x", "o"}:
        return tuple(_subtree(c) for c in clauses), "clausal complement"
    if "c" in cue.frames and token.dep_ in ("parataxis", "ccomp") and _is_inserted(token):
        return (_sentence_around(token),), "inserted cue"
    if "x" in cue.frames or "o" in cue.frames:
        infinitives = [c for c in children if c.dep_ in ("xcomp", "advcl") and _infinitive(c) and c.i > token.i]
        if infinitives and "x" in cue.frames:
            return (_subtree(infinitives[0]),), "infinitive"
    if "o" in cue.frames:
        wanted = ("dobj", "oprd", "pobj", "xcomp", "acomp", "attr")
        if passive:
            objects = [c for c in children if c.dep_ in ("nsubjpass", "oprd")]
        else:
            objects = [c for c in children if c.dep_ in wanted]
        tail = [c for c in children if c.dep_ == "prep" and c.lower_ in ("as", "of", "for", "over") and c.i > token.i]
        if end.dep_ in ("prep", "agent") and not objects:
            objects = [c for c in end.children if c.dep_ in ("pobj", "pcomp")]
        if objects:
            return tuple(_subtree(c) for c in objects + tail), "object"
    return (), ""


def _infinitive(token: Token) -> bool:
    return any(c.dep_ == "aux" and c.lower_ == "to" for c in token.children) or token.tag_ == "VBG"


def _is_inserted(token: Token) -> bool:
    """Whether the cue is a comment in its own sentence: 'The plan, he said, will fail'."""
    return any(c.dep_ in SUBJECTS for c in token.children)


def _sentence_around(token: Token) -> Range:
    return _subtree(token.head)


def _subject(token: Token) -> Token | None:
    """The subject of a verb, looked for along coordinated and participial verbs."""
    seen = token
    for _ in range(4):
        for child in seen.children:
            if child.dep_ in SUBJECTS:
                return child
        if seen.dep_ in ("conj", "advcl", "xcomp", "dep") and seen.head.pos_ in ("VERB", "AUX"):
            seen = seen.head
        elif seen.dep_ in ("acl", "relcl"):
            return seen.head
        else:
            return None
    return None


def _agent(token: Token) -> Token | None:
    for child in token.children:
        if child.dep_ == "agent":
            return next((c for c in child.children if c.dep_ == "pobj"), None)
    return None


# ---------------------------------------------------------------- nouns and prepositions


def _noun(token: Token) -> Iterator[RawAttribution]:
    clause = next((c for c in token.children if c.dep_ in ("acl", "ccomp") and c.i > token.i and _that_or_to(c)), None)
    if clause is None:
        return
    owner = next((c for c in token.children if c.dep_ == "poss"), None)
    if owner is None:
        by = next((c for c in token.children if c.dep_ == "prep" and c.lower_ in ("by", "from", "of")), None)
        owner = next((c for c in by.children if c.dep_ == "pobj"), None) if by is not None else None
    if owner is None:
        return
    source = _noun_phrase(owner, ((token.idx, token.idx + len(token)),))
    yield RawAttribution(
        source=source,
        cue=((token.idx, token.idx + len(token)),),
        content=_cut((_subtree(clause),), source),
        rule="noun with its clause",
        confidence=0.5,
    )


def _that_or_to(token: Token) -> bool:
    return any(c.lower_ in ("that", "to") and c.i < token.i for c in token.children)


def _preposition(token: Token, end: Token) -> Iterator[RawAttribution]:
    holder = next((c for c in end.children if c.dep_ == "pobj"), None)
    if holder is None:
        return
    cue = ((token.idx, end.idx + len(end)),)
    source = _noun_phrase(holder, cue)
    sentence = token.sent
    last = sentence[-1]
    stop = last.idx if last.is_punct else last.idx + len(last)
    content = _cut(((sentence.start_char, stop),), (*cue, *source))
    if content:
        yield RawAttribution(source=source, cue=cue, content=content, rule="according to", confidence=0.6)


# ---------------------------------------------------------------- spans


def _subtree(token: Token) -> Range:
    left, right = token.left_edge, token.right_edge
    while right.i > token.i and (right.is_punct and right.text not in ('"', "”", "''", "’", ")", "»")):
        right = right.nbor(-1)
    while left.i < token.i and left.text in (",", ":", ";", "-", "–", "—"):
        left = left.nbor()
    return left.idx, right.idx + len(right)


def _noun_phrase(token: Token, cue: tuple[Range, ...]) -> tuple[Range, ...]:
    """The whole noun phrase with title, apposition and relative clause, without the cue inside it."""
    return _cut((_subtree(token),), cue)[:1] if token.i != token.head.i else ((token.idx, token.idx + len(token)),)


def _cut(spans: Iterable[Range], holes: Iterable[Range]) -> tuple[Range, ...]:
    """The spans without the holes; pieces of punctuation alone are dropped."""
    pieces = sorted(spans)
    for a, b in sorted(holes):
        cut: list[Range] = []
        for start, end in pieces:
            if b <= start or end <= a:
                cut.append((start, end))
                continue
            cut.extend(piece for piece in ((start, a), (b, end)) if piece[1] - piece[0] > 1)
        pieces = cut
    return tuple(pieces)


def _moved(item: RawAttribution, offset: int) -> RawAttribution:
    def move(spans: tuple[Range, ...]) -> tuple[Range, ...]:
        return tuple((a + offset, b + offset) for a, b in spans)

    return replace(item, source=move(item.source), cue=move(item.cue), content=move(item.content))


# ---------------------------------------------------------------- quotations


def _quote_beside(token: Token, source: Token | None, regions: list[Range]) -> Range | None:
    """The quoted region that stands right before or after a cue and its source, in the same sentence or paragraph."""
    left = min(token.idx, source.left_edge.idx if source is not None else token.idx)
    text = token.doc.text
    for a, b in regions:
        if a <= token.idx < b:
            return None
    for a, b in regions:
        gap = text[b:left] if b <= left else text[token.idx + len(token) : a]
        if "\n" not in gap and (0 <= left - b <= 3 or (a > token.idx and len(gap) <= 60 and "." not in gap)):
            return a, b
    return None


def _whole_quotes(item: RawAttribution, regions: list[Range]) -> RawAttribution:
    """Contents that begin or end inside a quotation take it whole, as a parse often breaks there."""
    holes = (*item.source, *item.cue)
    pieces: list[Range] = []
    for start, end in item.content:
        for a, b in regions:
            if any(a <= x and y <= b for x, y in holes):
                continue  # the cue itself stands inside the quotation: a nested attribution
            if a < end and start < b:
                start, end = min(start, a), max(end, b)
        pieces.append((start, end))
    return replace(item, content=_cut(pieces, holes))


def _without_echoes(found: list[RawAttribution]) -> list[RawAttribution]:
    """One attribution for a cue; of two that share it the one with more content stays."""
    best: dict[Range, RawAttribution] = {}
    for item in found:
        key = item.cue[0]
        if key not in best or best[key].extent < item.extent:
            best[key] = item
    return list(best.values())


def _with_loose_quotes(doc: Doc, found: list[RawAttribution], regions: list[Range]) -> list[RawAttribution]:
    """Quotations that no attribution holds continue the last one before them in, or just above, their paragraph.

    Only attributions whose cue stands outside quotation marks hold and continue quotations: the others are nested.
    """
    text = doc.text
    blocks = paragraphs(text)
    found = sorted(found, key=lambda item: item.first)
    reporting = [i for i, f in enumerate(found) if not any(a <= f.cue[0][0] < b for a, b in regions)]
    for a, b in regions:
        if len(text[a:b].split()) < MIN_QUOTE_WORDS or any(_share(found[i], (a, b)) for i in reporting):
            continue
        number = next((n for n, (s, e) in enumerate(blocks) if s <= a < e), None)
        if number is None:
            continue
        opens = not text[blocks[number][0] : a].strip()
        start = blocks[number - 1][0] if opens and number else blocks[number][0]
        before = [i for i in reporting if start <= found[i].first < a]
        direct = [i for i in before if any(_share(found[i], region) for region in regions)]
        chosen = (direct or before)[-1:]
        for i in chosen:
            found[i] = replace(found[i], content=tuple(sorted((*found[i].content, (a, b)))))
    return found


def _share(item: RawAttribution, region: Range) -> bool:
    return any(start < region[1] and region[0] < end for start, end in item.content)


def _in_own_paragraph(item: RawAttribution, blocks: list[Range]) -> RawAttribution:
    """Contents do not run over a paragraph's end: a parse that says so has missed the sentence's end."""
    at = item.cue[0][0]
    a, b = next(((a, b) for a, b in blocks if a <= at < b), (0, at + 1))
    pieces = tuple((max(a, start), min(b, end)) for start, end in item.content if start < b and a < end)
    return replace(item, content=pieces)

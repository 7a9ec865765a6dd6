"""Read everything that the classifier is trained on as examples of one form.

An example is a statement in its text, with labels that may be missing, and propositions with the speaker's side towards
each. Sources: hand labels of real news (`training/labels`), propositions written for further real statements, the
project's invented dispatches and short sayings, and public sets on side (Perspectrum, claim stance, IAM).
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml

from onrecord.classify.candidates import CandidateIndex
from onrecord.classify.classifier import surroundings
from onrecord.classify.inputs import Passage
from onrecord.lexicon.codebook import codebook_from_dict
from onrecord.text.sentences import sentences
from onrecord.text.tokens import words
from onrecord.text.vectors import bundled_vectors

Range = tuple[int, int]
BROAD = "broad"  # origin of PolNeAR's statements under broad codebooks
INDIRECT = "indirect"  # origin of statements with propositions whose mood is not theirs
WHOLE = ("wikinews", "gum")  # corpora whose articles were labelled whole; they are few and drawn more often
OFF = "off"  # the statement does not speak to the proposition
ACTS = frozenset(
    (
        "state",
        "concede",
        "deny",
        "accuse",
        "demand",
        "propose",
        "promise",
        "accept",
        "reject",
        "warn",
        "hope",
        "endorse",
    )
) | {"leave-open", "decline", "ask"}
COMMITMENTS = frozenset(("CT+", "PR+", "PS+", "PS-", "PR-", "CT-", "Uu"))
TURNED = {"support": "oppose", "oppose": "support"}


@dataclass(frozen=True, slots=True)
class Target:
    """A proposition with the speaker's stance towards it, or OFF.

    `weight` is its share in sampling.
    """

    proposition: str
    stance: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """One statement; a label that nobody gave is None."""

    origin: str  # corpus
    group: str  # article or dispute: the unit of splits
    text: str
    source: tuple[Range, ...]
    cue: tuple[Range, ...]
    content: tuple[Range, ...]
    speaker: str = ""
    act: str | None = None
    commitment: str | None = None
    condition: tuple[Range, ...] | None = None
    targets: tuple[Target, ...] = field(default=())
    issues: tuple[str, ...] = field(default=())  # the codebook's propositions, for measuring the choice of issue
    gold: int | None = None  # place of the gold issue in `issues`
    title: str = ""
    nearness: tuple[float, ...] = ()  # what the narrowing gives each of `issues`


def _spans(pairs: list[list[int]]) -> tuple[Range, ...]:
    return tuple((a, b) for a, b in pairs)


def load_texts(data: Path) -> dict[str, str]:
    """Load the texts of the labelled corpora by article id."""
    texts = {}
    for path in (data / "polnear" / "train.jsonl", data / "wikinews" / "articles.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts[row["id"]] = row["text"]
    for path in sorted((data / "gum").glob("GUM_news_*.conllu")):
        texts[path.stem] = gum_text(path)
    return texts


def gum_text(path: Path) -> str:
    """Rebuild the plain text of a GUM document: sentences joined by a space, paragraphs by an empty line."""
    paragraphs: list[list[str]] = [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# newpar") and paragraphs[-1]:
            paragraphs.append([])
        elif line.startswith("# text = "):
            paragraphs[-1].append(line[9:])
    return "\n\n".join(" ".join(sentences) for sentences in paragraphs if sentences)


def read_labels(
    folder: Path, texts: dict[str, str], titles: Mapping[str, str] = MappingProxyType({}), second: bool = False
) -> Iterator[Example]:
    """Read hand labels; each statement also gets the codebook's other issues (OFF) and negated propositions."""
    for path in sorted(folder.glob("*.json")):
        if path.name.endswith(".second.json") != second:
            continue
        article = json.loads(path.read_text(encoding="utf-8"))
        text = texts[article["id"]]
        if hashlib.sha256(text.encode()).hexdigest() != article["sha256"]:
            raise ValueError(f"{article['id']}: the text is not the one that was labelled")
        for coded in codings(article):
            yield from _labelled(coded, text, titles.get(article["id"], ""))


def codings(article: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a labelled article under each codebook that it was coded with: its own narrow one, then broad ones.

    A later coding gives issue, stance and other issues anew; all else is as in the first.
    """
    yield article
    for coding in article.get("codings", ()):
        statements = [s | new for s, new in zip(article["statements"], coding["statements"], strict=True)]
        yield {**article, "broad": True, "issues": coding["issues"], "statements": statements}


def _labelled(article: dict[str, Any], text: str, title: str) -> Iterator[Example]:
    issues = article["issues"]
    near = Narrowing(issues, text, title)
    corpus = str(article.get("corpus"))
    origin = corpus if corpus in WHOLE or not article.get("broad") else BROAD
    order = tuple(issues)
    for s in article["statements"]:
        named = {**s["also"], **({s["issue"]: s["stance"]} if s["issue"] else {})}
        targets = []
        for name, issue in issues.items():
            main = name == s["issue"]
            stance = named.get(name, OFF)
            share = 2.0 if main else 1.0 if stance != OFF else 1.6 / max(1, len(issues) - len(named))
            targets.append(Target(issue["proposition"], stance, share))
            turned = TURNED.get(stance, stance)
            targets.append(Target(issue["negation"], turned, share * (0.6 if stance != OFF else 0.3)))
        source, cue, content = (_spans(s[part]) for part in ("source", "cue", "content"))
        passage = Passage(source, cue, content)
        yield Example(
            origin, article["id"], text, source, cue, content,
            s["speaker"], s["act"], s["commitment"], _spans(s["condition"]), tuple(targets),
            tuple(issues[name]["proposition"] for name in order),
            order.index(s["issue"]) if s["issue"] else None, title, near.scores(passage),
        )  # fmt: skip


class Narrowing:
    """Scores a codebook's issues for statements of a text, with the weights of the bundled classifier."""

    def __init__(self, issues: dict[str, Any], text: str, title: str) -> None:
        raw = {name: {key: issue[key] for key in ("label", "proposition", "terms")} for name, issue in issues.items()}
        self._index = CandidateIndex(codebook_from_dict({"issues": raw}, "labels"), bundled_vectors())
        self._text = text, words(text), sentences(text), words(title)
        config = resources.files("onrecord").joinpath("data", "classifier", "config.json").read_text("utf-8")
        self._weights = np.array(json.loads(config)["candidates"]["weights"], dtype=np.float32)

    def scores(self, passage: Passage) -> tuple[float, ...]:
        """Score every issue."""
        text, tokens, bounds, heading = self._text
        features = self._index.features(surroundings(text, passage, tokens, bounds, heading))
        return tuple(map(float, features @ self._weights))


def read_propositions(folder: Path, data: Path) -> Iterator[Example]:
    """Read propositions written for PolNeAR training attributions."""
    articles = {}
    for line in (data / "polnear" / "train.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        articles[row["id"]] = row
    for path in sorted(folder.glob("*.json")):
        made = json.loads(path.read_text(encoding="utf-8"))
        article = articles[made["id"]]
        spans = {a["id"]: a for a in article["attributions"]}
        statements = []
        for s in made["statements"]:
            a = spans[s["attribution"]]
            who = " ".join(article["text"][b:e] for b, e in a["source"])
            statements.append({**s, **{part: a[part] for part in ("source", "cue", "content")}, "speaker": who})
            further = s.get("indirect", [])
            yield Example(
                INDIRECT if further else "propositions", made["id"], article["text"], _spans(a["source"]),
                _spans(a["cue"]), _spans(a["content"]), who, s["act"], s["commitment"], _spans(s["condition"]),
                tuple(Target(p, stance) for stance, p in [*s["propositions"], *further]), title=article["title"] or "",
            )  # fmt: skip
        for coded in [*codings({**made, "statements": statements})][1:]:
            yield from _labelled(coded, article["text"], article["title"] or "")


def read_dispatches(folder: Path, keep_out: tuple[str, ...] = ()) -> Iterator[Example]:
    """Read the project's invented dispatches (gold cases)."""
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if case["id"].startswith(keep_out):
            continue
        book = yaml.safe_load((folder / "codebooks" / case["codebook"]).read_text(encoding="utf-8"))["issues"]
        order = tuple(book)
        for s in case["statements"]:
            targets = [
                Target(issue["proposition"], s["stance"], 2.0)
                if name == s["issue"]
                else Target(issue["proposition"], OFF, 0.4)
                for name, issue in book.items()
            ]
            yield Example(
                "dispatches", case["id"].rsplit("-", 1)[0], case["text"], _spans(s["source"]), _spans(s["cue"]),
                _spans(s["content"]), s["speaker"] or "", s["act"], s["commitment"], _spans(s["condition"]),
                tuple(targets), tuple(book[name]["proposition"] for name in order),
                order.index(s["issue"]) if s["issue"] else None,
            )  # fmt: skip


SHORT = {"su": "support", "op": "oppose", "mi": "mixed", "nc": "noncommittal", "no": "none"}


def read_sayings(folder: Path) -> Iterator[Example]:
    """Read the short sayings, each as a text of its own."""
    for path in sorted(folder.glob("sayings*.txt")):
        proposition = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("="):
                proposition = line[1:].strip()
            elif "|" in line and not line.startswith("#"):
                cue, content, labels = (part.strip() for part in line.split(" | "))
                act, stance, commitment, *_ = labels.split(" c:")[0].split()
                marks = '"' if content[:1].isupper() and cue == "said" else ""
                start = len("She ") + len(cue) + 1 + len(marks)
                yield Example(
                    "sayings", proposition, f"She {cue} {marks}{content}{marks}.", ((0, 3),), ((4, 4 + len(cue)),),
                    ((start, start + len(content)),), "She", act, commitment, None,
                    (Target(proposition, SHORT[stance]),),
                )  # fmt: skip


SIGNS = {"+": "support", "-": "oppose", "?": "noncommittal", "/": "mixed", "=": "none", "~": OFF}


def read_constructions(folder: Path) -> Iterator[Example]:
    """Read the short examples of constructions: each line a sentence of its own with labels and propositions."""
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            if not line.strip() or line.startswith("#"):
                continue
            fields = [field.strip() for field in line.split("|")]
            text = fields.pop(0).removeprefix("S:").strip() if line.startswith("S:") else ""
            source, cue, content, act, commitment, condition, *propositions = fields
            text = text or f"{source} {cue} {content}" + ("" if content[-1] in '.?!”"' else ".")
            text = text[0].upper() + text[1:] if source and not text[0].isupper() else text
            parts = [_find(text, part) for part in (source, cue, content)]
            told = [(SIGNS[p[0]], p[1:].strip()) for p in propositions if p and p[0] in SIGNS]
            if not parts[2] or act not in ACTS or commitment not in COMMITMENTS:
                raise ValueError(f"{path.name}:{number + 1}: cannot be read")
            yield Example(
                "constructions", f"{path.stem} {number // 4}", text,
                parts[0], parts[1], parts[2], source, act, commitment,
                _find(text, condition) if condition != "-" else (),
                tuple(Target(p, stance) for stance, p in told),
            )  # fmt: skip


def _find(text: str, quoted: str) -> tuple[Range, ...]:
    spans = []
    for part in re.split(r" \+\+ | … ", quoted):
        at = text.lower().find(part.lower())
        if part and part != "-" and at >= 0:
            spans.append((at, at + len(part)))
    return tuple(spans)


def _argument(origin: str, group: str, text: str, proposition: str, stance: str) -> Example:
    text = re.sub(r"\s+", " ", text).strip()
    return Example(origin, group, text, (), (), ((0, len(text)),), "", targets=(Target(proposition, stance),))


def read_perspectrum(folder: Path) -> Iterator[Example]:
    """Read Perspectrum's training part: perspectives that support or undermine a claim."""
    split = json.loads((folder / "dataset_split_v1.0.json").read_text(encoding="utf-8"))
    pool = {
        p["pId"]: p["text"] for p in json.loads((folder / "perspective_pool_v1.0.json").read_text(encoding="utf-8"))
    }
    for claim in json.loads((folder / "perspectrum_with_answers_v1.0.json").read_text(encoding="utf-8")):
        if split[str(claim["cId"])] != "train":
            continue
        for cluster in claim["perspectives"]:
            stance = {"SUPPORT": "support", "UNDERMINE": "oppose"}.get(cluster["stance_label_3"])
            if stance is None:
                continue
            for number in cluster["pids"]:
                yield _argument("perspectrum", f"claim {claim['cId']}", pool[number], claim["text"], stance)


def read_claim_stance(path: Path) -> Iterator[Example]:
    """Read the claim stance set: claims PRO or CON a motion."""
    raw = path.read_text(encoding="utf-8", errors="replace").splitlines()
    lines = [re.sub(r'^"|";+$', "", line).replace('""', '"') for line in raw]
    rows = csv.DictReader(lines)
    for row in rows:
        motion = (
            (row.get("topicText") or "")
            .replace("This house believes that ", "")
            .replace("This house would ", "We should ")
        )
        claim, stance = (
            row.get("claims.claimCorrectedText"),
            {"PRO": "support", "CON": "oppose"}.get(row.get("claims.stance") or ""),
        )
        if motion and claim and stance:
            yield _argument("claim-stance", motion, claim, motion[0].upper() + motion[1:], stance)


def read_iam(path: Path) -> Iterator[Example]:
    """Read IAM's claims for or against a question, asked as a proposition."""
    for line in path.read_text(encoding="utf-8").splitlines():
        parts = line.split("\t")
        if len(parts) < 5 or parts[0] != "C" or parts[4] not in ("1", "-1"):
            continue
        asked = parts[1].strip().rstrip("?").removeprefix("Should ")
        words = asked.split(" ")
        if words[0].lower() in ("we", "they", "governments", "people"):
            proposition = f"{words[0]} should {' '.join(words[1:])}."
        else:
            continue
        yield _argument(
            "iam",
            parts[1],
            parts[2],
            proposition[0].upper() + proposition[1:],
            "support" if parts[4] == "1" else "oppose",
        )


def is_development(group: str) -> bool:
    """Tell whether a labelled article is of the development split (about one in seven, by hash of its id)."""
    return hashlib.sha256(group.encode()).digest()[0] < 37


def load_titles(data: Path) -> dict[str, str]:
    """Load the titles of the labelled corpora by article id."""
    titles = {}
    for path in (data / "polnear" / "train.jsonl", data / "wikinews" / "articles.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            titles[row["id"]] = row["title"] or ""
    return titles

"""Measure what the English models make of German and French, zero-shot: `python bench/languages.py`.

The texts are written for this; they are about an invented dispute over a bridge. The English ones say the same and are
the yardstick. A statement counts as found where at least half of the characters of its content are in the content of a
statement that was read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import onrecord
from onrecord.lexicon import Codebook, Issue

BOOK = Codebook(
    name="bridge",
    description="A dispute over a bridge",
    issues=(
        Issue(id="bridge", label="Bridge", proposition="The bridge should be built.",
              terms=("bridge", "Brücke", "pont")),
        Issue(id="toll", label="Toll", proposition="A toll should be taken.", terms=("toll", "Maut", "péage")),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What should be found: who said what, on which issue, on which side."""

    speaker: str
    content: str
    issue: str | None
    stance: str


TEXTS: dict[str, list[tuple[str, list[Said]]]] = {
    "English": [
        (
            "BRASK - Mayor Anna Lind said on Monday that the bridge must be built before winter. “We will not wait any "
            "longer,” Lind said. The opposition leader Karl Roth rejected the bridge. According to Roth, the city "
            "cannot pay for it.",
            [
                Said("Lind", "the bridge must be built before winter", "bridge", "support"),
                Said("Lind", "We will not wait any longer", "bridge", "support"),
                Said("Roth", "the bridge", "bridge", "oppose"),
                Said("Roth", "the city cannot pay for it", "bridge", "oppose"),
            ],
        ),
        (
            "The finance minister, Eva Brandt, demanded a toll for trucks. “Without a toll there is no money,” she "
            "told the Morning Post. Transport minister Paul Weber warned against the toll. He announced that talks "
            "would begin in May.",
            [
                Said("Brandt", "a toll for trucks", "toll", "support"),
                Said("Brandt", "Without a toll there is no money", "toll", "support"),
                Said("Weber", "against the toll", "toll", "oppose"),
                Said("Weber", "talks would begin in May", None, "none"),
            ],
        ),
    ],
    "German": [
        (
            "BRASK - Bürgermeisterin Anna Lind sagte am Montag, die Brücke müsse vor dem Winter gebaut werden. „Wir "
            "werden nicht länger warten“, sagte Lind. Oppositionsführer Karl Roth lehnte die Brücke ab. Laut Roth kann "
            "die Stadt sie nicht bezahlen.",
            [
                Said("Lind", "die Brücke müsse vor dem Winter gebaut werden", "bridge", "support"),
                Said("Lind", "Wir werden nicht länger warten", "bridge", "support"),
                Said("Roth", "die Brücke ab", "bridge", "oppose"),
                Said("Roth", "kann die Stadt sie nicht bezahlen", "bridge", "oppose"),
            ],
        ),
        (
            "Finanzministerin Eva Brandt forderte eine Maut für Lastwagen. „Ohne Maut gibt es kein Geld“, sagte sie "
            "der Morgenpost. Verkehrsminister Paul Weber warnte vor der Maut. Er kündigte an, dass die Gespräche im "
            "Mai beginnen.",
            [
                Said("Brandt", "eine Maut für Lastwagen", "toll", "support"),
                Said("Brandt", "Ohne Maut gibt es kein Geld", "toll", "support"),
                Said("Weber", "vor der Maut", "toll", "oppose"),
                Said("Weber", "dass die Gespräche im Mai beginnen", None, "none"),
            ],
        ),
    ],
    "French": [
        (
            "BRASK - La maire Anna Lind a déclaré lundi que le pont devait être construit avant l'hiver. « Nous "
            "n'attendrons pas plus longtemps », a dit Lind. Le chef de l'opposition Karl Roth a rejeté le pont. Selon "
            "Roth, la ville ne peut pas le payer.",
            [
                Said("Lind", "que le pont devait être construit avant l'hiver", "bridge", "support"),
                Said("Lind", "Nous n'attendrons pas plus longtemps", "bridge", "support"),
                Said("Roth", "le pont", "bridge", "oppose"),
                Said("Roth", "la ville ne peut pas le payer", "bridge", "oppose"),
            ],
        ),
        (
            "La ministre des Finances, Eva Brandt, a exigé un péage pour les camions. « Sans péage, il n'y a pas "
            "d'argent », a-t-elle dit au Matin. Le ministre des Transports Paul Weber a mis en garde contre le péage. "
            "Il a annoncé que les négociations commenceraient en mai.",
            [
                Said("Brandt", "un péage pour les camions", "toll", "support"),
                Said("Brandt", "Sans péage, il n'y a pas d'argent", "toll", "support"),
                Said("Weber", "contre le péage", "toll", "oppose"),
                Said("Weber", "que les négociations commenceraient en mai", None, "none"),
            ],
        ),
    ],
}


def overlap(one: onrecord.Statement, start: int, end: int) -> int:
    """The characters that a statement's content shares with a span."""
    return sum(max(0, min(end, piece.span.end) - max(start, piece.span.start)) for piece in one.content)


def measure(language: str, pipeline: onrecord.Pipeline) -> dict[str, tuple[int, int]]:
    """Count what is right, and of how many."""
    wanted = read = found = speakers = issues = stances = 0
    for number, (text, expected) in enumerate(TEXTS[language]):
        statements = pipeline.statements(onrecord.Article(text=onrecord.Text(text), name=f"{language}-{number}"))
        read += len(statements)
        wanted += len(expected)
        at = 0
        for said in expected:
            place = re.compile(re.escape(said.content)).search(text, at)
            assert place is not None, said.content
            at = place.start() + 1
            start, end = place.span()
            best = max(statements, key=lambda one: overlap(one, start, end), default=None)
            if best is None or 2 * overlap(best, start, end) < end - start:
                continue
            found += 1
            speakers += said.speaker in (best.speaker.value or "")
            issues += best.issue.value == said.issue
            stances += best.issue.value == said.issue and best.stance.value.value == said.stance
    return {"read": (found, read), "found": (found, wanted), "speaker": (speakers, found), "issue": (issues, found),
            "stance": (stances, found)}  # fmt: skip


def main() -> None:
    """Print a line per language."""
    pipeline = onrecord.load(BOOK)
    print("language  found of wanted  right of read  speaker of found  issue of found  side of found")
    for language in TEXTS:
        made = measure(language, pipeline)
        shown = [made[name] for name in ("found", "read", "speaker", "issue", "stance")]
        print(f"{language:8}  " + "  ".join(f"{right}/{total}" for right, total in shown))


if __name__ == "__main__":
    main()

"""Read the short labelled statements of `training/short_examples` (see the README there)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STANCES = {"su": "support", "op": "oppose", "mi": "mixed", "nc": "noncommittal", "no": "none"}
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Saying:
    """One line: what is said about a proposition, and the labels; `own`: its content names the speaker's own side."""

    proposition: str
    cue: str
    content: str
    act: str
    stance: str
    commitment: str
    own: bool

    def printed(self) -> tuple[str, Range, Range]:
        """The saying as an article would print it, with the places of cue and content.

        It is quoted where it begins with a capital after "said".
        """
        marks = '"' if self.content[:1].isupper() and self.cue == "said" else ""
        start = len("She ") + len(self.cue) + 1 + len(marks)
        text = f"She {self.cue} {marks}{self.content}{marks}"
        return text, (4, 4 + len(self.cue)), (start, start + len(self.content))


def labelled_sayings() -> Iterator[Saying]:
    """All sayings of the files `sayings*.txt`."""
    folder = Path(__file__).with_name("short_examples")
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.startswith("sayings")):
        proposition = ""
        for line in folder.joinpath(name).read_text(encoding="utf-8").splitlines():
            if line.startswith("="):
                proposition = line[1:].strip()
            elif "|" in line and not line.startswith("#"):
                cue, content, labels = (part.strip() for part in line.split(" | "))
                act, stance, commitment, *own = labels.split(" c:")[0].split()
                yield Saying(proposition, cue, content, act, stance, commitment, bool(own))

"""A smaller vocabulary of word pieces: the common ones and those of the training texts.

A third of an encoder's word pieces are in other scripts, or in no text that it is used on; they only take room. A word
whose piece is gone is cut into smaller ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer

COMMON = 11_000  # word pieces are numbered by how common they are


def smaller(start: Path, texts: Iterable[str]) -> tuple[str, list[int]]:
    """A tokenizer (as JSON) for `start`'s, and the former numbers of its pieces in their new order.

    Kept are special tokens, the first COMMON pieces that are plain ASCII, and those that the texts have. The tokenizer
    neither cuts, pads nor adds marks.
    """
    content = json.loads((start / "tokenizer.json").read_text(encoding="utf-8"))
    content.update(truncation=None, padding=None, post_processor=None)
    whole = Tokenizer.from_str(json.dumps(content))
    seen = {number for text in texts for number in whole.encode(text, add_special_tokens=False).ids}
    vocabulary: dict[str, int] = content["model"]["vocab"]
    specials = {token["id"] for token in content["added_tokens"]}
    kept_anyway = seen | specials
    kept = sorted(
        number
        for piece, number in vocabulary.items()
        if number in kept_anyway or (number < COMMON and not piece.startswith("[unused") and piece.isascii())
    )
    new = {old: n for n, old in enumerate(kept)}
    content["model"]["vocab"] = {piece: new[number] for piece, number in vocabulary.items() if number in new}
    content["added_tokens"] = [{**token, "id": new[token["id"]]} for token in content["added_tokens"]]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")), kept

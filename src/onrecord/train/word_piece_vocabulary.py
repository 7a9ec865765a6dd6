"""Reduce word-piece vocabularies to the pieces that Latin text can have, and find their special tokens.

A third of an encoder's word pieces are in other scripts, which only take room.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from onrecord.errors import ModelError
from onrecord.models.session import load_tokenizer

SPECIALS = (("[CLS]", "[SEP]", "[MASK]"), ("<s>", "</s>", "<mask>"))  # marks of BERT and of MPNet, which has both
# Pieces that text in Latin letters can have; what else a vocabulary has are other scripts and unused slots.
LATIN = re.compile(r"(?:##)?(?:[a-z0-9\u00df-\u024f]+|[^\w\s]|[_\u00aa-\u00be])")


def latin(tokenizer: str) -> tuple[str, list[int]]:
    """Reduce a vocabulary to the pieces that text in Latin letters can have."""
    whole = json.loads(plain(tokenizer))
    marks = {mark for marks in SPECIALS for mark in marks}
    numbers = {number for piece, number in whole["model"]["vocab"].items() if piece in marks or LATIN.fullmatch(piece)}
    return _only(whole, numbers)


def plain(tokenizer: str) -> str:
    """Return a tokenizer's JSON without truncation, padding or post-processing."""
    content = json.loads(tokenizer)
    content.update(truncation=None, padding=None, post_processor=None)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _only(content: dict[str, Any], wanted: set[int]) -> tuple[str, list[int]]:
    """Restrict a tokenizer to the wanted pieces and the special tokens, renumbered."""
    numbers = sorted(wanted | {token["id"] for token in content["added_tokens"]})
    new = {old: n for n, old in enumerate(numbers)}
    vocabulary: dict[str, int] = content["model"]["vocab"]
    content["model"]["vocab"] = {piece: new[number] for piece, number in vocabulary.items() if number in new}
    content["added_tokens"] = [{**token, "id": new[token["id"]]} for token in content["added_tokens"]]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")), numbers


def plain_tokenizer(start: Path) -> Tokenizer:
    """Load the encoder's tokenizer without truncation or padding."""
    try:
        tokenizer = load_tokenizer(start / "tokenizer.json")
    except ModelError as error:
        raise ModelError(f"{error}; name a BERT or MPNet folder") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def specials(tokenizer: Tokenizer) -> tuple[str, str, str]:
    """Return a vocabulary's first mark, last mark and mask.

    Raises:
        ModelError: it has none of the known sets.
    """
    for names in SPECIALS:
        if all(tokenizer.token_to_id(name) is not None for name in names):
            return names
    raise ModelError("the tokenizer has no [CLS], [SEP] and [MASK]; only BERT and MPNet vocabularies are supported")


def special_ids(tokenizer: Tokenizer) -> tuple[int, int, int]:
    """Return the ids of a vocabulary's first mark, last mark and mask."""
    first, last, mask = (tokenizer.token_to_id(name) or 0 for name in specials(tokenizer))
    return first, last, mask

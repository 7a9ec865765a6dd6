"""The classifier's input: what is marked, what is left out, what sees what."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest
from tokenizers import Tokenizer

from onrecord.classify.inputs import (
    CONTENT,
    CONTEXT,
    CUE,
    FIRST_PROPOSITION,
    POSITIONS,
    PROPOSITION,
    ROLES,
    SOURCE,
    STATEMENT_PIECES,
    Passage,
    assemble,
    attention_mask,
    encode_statement,
    quoted_mask,
)

TEXT = "The council met. Ola Venn said the toll “must go at once”. Nobody clapped."
PASSAGE = Passage([(17, 25)], [(26, 30)], [(31, 57)])


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Load the tokenizer of the bundled classifier."""
    return Tokenizer.from_file(str(resources.files("onrecord").joinpath("data", "classifier", "tokenizer.json")))


def test_pieces_carry_the_role_of_their_part(tokenizer: Tokenizer) -> None:
    """Source, cue and content are marked as such, everything else as context."""
    found = encode_statement(tokenizer, TEXT, PASSAGE, quoted_mask(TEXT))
    roles = {TEXT[a:b].lower(): f % ROLES for (a, b), f in zip(found.spans, found.features, strict=True)}
    wanted = {"council": CONTEXT, "said": CUE, "must": CONTENT, "nobody": CONTEXT}
    assert {word: roles[word] for word in wanted} == wanted
    assert found.features[[a for a, _ in found.spans].index(17)] % ROLES == SOURCE


def test_quoted_pieces_are_told_from_others(tokenizer: Tokenizer) -> None:
    """A piece inside quotation marks has another feature than one outside."""
    found = encode_statement(tokenizer, TEXT, PASSAGE, quoted_mask(TEXT))
    features = {TEXT[a:b].strip().lower(): f for (a, b), f in zip(found.spans, found.features, strict=True)}
    assert features["must"] - features["toll"] == ROLES


def test_long_contents_are_cut_at_their_end(tokenizer: Tokenizer) -> None:
    """However long the content, the statement has a bounded number of pieces and keeps its first words and its cue."""
    text = "Orr said " + "the river rises and " * 200 + "nobody moves"
    found = encode_statement(tokenizer, text, Passage([(0, 3)], [(4, 8)], [(9, len(text))]), quoted_mask(text))
    assert len(found) <= STATEMENT_PIECES
    assert [f % ROLES for f in found.features[:3]] == [SOURCE, CUE, CONTENT]


def test_propositions_do_not_see_each_other(tokenizer: Tokenizer) -> None:
    """A proposition sees the statement and itself; the statement sees only itself."""
    statement = encode_statement(tokenizer, TEXT, PASSAGE, quoted_mask(TEXT))
    encoded = assemble(statement, [7], [], [[8, 9], [10]], (1, 2))
    mask = attention_mask(np.array(encoded.blocks))
    first, second = encoded.heads
    assert mask[first, 0]
    assert mask[first, first + 1]
    assert not mask[first, second]
    assert not mask[0, first]
    assert encoded.features[first] == PROPOSITION


def test_propositions_share_their_positions(tokenizer: Tokenizer) -> None:
    """Every proposition begins at the same position, inside the table of positions, however long the statement is."""
    statement = encode_statement(tokenizer, TEXT, PASSAGE, quoted_mask(TEXT))
    encoded = assemble(statement, [], list(range(90, 120)), [list(range(5, 60)), [10]], (1, 2))
    assert [encoded.positions[n] for n in encoded.heads] == [FIRST_PROPOSITION, FIRST_PROPOSITION]
    assert max(encoded.positions) < POSITIONS


def test_a_title_moves_nothing(tokenizer: Tokenizer) -> None:
    """The title comes after the statement; pieces and positions of statement and propositions stay as they are."""
    statement = encode_statement(tokenizer, TEXT, PASSAGE, quoted_mask(TEXT))
    without, given = (assemble(statement, [7], title, [[8, 9]], (1, 2)) for title in ([], [5, 6]))
    length = without.heads[0]
    assert given.ids == [*without.ids[:length], 5, 6, *without.ids[length:]]
    assert given.positions[:length] + given.positions[length + 2 :] == without.positions
    assert given.blocks[length : length + 2] == [0, 0]

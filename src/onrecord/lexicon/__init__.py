"""Load vocabularies and codebooks: the program's knowledge of the language, and the issues of an analyst."""

from onrecord.lexicon.bundled_tables import (
    Cue,
    alternatives,
    compiled,
    load_cues,
    rows,
    word_class,
    word_classes,
    word_values,
    words_pattern,
)
from onrecord.lexicon.codebook import (
    MAX_CODEBOOK_BYTES,
    Codebook,
    Issue,
    Variable,
    VariableKind,
    codebook_from_dict,
    codebook_warnings,
    load_codebook,
    parse_codebook,
)

__all__ = [
    "MAX_CODEBOOK_BYTES",
    "Codebook",
    "Cue",
    "Issue",
    "Variable",
    "VariableKind",
    "alternatives",
    "codebook_from_dict",
    "codebook_warnings",
    "compiled",
    "load_codebook",
    "load_cues",
    "parse_codebook",
    "rows",
    "word_class",
    "word_classes",
    "word_values",
    "words_pattern",
]

"""Formats of other programs, one per file: each has `write`, and `read` where the format can be read back."""

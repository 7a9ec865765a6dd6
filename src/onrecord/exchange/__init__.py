"""Convert to formats of other programs, one per file: each has `write`, and `read` where it can be read back."""

"""Statements and networks in the formats of other programs, a file per format."""

"""Analyse tables of statements: positions, changes, conflicts, conditions, networks and scenarios."""

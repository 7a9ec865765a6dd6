"""Tables in, tables out: positions, shifts, conflicts, conditions, networks and scenarios over statements."""

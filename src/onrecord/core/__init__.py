"""Define the data model: texts and spans, statements, and their JSON form, with the standard library alone."""

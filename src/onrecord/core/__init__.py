"""The data model: texts and spans, statements, and their JSON form; nothing but the standard library."""

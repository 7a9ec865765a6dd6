"""Define the tables of the desk: people, sessions, tokens, reviews and blind codings.

They are in the same database as the ledger, so that colleagues share them; the hash chain does not cover them. A
person's judgements enter the chain as batches of their own (`reviews`); these rows only say where to find them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

metadata = MetaData()

# `password` is an argon2 hash, null for somebody who cannot log in; `active` is 0 or 1.
users = Table(
    "desk_users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password", Text),
    Column("active", Integer, nullable=False),
    Column("created", Text, nullable=False),
)

# `id` is a SHA-256 of the secret that the browser holds: who reads the table cannot take a session over.
sessions = Table(
    "desk_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("expires", Text, nullable=False),
)

tokens = Table(
    "desk_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("expires", Text),
)

# `statement` was judged, `result` has replaced it (null: rejected); `undone` is the batch that undid it.
reviews = Table(
    "desk_reviews",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("statement", Text),
    Column("result", Text),
    Column("coder", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("batch", BigInteger, nullable=False),
    Column("created", Text, nullable=False),
    Column("undone", BigInteger),
)

rounds = Table(
    "desk_rounds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("creator", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("fields", Text, nullable=False),
)

round_items = Table(
    "desk_round_items",
    metadata,
    Column("round", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("statement", Text, nullable=False),
)

codings = Table(
    "desk_codings",
    metadata,
    Column("round", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("coder", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("created", Text, nullable=False),
)

# Versions of the codebook made at the desk, `record` as in the ledger's own table; what was read under is kept there.
codebook_versions = Table(
    "desk_codebooks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
    Column("coder", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("change", Text, nullable=False),
)

# `statement` is null for a note on the whole article; `kind` is note or flag; `closed` is when it was dealt with.
notes = Table(
    "desk_notes",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("article", Text, nullable=False),
    Column("statement", Text),
    Column("coder", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("closed", Text),
)

assignments = Table(
    "desk_assignments",
    metadata,
    Column("article", Text, primary_key=True),
    Column("coder", Text, nullable=False),
    Column("assigned_by", Text, nullable=False),
    Column("created", Text, nullable=False),
)

samples = Table(
    "desk_samples",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("statement", Text, nullable=False),
    Column("coder", Text, nullable=False),
    Column("created", Text, nullable=False),
)

# `account` is empty for what holds for everybody.
settings = Table(
    "desk_settings",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed", Text, nullable=False),
)

# `record` is an adaptation as JSON, with the figures it was measured at.
adaptations = Table(
    "desk_adaptations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("coder", Text, nullable=False),
    Column("created", Text, nullable=False),
)

# `feed` is a SHA-256 of the secret in the address of its feed, null where nobody subscribed.
views = Table(
    "desk_views",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("feed", Text),
    Column("created", Text, nullable=False),
)

collections = Table(
    "desk_collections",
    metadata,
    Column("collection", Text, primary_key=True),
    Column("statement", Text, primary_key=True),
    Column("coder", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created", Text, nullable=False),
)

# Values of a codebook's variables, as JSON; they move to the statement that takes another's place.
values = Table(
    "desk_values",
    metadata,
    Column("statement", Text, primary_key=True),
    Column("variable", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("coder", Text, nullable=False),
    Column("created", Text, nullable=False),
)

# Rounds in which coders mark statements in articles; `articles` is a JSON list of ids.
unit_rounds = Table(
    "desk_unit_rounds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("creator", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("articles", Text, nullable=False),
)

# `record` is a JSON list of [start, end] in code points.
unitings = Table(
    "desk_unitings",
    metadata,
    Column("round", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("coder", Text, primary_key=True),
    Column("record", Text, nullable=False),
    Column("created", Text, nullable=False),
)

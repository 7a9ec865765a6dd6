"""The desk: a web face on a ledger. `serve` runs it, `create_app` makes it; nothing is imported before that."""

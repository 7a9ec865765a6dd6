"""Serve a ledger in the browser. `serve` runs the desk, `create_app` makes it; nothing is imported before that."""

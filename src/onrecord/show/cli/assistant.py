"""Run `onrecord mcp`: a ledger for assistants that speak the Model Context Protocol."""

from __future__ import annotations

from onrecord.show.cli.options import Store, flat


@flat
def mcp(store: Store) -> None:
    """Answer an assistant's questions about a ledger over standard input and output (MCP), read-only.

    Its tools are issues, positions, statements, evidence and verify. An assistant starts this command itself.
    """
    from onrecord.show.mcp import build_server

    build_server(store.ledger).run("stdio")

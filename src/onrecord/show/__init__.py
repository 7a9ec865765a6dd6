"""Present results to people and programs: the command line, the desk and the MCP server."""

"""The web desk: positions, evidence and review in a browser."""

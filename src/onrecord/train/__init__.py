"""Train and evaluate the tagger; nothing at run time imports this package."""

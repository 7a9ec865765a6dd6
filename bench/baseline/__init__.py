"""A baseline: attributions by rules over spaCy's dependency parse, without training."""

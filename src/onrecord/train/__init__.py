"""Training and evaluation of the tagger and the classifiers; nothing at run time imports it."""

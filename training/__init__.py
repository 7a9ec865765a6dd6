"""Scripts that build the models of the package, and the texts they are built from; no part of the wheel."""

"""Split text into words, sentences and quotations, and compare names."""

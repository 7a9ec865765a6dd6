"""Text as words, sentences, quotations and names: the one tokenizer, splitter, parser and notion of the same name."""

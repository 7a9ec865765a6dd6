"""Write the manifest of `src/onrecord/data/resolve`: `python -m training.resolve_manifest`.

The figures are those that the fitting scripts print for articles that their models were not fitted on.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from onrecord.models.bundle import Manifest, write_manifest
from training.split import load_split

FOLDER = Path(__file__).resolve().parents[1] / "src" / "onrecord" / "data" / "resolve"
LABELS = Path(__file__).resolve().parent / "labels"
METRICS = {
    "hand labels of real news, cross-fitted over five folds (gold spans)": {
        "speaker, lenient": 89.7, "affiliation": 75.4,
        "calibration error of speaker": 0.009, "calibration error of affiliation": 0.020,
    },
    "hand labels of real news, one article in three kept out of an earlier fit (gold spans)": {
        "chain, nested": 59.2, "when": 77.0,
    },
    "names found by spaCy's small model in 44 articles kept out": {"F1": 87.1, "F1 of bounds": 92.2},
}  # fmt: skip


def digest(folder: Path) -> str:
    """Compute one SHA-256 over the label files of a folder."""
    made = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        made.update(path.relative_to(folder).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries, of those not installed here the ones in the last manifest."""
    versions: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))["libraries"]
    for name in versions:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def main() -> None:
    """Write the manifest."""
    parts = load_split()["components"]["resolve"]
    write_manifest(
        FOLDER,
        Manifest(
            name="resolve",
            job="Tags names, resolves coreference and affiliation, dates speech.",
            format=1,
            licence="Apache-2.0; trained on labels of PolNeAR, which states no licence",
            starts_from="no other weights",
            trained_on=tuple(parts["trained_on"]),
            developed_on=tuple(parts["developed_on"]),
            held_out=tuple(parts["held_out"]),
            data={"training/labels": digest(LABELS)},
            command="training/fit_names.py, fit_coreference.py, fit_affiliation.py, fit_speech_time.py, "
            "fit_calibration.py",
            libraries=library_versions(),
            metrics=METRICS,
        ),
    )


if __name__ == "__main__":
    main()

"""Read and write model manifests: where the weights come from, and what they were measured on.

Each model folder has a `manifest.json`:

- `name`, `job`, `format` (the version of the files' layout), `licence` and `starts_from` (the weights it began with)
- `trained_on`, `developed_on`, `held_out`: names of data sets and of disputes (`training/split.json`)
- `data`: the SHA-256 of each data set it was trained on, "not recorded" where nobody wrote it down
- `command`, `libraries`: how it was made
- `metrics`: figures by data set, each with the metric's name
- `files`: the SHA-256 of each file beside the manifest
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib import resources
from pathlib import Path
from typing import Any

from onrecord.errors import ModelError

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Describe the model of a folder; see the module."""

    name: str
    job: str
    format: int
    licence: str
    starts_from: str
    trained_on: tuple[str, ...]
    developed_on: tuple[str, ...]
    held_out: tuple[str, ...]
    data: Mapping[str, str]
    command: str
    libraries: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Return twelve hex digits that change with any byte of the model's files."""
        return hashlib.sha256(
            "".join(f"{name} {self.files[name]}\n" for name in sorted(self.files)).encode()
        ).hexdigest()[:12]

    def lines(self, folder: str) -> list[str]:
        """Describe the model in lines of text."""
        heads = [f"{self.name} (data/{folder}, format {self.format}, version {self.version}): {self.job}"]
        parts = {"starts from": [self.starts_from], "trained on": self.trained_on, "developed on": self.developed_on,
                 "held out": self.held_out, "licence": [self.licence], "command": [self.command]}  # fmt: skip
        heads += [f"  {title}: {', '.join(values)}" for title, values in parts.items() if values]
        heads += [f"  data {name}: {digest}" for name, digest in self.data.items()]
        heads += [f"  {name} {version}" for name, version in self.libraries.items()] or ["  libraries: not recorded"]
        for data, figures in self.metrics.items():
            heads.append(f"  {data}: {', '.join(f'{name} {value:g}' for name, value in figures.items())}")
        return heads


def file_digests(folder: Path) -> dict[str, str]:
    """Compute the SHA-256 of each file of a model folder but its manifest."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("[!.]*")):
        if path.is_file() and path.name != MANIFEST:
            with path.open("rb") as stream:
                found[path.name] = hashlib.file_digest(stream, "sha256").hexdigest()
    return found


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a model folder.

    Raises:
        ModelError: there is none, or it lacks a field or has one that is not known.
    """
    try:
        raw: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        known = {item.name for item in fields(Manifest)}
        if not known >= raw.keys():
            raise ModelError(f"{folder / MANIFEST}: unknown fields: {', '.join(sorted(raw.keys() - known))}")
        lists = {name: tuple(raw[name]) for name in ("trained_on", "developed_on", "held_out")}
        return Manifest(**{**raw, **lists})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / MANIFEST}: not a valid manifest: {error!r}") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a model folder, with the digests of the files that are there."""
    made = {**asdict(manifest), "files": file_digests(folder)}
    (folder / MANIFEST).write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def check_files(folder: Path) -> list[str]:
    """List the files of a model folder that are not those of its manifest: changed, missing or added."""
    stated, found = dict(read_manifest(folder).files), file_digests(folder)
    return sorted(name for name in {*stated, *found} if stated.get(name) != found.get(name))


def bundled() -> Iterator[tuple[Path, Manifest]]:
    """Iterate over the model folders of the package with their manifests, by name of folder."""
    data = Path(str(resources.files("onrecord").joinpath("data")))
    for path in sorted(data.glob(f"*/{MANIFEST}")):
        yield path.parent, read_manifest(path.parent)

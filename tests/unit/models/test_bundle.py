"""Manifests of model folders: complete, true to the files, and true to the split."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer.testing
from training.card import main as card
from training.split import disputes_of_corpus, load_split, seen_by

from onrecord.errors import ModelError
from onrecord.models.bundle import Manifest, bundled, check_files, file_digests, read_manifest, write_manifest
from onrecord.show.cli.app import build

BUNDLED = list(bundled())
FOLDERS = [pytest.param(folder, manifest, id=folder.name) for folder, manifest in BUNDLED]


def test_every_model_folder_has_a_manifest() -> None:
    """No weights are shipped without a manifest beside them."""
    data = BUNDLED[0][0].parent
    weights = [path for path in data.rglob("*") if path.suffix in (".onnx", ".npz") and path.name != "probe.onnx"]
    assert {path.parent for path in weights} == {folder for folder, _ in BUNDLED}


@pytest.mark.parametrize(("folder", "manifest"), FOLDERS)
def test_manifests_are_of_the_files_beside_them(folder: Path, manifest: Manifest) -> None:
    """The digests are those of the files, so that weights cannot be changed without their manifest."""
    assert check_files(folder) == []
    assert len(manifest.version) == 12


@pytest.mark.parametrize(("folder", "manifest"), FOLDERS)
def test_manifests_agree_with_the_split(folder: Path, manifest: Manifest) -> None:
    """What a model was trained on, developed on and held out is what `training/split.json` says."""
    split = load_split()["components"][manifest.name]
    assert list(manifest.trained_on) == split["trained_on"]
    assert list(manifest.developed_on) == split["developed_on"]
    assert list(manifest.held_out) == split["held_out"]


@pytest.mark.parametrize("name", load_split()["components"])
def test_what_is_held_out_was_not_seen(name: str) -> None:
    """No data set that a component was trained or developed on is called held out, and every dispute is somewhere."""
    component = load_split()["components"][name]
    assert seen_by(component).isdisjoint(component["held_out"])
    named = {*seen_by(component), *component["held_out"]}
    disputes = {entry for entry in named if entry.islower() and entry.isalpha()}
    assert disputes in (set(), set(disputes_of_corpus()))


def test_changed_missing_and_added_files_are_found(tmp_path: Path) -> None:
    """A file that differs from its manifest is named, and changes the version."""
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    _, known = BUNDLED[0]
    write_manifest(tmp_path, replace(known, name="x"))
    assert check_files(tmp_path) == []
    version = read_manifest(tmp_path).version
    (tmp_path / "a").write_text("other", encoding="utf-8")
    (tmp_path / "b").unlink()
    (tmp_path / "d").touch()
    assert check_files(tmp_path) == ["a", "b", "d"]
    assert set(file_digests(tmp_path)) == {"a", "c", "d"}
    write_manifest(tmp_path, known)
    assert read_manifest(tmp_path).version != version


@pytest.mark.parametrize("change", [{"name": None}, {"guess": 1}])
def test_a_manifest_that_lacks_a_field_or_has_another_is_an_error(tmp_path: Path, change: dict[str, object]) -> None:
    """A damaged manifest is an error that names the file."""
    folder, _ = BUNDLED[0]
    raw = {**json.loads((folder / "manifest.json").read_text(encoding="utf-8")), **change}
    raw = {key: value for key, value in raw.items() if value is not None}
    (tmp_path / "manifest.json").write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("flags", [["--version", "--models"], ["--models", "--version"], ["--models"]])
def test_the_program_prints_its_models(flags: list[str]) -> None:
    """`onrecord --version --models` prints each model with its version, in any order of the flags."""
    shown = typer.testing.CliRunner().invoke(build(), flags)
    assert shown.exit_code == 0
    for _, manifest in BUNDLED:
        assert f"{manifest.name} (" in shown.output
        assert manifest.version in shown.output


def test_the_version_alone_is_one_line() -> None:
    """`onrecord --version` prints the version and nothing else."""
    shown = typer.testing.CliRunner().invoke(build(), ["--version"])
    assert shown.output.startswith("onrecord ")
    assert len(shown.output.splitlines()) == 1


def test_the_model_card_is_current() -> None:
    """`docs/model-card.md` is what `python -m training.card` writes."""
    assert card(["--check"]) == 0

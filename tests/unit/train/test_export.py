"""Graphs are written the same each time."""

from __future__ import annotations

from importlib import resources

import pytest

pytest.importorskip("torch", reason="writing graphs needs the extra onrecord[train]")


def test_the_probe_in_the_package_is_what_is_written() -> None:
    """The committed probe is what `probe()` writes today."""
    from onrecord.train.export import probe

    assert resources.files("onrecord").joinpath("data/probe.onnx").read_bytes() == probe()

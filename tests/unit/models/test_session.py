"""Products of bytes are exact on every processor, and answers do not depend on the kernels."""

import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from tests.machine import scaled

from onrecord.errors import ModelError
from onrecord.models import session as inference

PROBE = resources.files("onrecord").joinpath("data/probe.onnx").read_bytes()
ROW = {"row": np.ones((1, 64), dtype=np.float32)}


def test_an_opened_graph_loses_nothing_of_the_largest_products() -> None:
    """A sum of the largest products of bytes is exact, whatever instructions the processor has."""
    products = inference.open_graph(PROBE).run(None, ROW)[0]
    assert np.abs(products - 64).max() < 0.01


@pytest.mark.parametrize("folder", ["model", "classifier"])
def test_the_chosen_kernels_answer_as_the_exact_ones_do(folder: str) -> None:
    """The shipped networks give the same answers by the kernels that are chosen here and by the exact ones."""
    graph = resources.files("onrecord").joinpath(f"data/{folder}/model.onnx").read_bytes()
    rng = np.random.default_rng(0)
    usual, exact = inference.open_graph(graph), inference._session(graph, exact=True)
    shapes = {item.name: item.shape for item in usual.get_inputs()}
    count = 24
    inputs = {
        "embedded": rng.normal(size=(1, count, shapes["embedded"][2])).astype(np.float32),
        "feature": rng.integers(0, 4, size=(1, count)),
        "first": np.arange(1, count - 1),
        "position": np.arange(count),
        "hidden": np.zeros((1, 1, count, count), dtype=np.float32),
        "statement": np.arange(count - 4),
        "heads": np.array([count - 4]),
    }
    given = {name: inputs["feature" if name == "features" else name] for name in shapes}
    assert np.array_equal(usual.run(None, given)[0], exact.run(None, given)[0])


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01 no network"])
def test_damaged_files_are_model_errors(tmp_path: Path, content: bytes | None) -> None:
    """A missing or damaged network or tokenizer is a ModelError that names the file."""
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    for load in (inference.open_session, inference.load_tokenizer):
        with pytest.raises(ModelError, match="file"):
            load(path)


def test_opening_a_network_leaves_nothing_in_the_home_folder(tmp_path: Path) -> None:
    """ONNX Runtime's counting of its users is off: no number for the machine and no events are kept for its maker."""
    known = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
    environment = {name: os.environ[name] for name in known if name in os.environ}
    code = "from onrecord.models import session; session._default_kernels_saturate()"
    command = [sys.executable, "-c", code]
    subprocess.run(command, env=environment | {"HOME": str(tmp_path)}, check=True, timeout=scaled(60))
    assert list(tmp_path.rglob("*")) == []

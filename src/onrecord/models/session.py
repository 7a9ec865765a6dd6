"""Open networks for one thread, and tokenizers; the only place that sets up ONNX Runtime."""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from onrecord.errors import ModelError

# From 1.32 on, ONNX Runtime gives the machine a number, which it keeps in the user's cache folder with what it counts,
# and has what it takes to send both to its maker. It looks at the variable when it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime

onnxruntime.disable_telemetry_events()  # where somebody else has imported it before


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open the network of a file.

    Raises:
        ModelError: the file is missing or no network.
    """
    try:
        return open_graph(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error
    except Exception as error:  # ONNX Runtime has no exception of its own above the many that it raises
        raise ModelError(f"{path}: not a network that can be opened ({error})") from error


def load_tokenizer(path: Path) -> Tokenizer:
    """Load the tokenizer of a file.

    Raises:
        ModelError: the file is missing or no tokenizer.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: {error}") from error
    try:
        return Tokenizer.from_str(content)
    except Exception as error:  # the library raises bare Exceptions
        raise ModelError(f"{path}: not a tokenizer that can be loaded ({error})") from error


def open_graph(graph: bytes) -> onnxruntime.InferenceSession:
    """Open a session for a serialized graph; raises what ONNX Runtime raises for a damaged one.

    Where a processor has no instruction for products of bytes (VNNI), the usual kernels add two of them in 16 bits
    and cut what does not fit, which changes answers.  There ONNX Runtime is asked for its exact kernels
    (session.x64quantprecision); elsewhere the answers are the same, but these kernels take 2.4 times as long.
    """
    return _session(graph, exact=_default_kernels_saturate())


def _session(graph: bytes, exact: bool) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "1" if exact else "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


@cache
def _default_kernels_saturate() -> bool:
    """Tell whether the default kernels saturate on this processor, by trying (graph made by ``train.export.probe``)."""
    graph = resources.files("onrecord").joinpath("data/probe.onnx").read_bytes()
    row = np.ones((1, 64), dtype=np.float32)
    products: np.ndarray = _session(graph, exact=False).run(None, {"row": row})[0]
    return bool(np.abs(products - row.sum()).max() > 1)

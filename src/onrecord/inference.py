"""A trained network's graph, opened for one thread; the only place that sets up ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def open_graph(path: Path) -> onnxruntime.InferenceSession:
    """A session over a graph file; raises what ONNX Runtime raises for a missing or damaged one.

    Where a processor has no instruction for products of bytes (VNNI), the usual kernels add two of them in 16 bits
    and cut what does not fit, which changes answers.  There ONNX Runtime is asked for its exact, slower kernels
    (session.x64quantprecision); elsewhere the request changes nothing.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

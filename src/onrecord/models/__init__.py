"""Model files at run time: ONNX Runtime sessions and packed embedding tables."""

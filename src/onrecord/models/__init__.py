"""Load model files at run time: ONNX Runtime sessions and packed embedding tables."""

"""The faces: what people and programs use."""

"""Average the weights of two runs: python -m training.classifier.average FIRST SECOND OUT --share 0.4."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def main() -> None:
    """Run from the command line; `--share` is the first run's part of the mean."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=0.4)
    options = parser.parse_args()
    first, second = (torch.load(path, weights_only=True) for path in (options.first, options.second))
    mixed = {
        name: torch.lerp(value, first["weights"][name], options.share) if value.is_floating_point() else value
        for name, value in second["weights"].items()
    }
    torch.save({**second, "weights": mixed}, options.out)


if __name__ == "__main__":
    main()

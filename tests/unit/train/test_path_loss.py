"""The loss over whole paths against counting all paths one by one."""

from __future__ import annotations

import itertools
import math

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra onrecord[train]")


def test_total_is_the_sum_over_all_paths() -> None:
    """The recursion adds up exactly the paths (a state may also end and start anew)."""
    from onrecord.train.path_loss import AllPaths

    torch.manual_seed(1)
    local, start, end = (torch.randn(1, 4, 3) for _ in range(3))
    values = []
    for path in itertools.product(range(3), repeat=4):
        for anew in itertools.product((False, True), repeat=3):
            if any(not again and path[n] != path[n + 1] for n, again in enumerate(anew)):
                continue
            value = sum(float(local[0, n, state]) for n, state in enumerate(path))
            value += sum(
                float(end[0, n, path[n]] + start[0, n + 1, path[n + 1]]) for n, again in enumerate(anew) if again
            )
            values.append(value)
    total = AllPaths.apply(local, start, end, torch.ones(1, 3, dtype=torch.bool))
    assert float(total) == pytest.approx(math.log(sum(math.exp(v) for v in values)), abs=1e-4)


def test_gradients_are_right() -> None:
    """The marginals that the backward pass gives are the derivatives."""
    from onrecord.train.path_loss import AllPaths

    torch.manual_seed(2)
    parts = [torch.randn(2, 6, 4, dtype=torch.double, requires_grad=True) for _ in range(3)]
    linked = torch.tensor([[True, True, False, True, True], [True, True, True, True, False]])
    assert torch.autograd.gradcheck(lambda a, b, c: AllPaths.apply(a, b, c, linked), tuple(parts))

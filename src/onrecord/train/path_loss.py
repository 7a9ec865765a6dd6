"""Compute the loss of whole readings: the probability of the gold path through the states among all paths.

States of a word: 0 outside, 1 source, 2 cue, 3 + n in the content of the window's n-th cue.  ``extract.decode`` looks
for the best path with the same scores (a semi-Markov reading would also score lengths; the gold shows no need).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from onrecord.train.examples import IGNORE, OUTSIDE

NEGATIVES = 4  # words that look most like a cue, used as negative examples


def path_loss(scores: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
    """Compute the mean over words of the negative log-likelihood of the gold path."""
    local, start, end = potentials(scores, batch)
    gold = batch["state"]
    known = gold != IGNORE
    state = gold.clamp(min=0)
    linked = known[:, 1:] & known[:, :-1]
    change = (state[:, 1:] != state[:, :-1]) & linked
    local = local * known[..., None]
    right = local.gather(2, state[..., None]).squeeze(-1).sum(-1)
    moves = start[:, 1:].gather(2, state[:, 1:, None]) + end[:, :-1].gather(2, state[:, :-1, None])
    right = right + (moves.squeeze(-1) * change).sum(-1)
    total = AllPaths.apply(local, start, end, linked)
    loss: Tensor = (total - right).sum() / known.sum().clamp(min=1)
    return loss


def potentials(scores: dict[str, Tensor], batch: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Compute scores of states [batch, words, states], of starting in each and of ending in each."""
    cues = batch["cues"]
    taken = torch.zeros_like(scores["anchor"]).scatter_add(1, cues.clamp(min=0), (cues != IGNORE).float())
    free = (taken == 0) & (batch["words"] > 0)
    rivals = scores["anchor"].detach().masked_fill(~free, -1e4).topk(NEGATIVES, dim=-1).indices
    columns = torch.cat([cues.clamp(min=0), rivals], dim=1)
    there = torch.cat([cues != IGNORE, torch.ones_like(rivals, dtype=torch.bool)], dim=1)
    links = scores["content"].gather(2, columns[:, None, :].expand(-1, scores["content"].shape[1], -1))
    links = torch.log_softmax(links.masked_fill(~there[:, None, :], -1e4), dim=-1)
    role = torch.log_softmax(scores["role"], dim=-1)
    scale = scores["scales"]
    contents = (role[..., 3:] * scale[0] + links * scale[1]).masked_fill(~there[:, None, :], -1e4)
    local = torch.cat([role[..., :3] * scale[0], contents], dim=-1)
    count = local.shape[-1] - 3
    bounds = scores["bounds"] * scale[2]
    start, end = bounds[..., :3], bounds[..., 3:]
    nothing = torch.zeros_like(start[..., :1])
    widths = [-1, -1, count]
    start = torch.cat([nothing, start[..., :2], start[..., 2:].expand(*widths)], dim=-1)
    end = torch.cat([nothing, end[..., :2], end[..., 2:].expand(*widths)], dim=-1)
    return local, start + scale[3], end


def gold_states(role: Tensor, arc: Tensor, cues: Tensor) -> Tensor:
    """Return the gold state of each word, IGNORE where its cue is not in the window."""
    slot = (arc[..., None] == cues[:, None, :]) & (arc[..., None] != IGNORE)
    found = torch.where(slot.any(-1), slot.long().argmax(-1) + 3, torch.full_like(arc, IGNORE))
    state = torch.where(role == 3, found, role)
    return torch.where(role < OUTSIDE, torch.full_like(role, IGNORE), state)


Doubles = npt.NDArray[np.float64]


def _total(values: Doubles) -> Doubles:
    """Log of the sum of exponentials over the last axis, which is kept."""
    most = values.max(axis=-1, keepdims=True)
    result: Doubles = most + np.log(np.exp(values - most).sum(axis=-1, keepdims=True))
    return result


class AllPaths(torch.autograd.Function):
    """Compute the log-sum over all paths, by forward-backward outside autograd (about ten times faster than 300
    recorded steps).
    """

    @staticmethod
    def forward(ctx: Any, local: Tensor, start: Tensor, end: Tensor, linked: Tensor) -> Tensor:
        """Map local, start, end: [batch, words, states] and linked: [batch, words - 1] to [batch]."""
        emitted, begin, stop = (part.detach().double().transpose(0, 1).numpy() for part in (local, start, end))
        joins = linked.detach().transpose(0, 1)[..., None].numpy()
        count = len(emitted)
        restart = np.log(emitted.shape[-1])  # after a gap in the labels the path restarts from all states alike
        alpha = np.empty(emitted.shape)
        leaves = np.zeros((*emitted.shape[:2], 1))
        alpha[0] = emitted[0]
        for n in range(1, count):
            leaves[n] = _total(alpha[n - 1] + stop[n - 1])
            joined = np.logaddexp(alpha[n - 1], leaves[n] + begin[n])
            alpha[n] = np.where(joins[n - 1], joined, _total(alpha[n - 1]) - restart) + emitted[n]
        beta = np.zeros(emitted.shape)
        enters = np.zeros((*emitted.shape[:2], 1))
        for n in range(count - 1, 0, -1):
            ahead = beta[n] + emitted[n]
            enters[n] = _total(begin[n] + ahead)
            joined = np.logaddexp(ahead, stop[n - 1] + enters[n])
            beta[n - 1] = np.where(joins[n - 1], joined, _total(ahead) - restart)
        total = _total(alpha[-1])
        into = np.zeros(emitted.shape)
        from_ = np.zeros(emitted.shape)
        into[1:] = np.exp(leaves[1:] + begin[1:] + emitted[1:] + beta[1:] - total) * joins
        from_[:-1] = np.exp(alpha[:-1] + stop[:-1] + enters[1:] - total) * joins
        grads = (np.exp(alpha + beta - total), into, from_)
        ctx.save_for_backward(*(torch.from_numpy(g).transpose(0, 1).to(local.dtype) for g in grads))
        return torch.from_numpy(total[:, 0]).to(local.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """Return the marginal probabilities of states, of starts and of ends."""
        return (*(grad[:, None, None] * part for part in ctx.saved_tensors), None)

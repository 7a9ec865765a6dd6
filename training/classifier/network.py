"""Define the classifier as a PyTorch module: an encoder, and heads that are sums over the statement's pieces.

A head's score is a sum over pieces (attention weight times a linear function of the piece), so that it decomposes
exactly into what each piece adds to it; these shares are the explanation shown to people. The heads of a proposition
(relevance, stance) take their attention from the proposition's first piece, and add a term of that piece alone.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from onrecord.classify.inputs import FEATURES
from onrecord.train.tagger_network import NetworkShape, TaggerNetwork, bucket, from_pretrained

CLASSES = {
    "relevance": ("off", "on"),
    "stance": ("support", "oppose", "mixed", "noncommittal", "none"),
    "act": (
        "state", "concede", "deny", "accuse", "demand", "propose", "promise", "accept", "reject",
        "warn", "hope", "endorse", "leave-open", "decline", "ask",
    ),
    "commitment": ("CT+", "PR+", "PS+", "PS-", "PR-", "CT-", "Uu"),
}  # fmt: skip
OF_PROPOSITION, OF_STATEMENT = ("relevance", "stance"), ("act", "commitment")
WIDTHS = {name: len(values) for name, values in CLASSES.items()}


class Classifier(nn.Module):
    """Encoder and heads; `condition` scores each piece."""

    def __init__(self, encoder: TaggerNetwork, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape: NetworkShape = encoder.shape
        self.dropout = dropout
        self.pieces, self.positions, self.norm, self.layers = (
            encoder.pieces,
            encoder.positions,
            encoder.norm,
            encoder.layers,
        )
        if self.shape.relative:
            self.distances = encoder.distances
        hidden = self.shape.hidden
        self.features = nn.Embedding(FEATURES, hidden)
        self.queries = nn.Linear(hidden, len(OF_STATEMENT), bias=False)
        self.values = nn.Linear(hidden, sum(WIDTHS[name] for name in OF_STATEMENT))
        self.asking = nn.Linear(hidden, hidden, bias=False)  # from a proposition's first piece to a query
        self.answers = nn.Linear(hidden, sum(WIDTHS[name] for name in OF_PROPOSITION), bias=False)
        self.own = nn.Linear(hidden, sum(WIDTHS[name] for name in OF_PROPOSITION))
        self.condition = nn.Linear(hidden, 1)
        self.choice = nn.Parameter(torch.tensor([0.7, 0.0]))  # weights of nearness and "none"; only for training
        for table in (self.features.weight, self.queries.weight):
            nn.init.normal_(table, std=0.02)

    def encode(self, batch: dict[str, Tensor]) -> Tensor:
        """Encode [batch, pieces] to [batch, pieces, hidden]."""
        places, blocks = batch["position"], batch["block"]  # block -1: padding
        x = self.pieces(batch["ids"]) + self.positions(places) + self.features(batch["feature"])
        x = functional.dropout(self.norm(x), self.dropout, self.training)
        seen = (blocks[:, None, :] == 0) | (blocks[:, :, None] == blocks[:, None, :])
        attend = seen[:, None]
        if self.shape.relative:
            apart = self.distances(bucket(places[:, :, None] - places[:, None, :])).permute(0, 3, 1, 2)
            attend = apart.to(x.dtype).masked_fill(~attend, -1e4)
        for layer in self.layers:
            x = layer(x, attend)
        return x

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Score a batch: statement heads [batch, classes], proposition heads [batch, propositions, classes]."""
        x = self.encode(batch)
        x = functional.dropout(x, self.dropout, self.training)
        outside = batch["block"] != 0
        weight = self.queries(x).float().masked_fill(outside[..., None], -1e4).softmax(1)
        value = self.values(x).float()
        result, at = {}, 0
        for n, name in enumerate(OF_STATEMENT):
            result[name] = (weight[..., n : n + 1] * value[..., at : at + WIDTHS[name]]).sum(1)
            at += WIDTHS[name]
        heads = batch["heads"]
        first = x.gather(1, heads[..., None].expand(-1, -1, x.shape[-1]))  # [batch, propositions, hidden]
        asked = (self.asking(first) @ x.transpose(1, 2)).float() * self.shape.hidden**-0.5
        asked = asked.masked_fill(outside[:, None, :], -1e4).softmax(2)
        scores = asked @ self.answers(x).float() + self.own(first).float()
        at = 0
        for name in OF_PROPOSITION:
            result[name] = scores[..., at : at + WIDTHS[name]]
            at += WIDTHS[name]
        result["condition"] = self.condition(x)[..., 0].float()
        return result


def start(folder: Path, layers: int | None) -> Classifier:
    """Make a classifier on the lower layers of a BERT or MPNet encoder."""
    return Classifier(from_pretrained(folder, layers))


def save(network: Classifier, path: Path, extra: dict[str, Any]) -> None:
    """Write weights and sizes."""
    torch.save({"shape": asdict(network.shape), "weights": network.state_dict(), **extra}, path)


def load(path: Path) -> Classifier:
    """Read what `save` wrote."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    network = Classifier(TaggerNetwork(NetworkShape(**saved["shape"])))
    network.load_state_dict({"choice": network.choice.detach(), **saved["weights"]})
    return network

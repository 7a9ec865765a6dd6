"""Define the tagger as a PyTorch module: a BERT or MPNet encoder, surface features, heads for roles, bounds and
links.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from onrecord.extract.word_pieces import FEATURES
from onrecord.train.examples import IGNORE, MAX_ANNOTATORS
from onrecord.train.path_loss import path_loss

BUCKETS = 32  # of signed word distance: 16 to each side, exact up to 7 words, then by powers of 2 ** 0.5


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """Hold the sizes of the network."""

    vocabulary: int = 30522
    hidden: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1536
    positions: int = 512
    link: int = 128
    epsilon: float = 1e-12
    relative: bool = False  # attention also depends on the distance between pieces, as in MPNet


class TransformerLayer(nn.Module):
    """Implement one post-norm transformer layer, as in BERT."""

    def __init__(self, shape: NetworkShape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.out = nn.Linear(shape.hidden, shape.hidden)
        self.norm1 = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.up = nn.Linear(shape.hidden, shape.inner)
        self.down = nn.Linear(shape.inner, shape.hidden)
        self.norm2 = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Transform x: [batch, pieces, hidden] under mask: [batch, heads or 1, pieces or 1, pieces]."""
        batch, length, hidden = x.shape
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in self.qkv(x).chunk(3, dim=-1))
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, length, hidden))
        x = self.norm1(x + functional.dropout(mixed, self.dropout, self.training))
        fed = self.down(functional.gelu(self.up(x)))
        result: Tensor = self.norm2(x + functional.dropout(fed, self.dropout, self.training))
        return result


class TaggerNetwork(nn.Module):
    """Implement encoder and heads.  All outputs are per word, taken at the word's first piece."""

    def __init__(self, shape: NetworkShape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.dropout = dropout
        self.pieces = nn.Embedding(shape.vocabulary, shape.hidden)
        self.positions = nn.Embedding(shape.positions, shape.hidden)
        self.features = nn.Embedding(FEATURES + 1, shape.hidden)
        self.norm = nn.LayerNorm(shape.hidden, eps=shape.epsilon)
        if shape.relative:
            self.distances = nn.Embedding(BUCKETS, shape.heads)
        self.layers = nn.ModuleList(TransformerLayer(shape, dropout) for _ in range(shape.layers))
        # role 4, bounds 6, anchor 1, then the links: content word, its anchor, anchor that asks, source word
        self.head = nn.Linear(shape.hidden, 11 + 4 * shape.link)
        self.content_bias = _LinkBias()
        self.source_bias = _LinkBias()
        self.no_source = nn.Linear(shape.hidden, 1)
        # Annotators differ in what they count as an attribution; knowing who wrote a label makes it less noisy.
        # Place 0 is "unknown", which 40 % of the training windows are shown as and inference always is.
        self.hands = nn.Embedding(MAX_ANNOTATORS, shape.hidden)
        self.scales = nn.Parameter(torch.tensor([1.0, 1.0, 0.8, 0.0]))  # of role, link, bounds; and of any change
        nn.init.normal_(self.features.weight, std=0.02)
        nn.init.zeros_(self.hands.weight)

    def encode(self, ids: Tensor, feature: Tensor, mask: Tensor) -> Tensor:
        """Encode [batch, pieces] to [batch, pieces, hidden]."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x: Tensor = self.pieces(ids) + self.positions(places) + self.features(feature)
        x = functional.dropout(self.norm(x), self.dropout, self.training)
        attend = mask.bool()[:, None, None, :]
        if self.shape.relative:  # Song et al. 2020 (MPNet), after T5; one table for all layers
            apart = self.distances(bucket(places[:, None] - places[None, :])).permute(2, 0, 1)
            attend = apart[None].to(x.dtype).masked_fill(~attend, -1e4)
        for layer in self.layers:
            x = layer(x, attend)
        return x

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Score a batch made by ``examples.batches``."""
        x = self.encode(batch["ids"], batch["feature"], batch["mask"])
        x = x.gather(1, batch["first"][..., None].expand(-1, -1, x.shape[-1]))
        x = functional.dropout(x + self.hands(batch["hand"])[:, None, :], self.dropout, self.training)
        small, links = self.head(x).split([11, 4 * self.shape.link], dim=-1)
        small = small.float()
        word, anchor, ask, source = links.chunk(4, dim=-1)
        absent = (batch["words"] == 0)[:, None, :]
        scale = self.shape.link**-0.5
        content = (word @ anchor.transpose(1, 2)).float() * scale + self.content_bias(batch)
        pointed = (ask @ source.transpose(1, 2)).float() * scale + self.source_bias(batch)
        pointed = torch.cat([pointed.masked_fill(absent, -1e4), self.no_source(x).float()], dim=-1)
        return {
            "role": small[..., :4],
            "bounds": small[..., 4:10],
            "anchor": small[..., 10],
            "content": content.masked_fill(absent, -1e4),
            "source": pointed,
            "scales": self.scales,
        }


def bucket(distance: Tensor) -> Tensor:
    """Assign signed word distances to BUCKETS buckets."""
    size = distance.abs()
    far = 8 + (2 * torch.log2(size.clamp(min=8).float() / 8)).long().clamp(max=7)
    return torch.where(size < 8, size, far) + torch.where(distance < 0, 16, 0)


class _LinkBias(nn.Module):
    """Score a link by word distance and by paragraphs and sentences between its ends."""

    def __init__(self) -> None:
        super().__init__()
        self.distance = nn.Parameter(torch.zeros(BUCKETS))
        self.paragraph = nn.Parameter(torch.zeros(5))
        self.sentence = nn.Parameter(torch.zeros(7))

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """Return [batch, words, words]; a row is the link's starting end."""
        places = torch.arange(batch["first"].shape[1], device=batch["first"].device)
        near = self.distance[bucket(places[None, :] - places[:, None])]
        paragraph, sentence = batch["paragraph"], batch["sentence"]
        apart = (paragraph[:, None, :] - paragraph[:, :, None]).clamp(-2, 2) + 2
        sentences = (sentence[:, None, :] - sentence[:, :, None]).clamp(-3, 3) + 3
        return near + self.paragraph[apart] + self.sentence[sentences]


def losses(scores: dict[str, Tensor], batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the parts of the training loss, each a mean."""
    role = batch["role"]
    used = (role != IGNORE).float()
    total = used.sum().clamp(min=1)
    result = {"role": functional.cross_entropy(scores["role"].flatten(0, 1), role.flatten(), ignore_index=IGNORE)}
    bounds = functional.binary_cross_entropy_with_logits(scores["bounds"], batch["bounds"], reduction="none").sum(-1)
    result["bounds"] = (bounds * used).sum() / total
    anchor = functional.binary_cross_entropy_with_logits(scores["anchor"], batch["anchor"], reduction="none")
    result["anchor"] = (anchor * used).sum() / total
    content = scores["content"].flatten(0, 1)
    result["content"] = functional.cross_entropy(content, batch["arc"].flatten(), ignore_index=IGNORE)
    asks = batch["asks"]
    there = (asks != IGNORE).float()
    rows = asks.clamp(min=0)[..., None].expand(-1, -1, scores["source"].shape[-1])
    chosen = torch.log_softmax(scores["source"].gather(1, rows), dim=-1)
    mass = torch.logsumexp(chosen.masked_fill(batch["source"] == 0, -1e4), dim=-1)
    result["source"] = -(mass * there).sum() / there.sum().clamp(min=1)
    result["path"] = path_loss(scores, batch)
    return result


WEIGHTS = {"role": 1.0, "bounds": 1.0, "anchor": 1.0, "content": 0.4, "source": 0.3, "path": 0.3}


BERT_NAMES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "out": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm2": "output.LayerNorm",
}
MPNET_NAMES = BERT_NAMES | {
    "query": "attention.attn.q",
    "key": "attention.attn.k",
    "value": "attention.attn.v",
    "out": "attention.attn.o",
    "norm1": "attention.LayerNorm",
}


def from_pretrained(folder: Path, layers: int | None = None, dropout: float = 0.1) -> TaggerNetwork:
    """Load a network whose encoder starts from a BERT or MPNet checkpoint (config.json, model.safetensors).

    ``layers``: how many of its layers are kept, from below; all of them by default.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    mpnet = config["model_type"] == "mpnet"
    shape = NetworkShape(
        vocabulary=config["vocab_size"],
        hidden=config["hidden_size"],
        layers=min(config["num_hidden_layers"], layers or 1000),
        heads=config["num_attention_heads"],
        inner=config["intermediate_size"],
        positions=config["max_position_embeddings"] - (2 if mpnet else 0),
        epsilon=config["layer_norm_eps"],
        relative=mpnet,
    )
    network = TaggerNetwork(shape, dropout)
    prefix, names = ("mpnet.", MPNET_NAMES) if mpnet else ("bert.", BERT_NAMES)
    old = {key.removeprefix(prefix): value for key, value in load_file(folder / "model.safetensors").items()}
    new = network.state_dict()
    with torch.no_grad():
        new["pieces.weight"].copy_(old["embeddings.word_embeddings.weight"])
        positions = old["embeddings.position_embeddings.weight"]
        # MPNet counts positions from 2; BERT's first of two token types is added to every piece.
        types = 0 if mpnet else old["embeddings.token_type_embeddings.weight"][0]
        new["positions.weight"].copy_(positions[-shape.positions :] + types)
        if mpnet:
            new["distances.weight"].copy_(old["encoder.relative_attention_bias.weight"])
        for part in ("weight", "bias"):
            new[f"norm.{part}"].copy_(old[f"embeddings.LayerNorm.{part}"])
            for n in range(shape.layers):
                there, here = f"encoder.layer.{n}.", f"layers.{n}."
                qkv = [old[f"{there}{names[name]}.{part}"] for name in ("query", "key", "value")]
                new[f"{here}qkv.{part}"].copy_(torch.cat(qkv))
                for mine in ("out", "norm1", "up", "down", "norm2"):
                    new[f"{here}{mine}.{part}"].copy_(old[f"{there}{names[mine]}.{part}"])
    return network


def save(network: TaggerNetwork, path: Path, extra: dict[str, Any]) -> None:
    """Write weights and sizes."""
    torch.save({"shape": asdict(network.shape), "weights": network.state_dict(), **extra}, path)


def load(path: Path) -> tuple[TaggerNetwork, dict[str, Any]]:
    """Read what ``save`` wrote."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    network = TaggerNetwork(NetworkShape(**saved["shape"]))
    network.load_state_dict(saved["weights"])
    return network, saved

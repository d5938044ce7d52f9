"""The small CLIP as it is trained (stacked attention weights, patch dropout) and its Hugging Face export."""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

IMAGE, PATCH, WIDTH, HEADS = 64, 8, 128, 4
VISION_LAYERS, TEXT_LAYERS, CONTEXT = 6, 4, 77
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
TOKEN_DEVIATION = 0.02  # of the token embeddings, as OpenAI initialises them


class Block(nn.Module):
    """A pre-LN transformer block; q, k, v and o lie in one [4, d, d] parameter."""

    def __init__(self, layers: int):
        super().__init__()
        self.attention = nn.Parameter(torch.randn(4, WIDTH, WIDTH) * WIDTH ** -0.5)
        self.attention.data[3] *= (2 * layers) ** -0.5
        self.attention_bias = nn.Parameter(torch.zeros(4, WIDTH))
        self.up = nn.Parameter(torch.randn(4 * WIDTH, WIDTH) * (2 * WIDTH) ** -0.5)
        self.up_bias = nn.Parameter(torch.zeros(4 * WIDTH))
        self.down = nn.Parameter(torch.randn(WIDTH, 4 * WIDTH) * WIDTH ** -0.5 * (2 * layers) ** -0.5)
        self.down_bias = nn.Parameter(torch.zeros(WIDTH))
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)

    def forward(self, x: torch.Tensor, causal: bool) -> torch.Tensor:
        b, t, d = x.shape
        h = F.linear(self.norm1(x), self.attention[:3].reshape(3 * d, d), self.attention_bias[:3].reshape(3 * d))
        q, k, v = h.view(b, t, 3, HEADS, d // HEADS).permute(2, 0, 3, 1, 4)
        scores = (q * (d // HEADS) ** -0.5) @ k.mT  # plain products: the fused kernel's bfloat16 backward is slow
        if causal:
            scores = scores.masked_fill(torch.ones(t, t, dtype=torch.bool).triu(1), float("-inf"))
        h = (scores.softmax(-1).to(v.dtype) @ v).transpose(1, 2).reshape(b, t, d)
        x = x + F.linear(h, self.attention[3], self.attention_bias[3])
        h = F.linear(self.norm2(x), self.up, self.up_bias)
        return x + F.linear(h * torch.sigmoid(1.702 * h), self.down, self.down_bias)


class SmallCLIP(nn.Module):
    """Image 64 px, patch 8, width 128; six vision and four text layers; projection 128."""

    def __init__(self, vocabulary: int):
        super().__init__()
        patches = (IMAGE // PATCH) ** 2
        self.patch = nn.Parameter(torch.randn(WIDTH, 3 * PATCH * PATCH) * (3 * PATCH * PATCH) ** -0.5)
        self.class_token = nn.Parameter(torch.randn(WIDTH) * 0.02)
        self.positions = nn.Parameter(torch.randn(patches + 1, WIDTH) * 0.02)
        self.tokens = nn.Parameter(torch.randn(vocabulary, WIDTH) * 0.02)
        self.text_positions = nn.Parameter(torch.randn(CONTEXT, WIDTH) * 0.01)
        self.vision = nn.ModuleList(Block(VISION_LAYERS) for _ in range(VISION_LAYERS))
        self.text = nn.ModuleList(Block(TEXT_LAYERS) for _ in range(TEXT_LAYERS))
        self.pre, self.post, self.final = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.image_projection = nn.Parameter(torch.randn(WIDTH, WIDTH) * WIDTH ** -0.5)
        self.text_projection = nn.Parameter(torch.randn(WIDTH, WIDTH) * WIDTH ** -0.5)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def images(self, pixels: torch.Tensor, keep: int | None = None) -> torch.Tensor:
        """Features of normalised pixels [b, 3, 64, 64]; `keep` patches of each image are seen in training."""
        b, side = len(pixels), IMAGE // PATCH
        x = pixels.view(b, 3, side, PATCH, side, PATCH).permute(0, 2, 4, 1, 3, 5).reshape(b, side * side, -1)
        positions = self.positions[1:].expand(b, -1, -1)
        if keep:
            chosen = torch.rand(b, side * side).argsort(1)[:, :keep, None]
            x = x.gather(1, chosen.expand(-1, -1, x.shape[2]))
            positions = positions.gather(1, chosen.expand(-1, -1, WIDTH))
        x = F.linear(x, self.patch) + positions
        x = torch.cat([(self.class_token + self.positions[0]).expand(b, 1, -1), x], 1)
        x = self.pre(x)
        for block in self.vision:
            x = block(x, False)
        return F.linear(self.post(x[:, 0]), self.image_projection)

    def texts(self, ids: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
        """Features of token ids [b, t] at the positions of their end tokens."""
        x = self.tokens[ids] + self.text_positions[:ids.shape[1]]
        for block in self.text:
            x = block(x, True)
        return F.linear(self.final(x[torch.arange(len(ids)), ends]), self.text_projection)

    def matrices(self) -> list[nn.Parameter]:
        """The parameters that are updated by orthogonalised momentum."""
        return [p for block in [*self.vision, *self.text] for p in (block.attention, block.up, block.down)]


def named(model: SmallCLIP) -> dict[str, torch.Tensor]:
    """The parameters under the names of `CLIPModel`."""
    state = {
        "logit_scale": model.scale,
        "visual_projection.weight": model.image_projection,
        "text_projection.weight": model.text_projection,
        "vision_model.embeddings.class_embedding": model.class_token,
        "vision_model.embeddings.patch_embedding.weight": model.patch.view(WIDTH, 3, PATCH, PATCH),
        "vision_model.embeddings.position_embedding.weight": model.positions,
        "text_model.embeddings.token_embedding.weight": model.tokens,
        "text_model.embeddings.position_embedding.weight": model.text_positions,
    }
    norms = {"vision_model.pre_layrnorm": model.pre, "vision_model.post_layernorm": model.post,
             "text_model.final_layer_norm": model.final}
    for tower, blocks in (("vision_model", model.vision), ("text_model", model.text)):
        for i, block in enumerate(blocks):
            name = f"{tower}.encoder.layers.{i}"
            for j, part in enumerate(("q_proj", "k_proj", "v_proj", "out_proj")):
                state[f"{name}.self_attn.{part}.weight"] = block.attention[j]
                state[f"{name}.self_attn.{part}.bias"] = block.attention_bias[j]
            state[f"{name}.mlp.fc1.weight"], state[f"{name}.mlp.fc1.bias"] = block.up, block.up_bias
            state[f"{name}.mlp.fc2.weight"], state[f"{name}.mlp.fc2.bias"] = block.down, block.down_bias
            norms[f"{name}.layer_norm1"], norms[f"{name}.layer_norm2"] = block.norm1, block.norm2
    for name, norm in norms.items():
        state[f"{name}.weight"], state[f"{name}.bias"] = norm.weight, norm.bias
    return {name: value.detach() for name, value in sorted(state.items())}


def scaled(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The parameters with the text tower's residual stream scaled, so that token embeddings have about OpenAI's deviation.

    Every layer norm undoes the scale but for its epsilon, so the model's function stays. The tuning methods count on
    it: ZIP's initial context and its step sizes are meant for embeddings of CLIP's size. A power of two rounds but the smallest values.
    """
    deviation = state["text_model.embeddings.token_embedding.weight"].float().std().item()
    factor = 2.0 ** round(math.log2(TOKEN_DEVIATION / deviation))
    enters = ("embedding.weight", "out_proj.weight", "out_proj.bias", "fc2.weight", "fc2.bias")
    return {name: value * factor if name.startswith("text_model.") and name.endswith(enters) else value
            for name, value in state.items()}


def load_hugging_face(model: SmallCLIP, folder: Path) -> None:
    """Takes over the weights of an exported model."""
    saved = load_file(folder / "model.safetensors")
    for name, parameter in named(model).items():
        parameter.data.copy_(saved[name].view_as(parameter))


def export(model: SmallCLIP, tokenizer, folder: Path) -> None:
    """Writes config, weights, vocabulary and preprocessing in Hugging Face layout."""
    tokenizer.save(folder)
    weights = {name: value.to(torch.float16).contiguous().clone() for name, value in scaled(named(model)).items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    common = {"hidden_size": WIDTH, "intermediate_size": 4 * WIDTH, "num_attention_heads": HEADS,
              "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5, "projection_dim": WIDTH, "attention_dropout": 0.0}
    config = {
        "architectures": ["CLIPModel"], "model_type": "clip", "projection_dim": WIDTH,
        "logit_scale_init_value": 2.6592, "dtype": "float16",
        "text_config": {"model_type": "clip_text_model", **common, "num_hidden_layers": TEXT_LAYERS,
                        "vocab_size": len(tokenizer.vocabulary), "max_position_embeddings": CONTEXT,
                        "bos_token_id": tokenizer.start, "eos_token_id": tokenizer.end,
                        "pad_token_id": tokenizer.end},
        "vision_config": {"model_type": "clip_vision_model", **common, "num_hidden_layers": VISION_LAYERS,
                          "image_size": IMAGE, "patch_size": PATCH, "num_channels": 3},
    }
    preprocessing = {
        "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True, "do_resize": True,
        "size": {"shortest_edge": IMAGE}, "resample": 3, "do_center_crop": True,
        "crop_size": {"height": IMAGE, "width": IMAGE}, "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": MEAN, "image_std": STD,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessing, indent=2) + "\n")

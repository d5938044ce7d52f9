"""Records what `CLIPModel` of Hugging Face gives for extra visual tokens, class states and spreads of weights.

    python record_vision.py MODEL_FOLDER OUT

MODEL_FOLDER is the embedded model, OUT this folder, whose tiny models are read. Writes `vision.json`. The numbers come
from PyTorch on the processor in float32. Needs torch and transformers.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import CLIPModel

IMAGES = 3
TOKENS = [1, 5, 12]


def pixels(image: int, side: int) -> torch.Tensor:
    """[3, side, side]: ((7x + 13y + 29c + 31i + (i + 1)xy) mod 97) / 48 − 1."""
    c, y, x = torch.meshgrid(torch.arange(3), torch.arange(side), torch.arange(side), indexing="ij")
    return ((7 * x + 13 * y + 29 * c + 31 * image + (image + 1) * x * y) % 97).float() / 48 - 1


def tokens(count: int, width: int) -> torch.Tensor:
    """[count, width]: ((11r + 5c + 3rc + 17) mod 89) / 44 − 1."""
    r, c = torch.meshgrid(torch.arange(count), torch.arange(width), indexing="ij")
    return ((11 * r + 5 * c + 3 * r * c + 17) % 89).float() / 44 - 1


def rows(tensor: torch.Tensor) -> list[list[float]]:
    """Nine digits are enough for any float32."""
    return [[float(f"{value:.9g}") for value in row] for row in tensor.tolist()]


def record(folder: Path) -> dict:
    """The figures of one model."""
    model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
    vision = model.vision_model
    config = model.config.vision_config
    images = torch.stack([pixels(i, config.image_size) for i in range(IMAGES)])

    def features() -> torch.Tensor:
        return torch.nn.functional.normalize(
            model.visual_projection(vision(pixel_values=images).pooler_output))

    extra = []
    with torch.no_grad():
        states = vision(pixel_values=images).last_hidden_state[:, 0]
        plain = features()
        for count in TOKENS:
            added = tokens(count, config.hidden_size).expand(IMAGES, -1, -1)
            # The embeddings have their positions; what is appended gets none and goes through pre_layrnorm.
            hook = vision.embeddings.register_forward_hook(
                lambda module, inputs, output, added=added: torch.cat([output, added], dim=1))
            given = features()
            hook.remove()
            assert (given - plain).abs().max() > 1e-3
            extra.append({"tokens": count, "features": rows(given)})
        patches = vision.embeddings.patch_embedding.weight.double()
        words = model.text_model.embeddings.token_embedding.weight.double()
    return {
        "features": rows(plain), "extra": extra, "class_states": rows(states),
        "patch_mean": patches.mean().item(), "patch_deviation": patches.std().item(),
        "embedding_deviation": words.std().item(),
    }


def main() -> None:
    """Command line."""
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    folders = {"embedded": source, "tiny-gelu-bf16": out / "tiny-gelu-bf16", "tiny-quick-f32": out / "tiny-quick-f32"}
    recorded = {name: record(folder) for name, folder in folders.items()}
    (out / "vision.json").write_text(json.dumps(recorded) + "\n")


if __name__ == "__main__":
    main()

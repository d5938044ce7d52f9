"""Records features and logits of Hugging Face's `CLIPModel` in float32 for random models of published sizes.

    python Tests/CLIPEngineTests/Fixtures/record_large.py .build/release/ziplab Tests/CLIPEngineTests/Fixtures/large

Run from the repository root. `ziplab model random` writes each model into a temporary folder (up to 900 MB); the tests make
the same bytes again, so that only the outcomes are stored. Needs torch, transformers, safetensors.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import CLIPModel

MODELS = [("vit-b-32", "f32", "quick_gelu"), ("vit-b-16", "f32", "quick_gelu"), ("vit-b-16", "f16", "gelu"),
          ("vit-l-14", "f16", "quick_gelu"), ("vit-l-14", "f16", "gelu")]
SEED = 1
IMAGES = 3
# Tokens of each text, start and end included.
LENGTHS = [2, 3, 9, 20, 77]


def pixels(side: int) -> torch.Tensor:
    """Images by a formula of whole numbers; one division and one subtraction in float32."""
    image, channel, y, x = np.ogrid[:IMAGES, :3, :side, :side]
    number = (7 * x + 13 * y + 29 * channel + 31 * image + (image + 1) * x * y) % 97
    return torch.from_numpy(number.astype(np.float32) / np.float32(48) - np.float32(1))


def texts(start: int, end: int, size: int) -> list[list[int]]:
    """Ids spread over the whole vocabulary, none of them the end before the end."""
    middles = [[(7919 * i + 104729 * length) % size for i in range(length - 2)] for length in LENGTHS]
    return [[start] + [i + 1 if i == end else i for i in middle] + [end] for middle in middles]


def record(program: str, name: tuple[str, str, str], out: Path) -> None:
    """One model's file."""
    architecture, dtype, activation = name
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "model"
        subprocess.run([program, "-c", f"model random {architecture} {folder} --seed {SEED} --dtype {dtype} "
                                       f"--activation {activation}"], check=True)
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
        model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
    text = model.config.text_config
    ids = texts(text.bos_token_id, text.eos_token_id, text.vocab_size)
    padded = torch.tensor([row + [text.eos_token_id] * (max(LENGTHS) - len(row)) for row in ids])
    images = pixels(model.config.vision_config.image_size)
    with torch.no_grad():
        tensors = {
            "image_features": model.visual_projection(model.vision_model(pixel_values=images).pooler_output),
            "text_features": model.text_projection(model.text_model(input_ids=padded).pooler_output),
            "logits_per_image": model(input_ids=padded, pixel_values=images).logits_per_image,
        }
    print(name, "logits", tensors["logits_per_image"].min().item(), "to", tensors["logits_per_image"].max().item())
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / ("-".join(name) + ".safetensors"),
              metadata={"token_ids": json.dumps(ids), "model_sha256": digest, "seed": str(SEED)})
    (out / ("-".join(name) + ".safetensors")).chmod(0o644)


def main() -> None:
    """Command line."""
    program, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name in MODELS:
        record(program, name, out)


if __name__ == "__main__":
    main()

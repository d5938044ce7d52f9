"""Makes a tiny random model with OpenCLIP itself, in its own layout, and records its features and logits.

    python record_open_clip.py FOLDER_WITH_VOCABULARY OUT

OUT gets `open_clip_model.safetensors`, `open_clip_config.json`, the vocabulary and `expected.safetensors`. Needs torch,
open_clip_torch and safetensors. The vocabulary is that of `tiny-quick-f32`.
"""

import json
import shutil
import sys
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_file
from transformers import CLIPTokenizer

PROMPTS = ["a", "a photo of a cat.", "X X X X dog.", "Seven blue squares, 42!", "", "the quick brown fox jumps"]


def main() -> None:
    """Command line."""
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name in ["vocab.json", "merges.txt"]:
        shutil.copy(source / name, out / name)
    vocabulary = len(json.loads((source / "vocab.json").read_text()))
    config = {
        "embed_dim": 20,
        "vision_cfg": {"image_size": 21, "layers": 3, "width": 40, "head_width": 10, "patch_size": 7, "mlp_ratio": 2.63},
        "text_cfg": {"context_length": 25, "vocab_size": vocabulary, "width": 24, "heads": 3, "layers": 2},
    }
    torch.manual_seed(11)
    model = open_clip.CLIP(**json.loads(json.dumps(config))).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            if "ln_" in key:
                value.copy_(torch.randn_like(value) * 0.1 + (1 if key.endswith("weight") else 0))
            elif key.endswith("bias"):
                value.copy_(torch.randn_like(value) * 0.1)
            elif value.dim() >= 2 and "embedding" not in key:
                fan = value.shape[0] if key in ("visual.proj", "text_projection") else value[0].numel()
                value.copy_(torch.randn_like(value) * fan ** -0.5)
            elif key != "logit_scale":
                value.copy_(torch.randn_like(value) * 0.3)
    mean, std = [0.5, 0.4, 0.3], [0.25, 0.2, 0.3]
    (out / "open_clip_config.json").write_text(json.dumps({
        "model_cfg": config,
        "preprocess_cfg": {"mean": mean, "std": std, "interpolation": "bicubic", "resize_mode": "shortest"}}, indent=2))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, out / "open_clip_model.safetensors",
              metadata={"format": "pt"})
    tokenizer = CLIPTokenizer.from_pretrained(source)
    ids = [tokenizer(p)["input_ids"] for p in PROMPTS]
    padded = torch.zeros(len(ids), 25, dtype=torch.long)
    for row, tokens in enumerate(ids):
        padded[row, : len(tokens)] = torch.tensor(tokens)
    pixels = torch.randn(4, 3, 21, 21)
    with torch.no_grad():
        image, text = model.encode_image(pixels), model.encode_text(padded)
        logits, _ = model.get_logits(pixels, padded)
    save_file({"pixels": pixels, "image_features": image, "text_features": text, "logits_per_image": logits},
              out / "expected.safetensors", metadata={"prompts": json.dumps(PROMPTS), "token_ids": json.dumps(ids)})
    for file in out.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    main()

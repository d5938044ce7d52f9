"""Records reference values of Hugging Face's `CLIPModel` in float32, and makes the two tiny models.

    python record_clip.py MODEL_FOLDER OUT

MODEL_FOLDER is the embedded model, OUT this folder. Run from the repository root. The pixels come from the Pillow image
processor, the numbers from PyTorch on the processor. Needs torch, transformers, safetensors, pillow.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

PROMPTS = [
    "a", "cat", "a photo of a dog.", "a line drawing of an animal.", "X X X X X X X X office supplies.",
    "a black and white drawing of a musical instrument", "a colourful clip art of a strawberry, a kind of fruit.",
    "three red circles on a blue background", "THE NUMBER 7, in yellow!", "a noisy photo of a green triangle.",
    "don't panic: it's only a test", "a picture of a road sign; it means \"stop\".", "flag of Finland",
    "a blurry photo of a small brown house on stripes.", "  white   space\tcollapses\nhere  ", "zigzag",
    "naïve café – señor Ñandú", "an emoji of a smiley face 😀",
    "a black and white line drawing of a map of Australia with mountains, rivers, roads and a very long coastline.",
    " ".join(["one two three four five six seven"] * 10) + " eight nine ten.",
]
TINY_PROMPTS = ["a", "a photo of a cat.", "X X X X dog.", "Seven blue squares, 42!", "", "the quick brown fox jumps"]
TINY = {
    # Old-style end-of-text id 2 (features at the largest id), exact GELU, bfloat16, towers of different width.
    "tiny-gelu-bf16": {"dtype": torch.bfloat16, "act": "gelu", "legacy": True, "text": (24, 3, 2, 52),
                       "vision": (40, 5, 3, 72), "image": 20, "patch": 5, "projection": 28, "context": 22},
    "tiny-quick-f32": {"dtype": torch.float32, "act": "quick_gelu", "legacy": False, "text": (24, 3, 2, 60),
                       "vision": (18, 2, 2, 44), "image": 21, "patch": 7, "projection": 20, "context": 25},
}


def features(model: CLIPModel, pixels: torch.Tensor, ids: list[list[int]], fill: int) -> dict[str, torch.Tensor]:
    """Unnormalised projected features and the logits of every image with every prompt."""
    longest = max(map(len, ids))
    padded = torch.tensor([row + [fill] * (longest - len(row)) for row in ids])
    with torch.no_grad():
        image = model.visual_projection(model.vision_model(pixel_values=pixels).pooler_output)
        text = model.text_projection(model.text_model(input_ids=padded).pooler_output)
        logits = model(input_ids=padded, pixel_values=pixels).logits_per_image
    own = model.logit_scale.exp() * torch.nn.functional.normalize(image) @ torch.nn.functional.normalize(text).T
    assert torch.allclose(own, logits, atol=1e-4)
    return {"pixels": pixels, "image_features": image, "text_features": text, "logits_per_image": logits}


def save(path: Path, tensors: dict[str, torch.Tensor], **metadata) -> None:
    """Writes float32 tensors with JSON metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.float().contiguous() for k, v in tensors.items()}, path,
              metadata={k: json.dumps(v, ensure_ascii=False) for k, v in metadata.items()})
    path.chmod(0o644)


def test_images(count: int) -> list[str]:
    """Test images taken in turn from every task, the tasks in name order."""
    tasks = []
    for split in sorted(Path("Assets/Data").glob("*/split.json")):
        entries = json.loads(split.read_text())["test"]
        chosen = np.linspace(0, len(entries) - 1, count).round().astype(int)
        tasks.append([str(split.parent / entries[i][0]) for i in chosen])
    return [tasks[i % len(tasks)][i // len(tasks)] for i in range(count)]


def record_embedded(folder: Path, out: Path) -> None:
    """`embedded.safetensors`: 20 images and 20 prompts through the embedded model."""
    model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    processor = CLIPImageProcessorPil.from_pretrained(folder)
    images = test_images(20)
    pixels = torch.stack([torch.from_numpy(np.asarray(processor(Image.open(p).convert("RGB"))["pixel_values"][0]))
                          for p in images]).float()
    ids = [tokenizer(p)["input_ids"] for p in PROMPTS]
    limit = model.config.text_config.max_position_embeddings
    assert max(map(len, ids)) in range(limit - 5, limit + 1), max(map(len, ids))
    save(out / "embedded.safetensors", features(model, pixels, ids, tokenizer.eos_token_id),
         images=images, prompts=PROMPTS, token_ids=ids)


def make_tiny(name: str, settings: dict, source: Path, out: Path) -> None:
    """A random model of odd sizes with a cut-down vocabulary, and its expected values."""
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    lines = (source / "merges.txt").read_text(encoding="utf-8").split("\n")[:61]
    known = sorted(json.loads((source / "vocab.json").read_text(encoding="utf-8")).items(), key=lambda item: item[1])
    tokens = [token for token, _ in known[:512]] + ["".join(line.split(" ")) for line in lines[1:]]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}, ensure_ascii=False))
    start, end = len(tokens) - 2, len(tokens) - 1

    def tower(width, heads, layers, inner):
        return {"hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": layers,
                "intermediate_size": inner, "hidden_act": settings["act"], "projection_dim": settings["projection"]}

    config = CLIPConfig(
        text_config={**tower(*settings["text"]), "vocab_size": len(tokens),
                     "max_position_embeddings": settings["context"],
                     "bos_token_id": 0 if settings["legacy"] else start, "pad_token_id": 1 if settings["legacy"] else end,
                     "eos_token_id": 2 if settings["legacy"] else end},
        vision_config={**tower(*settings["vision"]), "image_size": settings["image"],
                       "patch_size": settings["patch"]},
        projection_dim=settings["projection"])
    torch.manual_seed(7)
    model = CLIPModel(config).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            if "norm" in key or "layrnorm" in key:
                value.copy_(torch.randn_like(value) * 0.1 + (1 if key.endswith("weight") else 0))
            elif value.dim() >= 2 and "embedding.weight" not in key:
                value.copy_(torch.randn_like(value) * value[0].numel() ** -0.5)
            elif key != "logit_scale":
                value.copy_(torch.randn_like(value) * 0.3)
    weights = {k: v.to(settings["dtype"]).contiguous() for k, v in model.state_dict().items() if "position_ids" not in k}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "model.safetensors").chmod(0o644)
    config.architectures = ["CLIPModel"]
    config.save_pretrained(folder)
    side = settings["image"]
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": side}, "resample": 3,
        "do_center_crop": True, "crop_size": {"height": side, "width": side}, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "do_convert_rgb": True, "image_mean": [0.5, 0.4, 0.3],
        "image_std": [0.25, 0.2, 0.3]}, indent=2) + "\n")
    model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    ids = [tokenizer(p)["input_ids"] for p in TINY_PROMPTS]
    assert max(map(len, ids)) <= settings["context"], max(map(len, ids))
    pixels = torch.randn(4, 3, side, side)
    save(folder / "expected.safetensors", features(model, pixels, ids, end), prompts=TINY_PROMPTS, token_ids=ids)


def main() -> None:
    """Command line."""
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    record_embedded(source, out)
    for name, settings in TINY.items():
        make_tiny(name, settings, source, out)


if __name__ == "__main__":
    main()

"""Classify images in PyTorch with a context that ziplab learned.

    python learned_context.py MODEL_FOLDER learned.safetensors "name one,name two" image.png …

MODEL_FOLDER is the CLIP folder the prompt was tuned on; `prompt save learned.safetensors` writes the context.
"""
import sys

import torch
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPImageProcessor, CLIPModel, CLIPTokenizer

folder, prompt, names, *images = sys.argv[1:]
names = [name.replace("_", " ") for name in names.split(",")]
model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
tokenizer = CLIPTokenizer.from_pretrained(folder)
processor = CLIPImageProcessor.from_pretrained(folder)

context = load_file(prompt)["context"]  # [m, d]
m = len(context)


def replace_placeholders(module, arguments, embeddings):
    """Puts the context in place of the m tokens behind the start-of-text token."""
    rows = context.expand(len(embeddings), -1, -1)
    return torch.cat([embeddings[:, :1], rows, embeddings[:, 1 + m :]], dim=1)


model.text_model.embeddings.token_embedding.register_forward_hook(replace_placeholders)
texts = tokenizer([" ".join(["X"] * m) + f" {name}." for name in names], padding=True, return_tensors="pt")
pixels = processor([Image.open(path).convert("RGB") for path in images], return_tensors="pt")
with torch.no_grad():
    logits = model(**texts, **pixels).logits_per_image

for path, row in zip(images, logits):
    best = row.argmax().item()
    print(f"{path}: {names[best]} {100 * row.softmax(0)[best]:.1f} %, logits {[round(x, 4) for x in row.tolist()]}")

"""Classify images in PyTorch with a prompt that ziplab learned.

    python learned_context.py MODEL_FOLDER learned.safetensors "name one,name two" image.png …

MODEL_FOLDER is the CLIP folder the prompt was tuned on; `prompt save learned.safetensors` writes the prompt: a context for
all classes, a context a class, or templates, and what is done to the logits. Names may be "" where the file has them.
With a context a class, a name that is new to the file gets the mean of its contexts, as `prompt load` does it.
"""
import json
import sys

import torch
from PIL import Image
from safetensors import safe_open
from transformers import CLIPImageProcessor, CLIPModel, CLIPTokenizer

folder, prompt, names, *images = sys.argv[1:]
with safe_open(prompt, "pt") as file:
    metadata = file.metadata() or {}
    tensors = {name: file.get_tensor(name) for name in file.keys()}
for name in ["visual_tokens", "frame"]:
    if name in tensors or metadata.get("method") == "blackvip":
        sys.exit("this script knows prompts of text and heads, not changed images")
saved = [name.replace("_", " ") for name in json.loads(metadata.get("class_names", "[]"))]
names = [name.replace("_", " ") for name in names.split(",")] if names else saved
head = {name.removeprefix("head."): tensor for name, tensor in tensors.items() if name.startswith("head.")}
if head and names != saved:
    sys.exit(f"the file's head is for these classes, in this order: {','.join(saved)}")

model = CLIPModel.from_pretrained(folder, dtype=torch.float32).eval()
tokenizer = CLIPTokenizer.from_pretrained(folder)
processor = CLIPImageProcessor.from_pretrained(folder)
contexts = None  # [C, m, d]
if "context" in tensors:  # [m, d]
    contexts = tensors["context"].expand(len(names), -1, -1)
elif "class_contexts" in tensors:  # [classes of the file, m, d]
    own = tensors["class_contexts"]
    mean = own.double().mean(0).float()
    contexts = torch.stack([own[saved.index(name)] if name in saved else mean for name in names])


def replace_placeholders(module, arguments, embeddings):
    """Puts the contexts in place of the m tokens behind the start-of-text token."""
    return torch.cat([embeddings[:, :1], contexts, embeddings[:, 1 + contexts.shape[1] :]], dim=1)


def text_features(texts):
    """Normalised features, [C, width]."""
    tokens = tokenizer(texts, padding=True, return_tensors="pt")
    features = model.text_projection(model.text_model(**tokens).pooler_output)
    return features / features.norm(dim=-1, keepdim=True)


pixels = processor([Image.open(path).convert("RGB") for path in images], return_tensors="pt")
with torch.no_grad():
    if contexts is not None:
        model.text_model.embeddings.token_embedding.register_forward_hook(replace_placeholders)
        texts = text_features([" ".join(["X"] * contexts.shape[1]) + f" {name}." for name in names])
    else:
        templates = metadata["templates"].split(" | ")
        texts = sum(text_features([template.replace("{}", name) for name in names]) for template in templates)
        texts = texts / texts.norm(dim=-1, keepdim=True)
    pictures = model.visual_projection(model.vision_model(**pixels).pooler_output)
    pictures = pictures / pictures.norm(dim=-1, keepdim=True)
    logits = model.logit_scale.exp() * pictures @ texts.T

# What a method does to the logits: a map or a scale, and a bias a class.
if "map" in head:
    logits = logits @ head["map"].T
if "scale" in head:
    logits = logits * head["scale"]
if "bias" in head:
    logits = logits + head["bias"]

for path, row in zip(images, logits):
    best = row.argmax().item()
    print(f"{path}: {names[best]} {100 * row.softmax(0)[best]:.1f} %, logits {[round(x, 4) for x in row.tolist()]}")

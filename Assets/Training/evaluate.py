"""Measures a model folder on the tasks: zero-shot, linear probe on 16 shots, and a small PyTorch twin of ZIP."""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.linalg import hadamard
from transformers import CLIPModel, CLIPTokenizer

TEMPLATES = ["a photo of a {}.", "a picture of a {}.", "a black and white line drawing of a {}.",
             "a colourful clip art of a {}.", "{}."]
# Names of the same things that no caption of the training has, to see what the text tower makes of unseen words.
UNSEEN = {"animal": "creature", "food": "cuisine", "holiday": "feast", "house": "residence", "vehicle": "conveyance",
          "fruit": "produce", "road sign": "signpost", "person": "individual", "building": "edifice", "plant": "flora",
          "tool": "utensil", "computer": "mainframe", "office supplies": "stationery"}
QUERIES, DIRECTIONS, RANK, DIMENSIONS, RADIUS = 5000, 5, 5, 500, 0.01


class Task:
    """Image features and labels of one task, cached once."""

    def __init__(self, folder: Path, model: CLIPModel):
        split = json.loads((folder / "split.json").read_text())
        self.name = folder.name
        self.classes = [n for _, n in sorted({(label, name) for _, label, name in split["train"]})]
        vision, tensors = model.config.vision_config, {}
        for part, entries in split.items():
            images = [Image.open(folder / path).convert("RGB") for path, _, _ in entries]
            images = [np.asarray(i.resize((vision.image_size,) * 2, Image.BICUBIC), np.float32) / 255 for i in images]
            pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)
            pixels = (pixels - torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1))
            pixels = pixels / torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
            features = torch.cat([model.visual_projection(model.vision_model(pixel_values=p).pooler_output)
                                  for p in pixels.split(128)])
            tensors[part] = (F.normalize(features), torch.tensor([label for _, label, _ in entries]))
        self.train, self.validation, self.test = tensors["train"], tensors["val"], tensors["test"]


class TextTower:
    """The text tower on context vectors followed by class tokens; the shared prefix is run once per candidate."""

    def __init__(self, model: CLIPModel, tokenizer: CLIPTokenizer, classes: list[str]):
        self.model, self.tokenizer, text = model, tokenizer, model.text_model
        self.table, self.positions = text.embeddings.token_embedding.weight, text.embeddings.position_embedding.weight
        ids = [tokenizer(name.replace("_", " ") + ".")["input_ids"][1:] for name in classes]
        longest = max(map(len, ids))
        self.ids = torch.tensor([row + [tokenizer.eos_token_id] * (longest - len(row)) for row in ids])
        self.ends = torch.tensor([len(row) - 1 for row in ids])
        self.start = tokenizer.bos_token_id
        self.heads, self.scale = model.config.text_config.num_attention_heads, model.logit_scale.exp()

    def split_heads(self, x):
        return x.view(*x.shape[:-1], self.heads, -1).transpose(-2, -3)

    def run(self, layer, x, past):
        """One layer; `past` are the keys and values of the prefix, or nothing when x is the prefix."""
        attention, h = layer.self_attn, layer.layer_norm1(x)
        q, k, v = (self.split_heads(p(h)) for p in (attention.q_proj, attention.k_proj, attention.v_proj))
        own, here = (k, v), x.shape[-2]
        if past is not None:
            k, v = (torch.cat([p.unsqueeze(1).expand(-1, x.shape[1], -1, -1, -1), n], -2) for p, n in zip(past, (k, v)))
        mask = torch.ones(here, k.shape[-2], dtype=torch.bool).triu(k.shape[-2] - here + 1)
        weights = (q @ k.mT * q.shape[-1] ** -0.5).masked_fill(mask, float("-inf")).softmax(-1)
        x = x + attention.out_proj((weights @ v).transpose(-2, -3).flatten(-2))
        return x + layer.mlp(layer.layer_norm2(x)), own

    def features(self, context: torch.Tensor) -> torch.Tensor:
        """Normalised text features [b, classes, p] of contexts [b, m, d]."""
        b, m, _ = context.shape
        prefix = torch.cat([self.table[self.start].expand(b, 1, -1), context], 1) + self.positions[:m + 1]
        own = (self.table[self.ids] + self.positions[m + 1:m + 1 + self.ids.shape[1]]).expand(b, -1, -1, -1)
        for layer in self.model.text_model.encoder.layers:
            prefix, past = self.run(layer, prefix, None)
            own, _ = self.run(layer, own, past)
        own = self.model.text_model.final_layer_norm(own[:, torch.arange(len(self.ids)), self.ends])
        return F.normalize(self.model.text_projection(own), dim=-1)


def template_features(model, tokenizer, template: str, classes: list[str]) -> torch.Tensor:
    """Normalised text features of a hand-written template."""
    rows = [model.text_projection(model.text_model(input_ids=torch.tensor([tokenizer(
        template.format(name))["input_ids"]])).pooler_output)[0] for name in classes]
    return F.normalize(torch.stack(rows))


def accuracy(features: torch.Tensor, labels: torch.Tensor, text: torch.Tensor) -> float:
    """Per cent of images whose nearest class text is their own."""
    return 100 * float(((features @ text.T).argmax(1) == labels).float().mean())


def linear_probe(task: Task) -> float:
    """Test accuracy of logistic regression on the training features; weight decay chosen on validation."""
    best = (-1.0, 0.0, 0.0)
    for decay in (0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4):
        with torch.enable_grad():
            weight = torch.zeros(len(task.classes), task.train[0].shape[1], requires_grad=True)
            optimizer = torch.optim.LBFGS([weight], max_iter=200)

            def closure():
                optimizer.zero_grad()
                loss = F.cross_entropy(10 * task.train[0] @ weight.T, task.train[1]) + decay * weight.square().sum()
                loss.backward()
                return loss
            optimizer.step(closure)
        weight, (images, labels) = weight.detach(), task.validation
        loss = float(F.cross_entropy(10 * images @ weight.T, labels))
        best = max(best, (accuracy(images, labels, weight), -loss, accuracy(*task.test, weight)))
    return best[2]


class Fastfood:
    """One structured random projection for each context token."""

    def __init__(self, tokens: int, width: int, generator):
        self.length, self.width = 1 << (width - 1).bit_length(), width
        self.hadamard = torch.tensor(hadamard(self.length), dtype=torch.float32)
        self.signs = torch.randint(0, 2, (tokens, self.length), generator=generator) * 2.0 - 1
        self.order = torch.stack([torch.randperm(self.length, generator=generator) for _ in range(tokens)])
        self.gauss = torch.randn(tokens, self.length, generator=generator)
        self.divisor = (self.length * self.gauss.square().sum(1, keepdim=True)).sqrt() * (self.length / width) ** 0.5

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """[b, tokens, q] to [b, tokens, width]."""
        padded = F.pad(x, (0, self.length - x.shape[-1]))
        mixed = (padded * self.signs) @ self.hadamard
        mixed = mixed.gather(-1, self.order.expand_as(mixed)) * self.gauss
        return ((mixed @ self.hadamard) / self.divisor)[..., :self.width]


def zip_tuning(task: Task, tower: TextTower, seed: int, step_size: float, words: str | None, queries: int) -> list:
    """Queries, test and validation accuracy at 0, 500, 1 000, 2 500 and 5 000 queries (SPSA on the intrinsic weights)."""
    generator = torch.Generator().manual_seed(seed)
    width = tower.table.shape[1]
    if words:
        start = tower.table[tower.tokenizer(words)["input_ids"][1:-1]]
    else:
        start = torch.randn(8, width, generator=generator) * 0.02
    m = len(start)
    q = DIMENSIONS // m
    fastfood = Fastfood(m, width, generator)
    sizes = [m * RANK, RANK, q * RANK, q]
    count = sum(sizes)
    w = torch.cat([torch.zeros(sizes[0]), torch.ones(RANK), torch.randn(sizes[2], generator=generator), torch.zeros(q)])

    def contexts(points):
        u, s, v, shared = points.split(sizes, 1)
        low = (u.view(-1, m, RANK) * s[:, None]) @ v.view(-1, q, RANK).mT + shared[:, None]
        return start + fastfood(low)

    features, labels = task.train
    batch, curve, order = min(128, len(labels)), [], torch.empty(0, dtype=torch.long)
    for k in range(1, queries // (2 * DIRECTIONS) + 2):
        used = (k - 1) * 2 * DIRECTIONS
        if used in (0, 500, 1000, 2500, 5000) or used == queries:
            text = tower.features(contexts(w[None]))[0]
            curve.append((used, accuracy(*task.test, text), accuracy(*task.validation, text)))
        if used >= queries:
            return curve
        if len(order) < batch:
            order = torch.randperm(len(labels), generator=generator)
        chosen, order = order[:batch], order[batch:]
        radius, rate = RADIUS / k ** 0.1, step_size / (k + 1) ** 0.4
        z = torch.rand(DIRECTIONS, count, generator=generator) * 0.5 + 0.5
        z *= torch.randint(0, 2, z.shape, generator=generator) * 2 - 1
        text = tower.features(contexts(torch.cat([w + radius * z, w - radius * z])))
        logits = tower.scale * torch.einsum("nd,bcd->bnc", features[chosen], text)
        target = labels[chosen].expand(len(logits), -1)
        losses = F.cross_entropy(logits.transpose(1, 2), target, reduction="none").mean(1)
        gradient = ((losses[:DIRECTIONS] - losses[DIRECTIONS:])[:, None] / (2 * radius * z)).mean(0)
        gradient *= min(1.0, count ** 0.5 / float(gradient.norm()))
        w = w - rate * gradient
    return curve


def main() -> None:
    """Command line: prints one line a task and writes the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tasks", nargs="*")
    parser.add_argument("--steps", type=float, nargs="*", default=[0.01, 0.05], help="step sizes a")
    parser.add_argument("--words", help="start from these words' embeddings in place of noise")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_grad_enabled(False)
    model = CLIPModel.from_pretrained(options.model, dtype=torch.float32).eval()
    tokenizer = CLIPTokenizer.from_pretrained(options.model)
    result = {}
    for folder in sorted(p.parent for p in options.data.glob("*/split.json")):
        if options.tasks and folder.name not in options.tasks:
            continue
        task = Task(folder, model)
        tower = TextTower(model, tokenizer, task.classes)
        written = {t: template_features(model, tokenizer, t, task.classes) for t in TEMPLATES}
        zero = {t: accuracy(*task.test, text) for t, text in written.items()}
        held = {t: accuracy(*task.validation, text) for t, text in written.items()}
        row = {"classes": len(task.classes), "test images": len(task.test[1]), "chance": 100 / len(task.classes),
               "zero-shot": zero, "zero-shot validation": held, "probe": linear_probe(task), "zip": {}}
        line = (f"{task.name}: classes {len(task.classes)}, photo {zero[TEMPLATES[0]]:.1f}, "
                f"best {max(zero.values()):.1f} ({max(zero, key=zero.get)}), probe {row['probe']:.1f}")
        renamed = [UNSEEN.get(name, name) for name in task.classes]
        if renamed != task.classes:
            other = accuracy(*task.test, template_features(model, tokenizer, TEMPLATES[0], renamed))
            row["unseen names"] = other
            line += f", unseen names {other:.1f} ({', '.join(renamed)})"
        print(line, {k: round(v, 1) for k, v in zero.items()}, flush=True)
        for step in options.steps:
            begin = time.monotonic()
            curves = [zip_tuning(task, tower, seed, step, options.words, options.queries) for seed in options.seeds]
            row["zip"][str(step)] = curves
            means = [(c[0], np.mean([d[i][1] for d in curves]), np.std([d[i][1] for d in curves]))
                     for i, c in enumerate(curves[0])]
            print(f"   a={step} " + "  ".join(f"{n}: {a:.1f}±{s:.1f}" for n, a, s in means)
                  + f"  validation {np.mean([c[-1][2] for c in curves]):.1f}"
                  + f"  ({(time.monotonic() - begin) / len(curves):.0f} s)", flush=True)
        result[task.name] = row
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Trains the small CLIP on the processor; resumable; exports Hugging Face layout."""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import bpe
from corpus import Batches, Contest, prepare
from model import SmallCLIP, export, load_hugging_face
from sources import fetch

BATCH, MERGES = 128, 3000
KEEP, KEEP_SCENES = 28, 44  # patches seen of a picture and of a scene; a counted thing must not vanish
MATRIX_RATE, OTHER_RATE = 3e-3, 1.5e-3
NAMING = 0.5  # weight of the contests beside CLIP's loss
WHOLE = 0.93  # from this part of the time on every patch is seen


def orthogonal(update: torch.Tensor) -> torch.Tensor:
    """Nearest (semi-)orthogonal matrices of [n, r, c] by a quintic Newton-Schulz iteration (the Muon update)."""
    tall = update.shape[1] > update.shape[2]
    x = (update.mT if tall else update).bfloat16()
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.mT if tall else x).float()


class Optimizer:
    """Orthogonalised momentum for the blocks' matrices, AdamW for everything else."""

    def __init__(self, model: SmallCLIP):
        self.matrices = model.matrices()
        own = {id(p) for p in self.matrices}
        others = [p for p in model.parameters() if id(p) not in own]
        self.adam = torch.optim.AdamW(others, lr=OTHER_RATE, betas=(0.9, 0.98), weight_decay=0.01)
        self.momenta = [torch.zeros_like(p) for p in self.matrices]

    @torch.no_grad()
    def step(self, factor: float) -> None:
        """One update at `factor` of the full rates."""
        for group in self.adam.param_groups:
            group["lr"] = OTHER_RATE * factor
        self.adam.step()
        shapes = {}
        for parameter, momentum in zip(self.matrices, self.momenta):
            momentum.mul_(0.95).add_(parameter.grad)
            update = parameter.grad + 0.95 * momentum
            shapes.setdefault(parameter.shape[-2:], []).append((parameter, update.view(-1, *parameter.shape[-2:])))
        for (rows, columns), members in shapes.items():
            updates = orthogonal(torch.cat([update for _, update in members])) * 0.2 * max(rows, columns) ** 0.5
            for parameter, update in zip([p for p, _ in members], updates.split([len(u) for _, u in members])):
                rate = MATRIX_RATE * factor
                parameter.mul_(1 - 0.05 * rate).sub_(rate * update.view_as(parameter))
        for parameter in [*self.matrices, *self.adam.param_groups[0]["params"]]:
            parameter.grad = None

    def state(self) -> dict:
        """What a checkpoint needs."""
        return {"adam": self.adam.state_dict(), "momenta": self.momenta}

    def restore(self, state: dict) -> None:
        """Continues from a checkpoint."""
        self.adam.load_state_dict(state["adam"])
        for momentum, saved in zip(self.momenta, state["momenta"]):
            momentum.copy_(saved)


def token_batch(tokenizer: bpe.Tokenizer, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids padded to the longest text, and the positions of the end tokens."""
    ids = [tokenizer.encode(text) for text in texts]
    longest = max(map(len, ids))
    padded = torch.tensor([row + [tokenizer.end] * (longest - len(row)) for row in ids])
    return padded, torch.tensor([len(row) - 1 for row in ids])


def contrastive_loss(model: SmallCLIP, images: torch.Tensor, texts: torch.Tensor, captions: list[str]) -> torch.Tensor:
    """CLIP's symmetric loss; equal captions in a batch share their probability."""
    logits = model.scale.exp() * F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T
    numbers = {}
    label = torch.tensor([numbers.setdefault(c.rstrip("."), len(numbers)) for c in captions])
    target = (label[:, None] == label).float()
    target /= target.sum(1, keepdim=True)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def contest_loss(model: SmallCLIP, images: torch.Tensor, texts: torch.Tensor, contests: list[Contest]) -> torch.Tensor:
    """Cross-entropy of each image between captions that differ in the name alone; `texts` has all contests' captions."""
    losses, start = [], 0
    for contest in contests:
        end = start + len(contest.captions)
        logits = model.scale.exp() * F.normalize(images[contest.rows], dim=1) @ F.normalize(texts[start:end], dim=1).T
        losses.append(F.cross_entropy(logits, contest.truth / contest.truth.sum(1, keepdim=True), reduction="sum"))
        start = end
    return torch.stack(losses).sum() / sum(len(contest.rows) for contest in contests)


def encode_images(model: SmallCLIP, pixels: torch.Tensor, whole: bool) -> torch.Tensor:
    """Features of a batch whose first half is pictures and whose second is scenes."""
    if whole:
        return model.images(pixels)
    half = len(pixels) // 2
    return torch.cat([model.images(pixels[:half], KEEP), model.images(pixels[half:], KEEP_SCENES)])


class Threads:
    """One or two threads, whichever was faster of late: other work on the machine comes and goes."""

    def __init__(self, wanted: int):
        self.adaptive, self.count, self.best, self.begin = wanted == 0, wanted or 2, {}, time.monotonic()
        torch.set_num_threads(self.count)

    def tick(self, step: int) -> None:
        """To be called after each step."""
        if self.adaptive and step % 8 == 0:
            now = time.monotonic()
            self.best[self.count], self.begin = now - self.begin, now
            faster = min(self.best, key=self.best.get)
            self.count = 3 - faster if step % 48 == 0 or len(self.best) < 2 else faster
            torch.set_num_threads(self.count)


def rate_factor(part: float) -> float:
    """Warm-up over the first 2 % of the time, then linear decay to zero."""
    return min(part / 0.02 + 0.02, 1.0, max(0.0, (1 - part) / 0.98))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for downloads, caches and checkpoints")
    parser.add_argument("--data", type=Path, required=True, help="the Data folder, whose images are left out")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--minutes", type=float, default=60, help="training time (checkpoints included)")
    parser.add_argument("--scenes", type=int, help="procedural scenes to draw (4 000 a minute, at most 100 000)")
    parser.add_argument("--threads", type=int, default=0, help="0: one or two, whichever is faster at the time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=Path, help="model folder to begin with, with its vocabulary")
    options = parser.parse_args()
    threads = Threads(options.threads)
    options.scenes = options.scenes or min(100_000, max(8000, int(options.minutes * 4) * 1000))
    corpus = prepare(options.work, fetch(options.work), options.data, options.scenes, options.seed)
    print(corpus["report"], flush=True)
    batches = Batches(corpus, options.seed)
    tokens = options.start or options.work / f"tokenizer-{options.seed}"
    if not (tokens / "merges.txt").exists():
        texts = [t for _ in range(300) for t in batches.draw(256)[1]]
        bpe.Tokenizer(bpe.learn(texts, MERGES)).save(tokens)
    tokenizer = bpe.Tokenizer.load(tokens)
    torch.manual_seed(options.seed)
    model = SmallCLIP(len(tokenizer.vocabulary))
    if options.start:
        load_hugging_face(model, options.start)
    optimizer, step, spent, curve = Optimizer(model), 0, 0.0, []
    checkpoint = options.work / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.restore(saved["optimizer"])
        step, spent, curve = saved["step"], saved["spent"], saved["curve"]
        batches.rng = np.random.default_rng([options.seed, step])
    begin, last_save, running = time.monotonic() - spent, time.monotonic(), np.zeros(2)
    while (part := (time.monotonic() - begin) / (60 * options.minutes)) < 1:
        pixels, texts, contests = batches.draw(BATCH)
        ids, ends = token_batch(tokenizer, texts)
        names, last = token_batch(tokenizer, [caption for contest in contests for caption in contest.captions])
        with torch.autocast("cpu", torch.bfloat16):
            images = encode_images(model, pixels, part >= WHOLE)
            described, named = model.texts(ids, ends), model.texts(names, last)
        matching = contrastive_loss(model, images.float(), described.float(), texts)
        naming = contest_loss(model, images.float(), named.float(), contests)
        loss = matching + NAMING * naming
        loss.backward()
        optimizer.step(rate_factor(part))
        model.scale.data.clamp_(max=4.6052)
        step, running = step + 1, running + np.array([matching.item(), naming.item()])
        threads.tick(step)
        if step % 50 == 0:
            curve.append([step, *(running / 50).round(4).tolist()])
            print(f"step {step} samples {step * BATCH} part {part:.3f} losses {curve[-1][1]:.4f} {curve[-1][2]:.4f} "
                  f"scale {model.scale.exp().item():.1f} threads {threads.count} "
                  f"rate {step * BATCH / (time.monotonic() - begin):.0f}/s", flush=True)
            running = np.zeros(2)
        if time.monotonic() - last_save > 120:
            last_save = time.monotonic()
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state(), "step": step,
                        "spent": last_save - begin, "curve": curve}, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    export(model, tokenizer, options.out)
    log = {"steps": step, "samples": step * BATCH, "minutes": options.minutes, "parameters":
           sum(p.numel() for p in model.parameters()), "corpus": corpus["report"], "curve": curve,
           "started from a model": options.start is not None}
    (options.work / "training.json").write_text(json.dumps(log, indent=1))
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    main()

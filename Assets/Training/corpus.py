"""The training corpus: pictures without the tasks' images and near-duplicates, scenes, and batches of both."""

import json
import pickle
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import captions
import pictures
from model import IMAGE, MEAN, STD
from scenes import COLOURS, TEXTURES, Painter, texture

NEAR = 6             # hash bits, as in tasks.py
SCENE_NEAR = 30.0    # and, for scenes, root mean square difference in grey levels
STORED = 72          # side of the stored pictures


def task_images(data: Path) -> np.ndarray:
    """Every image of every task as uint8 RGB [n, 64, 64, 3], in path order."""
    paths = sorted(data.glob("*/images/*/*.png"))
    return np.stack([np.asarray(Image.open(p).convert("RGB").resize((64, 64), Image.BICUBIC)) for p in paths])


def load_pictures(root: Path, data: Path, report: dict) -> tuple[list[dict], list[str]]:
    """Clip art and emoji that are neither in a task nor near-duplicates of a task's image, with their names.

    The second list has a line for every near pair that was removed: picture, task image, hash distance.
    """
    used = {line.split("\t")[1] for line in (data / "sources.tsv").read_text().splitlines()[1:]}
    items = pictures.clip_art(root) + pictures.emoji(root) + pictures.pictograms(root)
    wordnet = captions.WordNet(root / "usr/share/wordnet")
    named = captions.name_pictures(items, wordnet)
    white = pictures.on_white(np.stack([item["pixels"] for item in items]))
    gap = pictures.distances(pictures.perceptual_hash(white), pictures.perceptual_hash(task_images(data)))
    places = [str(p.relative_to(data)) for p in sorted(data.glob("*/images/*/*.png"))]
    result, removed = [], []
    report["in tasks"], report["near-duplicates"] = 0, 0
    for item, names, rgb, near in zip(items, named, white, gap):
        if f"{item['source']}:{item['key']}" in used:
            report["in tasks"] += 1
        elif near.min() <= NEAR:
            report["near-duplicates"] += 1
            removed += [f"{item['source']}:{item['key']}\t{places[i]}\t{int(near[i])}"
                        for i in np.flatnonzero(near <= NEAR)]
        elif rgb.reshape(-1, 3).std(0).max() >= 8:
            group = item["key"].rsplit("/", 1)[0]
            small = Image.fromarray(item["pixels"]).convert("RGBa").resize((STORED, STORED), Image.BICUBIC)
            result.append({**names, "group": group, "styles": captions.style_of(rgb),
                           "pixels": np.asarray(small.convert("RGBA"))})
    report["pairs"], report["pictures"] = len(removed), len(result)
    return result, removed


def _draw(job):
    root, seed, count = job
    rng, painter = np.random.default_rng(seed), Painter(root)
    return [painter.scene(rng) for _ in range(count)]


def draw_scenes(root: Path, data: Path, count: int, seed: int, report: dict) -> tuple[np.ndarray, list[dict]]:
    """Draws scenes and drops those that (nearly) equal a task's image."""
    with Pool(2) as pool:
        drawn = [s for part in pool.imap(_draw, [(root, [seed, i], 1000) for i in range(count // 1000)]) for s in part]
    images = np.stack([s[0] for s in drawn])
    tasks = task_images(data)
    hashes, kept = pictures.perceptual_hash(tasks), np.ones(len(images), bool)
    for start in range(0, len(images), 2000):
        part = images[start:start + 2000]
        for i, j in np.argwhere(pictures.distances(pictures.perceptual_hash(part), hashes) <= NEAR):
            difference = part[i].astype(np.float32) - tasks[j]
            if np.sqrt((difference ** 2).mean()) < SCENE_NEAR:
                kept[start + i] = False
    report["scenes"], report["scenes dropped"] = int(kept.sum()), int((~kept).sum())
    return images[kept], [s[1] for s, k in zip(drawn, kept) if k]


def prepare(work: Path, root: Path, data: Path, scenes: int, seed: int) -> dict:
    """The whole corpus, from the cache in `work` where it lies there."""
    cache = work / f"corpus-{scenes}-{seed}.pickle"
    if not cache.exists():
        report = {}
        items, removed = load_pictures(root, data, report)
        (work / "removed.tsv").write_text("\n".join(["picture\ttask image\tbits", *removed]) + "\n")
        images, infos = draw_scenes(root, data, scenes, seed, report)
        (work / "corpus.json").write_text(json.dumps(report, indent=1))
        cache.write_bytes(pickle.dumps({"items": items, "images": images, "infos": infos, "report": report}))
    return pickle.loads(cache.read_bytes())


class Batches:
    """Draws batches: half pictures in varied styles, half scenes, each with a fresh caption."""

    def __init__(self, corpus: dict, seed: int):
        self.rng = np.random.default_rng(seed)
        torch.manual_seed(seed)
        self.items, self.scenes, self.infos = corpus["items"], torch.from_numpy(corpus["images"]), corpus["infos"]
        groups = [item["group"] for item in self.items]
        sizes = {g: groups.count(g) for g in set(groups)}
        weights = np.array([0.8 if g in ("emoji", "pictogram") else min(1, (20 / sizes[g]) ** 0.5) for g in groups])
        self.weights = weights / weights.sum()
        pixels = torch.from_numpy(np.stack([item["pixels"] for item in self.items])).float() / 255
        pixels[..., :3] *= pixels[..., 3:]
        self.pixels = (pixels * 255).round().to(torch.uint8).permute(0, 3, 1, 2).contiguous()
        rng = np.random.default_rng(seed)
        self.grounds = []
        for _ in range(300):
            shade = rng.integers(90, 255, (2, 3))
            name = str(rng.choice(TEXTURES))
            pattern = texture(name, tuple(shade[0]), tuple(shade[1]), rng).resize((IMAGE, IMAGE), Image.BOX)
            self.grounds.append((name, torch.from_numpy(np.array(pattern)).permute(2, 0, 1) / 255))

    def pictures(self, count: int) -> tuple[torch.Tensor, list[str]]:
        """Clip art and emoji: slightly moved, scaled, mirrored; on white, a colour or a pattern; in a style."""
        rng = self.rng
        chosen = rng.choice(len(self.items), count, p=self.weights)
        scale = torch.from_numpy(rng.uniform(0.85, 1.5, count)).float()
        mirrored = [self.items[i]["medium"] in ("clip art", "emoji", "pictogram") and rng.random() < 0.4
                    for i in chosen]
        flip = torch.tensor([-1.0 if m else 1.0 for m in mirrored])
        theta = torch.zeros(count, 2, 3)
        turn = torch.from_numpy(rng.normal(0, 0.12, count)).float()
        theta[:, 0, 0], theta[:, 1, 1] = scale * flip * torch.cos(turn), scale * torch.cos(turn)
        theta[:, 0, 1], theta[:, 1, 0] = scale * torch.sin(turn), -scale * flip * torch.sin(turn)
        theta[:, :, 2] = torch.from_numpy(rng.uniform(-0.15, 0.15, (count, 2))).float() * scale[:, None]
        grid = F.affine_grid(theta, (count, 4, IMAGE, IMAGE), align_corners=False)
        drawn = F.grid_sample(self.pixels[torch.from_numpy(chosen)].float() / 255, grid, align_corners=False)
        ground, texts, styles = torch.ones(count, 3, IMAGE, IMAGE), [], []
        names = list(COLOURS)
        for n, i in enumerate(chosen):
            item, roll, behind = self.items[i], rng.random(), ""
            if roll < 0.18:
                behind = names[int(rng.integers(len(names)))]
                ground[n] = torch.tensor(COLOURS[behind]).view(3, 1, 1) / 255
            elif roll < 0.28:
                behind, ground[n] = self.grounds[int(rng.integers(len(self.grounds)))]
            roll = rng.random()
            style = ("" if roll < 0.5 else "line" if roll < 0.66 else "shadow" if roll < 0.71 else
                     "grey" if roll < 0.82 else "noisy" if roll < 0.91 else "blurred")
            if style == "shadow" and not 0.05 < drawn[n, 3].mean() < 0.75:
                style = "line"
            if behind and style in ("line", "shadow"):
                ground[n], behind = 1.0, ""
            if style == "shadow":
                drawn[n, :3] = 0
            if style == "" and item["medium"] != "flag" and rng.random() < 0.2:
                drawn[n, :3] = drawn[n, torch.from_numpy(rng.permutation(3))]
            styles.append(style)
            words = {"": item["styles"], "line": ["line drawing", "black and white", "sketch"],
                     "shadow": ["silhouette"], "grey": ["grey", "black and white"], "noisy": ["noisy", "grainy"],
                     "blurred": ["blurry", "blurred"]}[style]
            medium = "photo" if style in ("noisy", "blurred") else "drawing" if style == "line" else item["medium"]
            texts.append(captions.picture_caption(item, words, medium, behind if style != "grey" else "", rng))
        image = drawn[:, :3] + (1 - drawn[:, 3:]) * ground
        return self.stylise(image, styles), texts

    def stylise(self, image: torch.Tensor, styles: list[str]) -> torch.Tensor:
        """Turns pictures [b, 3, 64, 64] into line drawings, grey, noisy or blurred ones where so named."""
        at = {name: torch.tensor([s == name for s in styles]) for name in ("line", "grey", "noisy", "blurred")}
        if at["line"].any():
            grey = image[at["line"]].mean(1, keepdim=True)
            padded = F.pad(grey, (1, 1, 1, 1), mode="replicate")
            across = (padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]).abs()
            down = (padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]).abs()
            strength = torch.from_numpy(self.rng.uniform(1, 5, (len(grey), 1, 1, 1))).float()
            image[at["line"]] = (1 - strength * (across + down)).clamp(0, 1).expand(-1, 3, -1, -1)
        if at["grey"].any():
            image[at["grey"]] = image[at["grey"]].mean(1, keepdim=True).expand(-1, 3, -1, -1)
        if at["noisy"].any():
            part = image[at["noisy"]]
            image[at["noisy"]] = (part + torch.randn_like(part) * 0.16).clamp(0, 1)
        if at["blurred"].any():
            image[at["blurred"]] = F.avg_pool2d(F.avg_pool2d(image[at["blurred"]], 3, 1, 1, count_include_pad=False),
                                                5, 1, 2, count_include_pad=False)
        return image

    def draw(self, count: int) -> tuple[torch.Tensor, list[str]]:
        """A batch of normalised pixels [count, 3, 64, 64] and captions."""
        first, texts = self.pictures(count // 2)
        chosen = self.rng.integers(len(self.infos), size=count - count // 2)
        second = self.scenes[torch.from_numpy(chosen)].permute(0, 3, 1, 2).float() / 255
        texts = texts + [captions.scene_caption(self.infos[i], self.rng) for i in chosen]
        pixels = torch.cat([first, second])
        return (pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1), texts

"""The training corpus: pictures without the tasks' images and near-duplicates, scenes, and batches of both."""

import json
import pickle
from collections import Counter
from multiprocessing import Pool
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import captions
import filters
import pictures
from model import IMAGE, MEAN, STD
from scenes import COLOURS, COUNTS, SHAPES, TEXTURES, Painter, texture
from tasks import RENDERED

NEAR = 6             # hash bits, as in tasks.py
SCENE_NEAR = 30.0    # and, for scenes, root mean square difference in grey levels
COMMON = 25          # pictures that a kind must have to enter contests
CONTEST = 48         # kinds in a contest
LETTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
STORED = 72          # side of the stored pictures


def task_images(data: Path) -> np.ndarray:
    """Every image of every task as uint8 RGB [n, 64, 64, 3], in path order."""
    paths = sorted(data.glob("*/images/*/*.png"))
    return np.stack([np.asarray(Image.open(p).convert("RGB").resize((64, 64), Image.BICUBIC)) for p in paths])


def task_originals(data: Path, items: list[dict], white: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Paths and 64 px pictures of every task's image, before the task's style where it has one."""
    place = {f"{item['source']}:{item['key']}": i for i, item in enumerate(items)}
    lines = [line.split("\t") for line in (data / "sources.tsv").read_text().splitlines()[1:]]
    paths, result = [], []
    for path, source in sorted(lines):
        if source in place:
            side = RENDERED[path.split("/")[0]][0]
            image = Image.fromarray(white[place[source]]).resize((side, side), Image.LANCZOS)
        else:
            image = Image.open(data / path).convert("RGB")
        paths.append(path)
        result.append(np.asarray(image.resize((64, 64), Image.BICUBIC)))
    return paths, np.stack(result)


def load_pictures(root: Path, data: Path, report: dict) -> tuple[list[dict], list[str]]:
    """Clip art and emoji that are neither in a task nor near-duplicates of a task's picture, with their names.

    Compared are the task's pictures before they were put into its style. The second list has a line for every near
    pair that was removed: picture, task image, hash distance.
    """
    items = pictures.clip_art(root) + pictures.emoji(root) + pictures.pictograms(root)
    wordnet = captions.WordNet(root / "usr/share/wordnet")
    named = captions.name_pictures(items, wordnet)
    white = pictures.on_white(np.stack([item["pixels"] for item in items]))
    used = {line.split("\t")[1] for line in (data / "sources.tsv").read_text().splitlines()[1:]}
    places, originals = task_originals(data, items, white)
    gap = pictures.distances(pictures.perceptual_hash(white), pictures.perceptual_hash(originals))
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


def _begin(root: Path, stickers: list) -> None:
    global _painter
    _painter = Painter(root, stickers)


def _draw(job):
    seed, count = job
    rng = np.random.default_rng(seed)
    return [_painter.scene(rng) for _ in range(count)]


def draw_scenes(root: Path, data: Path, items: list[dict], count: int, seed: int,
                report: dict) -> tuple[np.ndarray, list[dict]]:
    """Draws scenes and drops those that (nearly) equal a task's image."""
    stickers = [(item["names"][0], item["pixels"]) for item in items
                if item["medium"] in ("emoji", "pictogram") and len(item["names"][0].split()) <= 2]
    with Pool(2, _begin, (root, stickers)) as pool:
        drawn = [s for part in pool.imap(_draw, [([seed, i], 1000) for i in range(count // 1000)]) for s in part]
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
        images, infos = draw_scenes(root, data, items, scenes, seed, report)
        (work / "corpus.json").write_text(json.dumps(report, indent=1))
        cache.write_bytes(pickle.dumps({"items": items, "images": images, "infos": infos, "report": report}))
    return pickle.loads(cache.read_bytes())


class Contest(NamedTuple):
    """Captions that differ in the name alone, the images they are for and what is true of them, [images, captions]."""

    rows: torch.Tensor
    captions: list[str]
    truth: torch.Tensor


class Batches:
    """Draws batches: half pictures in varied styles, half scenes, each with a fresh caption; and contests."""

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
        self.styles, self.shares = filters.shares(filters.PICTURE_SHARE)
        self.scene_styles, self.scene_shares = filters.shares(filters.SCENE_SHARE, ("shadow",))
        rng = np.random.default_rng(seed)
        counts = Counter(kind for item in self.items for kind in item["kinds"])
        self.kinds = [kind for kind, count in counts.items() if count >= COMMON]
        self.grounds = []
        for _ in range(300):
            shade = rng.integers(90, 255, (2, 3))
            name = str(rng.choice(TEXTURES))
            pattern = texture(name, tuple(shade[0]), tuple(shade[1]), rng).resize((IMAGE, IMAGE), Image.BOX)
            self.grounds.append((name, torch.from_numpy(np.array(pattern)).permute(2, 0, 1) / 255))

    def pictures(self, count: int) -> tuple[torch.Tensor, list[str], list[set[str]]]:
        """Clip art and emoji: slightly moved, scaled, mirrored; on white, a colour or a pattern; in a style."""
        rng = self.rng
        chosen = rng.choice(len(self.items), count, p=self.weights)
        chosen[count - count // 4:] = chosen[:count // 4]  # the same picture twice: only its style tells them apart
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
            style = str(rng.choice(self.styles, p=self.shares))
            if style == "shadow" and not 0.05 < drawn[n, 3].mean() < 0.75:
                style = "line"
            if behind and style in ("line", "shadow"):
                ground[n], behind = 1.0, ""
            if style == "shadow":
                drawn[n, :3] = 0
            styles.append(style)
            words, medium, true_colours = filters.FILTERS[style]
            texts.append(captions.picture_caption(item, words or item["styles"], medium or item["medium"],
                                                  behind if true_colours else "", rng))
        image = drawn[:, :3] + (1 - drawn[:, 3:]) * ground
        return filters.stylise(image, styles, rng), texts, [set(self.items[i]["kinds"]) for i in chosen]

    def drawn(self, count: int) -> tuple[torch.Tensor, list[str], list[dict]]:
        """Procedural scenes, half of them put into a further style."""
        rng = self.rng
        chosen = rng.integers(len(self.infos), size=count)
        images = self.scenes[torch.from_numpy(chosen)].permute(0, 3, 1, 2).float() / 255
        styles = [str(s) if self.infos[i]["style"] in ("plain", "outline", "textured") else ""
                  for i, s in zip(chosen, rng.choice(self.scene_styles, count, p=self.scene_shares))]
        texts = [captions.scene_caption(self.infos[i], rng, s) for i, s in zip(chosen, styles)]
        return filters.stylise(images, styles, rng), texts, [self.infos[i] for i in chosen]

    def contest(self, truths: list[tuple[int, set[str]]], names: list[str], forms: list[str]) -> Contest:
        """The contest of `names`, each in one of the `forms` of words, for the images (row, true names)."""
        form = forms[int(self.rng.integers(len(forms)))]
        truth = torch.tensor([[float(name in true) for name in names] for _, true in truths])
        return Contest(torch.tensor([row for row, _ in truths]),
                       captions.contest([form.format(name) for name in names], self.rng), truth)

    def contests(self, kinds: list[set[str]], infos: list[dict]) -> list[Contest]:
        """One contest of the pictures' kinds, and one each of the scenes' shapes, textures, digits, letters, numbers."""
        chosen = [str(kind) for kind in self.rng.choice(self.kinds, CONTEST, replace=False)]
        of = {"picture": [(row, true) for row, true in enumerate(kinds) if true & set(chosen)]}
        for row, info in enumerate(infos, len(kinds)):
            thing = info["thing"]
            kind = "letter" if info["kind"] == "glyph" and not thing.isdigit() else info["kind"]
            name = (captions.NUMBERS[info["count"]] if kind == "count" else
                    (captions.NUMBERS[int(thing)] if thing != "0" else "zero") if kind == "glyph" else thing)
            of.setdefault(kind, []).append((row, {name}))
        entries = {"picture": (chosen, ["{}"]), "shape": (SHAPES, ["{}"]), "texture": (TEXTURES, ["{}"]),
                   "glyph": (COUNTS, ["{}", "{}", "number {}", "digit {}"]),
                   "letter": (LETTERS, ["letter {}", "{}"]), "count": (captions.NUMBERS[1:8], ["{}", "{}", "{} things"])}
        return [self.contest(of[kind], *entry) for kind, entry in entries.items() if of.get(kind)]

    def draw(self, count: int) -> tuple[torch.Tensor, list[str], list[Contest]]:
        """A batch of normalised pixels [count, 3, 64, 64], their captions, and contests between captions."""
        first, texts, kinds = self.pictures(count // 2)
        second, more, infos = self.drawn(count - count // 2)
        pixels = torch.cat([first, second])
        return ((pixels - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1),
                [captions.lead(text, self.rng) for text in texts + more], self.contests(kinds, infos))

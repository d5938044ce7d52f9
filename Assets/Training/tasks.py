"""Makes the image classification tasks in `Data/`: PNG files, CoOp split files, sources and digests."""

import argparse
import hashlib
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

import pictures
import shifts
from scenes import COUNTS, Painter
from sources import fetch

TRAIN, VALIDATION, TEST = 16, 4, 25
EACH = TRAIN + VALIDATION + TEST
NEAR = 6  # hash bits: pictures at most this far apart count as near-duplicates

# Class name: path prefixes of the package; "!" excludes a path prefix, "-" a word of title or keywords.
LINE_DRAWINGS = {
    "animal": ["animals"],
    "person": ["people", "!people/clothing", "!people/bodypart", "!people/smilies"],
    "food": ["food"],
    "tool": ["tools"],
    "vehicle": ["transportation", "!transportation/aiga", "!transportation/roadsigns", "-sign", "-rules", "-roadsign"],
    "computer": ["computer", "!computer/icons", "!computer/buttons", "!computer/folders"],
    "office supplies": ["office"],
    "map": ["geography", "!geography/astronomy"],
    "music": ["recreation/music"],
}
CLIP_ART = {
    "fruit": ["food/fruit"],
    "dessert": ["food/desserts"],
    "drink": ["food/beverages"],
    "vehicle": ["transportation", "!transportation/aiga", "!transportation/roadsigns", "-sign", "-rules", "-roadsign"],
    "road sign": ["transportation/roadsigns"],
    "person": ["people", "!people/clothing", "!people/bodypart", "!people/smilies"],
    "building": ["buildings", "!buildings/furniture"],
    "plant": ["plants"],
    "tool": ["tools", "!tools/weapons"],
    "animal": ["animals"],
}
FLAGS = {name: [f"signs_and_symbols/flags/{name.lower()}"] for name in ("Africa", "America", "Asia", "Europe")}
STAMPS = {
    "animal": ["animals/mammals", "animals/marsupials"],
    "food": ["food"],
    "holiday": ["seasonal"],
    "house": ["town", "!town/flags", "!town/roadsigns"],
    "letter": ["symbols/alphabets/english", "symbols/alphabets/german", "symbols/alphabets/spanish"],
    "sign": ["town/roadsigns", "symbols/math", "symbols/music"],
    "vehicle": ["vehicles", "military/vehicles", "space/apollo_lander", "space/voyager2"],
}
# Task: class name and what `shifts.py` draws for it.
DRAWN = {
    "counting": {n: str(i) for i, n in enumerate(COUNTS[1:7], 1)},
    "shapes": {n: n for n in ["circle", "square", "triangle", "star", "cross", "heart", "ring", "diamond", "hexagon",
                              "arrow"]},
    "textures": {n: n for n in ["stripes", "dots", "checkerboard", "grid", "zigzag", "waves", "bricks", "rings",
                                "scales", "noise"]},
    "digits": {n: str(i) for i, n in enumerate(COUNTS)},
}
# Tasks of pictures: the side of their images and the style they are put into.
RENDERED = {"line-drawings": (96, shifts.blueprint), "clip-art": (80, shifts.embroidered),
            "flags": (64, shifts.embroidered), "stamps": (80, None)}


def belongs(picture: dict, rules: list[str]) -> bool:
    """Whether a picture falls under a class's rules."""
    key, words = picture["key"], " ".join([picture["title"], *picture["keywords"]]).lower().split()
    return (any(f"{key}/".startswith(r + "/") for r in rules if r[0] not in "!-")
            and not any(key.startswith(r[1:]) for r in rules if r[0] == "!")
            and not any(word.rstrip("s") == r[1:].rstrip("s") for r in rules if r[0] == "-" for word in words))


def is_line_drawing(rgb: np.ndarray) -> bool:
    """Mostly white with (almost) no coloured pixel."""
    values = rgb.astype(np.int16)
    coloured = (values.max(-1) - values.min(-1) > 30).mean()
    dark = (values.mean(-1) < 200).mean()
    return bool(coloured < 0.01 and dark > 0.01 and (values.mean(-1) > 215).mean() > 0.35)


def is_blank(rgb: np.ndarray) -> bool:
    """Nearly one colour."""
    return bool(rgb.reshape(-1, 3).std(0).max() < 8)


def smallest_png(rgb: np.ndarray) -> bytes:
    """The smallest lossless PNG of an RGB picture: in colour, in grey or with a palette."""
    variants = [Image.fromarray(rgb)]
    if (rgb == rgb[..., :1]).all():
        variants.append(Image.fromarray(rgb[..., 0]))
    colours, indices = np.unique(rgb.reshape(-1, 3), axis=0, return_inverse=True)
    if len(colours) <= 256:
        image = Image.fromarray(indices.reshape(rgb.shape[:2]).astype(np.uint8))
        image.putpalette(colours.tobytes())
        variants.append(image)
    files = []
    for image in variants:
        file = io.BytesIO()
        image.save(file, "PNG", optimize=True)
        files.append(file.getvalue())
    return min(files, key=len)


class Builder:
    """Writes tasks one after another and refuses near-duplicates of any picture already taken."""

    def __init__(self, out: Path, seed: int, rendered: dict = RENDERED, drawer=shifts):
        self.out, self.seed, self.rng = out, seed, np.random.default_rng(seed)
        self.rendered, self.drawer = rendered, drawer
        self.hashes = np.zeros((0, 64), bool)
        self.sources, self.duplicates = [], 0

    def fresh(self, rgb: np.ndarray) -> bool:
        """Records a picture's hash; false where a near-duplicate was taken before."""
        own = pictures.perceptual_hash(rgb[None])
        if len(self.hashes) and pictures.distances(own, self.hashes).min() <= NEAR:
            self.duplicates += 1
            return False
        self.hashes = np.concatenate([self.hashes, own])
        return True

    def sample(self, task: str, candidates: list[dict], classes: dict, wanted) -> dict:
        """Draws 45 different pictures a class in the task's style; returns class -> [(name, source, rgb)].

        A class for which the source has fewer is left out.
        """
        result, (side, render) = {}, self.rendered[task]
        styling = np.random.default_rng([len(task), side])
        for name, rules in classes.items():
            pool = [c for c in candidates if belongs(c, rules)]
            taken = []
            for i in self.rng.permutation(len(pool)):
                rgb = pictures.on_white(pool[i]["pixels"])
                if is_blank(rgb) or not wanted(rgb) or not self.fresh(rgb):
                    continue
                stem = re.sub(r"[^a-z0-9]+", "-", pool[i]["key"].rsplit("/", 1)[1].lower()).strip("-")
                image = np.asarray(Image.fromarray(rgb).resize((side, side), Image.LANCZOS))
                image = render(image, styling) if render else image
                taken.append((stem, f"{pool[i]['source']}:{pool[i]['key']}", image))
                if len(taken) == EACH:
                    result[name] = taken
                    break
        return result

    def paint(self, task: str, things: dict, fonts: list) -> dict:
        """Draws 45 pictures a class."""
        result, rng = {}, np.random.default_rng([self.seed, *task.encode()])
        for name, thing in things.items():
            drawn = [self.drawer.picture(task, thing, fonts, rng) for _ in range(EACH)]
            result[name] = [(f"{style}-{number:02}", f"drawn by {self.drawer.__name__}.py", rgb)
                            for number, (style, rgb) in enumerate(drawn, 1)]
        return result

    def write(self, task: str, classes: dict) -> None:
        """Writes the PNG files and `split.json` of a task."""
        folder = self.out / task
        shutil.rmtree(folder / "images", ignore_errors=True)
        split = {"train": [], "val": [], "test": []}
        for label, (name, items) in enumerate(classes.items()):
            place = folder / "images" / name.replace(" ", "_")
            place.mkdir(parents=True)
            seen = set()
            for number, (stem, source, rgb) in enumerate(items):
                while stem in seen:
                    stem += "-b"
                seen.add(stem)
                path = place / f"{stem}.png"
                path.write_bytes(smallest_png(rgb))
                part = "train" if number < TRAIN else "val" if number < TRAIN + VALIDATION else "test"
                relative = str(path.relative_to(folder))
                split[part].append([relative, label, name])
                self.sources.append(f"{task}/{relative}\t{source}")
        lines = ",\n".join(f'"{part}": [\n' + ",\n".join(json.dumps(e) for e in entries) + "\n]"
                           for part, entries in split.items())
        (folder / "split.json").write_text("{" + lines + "}\n")
        counts = {name: len(items) for name, items in classes.items()}
        print(task, counts, sum(p.stat().st_size for p in folder.rglob("*.png")) // 1024, "KiB", flush=True)


def digests(folder: Path) -> tuple[str, str]:
    """SHA-256 of a task's split file, and of its images' concatenated SHA-256 lines in path order."""
    images = sorted((folder / "images").rglob("*.png"))
    lines = "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder)}\n" for p in images)
    return (hashlib.sha256((folder / "split.json").read_bytes()).hexdigest(),
            hashlib.sha256(lines.encode()).hexdigest())


def main() -> None:
    """Command line: makes every task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for downloads and caches")
    parser.add_argument("--out", type=Path, required=True, help="the Data folder to write")
    parser.add_argument("--seed", type=int, default=20250101)
    options = parser.parse_args()
    root = fetch(options.work)
    art, stamps = pictures.clip_art(root), pictures.stamps(root)
    builder = Builder(options.out, options.seed)
    others = art + pictures.emoji(root) + pictures.pictograms(root)
    hashes = pictures.perceptual_hash(pictures.on_white(np.stack([item["pixels"] for item in others])))

    def unlike(rgb: np.ndarray) -> bool:
        """No near-duplicate of anything that may be trained on: a stamp takes no picture from the training."""
        return pictures.distances(pictures.perceptual_hash(rgb[None]), hashes).min() > NEAR

    chosen = [("line-drawings", art, LINE_DRAWINGS, is_line_drawing),
              ("clip-art", art, CLIP_ART, lambda p: not is_line_drawing(p)),
              ("flags", art, FLAGS, lambda p: True), ("stamps", stamps, STAMPS, unlike)]
    for task, candidates, classes, wanted in chosen:
        builder.write(task, builder.sample(task, candidates, classes, wanted))
    fonts = Painter(root).fonts
    for task, things in DRAWN.items():
        builder.write(task, builder.paint(task, things, fonts))
    (options.out / "sources.tsv").write_text("image\tsource\n" + "\n".join(builder.sources) + "\n")
    print("near-duplicates skipped while choosing:", builder.duplicates)


if __name__ == "__main__":
    main()

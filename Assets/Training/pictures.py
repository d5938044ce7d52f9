"""Reads clip art, stamps and emoji as square RGBA arrays with names, and compares pictures."""

import html
import json
import re
import unicodedata
import warnings
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy.fft import dctn

SIDE = 96
OPENCLIPART = "usr/share/openclipart"
STAMPS = "usr/share/tuxpaint/stamps"
EMOJI = "usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
EMOJIONE = "usr/share/rubygems-integration/all/gems/gemojione-3.3.0"
SYMBOLS = "usr/share/fonts/truetype/ancient-scripts/Symbola_hint.ttf"


def square(image: Image.Image, side: int = SIDE) -> np.ndarray:
    """Fits a picture into a transparent square; returns uint8 [side, side, 4], alpha not premultiplied."""
    image = image.convert("RGBA").convert("RGBa")
    scale = side / max(image.size)
    size = [max(1, round(length * scale)) for length in image.size]
    image = image.resize(size, Image.BICUBIC).convert("RGBA")
    canvas = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    canvas.paste(image, ((side - size[0]) // 2, (side - size[1]) // 2))
    return np.asarray(canvas)


def on_white(pictures: np.ndarray) -> np.ndarray:
    """Composites uint8 [..., 4] on white; returns uint8 [..., 3]."""
    alpha = pictures[..., 3:].astype(np.float32) / 255
    return np.rint(pictures[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def perceptual_hash(pictures: np.ndarray) -> np.ndarray:
    """Hashes uint8 RGB [n, s, s, 3] to 64 bits each: signs of the low DCT coefficients about their median."""
    grey = [Image.fromarray(p).convert("L").resize((32, 32), Image.BICUBIC) for p in pictures]
    low = dctn(np.stack([np.asarray(g, np.float32) for g in grey]), axes=(1, 2))[:, :8, :8].reshape(len(grey), 64)
    return low > np.median(low[:, 1:], axis=1, keepdims=True)


def distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Hamming distances of two sets of hashes: [n, 64] and [m, 64] to [n, m]."""
    a, b = a.astype(np.float32), b.astype(np.float32)
    return a @ (1 - b).T + (1 - a) @ b.T


def _open(path: Path):
    warnings.simplefilter("ignore")
    try:
        with Image.open(path) as image:
            return square(image) if image.width * image.height < 30e6 else None
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _read_all(paths: list[Path]) -> list:
    with Pool(2) as pool:
        return pool.map(_open, paths, chunksize=32)


def _svg_names(path: Path) -> tuple[str, list[str]]:
    if not path.exists():
        return "", []
    text = path.read_bytes().decode("utf-8", "replace")
    metadata = re.search(r"<metadata.*?</metadata>", text, re.S)
    if not metadata:
        return "", []
    title = re.search(r"<dc:title[^>]*>(.*?)</dc:title>", metadata.group(0), re.S)
    keywords = re.findall(r"<rdf:li[^>]*>(.*?)</rdf:li>", metadata.group(0), re.S)
    return (html.unescape(title.group(1)).strip() if title else "",
            [html.unescape(k).strip().lower().replace("_", " ") for k in keywords if k.strip()])


def clip_art(root: Path) -> list[dict]:
    """Every openclipart picture: key (path without suffix), title, keywords, pixels."""
    base = root / OPENCLIPART / "png"
    paths = sorted(base.rglob("*.png"))
    result = []
    for path, pixels in zip(paths, _read_all(paths)):
        if pixels is None:
            continue
        key = str(path.relative_to(base).with_suffix(""))
        title, keywords = _svg_names(root / OPENCLIPART / "svg" / (key + ".svg"))
        result.append({"source": "openclipart", "key": key, "title": title, "keywords": keywords, "pixels": pixels})
    return result


def stamps(root: Path) -> list[dict]:
    """Every Tux Paint stamp that is a PNG, with its one-line description."""
    base = root / STAMPS
    paths = sorted(base.rglob("*.png"))
    result = []
    for path, pixels in zip(paths, _read_all(paths)):
        text = path.with_suffix(".txt")
        title = text.read_text(errors="replace").split("\n")[0].strip() if text.exists() else path.stem
        if pixels is not None:
            key = str(path.relative_to(base).with_suffix(""))
            result.append({"source": "stamps", "key": key, "title": title, "keywords": [], "pixels": pixels})
    return result


def _glyphs(font: ImageFont.FreeTypeFont, points: list[int], source: str) -> list[dict]:
    """Every symbol that the font draws, named by the Unicode character database."""
    missing = font.getmask(chr(0x10FFFE)).getbbox()
    result = []
    for point in points:
        name = unicodedata.name(chr(point), "")
        if (not name or unicodedata.category(chr(point)) != "So" or "REGIONAL INDICATOR" in name
                or "MODIFIER" in name or font.getmask(chr(point)).getbbox() == missing):
            continue
        canvas = Image.new("RGBA", (220, 200), (0, 0, 0, 0))
        ImageDraw.Draw(canvas).text((30, 20), chr(point), font=font, fill=(0, 0, 0, 255), embedded_color=True)
        box = canvas.getbbox()
        if box is not None and box[2] - box[0] >= 20:
            result.append({"source": source, "key": f"{source}/{point:x}", "title": name.lower(), "keywords": [],
                           "pixels": square(canvas.crop(box))})
    return result


def emoji(root: Path) -> list[dict]:
    """The single-character emoji of the colour font."""
    font = ImageFont.truetype(str(root / EMOJI), 109)
    return _glyphs(font, [*range(0x203C, 0x3300), *range(0x1F000, 0x1FB00)], "emoji")


def pictograms(root: Path) -> list[dict]:
    """The black pictograms of the symbol font."""
    font = ImageFont.truetype(str(root / SYMBOLS), 110)
    return _glyphs(font, [*range(0x2600, 0x27C0), *range(0x1F300, 0x1F800)], "pictogram")


def emojione(root: Path) -> list[dict]:
    """EmojiOne's emoji, by the package's category and short name; of people in five skin tones the yellow one."""
    base = root / EMOJIONE
    index = json.loads((base / "config/index.json").read_text())
    result = []
    for short, entry in sorted(index.items()):
        pixels = None if "_tone" in short else _open(base / f"assets/png/{entry['unicode'].upper()}.png")
        if pixels is not None:
            result.append({"source": "emojione", "key": f"emojione/{entry['category']}/{short}", "title": entry["name"],
                           "keywords": [], "pixels": pixels})
    return result

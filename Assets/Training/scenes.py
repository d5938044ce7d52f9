"""Draws procedural scenes (shapes, counted objects, digits and letters, textures) and describes them truly."""

import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 64
SUPER = 128  # drawn at twice the size, then reduced
COLOURS = {
    "red": (215, 35, 35), "green": (40, 150, 55), "blue": (40, 80, 210), "yellow": (240, 215, 40),
    "orange": (245, 140, 25), "purple": (130, 50, 170), "pink": (245, 145, 185), "brown": (125, 80, 40),
    "black": (20, 20, 20), "white": (248, 248, 248), "grey": (135, 135, 135), "cyan": (60, 200, 215),
}
SHAPES = ["circle", "square", "triangle", "star", "cross", "heart", "ring", "diamond", "hexagon", "arrow",
          "crescent", "oval"]
TEXTURES = ["stripes", "dots", "checkerboard", "grid", "zigzag", "waves", "bricks", "rings", "scales", "noise"]
COUNTS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
FONTS = ["dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans-Bold.ttf", "dejavu/DejaVuSansMono.ttf",
         "dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf", "freefont/FreeSans.ttf",
         "freefont/FreeSansBold.ttf", "freefont/FreeSerif.ttf", "freefont/FreeSerifItalic.ttf",
         "freefont/FreeMonoBold.ttf", "freefont/FreeSansOblique.ttf", "freefont/FreeSerifBold.ttf"]
STYLES = ["plain", "outline", "sketch", "noisy", "blurred", "textured", "grey"]


def outline_points(shape: str, radius: float, turn: float) -> list[tuple[float, float]]:
    """The closed outline of a shape about the origin."""
    def polar(angles, radii):
        return [(r * radius * math.sin(a + turn), -r * radius * math.cos(a + turn)) for a, r in zip(angles, radii)]

    def turned(points):
        c, s = math.cos(turn), math.sin(turn)
        return [(radius * (x * c - y * s), radius * (x * s + y * c)) for x, y in points]

    full = np.linspace(0, 2 * math.pi, 40, endpoint=False)
    if shape in ("circle", "ring"):
        return polar(full, np.ones(40))
    if shape == "oval":
        return turned([(math.sin(a), 0.55 * math.cos(a)) for a in full])
    if shape == "square":
        return polar(np.arange(4) * math.pi / 2 + math.pi / 4, np.ones(4))
    if shape == "triangle":
        return polar(np.arange(3) * 2 * math.pi / 3, np.ones(3))
    if shape == "hexagon":
        return polar(np.arange(6) * math.pi / 3, np.ones(6))
    if shape == "diamond":
        return turned([(0, -1), (0.6, 0), (0, 1), (-0.6, 0)])
    if shape == "star":
        return polar(np.arange(10) * math.pi / 5, np.tile([1, 0.42], 5))
    if shape == "cross":
        w = 0.33
        return turned([(-w, -1), (w, -1), (w, -w), (1, -w), (1, w), (w, w), (w, 1), (-w, 1), (-w, w), (-1, w),
                       (-1, -w), (-w, -w)])
    if shape == "arrow":
        return turned([(-1, -0.3), (0.1, -0.3), (0.1, -0.8), (1, 0), (0.1, 0.8), (0.1, 0.3), (-1, 0.3)])
    if shape == "heart":
        return turned([(math.sin(a) ** 3, -(13 * math.cos(a) - 5 * math.cos(2 * a) - 2 * math.cos(3 * a)
                                            - math.cos(4 * a)) / 16) for a in full])
    outer = np.linspace(0.5, 2 * math.pi - 0.5, 24)
    inner = np.linspace(2 * math.pi - 0.7, 0.7, 24)
    return turned([(math.sin(a), -math.cos(a)) for a in outer]
                  + [(0.72 * math.sin(a), -0.3 - 0.72 * math.cos(a)) for a in inner])


def draw_shape(draw: ImageDraw.ImageDraw, shape, centre, radius, turn, colour, style, rng) -> None:
    """Draws one shape filled, as an outline, or as a shaky sketch."""
    points = outline_points(shape, radius, turn)
    if style == "sketch":
        for _ in range(2):
            shaky = [(centre[0] + x + rng.normal(0, 2), centre[1] + y + rng.normal(0, 2)) for x, y in points]
            draw.line([*shaky, shaky[0]], fill=colour, width=2)
        return
    moved = [(centre[0] + x, centre[1] + y) for x, y in points]
    if style == "outline" or shape == "ring":
        width = max(3, int(radius * (0.35 if shape == "ring" else 0.12)))
        draw.line([*moved, moved[0], moved[1]], fill=colour, width=width, joint="curve")
    else:
        draw.polygon(moved, fill=colour)


def texture(name: str, first, second, rng) -> Image.Image:
    """A full frame of one texture in two colours."""
    y, x = np.mgrid[0:SUPER, 0:SUPER].astype(np.float32)
    turn = rng.uniform(0, math.pi) if name in ("stripes", "zigzag", "waves") else rng.normal(0, 0.12)
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    u, v = u + rng.uniform(0, 64), v + rng.uniform(0, 64)
    period = rng.uniform(12, 40)
    a, b = u / period, v / period
    if name == "stripes":
        mask = a % 1 < rng.uniform(0.3, 0.7)
    elif name == "dots":
        mask = (a % 1 - 0.5) ** 2 + (b % 1 - 0.5) ** 2 < rng.uniform(0.05, 0.14)
    elif name == "checkerboard":
        mask = (np.floor(a) + np.floor(b)) % 2 < 1
    elif name == "grid":
        width = rng.uniform(0.1, 0.25)
        mask = (a % 1 < width) | (b % 1 < width)
    elif name == "zigzag":
        mask = (b + np.abs(a % 1 - 0.5)) % 1 < 0.5
    elif name == "waves":
        mask = (b + 0.25 * np.sin(2 * math.pi * a)) % 1 < 0.5
    elif name == "bricks":
        row = np.floor(b * 1.6)
        mask = (b * 1.6 % 1 < 0.15) | ((a + row % 2 * 0.5) % 1 < 0.1)
    elif name == "rings":
        centre = rng.uniform(24, 104, 2)
        mask = np.hypot(x - centre[0], y - centre[1]) / period % 1 < 0.5
    elif name == "scales":
        row = np.floor(b * 2)
        mask = np.abs(np.hypot(a + row % 2 * 0.5 - np.floor(a + row % 2 * 0.5) - 0.5, b * 2 % 1) - 0.5) < 0.12
    else:
        size = int(rng.choice([32, 64]))
        mask = np.kron(rng.random((size, size)) < 0.5, np.ones((SUPER // size, SUPER // size))) > 0
    pixels = np.where(mask[..., None], np.array(first, np.float32), np.array(second, np.float32))
    return Image.fromarray(pixels.astype(np.uint8))


def jitter(colour, rng):
    """A colour near a named one."""
    return tuple(int(c) for c in np.clip(np.array(colour) + rng.normal(0, 14, 3), 0, 255))


def finish(image: Image.Image, style: str, rng) -> np.ndarray:
    """Reduces a drawing to 64 px and applies the style's noise, blur or loss of colour."""
    image = image.resize((SIDE, SIDE), Image.BOX)
    if style == "blurred":
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(1.2, 2.4)))
    if style == "grey":
        image = image.convert("L").convert("RGB")
    pixels = np.asarray(image, np.float32)
    if style == "noisy":
        pixels = pixels + rng.normal(0, rng.uniform(25, 55), pixels.shape)
    return np.clip(pixels, 0, 255).astype(np.uint8)


class Painter:
    """Draws scenes from a random generator; `kind`, `style` and the named thing may be fixed."""

    def __init__(self, root: Path, stickers: list | None = None):
        self.stickers = stickers or []  # (name, RGBA pixels) of small pictures to be counted
        folder = root / "usr/share/fonts/truetype"
        self.fonts = [ImageFont.truetype(str(folder / f), size) for f in FONTS for size in (40, 64, 88, 112)]

    def scene(self, rng, kind=None, style=None, thing=None) -> tuple[np.ndarray, dict]:
        """One picture and its description: kind, style, thing, colour, count, background, size."""
        kind = kind or str(rng.choice(["shape", "count", "glyph", "texture"], p=[0.18, 0.32, 0.36, 0.14]))
        style = style or str(rng.choice(STYLES, p=[0.4, 0.18, 0.08, 0.05, 0.04, 0.2, 0.05]))
        colour, ground = (str(c) for c in rng.choice(list(COLOURS), 2, replace=False))
        if style in ("sketch",):
            colour, ground = "black", "white"
        info = {"kind": kind, "style": style, "colour": colour, "ground": ground, "count": 1, "size": "",
                "texture": ""}
        first, second = jitter(COLOURS[colour], rng), jitter(COLOURS[ground], rng)
        if kind == "texture":
            info["thing"] = thing or str(rng.choice(TEXTURES))
            info["texture"] = info["thing"]
            if style in ("outline", "sketch", "textured"):
                info["style"] = style = "plain"
            return finish(texture(info["thing"], first, second, rng), style, rng), info
        if style == "textured":
            info["texture"] = str(rng.choice(TEXTURES[:-1]))
            shade = tuple(int(0.75 * c + 0.25 * (255 - c)) for c in second)
            image = texture(info["texture"], shade, second, rng)
        else:
            image = Image.new("RGB", (SUPER, SUPER), second)
        draw = ImageDraw.Draw(image)
        if kind == "glyph":
            info["thing"] = thing or str(rng.choice(list("0123456789" * 7 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
            self.glyph(draw, info["thing"], first, second, style, rng)
        elif kind == "count":
            info["count"] = COUNTS.index(thing) if thing else int(rng.integers(1, 8))
            sticker = None
            if self.stickers and style not in ("outline", "sketch") and rng.random() < 0.45:
                info["thing"], sticker = self.stickers[int(rng.integers(len(self.stickers)))]
                info["colour"] = ""
            else:
                info["thing"] = str(rng.choice(SHAPES))
            self.group(image, draw, info, first, style, sticker, rng)
        else:
            info["thing"] = thing or str(rng.choice(SHAPES))
            radius = rng.uniform(18, 58)
            info["size"] = "small" if radius < 28 else "large" if radius > 48 else ""
            centre = rng.uniform(radius, SUPER - radius, 2)
            turn = rng.normal(0, 0.15) if info["thing"] != "arrow" else rng.integers(4) * math.pi / 2
            draw_shape(draw, info["thing"], centre, radius, turn, first, style, rng)
        return finish(image, style, rng), info

    def glyph(self, draw, text, first, second, style, rng) -> None:
        """A digit or letter somewhere in the frame, or in its middle between others that the frame may cut."""
        font = self.fonts[int(rng.integers(len(self.fonts)))]
        box = draw.textbbox((0, 0), text, font=font)
        width, height = box[2] - box[0], box[3] - box[1]
        row, places = [text], []
        if rng.random() < 0.4:
            row = [str(c) for c in rng.choice(list("0123456789"), 3)]
            row[1] = text
            places.append((SUPER - width) / 2 + rng.normal(0, 5))
        else:
            places.append(rng.uniform(min(4, SUPER - 4 - width), max(5, SUPER - 4 - width)))
        if len(row) == 3:
            gap = rng.uniform(1, 14)
            before = draw.textbbox((0, 0), row[0], font=font)
            places = [places[0] - gap - (before[2] - before[0]), places[0], places[0] + width + gap]
        y = rng.uniform(min(4, SUPER - 4 - height), max(5, SUPER - 4 - height)) - box[1]
        for letter, x in zip(row, places):
            x -= draw.textbbox((0, 0), letter, font=font)[0]
            if style in ("outline", "sketch"):
                draw.text((x, y), letter, font=font, fill=second, stroke_width=2, stroke_fill=first)
            else:
                draw.text((x, y), letter, font=font, fill=first)

    def group(self, image, draw, info, colour, style, sticker, rng) -> None:
        """Several equal shapes or small pictures that do not touch."""
        count = info["count"]
        largest = {1: 40, 2: 30, 3: 27, 4: 24, 5: 21, 6: 19}.get(count, 16)
        radius = rng.uniform(0.4, 1) * largest
        placed = []
        for _ in range(4000):
            if len(placed) == count:
                break
            spot = rng.uniform(radius + 2, SUPER - radius - 2, 2)
            if all(np.hypot(*(spot - other)) > 2 * radius + 3 for other in placed):
                placed.append(spot)
            elif rng.random() < 0.01:
                placed, radius = [], radius * 0.9
        if sticker is not None:
            stamp = Image.fromarray(sticker).resize((int(2 * radius),) * 2, Image.BILINEAR)
            for spot in placed:
                image.paste(stamp, (int(spot[0] - radius), int(spot[1] - radius)), stamp)
            info["count"] = len(placed)
            return
        for spot in placed:
            draw_shape(draw, info["thing"], spot, radius, rng.normal(0, 0.1), colour, style, rng)
        info["count"] = len(placed)

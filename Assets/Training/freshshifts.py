"""Renders the pictures of the tasks in `../Data/fresh`, in styles of their own.

Nothing here is used in training, and none of these styles occurs in `shifts.py`. README.md says how they were chosen.
"""

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from scenes import COLOURS, draw_shape
from shifts import SIDE, SUPER

PIECES = 3  # jigsaw pieces to a side
INKS = 64   # colours of a finished picture, to keep the files small


def enlarged(rgb: np.ndarray) -> np.ndarray:
    """A picture at the size that styles are drawn at."""
    return np.asarray(Image.fromarray(rgb).resize((SUPER, SUPER), Image.BICUBIC), np.float32)


def reduced(pixels: np.ndarray) -> np.ndarray:
    """A drawing at the size of the task's images, in a few colours."""
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).resize((SIDE, SIDE), Image.BOX)
    return np.asarray(image.quantize(INKS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB"))


def unlike(rng, low: int, high: int, apart: float, count: int = 2) -> np.ndarray:
    """Colours that differ in lightness, lightest first."""
    while True:
        colours = rng.integers(low, high, (count, 3)).astype(np.float32)
        colours = colours[np.argsort(-colours.mean(1))]
        if (-np.diff(colours.mean(1)) > apart).all():
            return colours


def engraved(rgb: np.ndarray, rng) -> np.ndarray:
    """A picture as an engraving: curved parallel lines, thicker where it is darker, and its contours."""
    pixels = enlarged(rgb)
    grey = np.asarray(Image.fromarray(pixels.astype(np.uint8)).convert("L").filter(ImageFilter.GaussianBlur(3)),
                      np.float32) / 255
    dark = (1 - grey) / max(0.3, np.percentile(1 - grey, 99))
    y, x = np.mgrid[0:SUPER, 0:SUPER].astype(np.float32)
    turn, period = rng.uniform(0.2, 0.9) * rng.choice([-1, 1]), rng.uniform(13, 16)
    across = y * math.cos(turn) + x * math.sin(turn) + 6 * np.sin(x / rng.uniform(26, 40) + rng.uniform(0, 6))
    line = np.abs(across / period % 1 - 0.5) * 2
    down, right = np.gradient(grey)
    ink = (line < np.clip(1.1 * dark, 0.2, 0.9)) & (grey < 0.96) | (np.hypot(down, right) > 0.025)
    paper, black = np.array([238, 230, 208]) + rng.normal(0, 6, 3), np.array([34, 28, 40]) + rng.normal(0, 8, 3)
    return reduced(np.where(ink[..., None], black, paper))


def jigsaw(rgb: np.ndarray, rng) -> np.ndarray:
    """A picture as a jigsaw puzzle put together loosely on a table."""
    pixels, step = enlarged(rgb), SUPER / PIECES
    y, x = np.mgrid[0:SUPER, 0:SUPER]
    owner = (y // step * PIECES + x // step).astype(int)
    for row in range(PIECES):
        for column in range(PIECES):
            for down, right in ((0, 1), (1, 0)):
                if row + down == PIECES or column + right == PIECES:
                    continue
                own, other = row * PIECES + column, (row + down) * PIECES + column + right
                side = int(rng.choice([-1, 1]))
                centre = np.array([(row + (0.5 if right else 1)) * step, (column + (1 if right else 0.5)) * step])
                centre += np.array([down, right]) * side * step * 0.12 + np.array([right, down]) * rng.normal(0, 3)
                knob = np.hypot(y - centre[0], x - centre[1]) < step * 0.15
                owner[knob & np.isin(owner, (own, other))] = own if side > 0 else other
    table = np.array([112, 84, 62]) + rng.normal(0, 14, 3)
    canvas = np.broadcast_to(table, (SUPER, SUPER, 3)).copy()
    for piece in range(PIECES * PIECES):
        mask = Image.fromarray((owner == piece).astype(np.uint8) * 255).filter(ImageFilter.MinFilter(3))
        shift = tuple(int(n) for n in rng.integers(-2, 3, 2))
        solid = np.roll(np.asarray(mask) > 0, shift, (0, 1))
        moved = np.roll(pixels, shift, (0, 1))
        lit = solid & ~np.roll(solid, (4, 4), (0, 1))
        shaded = solid & ~np.roll(solid, (-4, -4), (0, 1))
        canvas = np.where(np.roll(solid, (4, 4), (0, 1))[..., None] & ~solid[..., None], canvas * 0.6, canvas)
        canvas = np.where(solid[..., None], moved * np.where(shaded, 0.62, 1.0)[..., None] + 40 * lit[..., None], canvas)
    return reduced(canvas)


def papercut(text: str, fonts: list, rng) -> np.ndarray:
    """A letter cut through layers of paper, each with its shadow on the next."""
    font = fonts[int(rng.integers(len(fonts)))].font_variant(size=int(rng.uniform(180, 225)))
    mask = Image.new("L", (SUPER, SUPER), 0)
    draw = ImageDraw.Draw(mask)
    box = draw.textbbox((0, 0), text, font=font)
    place = [(SUPER - box[n + 2] + box[n]) / 2 - box[n] + rng.normal(0, 9) for n in (0, 1)]
    draw.text(tuple(place), text, font=font, fill=255)
    layers = 4
    sheets = unlike(rng, 20, 256, 22, layers)
    if rng.random() < 0.5:
        sheets = sheets[::-1]
    canvas = np.broadcast_to(sheets[0], (SUPER, SUPER, 3)).copy()
    turn = rng.uniform(0, 2 * math.pi)
    cast = (int(8 * math.cos(turn)), int(8 * math.sin(turn)))
    for layer in range(1, layers):
        grown = mask.filter(ImageFilter.GaussianBlur(1 + 7 * (layers - 1 - layer)))
        hole = grown.point([255 if level > (100 if layer == layers - 1 else 28) else 0 for level in range(256)])
        above = ImageChops.invert(ImageChops.offset(hole, *cast)).filter(ImageFilter.GaussianBlur(3))
        shade = 1 - 0.55 * np.asarray(above, np.float32)[..., None] / 255
        canvas = np.where(np.asarray(hole)[..., None] > 0, sheets[layer] * shade, canvas)
    return reduced(canvas)


def spread(count: int, radius: float, rng) -> list[np.ndarray]:
    """Centres of equal things that do not touch."""
    placed = []
    while len(placed) < count:
        placed = []
        for _ in range(200):
            spot = rng.uniform(radius + 4, SUPER - radius - 4, 2)
            if len(placed) < count and all(np.hypot(*(spot - other)) > 2 * radius + 8 for other in placed):
                placed.append(spot)
    return placed


def stained_glass(thing: str, rng) -> np.ndarray:
    """So many equal shapes as panes of a leaded window: "4 heart"."""
    count, shape = thing.split()
    radius = rng.uniform(0.8, 1) * {2: 60, 4: 46}[int(count)]
    mask = Image.new("L", (SUPER, SUPER), 0)
    draw = ImageDraw.Draw(mask)
    for spot in spread(int(count), radius, rng):
        draw_shape(draw, shape, spot, radius, rng.normal(0, 0.12), 255, "plain", rng)
    y, x = np.mgrid[0:SUPER, 0:SUPER].astype(np.float32)
    seeds = np.array(spread(18, 13, rng))
    gaps = np.sqrt((y[..., None] - seeds[:, 0]) ** 2 + (x[..., None] - seeds[:, 1]) ** 2)
    nearest = np.sort(gaps, -1)
    hue = rng.integers(0, 6)
    warm = [(220, 40, 40), (40, 150, 70), (50, 80, 210), (235, 190, 40), (150, 60, 180), (40, 180, 190)]
    others = [colour for n, colour in enumerate(warm) if n != hue]
    first, second = (np.array(others[n], np.float32) for n in rng.choice(len(others), 2, replace=False))
    part = rng.uniform(0, 1, (len(seeds), 1))
    panes = 0.4 * (first * part + second * (1 - part)) + 0.6 * 255 * rng.uniform(0.5, 0.95, (len(seeds), 1))
    inside = np.asarray(mask)[..., None] > 0
    canvas = np.where(inside, np.array(warm[hue], np.float32), panes[gaps.argmin(-1)])
    sun = rng.uniform(0, SUPER, 2)
    canvas = canvas * (1.2 - 0.5 * np.hypot(y - sun[0], x - sun[1]) / SUPER)[..., None]
    edge = ImageChops.subtract(mask.filter(ImageFilter.MaxFilter(7)), mask.filter(ImageFilter.MinFilter(3)))
    lead = (np.asarray(edge) > 0) | ((nearest[..., 1] - nearest[..., 0] < 5) & ~inside[..., 0])
    return reduced(np.where(lead[..., None], np.array([26.0, 24, 28]), canvas))


def crayon(colour: str, rng) -> np.ndarray:
    """A scribble of one named colour in wax crayon on rough white paper."""
    paper = np.array([246, 244, 238]) + rng.normal(0, 3, 3)
    wax = np.clip(np.array(COLOURS[colour]) + rng.normal(0, 6, 3), 0, 255)
    tooth = np.asarray(Image.fromarray(rng.integers(0, 256, (SUPER // 2, SUPER // 2)).astype(np.uint8)).resize(
        (SUPER, SUPER), Image.BILINEAR), np.float32) / 255
    stroke = Image.new("L", (SUPER, SUPER), 0)
    draw = ImageDraw.Draw(stroke)
    turn, size = rng.uniform(0, math.pi), rng.uniform(70, 115, 2)
    centre = SUPER / 2 + rng.normal(0, 14, 2)
    width, step = int(rng.integers(9, 15)), rng.uniform(7, 12)
    points, side = [], 1
    for along in np.arange(-size[0], size[0], step):
        reach = size[1] * math.sqrt(1 - (along / size[0]) ** 2) * rng.uniform(0.8, 1.1) * side
        side = -side
        points.append((centre[0] + along * math.cos(turn) - reach * math.sin(turn),
                       centre[1] + along * math.sin(turn) + reach * math.cos(turn)))
    draw.line(points, fill=255, width=width, joint="curve")
    cover = np.asarray(stroke.filter(ImageFilter.GaussianBlur(1.5)), np.float32) / 255
    cover = (cover * np.clip(1.5 - 1.1 * tooth, 0, 1))[..., None]
    return reduced(paper * (1 - cover) + wax * cover)


def rippled(thing: str, rng) -> np.ndarray:
    """A small or large shape seen through moving water: "small star"."""
    size, shape = thing.split()
    radius = rng.uniform(40, 54) if size == "small" else rng.uniform(98, 112)
    ground, ink = unlike(rng, 0, 256, 70)
    if rng.random() < 0.5:
        ground, ink = ink, ground
    image = Image.new("RGB", (SUPER, SUPER), tuple(int(c) for c in ground))
    centre = rng.uniform(radius + 6, SUPER - radius - 6, 2)
    draw_shape(ImageDraw.Draw(image), shape, centre, radius, rng.normal(0, 0.12), tuple(int(c) for c in ink), "plain",
               rng)
    y, x = np.mgrid[0:SUPER, 0:SUPER].astype(np.float32)
    height = np.zeros((SUPER, SUPER), np.float32)
    for _ in range(3):
        turn, length = rng.uniform(0, 2 * math.pi), rng.uniform(40, 80)
        height += length * np.sin(2 * math.pi * (x * math.cos(turn) + y * math.sin(turn)) / length
                                  + rng.uniform(0, 6)).astype(np.float32)
    down, right = np.gradient(height)
    rows = np.clip(y + 0.6 * down, 0, SUPER - 1).astype(int)
    columns = np.clip(x + 0.6 * right, 0, SUPER - 1).astype(int)
    seen = np.asarray(image, np.float32)[rows, columns]
    light = np.clip((down + right) / 9, -1, 1)[..., None]
    water = np.array([70, 150, 170])
    return reduced((0.82 * seen + 0.18 * water) * (1 + 0.16 * light) + 45 * np.clip(light - 0.45, 0, 1))


def picture(task: str, thing: str, fonts: list, rng) -> tuple[str, np.ndarray]:
    """One picture of a drawn task: the style's name and uint8 RGB [64, 64, 3]."""
    if task == "letters":
        return "papercut", papercut(thing, fonts, rng)
    if task == "groups":
        return "glass", stained_glass(thing, rng)
    if task == "colours":
        return "crayon", crayon(thing, rng)
    return "water", rippled(thing, rng)

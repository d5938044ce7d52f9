"""Renders the tasks' pictures in styles that training never shows, so that prompts meet a change of domain.

Nothing here is used by `corpus.py` or `scenes.py`. How the styles were chosen is in README.md.
"""

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from scenes import draw_shape, texture

SIDE, SUPER = 64, 256
STITCH = 4  # pixels of a cross
TUBES = [(255, 50, 90), (60, 230, 255), (255, 120, 40), (190, 80, 255), (90, 255, 120)]


def blueprint(rgb: np.ndarray, rng) -> np.ndarray:
    """A drawing as a blueprint: white lines on blue paper with a faint grid."""
    ink = 1 - rgb.astype(np.float32).mean(-1) / 255
    y, x = np.mgrid[0:rgb.shape[0], 0:rgb.shape[1]]
    step, first = int(rng.integers(8, 13)), rng.integers(0, 8, 2)
    grid = ((x + first[0]) % step == 0) | ((y + first[1]) % step == 0)
    paper = np.array([28, 74, 148]) + rng.normal(0, 12, 3)
    level = np.maximum(ink, 0.16 * grid)[..., None]
    return np.clip(paper * (1 - level) + np.array([238, 244, 250]) * level, 0, 255).astype(np.uint8)


def embroidered(rgb: np.ndarray, rng) -> np.ndarray:
    """A picture as cross-stitch: crosses of thread on linen, which shows where the picture is white."""
    cells = rgb.shape[0] // STITCH
    thread = np.asarray(Image.fromarray(rgb).resize((cells, cells), Image.BOX), np.float32)
    bare = np.kron((thread > 238).all(-1), np.ones((STITCH, STITCH), bool))
    thread = np.kron(thread, np.ones((STITCH, STITCH, 1))) + rng.normal(0, 6, (*bare.shape, 1))
    y, x = np.mgrid[0:bare.shape[0], 0:bare.shape[1]]
    cross = (x % STITCH == y % STITCH) | (x % STITCH == STITCH - 1 - y % STITCH)
    linen = np.array([205, 196, 175])
    stitched = np.where(cross[..., None], thread, thread * 0.55 + linen * 0.3)
    return np.clip(np.where(bare[..., None], linen - 14 * ((x + y) % 2)[..., None], stitched), 0, 255).astype(np.uint8)


def stippled(thing: str, rng) -> Image.Image:
    """A shape in pointillist dots: dense in one ink inside it, sparse in another outside."""
    mask = Image.new("L", (SUPER, SUPER), 0)
    radius = rng.uniform(70, 112)
    centre = rng.uniform(radius + 4, SUPER - radius - 4, 2)
    turn = rng.normal(0, 0.15) if thing != "arrow" else int(rng.integers(4)) * math.pi / 2
    draw_shape(ImageDraw.Draw(mask), thing, centre, radius, turn, 255, "plain", rng)
    inside = np.asarray(mask) > 128
    paper = np.array([236, 226, 204]) + rng.normal(0, 8, 3)
    image = Image.new("RGB", (SUPER, SUPER), tuple(int(c) for c in np.clip(paper, 0, 255)))
    draw = ImageDraw.Draw(image)
    ink, other = rng.integers(0, 150, 3), rng.integers(70, 200, 3)
    while np.abs(ink - other).sum() < 120:
        ink, other = rng.integers(0, 150, 3), rng.integers(70, 200, 3)
    size = rng.uniform(3.4, 4.4)
    for x, y in rng.uniform(0, SUPER, (2400, 2)):
        within = inside[int(y), int(x)]
        if within or rng.random() < 0.22:
            shade = np.clip((ink if within else other) + rng.normal(0, 18, 3), 0, 255)
            r = size * rng.uniform(0.7, 1.2)
            draw.ellipse([x - r, y - r, x + r, y + r], fill=tuple(int(c) for c in shade))
    return image


def patterned_ball(thing: str, rng) -> Image.Image:
    """A ball that bears a pattern, lit from one side, on a table."""
    colours = rng.integers(20, 256, (2, 3))
    while np.abs(colours[0].mean() - colours[1].mean()) < 60:
        colours = rng.integers(20, 256, (2, 3))
    pattern = np.asarray(texture(thing, tuple(colours[0]), tuple(colours[1]), rng).resize((SUPER, SUPER)), np.float32)
    radius = rng.uniform(84, 112)
    cx, cy = rng.uniform(radius + 6, SUPER - radius - 6, 2)
    y, x = np.mgrid[0:SUPER, 0:SUPER].astype(np.float32)
    u, v = (x - cx) / radius, (y - cy) / radius
    square = u * u + v * v
    ball = square < 1
    height = np.sqrt(np.clip(1 - square, 0, 1))
    longitude, latitude = np.arctan2(u, height), np.arcsin(np.clip(v, -1, 1))
    px = ((longitude / math.pi + 0.5) * (SUPER - 1)).astype(int)
    py = ((latitude / math.pi + 0.5) * (SUPER - 1)).astype(int)
    turn = rng.uniform(0, 2 * math.pi)
    light = np.clip(0.35 + 0.75 * (0.8 * height + 0.6 * (u * math.cos(turn) - np.abs(v) * 0.2 - 0.3 * v)), 0.15, 1.15)
    ground = np.array([150, 130, 110]) + rng.normal(0, 30, 3)
    table = ground * np.where(y[..., None] > SUPER * 0.62, 0.75, 1.15)
    shadow = ((x - cx) / (radius * 1.05)) ** 2 + ((y - cy - radius * 0.9) / (radius * 0.28)) ** 2 < 1
    table = table * np.where(shadow, 0.6, 1.0)[..., None]
    pixels = np.where(ball[..., None], pattern[np.clip(py, 0, SUPER - 1), np.clip(px, 0, SUPER - 1)] * light[..., None],
                      table)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def neon(thing: str, fonts: list, rng) -> Image.Image:
    """A digit as a neon sign on a dark brick wall, between two others that the frame cuts."""
    wall = np.array([44, 30, 34]) + rng.normal(0, 6, 3)
    y, x = np.mgrid[0:SUPER, 0:SUPER]
    row = y // 28
    joint = (y % 28 < 3) | ((x + row % 2 * 30) % 60 < 3)
    light = np.where(joint[..., None], wall * 0.55, wall + rng.normal(0, 5, (SUPER // 4, SUPER // 4, 1)).repeat(
        4, 0).repeat(4, 1))
    font = fonts[int(rng.integers(len(fonts)))]
    font = font.font_variant(size=int(rng.uniform(150, 215)))
    mask = Image.new("L", (SUPER, SUPER), 0)
    draw = ImageDraw.Draw(mask)
    box = draw.textbbox((0, 0), thing, font=font)
    width, height = box[2] - box[0], box[3] - box[1]
    left, top = (SUPER - width) / 2 + rng.normal(0, 10), (SUPER - height) / 2 + rng.normal(0, 14)
    gap = rng.uniform(14, 34)
    for side, text in ((-1, str(rng.integers(10))), (0, thing), (1, str(rng.integers(10)))):
        own = draw.textbbox((0, 0), text, font=font)
        start = left if side == 0 else left - gap - (own[2] - own[0]) if side < 0 else left + width + gap
        draw.text((start - own[0], top - box[1]), text, font=font, fill=255)
    tube = ImageChops.subtract(mask.filter(ImageFilter.MaxFilter(7)), mask.filter(ImageFilter.MinFilter(5)))
    tube = np.asarray(tube.filter(ImageFilter.GaussianBlur(1.5)), np.float32)[..., None] / 255
    colour = np.array(TUBES[int(rng.integers(len(TUBES)))]) + rng.normal(0, 12, 3)
    glow = sum(np.asarray(Image.fromarray((tube[..., 0] * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(r)),
                          np.float32)[..., None] / 255 * part for r, part in ((8, 0.9), (24, 0.9)))
    pixels = light * (1 - tube) + (0.45 * colour + 140) * tube + colour * glow
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def beads(number: int, rng) -> Image.Image:
    """Shiny beads on a sagging string before a soft background."""
    shades = rng.integers(60, 240, (2, 3)).astype(np.float32)
    part = np.linspace(0, 1, SUPER)[:, None, None]
    image = Image.fromarray(np.broadcast_to(shades[0] * (1 - part) + shades[1] * part,
                                            (SUPER, SUPER, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    level, sag = rng.uniform(70, 150), rng.uniform(10, 60)

    def height(x):
        return level + sag * (1 - ((x - SUPER / 2) / (SUPER / 2)) ** 2)

    draw.line([(x, height(x)) for x in range(0, SUPER, 4)], fill=(60, 50, 45), width=4)
    radius = rng.uniform(14, 19)
    gaps = rng.uniform(2.1, 2.7, number) * radius
    places = np.cumsum(gaps)
    places = places - places.mean() + SUPER / 2
    slack = max(0.0, min(places[0], SUPER - places[-1]) - radius - 2)
    places = places + rng.uniform(-slack, slack)
    colour = rng.integers(0, 256, 3).astype(np.float32)
    while np.abs(colour - shades.mean(0)).sum() < 150:
        colour = rng.integers(0, 256, 3).astype(np.float32)
    for x in places:
        y = height(x)
        for k in np.linspace(1, 0.08, 12):
            light = 0.45 + 0.75 * (1 - k)
            shade = np.clip(colour * light + 90 * max(0.0, 0.25 - k) * 4, 0, 255)
            r, shift = radius * k, radius * 0.3 * (1 - k)
            draw.ellipse([x - shift - r, y - shift - r, x - shift + r, y - shift + r],
                         fill=tuple(int(c) for c in shade))
    return image


def picture(task: str, thing: str, fonts: list, rng) -> tuple[str, np.ndarray]:
    """One picture of a drawn task: the style's name and uint8 RGB [64, 64, 3]."""
    if task == "shapes":
        image, style = stippled(thing, rng), "stippled"
    elif task == "textures":
        image, style = patterned_ball(thing, rng), "ball"
    elif task == "digits":
        image, style = neon(thing, fonts, rng), "neon"
    else:
        image, style = beads(int(thing), rng), "beads"
    return style, np.asarray(image.resize((SIDE, SIDE), Image.BOX))

"""Turns batches of training pictures into other styles, each with words that are true of the result.

The tasks' own styles (`shifts.py`) are not among them: nothing here inverts a picture, builds it from dots, wraps it
on a ball, waves it or makes it glow.
"""

import torch
import torch.nn.functional as F

# Style: words for it, the medium that they go with (nothing: the picture's own), whether its colours stay true.
FILTERS = {
    "": ([], None, True),
    "line": (["line drawing", "black and white", "sketch"], "drawing", False),
    "shadow": (["silhouette"], None, False),
    "grey": (["grey", "black and white"], None, False),
    "noisy": (["noisy", "grainy"], "photo", True),
    "blurred": (["blurry", "blurred", "soft"], "photo", True),
    "sepia": (["sepia", "brownish", "old"], "photo", False),
    "tinted": (["tinted", "monochrome"], "print", False),
    "posterised": (["posterised", "flat"], "poster", True),
    "dark": (["dark", "dim"], "photo", True),
    "faded": (["faded", "pale"], "print", True),
    "photocopied": (["photocopied", "high contrast"], "copy", False),
    "embossed": (["embossed", "grey relief"], None, False),
    "shaky": (["shaky", "motion blurred"], "photo", True),
    "speckled": (["speckled", "dusty"], "photo", True),
    "scanned": (["striped", "flickering"], "screen", True),
    "swapped": (["strangely coloured", "wrongly coloured"], None, False),
    "pixelated": (["pixelated", "coarse"], "picture", True),
    "bright": (["bright", "overexposed"], "photo", True),
}
PICTURE_SHARE = {"": 0.4, "line": 0.12, "shadow": 0.04, "grey": 0.05, "noisy": 0.05, "blurred": 0.04}
SCENE_SHARE = {"": 0.5, "line": 0.05, "grey": 0.03}


def shares(fixed: dict[str, float], omitted: tuple[str, ...] = ()) -> tuple[list[str], list[float]]:
    """Names and probabilities of the filters: the fixed shares, the rest evenly."""
    names = [name for name in FILTERS if name not in omitted]
    rest = (1 - sum(fixed.values())) / (len(names) - len(fixed))
    return names, [fixed.get(name, rest) for name in names]


def luminance(x: torch.Tensor) -> torch.Tensor:
    """Grey levels, [b, 1, h, w]."""
    return x.mean(1, keepdim=True)


def apply(name: str, x: torch.Tensor, rng) -> torch.Tensor:
    """Pictures [b, 3, 64, 64] in 0…1 in one style; "" and "shadow" are left as they are."""
    draw = lambda low, high, *shape: torch.from_numpy(rng.uniform(low, high, (len(x), *shape, 1, 1))).float()
    if name in ("line", "embossed"):
        padded = F.pad(luminance(x), (1, 1, 1, 1), mode="replicate")
        across = padded[:, :, 1:-1, 2:] - padded[:, :, 1:-1, :-2]
        down = padded[:, :, 2:, 1:-1] - padded[:, :, :-2, 1:-1]
        change = across.abs() + down.abs() if name == "line" else 0.5 * (across + down)
        level = 1.0 if name == "line" else 0.55
        return (level - draw(1, 5, 1) * change).clamp(0, 1).expand(-1, 3, -1, -1)
    if name == "grey":
        return luminance(x).expand(-1, 3, -1, -1)
    if name == "noisy":
        return (x + torch.randn_like(x) * draw(0.08, 0.2, 1)).clamp(0, 1)
    if name == "blurred":
        return F.avg_pool2d(F.avg_pool2d(x, 3, 1, 1, count_include_pad=False), 5, 1, 2, count_include_pad=False)
    if name == "sepia":
        return luminance(x) * torch.tensor([1.0, 0.86, 0.66]).view(3, 1, 1)
    if name == "tinted":
        low = draw(0, 0.5, 3)
        return low + (draw(0.75, 1, 3) - low) * luminance(x)
    if name == "posterised":
        return (x * 2).round() / 2
    if name == "dark":
        return x * draw(0.2, 0.5, 1)
    if name == "faded":
        part = draw(0.5, 0.75, 1)
        return x * (1 - part) + part * 0.9
    if name == "photocopied":
        grey = luminance(x)
        return (grey > draw(0.8, 1.05, 1) * grey.mean((2, 3), keepdim=True)).float().expand(-1, 3, -1, -1)
    if name == "shaky":
        way = (1, 9) if rng.random() < 0.5 else (9, 1)
        return F.avg_pool2d(x, way, 1, (way[0] // 2, way[1] // 2), count_include_pad=False)
    if name == "speckled":
        spots = torch.rand(len(x), 1, *x.shape[2:])
        return torch.where(spots < 0.06, 0.0, torch.where(spots > 0.94, 1.0, x))
    if name == "scanned":
        rows = 1 - draw(0.3, 0.6, 1) * (torch.arange(x.shape[2]) % 3 == 0).float().view(1, 1, -1, 1)
        return x * rows
    if name == "swapped":
        return x[:, [[1, 2, 0], [2, 0, 1], [1, 0, 2], [2, 1, 0], [0, 2, 1]][int(rng.integers(5))]]
    if name == "pixelated":
        return F.interpolate(F.avg_pool2d(x, 4), scale_factor=4.0)
    if name == "bright":
        return (x * draw(1.1, 1.6, 1) + 0.15).clamp(0, 1)
    return x


def stylise(images: torch.Tensor, styles: list[str], rng) -> torch.Tensor:
    """Every picture in its own style."""
    for name in set(styles):
        at = torch.tensor([style == name for style in styles])
        images[at] = apply(name, images[at], rng)
    return images

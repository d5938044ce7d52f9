"""Draws the small pictures of these tests and records what Pillow makes of them.

    python make_fixtures.py          (Pillow 13.0.0, numpy)

Writes `images/*`, and `expected.json`: for each picture its size and the first 16 hexadecimal digits of
SHA-256 over width and height (4 bytes each, high byte first) and the RGB bytes of
`Image.open(…).convert("RGB")`; for JPEGs these bytes themselves, in base 64, so that a difference of a level
between versions of libjpeg-turbo can be told from a wrong picture; and the digests of resizes and crops.
"""
import base64
import hashlib
import io
import json
import os
import random
import struct
import zlib

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGES = os.path.join(HERE, "images")
os.makedirs(IMAGES, exist_ok=True)
for old in os.listdir(IMAGES):
    os.remove(os.path.join(IMAGES, old))
rng = np.random.default_rng(7)
expected = {}


def digest(image):
    head = struct.pack(">II", *image.size)
    return hashlib.sha256(head + image.tobytes()).hexdigest()[:16]


def keep(name, data, resizes=(), crops=()):
    with open(os.path.join(IMAGES, name), "wb") as out:
        out.write(data)
    image = Image.open(io.BytesIO(data)).convert("RGB")
    entry = {"width": image.width, "height": image.height, "digest": digest(image)}
    if name.endswith(".jpg"):
        entry["pixels"] = base64.b64encode(image.tobytes()).decode()
    entry["resizes"] = [
        {"width": w, "height": h, "digest": digest(image.resize((w, h), Image.Resampling.BICUBIC))}
        for w, h in resizes]
    entry["crops"] = [
        {"x": x, "y": y, "width": w, "height": h, "digest": digest(image.crop((x, y, x + w, y + h)))}
        for x, y, w, h in crops]
    entry["flipped"] = digest(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    expected[name] = entry


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def pack(samples, depth):
    """Rows of samples (height, width, channels) as filter-0 scan lines."""
    out = b""
    for row in samples:
        flat = row.reshape(-1)
        if depth == 16:
            line = flat.astype(">u2").tobytes()
        elif depth == 8:
            line = flat.astype(np.uint8).tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in flat)
            bits += "0" * (-len(bits) % 8)
            line = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
        out += b"\0" + line
    return out


def png(samples, depth, kind, palette=None, interlaced=False, extra=()):
    height, width, _ = samples.shape
    data = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced)))
    for name, value in extra:
        if name != b"tRNS":
            data += chunk(name, value)
    if palette is not None:
        data += chunk(b"PLTE", palette)
    for name, value in extra:
        if name == b"tRNS":
            data += chunk(name, value)
    if interlaced:
        raw = b""
        for x, y, dx, dy in ADAM7:
            part = samples[y::dy, x::dx]
            if part.size:
                raw += pack(part, depth)
    else:
        raw = pack(samples, depth)
    return data + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def smooth(height, width, channels, top):
    """A picture with gradients, a disc and some noise, from 0 to top."""
    y, x = np.mgrid[0:height, 0:width]
    out = np.zeros((height, width, channels))
    for c in range(channels):
        wave = 0.5 + 0.25 * np.sin(x * (0.31 + 0.1 * c)) + 0.25 * np.cos(y * (0.23 + 0.07 * c))
        disc = ((x - width * 0.4) ** 2 + (y - height * 0.6) ** 2) < (min(width, height) * 0.3) ** 2
        out[..., c] = np.where(disc, 1 - wave, wave) + rng.normal(0, 0.03, (height, width))
    return np.clip(np.round(out * top), 0, top).astype(np.int64)


# 1. Every PNG kind, plain and interlaced.
KINDS = [(0, 1, 1), (0, 2, 1), (0, 4, 1), (0, 8, 1), (0, 16, 1), (2, 8, 3), (2, 16, 3), (3, 1, 1), (3, 2, 1),
         (3, 4, 1), (3, 8, 1), (4, 8, 2), (4, 16, 2), (6, 8, 4), (6, 16, 4)]
NAMES = {0: "grey", 2: "rgb", 3: "palette", 4: "grey-alpha", 6: "rgba"}
for kind, depth, channels in KINDS:
    for interlaced in (False, True):
        height, width = (13, 19) if interlaced else (17, 21)
        samples = smooth(height, width, channels, (1 << depth) - 1)
        if depth == 16 and kind == 0:
            samples[0, :8, 0] = [0, 1, 128, 254, 255, 256, 257, 65535]
        palette = rng.integers(0, 256, 3 << depth, dtype=np.uint8).tobytes() if kind == 3 else None
        keep(f"{NAMES[kind]}-{depth}{'-interlaced' if interlaced else ''}.png",
             png(samples, depth, kind, palette, interlaced), resizes=[(8, 8)])

# 2. Transparency and colour chunks that must change nothing.
base = smooth(9, 11, 3, 255)
grey = smooth(9, 11, 1, 255)
index = smooth(9, 11, 1, 15)
colors = rng.integers(0, 256, 48, dtype=np.uint8).tobytes()
keep("palette-4-trns.png", png(index, 4, 3, colors, extra=[(b"tRNS", bytes(range(0, 160, 10)))]))
keep("palette-4-trns-short.png", png(index, 4, 3, colors, extra=[(b"tRNS", b"\x00\x80")]))
keep("palette-8-trns-one.png", png(index, 8, 3, colors, extra=[(b"tRNS", b"\xff\xff\x00")]))
keep("palette-8-out-of-range.png", png(smooth(9, 11, 1, 40), 8, 3, colors))
keep("grey-8-trns.png", png(grey, 8, 0, extra=[(b"tRNS", b"\x00\x80")]))
keep("grey-16-trns.png", png(smooth(9, 11, 1, 600), 16, 0, extra=[(b"tRNS", b"\x00\x80")]))
keep("rgb-8-trns.png", png(base, 8, 2, extra=[(b"tRNS", struct.pack(">HHH", 10, 20, 30))]))
keep("rgb-8-gamma.png", png(base, 8, 2, extra=[(b"gAMA", struct.pack(">I", 100000))]))
keep("rgb-8-srgb.png", png(base, 8, 2, extra=[(b"sRGB", b"\0"), (b"cHRM", struct.pack(">8I", *range(10000, 90000, 10000)))]))
keep("rgb-8-suggested-palette.png", png(base, 8, 2, palette=colors))
keep("rgb-8-text.png", png(base, 8, 2, extra=[(b"tEXt", b"Title\0a picture"), (b"zTXt", b"Note\0\0" + zlib.compress(b"x" * 500))]))
keep("rgb-8-sbit.png", png(base, 8, 2, extra=[(b"sBIT", b"\5\6\5"), (b"bKGD", struct.pack(">HHH", 1, 2, 3))]))

# 3. Sizes: one pixel, single rows and columns, odd sizes, up and down.
SIZES = [(1, 1), (1, 7), (9, 1), (2, 2), (3, 5), (17, 31), (33, 64), (64, 64), (65, 47), (40, 100)]
for width, height in SIZES:
    samples = smooth(height, width, 3, 255)
    keep(f"size-{width}x{height}.png", png(samples, 8, 2),
         resizes=[(1, 1), (2, 3), (32, 32), (width, 13), (13, height), (width * 2 + 1, height * 3 - 1), (64, 64),
                  (max(1, width - 1), height + 1), (7, 200)],
         crops=[(0, 0, width, height), (-2, -3, width + 4, height + 6), (1, 1, 3, 2), (width // 2, height // 2, 20, 20),
                (-5, 2, 4, 4), (500, 500, 2, 2), (-30, -30, 90, 90)])
noise = rng.integers(0, 256, (50, 60, 3))
keep("noise.png", png(noise, 8, 2), resizes=[(224, 187), (23, 19), (59, 50), (60, 51), (1, 50), (300, 2),
                                                 (55, 40), (55, 39), (55, 41), (50, 30), (50, 29), (61, 49), (80, 49)])
stripes = np.zeros((48, 48, 3), dtype=np.int64)
stripes[:, ::2] = 255
keep("stripes.png", png(stripes, 8, 2), resizes=[(96, 96), (47, 47), (24, 24), (31, 90), (100, 7)])

# 4. JPEG.
def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


photo = Image.fromarray(smooth(45, 53, 3, 255).astype(np.uint8))
square = Image.fromarray(smooth(32, 32, 3, 255).astype(np.uint8))
grey = Image.fromarray(smooth(29, 37, 1, 255)[..., 0].astype(np.uint8))
cmyk = Image.fromarray(smooth(24, 30, 4, 255).astype(np.uint8), mode="CMYK")
keep("baseline-420.jpg", jpeg(photo, quality=85), resizes=[(24, 24)])
keep("baseline-422.jpg", jpeg(photo, quality=85, subsampling=1))
keep("baseline-444.jpg", jpeg(photo, quality=92, subsampling=0))
keep("baseline-low.jpg", jpeg(photo, quality=10))
keep("baseline-high.jpg", jpeg(square, quality=100))
keep("optimized.jpg", jpeg(square, quality=75, optimize=True))
keep("progressive-420.jpg", jpeg(photo, quality=80, progressive=True))
keep("progressive-444.jpg", jpeg(square, quality=80, progressive=True, subsampling=0))
keep("restarts.jpg", jpeg(photo, quality=80, restart_marker_blocks=2))
keep("grey.jpg", jpeg(grey, quality=80))
keep("grey-progressive.jpg", jpeg(grey, quality=80, progressive=True))
keep("cmyk.jpg", jpeg(cmyk, quality=90))
ycck = bytearray(jpeg(cmyk, quality=90))
ycck[ycck.index(b"Adobe") + 11] = 2  # the same data declared as YCCK
keep("ycck.jpg", bytes(ycck))
keep("rgb-kept.jpg", jpeg(square, quality=90, keep_rgb=True))
keep("one-pixel.jpg", jpeg(Image.new("RGB", (1, 1), (200, 30, 90)), quality=90))
keep("narrow.jpg", jpeg(photo.crop((0, 0, 3, 45)), quality=90))
exif = Image.Exif()
exif[0x0112] = 6
keep("exif-rotated.jpg", jpeg(photo, quality=85, exif=exif))
keep("with-comment.jpg", jpeg(square, quality=70, comment=b"a comment", dpi=(300, 300)))

with open(os.path.join(HERE, "expected.json"), "w") as out:
    json.dump({"images": expected},
              out, indent=0, sort_keys=True)
print(len(expected), "images", sum(os.path.getsize(os.path.join(IMAGES, n)) for n in os.listdir(IMAGES)), "bytes")

"""Makes `../Data/trap/trap.tar`: a small data set with everything odd that a person's folder may hold, for tests.

    python trap.py               (Pillow 13.0.0)

Eight classes of 1 to 40 pictures (the class is the shape that is drawn) whose folder and file names hold spaces,
tabs, escape characters, quotes and letters of several scripts; PNGs of every kind (palette with transparency, grey
with alpha, 1, 4 and 16 bits, interlaced), JPEGs named .png and the other way round, one pixel, very wide and very
tall pictures; files that are no PNG or JPEG. The same images are listed three ways: as folders (`trap`), as a CoOp
split (`trap/coop.json`) and as a list (`trap/list.csv`). `trap/pixels.json` has size and digest of each image as
Pillow's `convert("RGB")` gives it: the first 16 hexadecimal digits of SHA-256 over width and height (4 bytes each,
high byte first) and the RGB bytes.

The set is kept in one archive, because some of its names are for no version control and not for every system. The
archive has no times, owners or order of its own: the same bytes come out each time.

No name holds a newline or a slash; none differs from another in case or in Unicode form alone.
"""
import base64
import csv
import hashlib
import io
import json
import struct
import tarfile
import tempfile
import zlib
from pathlib import Path

from PIL import Image

ARCHIVE = Path(__file__).resolve().parent.parent / "Data" / "trap" / "trap.tar"

# Folder name, images, shape. In byte order, so that all three layouts number the classes alike.
CLASSES = [
    ("#hash tag", 40, lambda x, y: x * x + y * y < 50),
    ("-dash", 9, lambda x, y: abs(y) < 3),
    ('A comma, "quoted"', 12, lambda x, y: abs(x) < 7 and abs(y) < 7),
    ("esc\x1b[31mred", 3, lambda x, y: abs(x) + abs(y) < 9),
    ("na\u00efve caf\u00e9", 6, lambda x, y: 25 < x * x + y * y < 70),
    ("tab\tstop", 4, lambda x, y: abs(x) < 2 or abs(y) < 2),
    ("two  spaces", 19, lambda x, y: y > -7 and abs(x) * 2 < y + 7 and y < 7),
    ("\u65e5\u672c\u8a9e", 1, lambda x, y: abs(abs(x) - abs(y)) < 2),
]
NAMES = [
    "10", "9", " leading space", "trailing space ", "tab\there", "esc\x1b[2Jclear", "na\u00efve \u00e9",
    "\u65e5\u672c", "duck \U0001f986", "right-to-left \u202egnp", "semi;colon & $dollar", "quote'\"", "back\\slash",
    "#hash", "-dash", "percent%20", "bell\x07", "delete\x7f", "control \u009b31m", "star*?[a]", "a.b.c",
    "no\u00a0break", "comma, comma", "{curly}", "~", "long " + "g" * 200,
]

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def scan_lines(rows, depth):
    """Rows of samples as filter-0 scan lines of `depth` bits a sample."""
    out = b""
    for row in rows:
        if depth == 16:
            out += b"\0" + struct.pack(f">{len(row)}H", *row)
        else:
            bits = "".join(format(value, f"0{depth}b") for value in row)
            bits += "0" * (-len(bits) % 8)
            out += b"\0" + bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
    return out


def png(pixels, depth, kind, interlaced=False, palette=None, transparency=None):
    """A PNG of rows of pixels, each a tuple of samples."""
    height, width = len(pixels), len(pixels[0])
    data = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced)))
    if palette:
        data += chunk(b"PLTE", palette)
    if transparency:
        data += chunk(b"tRNS", transparency)
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    raw = b""
    for x, y, dx, dy in passes:
        rows = [[sample for pixel in row[x::dx] for sample in pixel] for row in pixels[y::dy]]
        if rows and rows[0]:
            raw += scan_lines(rows, depth)
    return data + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def scene(shape, number, width=24, height=24, block=1):
    """Ink from 0 to 255 and a colour for each pixel: the shape on a slope, moved and tinted by its number."""
    dx, dy = number % 5 - 2, number // 5 % 5 - 2
    tint = [(number * 71 + 40) % 256, (number * 113 + 90) % 256, (number * 37 + 160) % 256]
    rows = []
    for row in range(height):
        line = []
        for column in range(width):
            x, y = column // block * block, row // block * block
            inside = shape(x - width // 2 - dx, y - height // 2 - dy)
            slope = 255 - (x * 3 + y * 2 + number * 5) % 64
            line.append(tuple(c // 2 for c in tint) if inside else (slope, slope - 20, slope - 9))
        rows.append(line)
    return rows


def grey(pixels, top=255):
    return [[sum(pixel) * top // 765 for pixel in row] for row in pixels]


def tuples(rows):
    return [[(value,) for value in row] for row in rows]


def indexed(pixels, depth, interlaced, transparency):
    levels = (1 << depth) - 1
    palette = b"".join(bytes((i * 255 // levels, 255 - i * 200 // levels, 60 + i * 90 // levels))
                       for i in range(levels + 1))
    return png(tuples(grey(pixels, levels)), depth, 3, interlaced, palette, transparency)


def with_alpha(pixels, top):
    """Grey and a slope of alpha."""
    return [[(value, (x * 11 + y * 7) * top // 600 % (top + 1)) for x, value in enumerate(row)]
            for y, row in enumerate(grey(pixels, top))]


def wide(pixels, scale=257):
    """8-bit samples as 16-bit ones that are no multiples of 257."""
    return [[tuple(min(65535, sample * scale + x * 3) for sample in pixel) for x, pixel in enumerate(row)] for row in pixels]


def jpeg(pixels, **options):
    image = Image.new("RGB", (len(pixels[0]), len(pixels)))
    image.putdata([pixel for row in pixels for pixel in row])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92, subsampling=0, **options)
    return out.getvalue()


# Whole blocks of 8 pixels in JPEGs: every decoder gives the same pixels then.
KINDS = [
    lambda s, n: (png(scene(s, n), 8, 2), ".png"),
    lambda s, n: (indexed(scene(s, n), 8, False, None), ".png"),
    lambda s, n: (indexed(scene(s, n), 4, False, bytes(range(0, 240, 16))), ".png"),
    lambda s, n: (png(tuples(grey(scene(s, n))), 8, 0), ".png"),
    lambda s, n: (png(with_alpha(scene(s, n), 255), 8, 4), ".png"),
    lambda s, n: (png(tuples(grey(scene(s, n), 65535)), 16, 0), ".png"),
    lambda s, n: (png(wide(scene(s, n)), 16, 2), ".PNG"),
    lambda s, n: (jpeg(scene(s, n, 32, 32, 8)), ".png"),
    lambda s, n: (png(scene(s, n), 8, 2, interlaced=True), ".jpg"),
    lambda s, n: (png([[(int(v > 144),) for v in row] for row in grey(scene(s, n))], 1, 0), ".png"),
    lambda s, n: (png(scene(s, n, 1, 1), 8, 2), ".png"),
    lambda s, n: (png(scene(s, n, 400, 3), 8, 2), ".png"),
    lambda s, n: (indexed(scene(s, n), 2, True, b"\x00\x80"), ".png"),
    lambda s, n: (png(with_alpha(scene(s, n), 65535), 16, 4, interlaced=True), ".png"),
    lambda s, n: (jpeg(scene(s, n, 32, 24, 8), progressive=True), ".JPEG"),
    lambda s, n: (png([[pixel + (x * 10 % 256,) for x, pixel in enumerate(row)] for row in scene(s, n)], 8, 6), ".png"),
    lambda s, n: (png(tuples(grey(scene(s, n, 2, 300))), 8, 0), ".png"),
    lambda s, n: (png(tuples(grey(scene(s, n))), 8, 0, transparency=b"\x00\x80"), ".png"),
]

# Files in class folders that are no images of ours: no names of PNG or JPEG, or hidden.
OTHERS = [
    ("#hash tag/animation.gif", base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")),
    ("-dash/photo.WebP", base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")),
    ("two  spaces/second.gif", base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")),
    ("two  spaces/Thumbs", b"no picture\n"),
    ("two  spaces/.hidden.png", b"no picture\n"),
]


def plain(member):
    """An archive member without what differs from machine to machine."""
    member.mtime = member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.isdir() else 0o644
    return member


def main():
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder) / "trap")
        with tarfile.open(ARCHIVE, "w", format=tarfile.GNU_FORMAT) as archive:
            for path in sorted(Path(folder).rglob("*"), key=lambda path: str(path).encode()):
                archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=plain)


def make(out):
    pixels, entries, number = {}, [], 0
    for label, (folder, count, shape) in enumerate(CLASSES):
        (out / folder).mkdir(parents=True)
        own = []
        for index in range(count):
            data, extension = KINDS[number % len(KINDS)](shape, number)
            name = NAMES[index] if index < len(NAMES) else f"{index:03}"
            path = f"{folder}/{name}{extension}"
            (out / path).write_bytes(data)
            image = Image.open(io.BytesIO(data)).convert("RGB")
            digest = hashlib.sha256(struct.pack(">II", *image.size) + image.tobytes()).hexdigest()[:16]
            pixels[path] = [image.width, image.height, digest]
            own.append(path)
            number += 1
        own.sort(key=lambda path: hashlib.sha256(path.encode()).digest())
        validation = max(1, min(4, count // 5)) if count > 1 else 0
        test = max(1, count // 4) if count > 1 else 0
        for place, path in enumerate(own):
            split = "val" if place < validation else "test" if place < validation + test else "train"
            entries.append((hashlib.sha256(path.encode()).digest(), split, path, label, folder))
    entries.sort()
    for path, data in OTHERS:
        (out / path).write_bytes(data)

    splits = {s: [[p, label, name] for _, own, p, label, name in entries if own == s] for s in ("train", "val", "test")}
    lines = [f' "{s}": [\n' + ",\n".join("  " + json.dumps(e) for e in rows) + "\n ]" for s, rows in splits.items()]
    (out / "coop.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    with open(out / "list.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "class", "split"])
        writer.writerows([path, name, split] for _, split, path, _, name in entries)
    lines = [f" {json.dumps(path)}: {json.dumps(value)}" for path, value in sorted(pixels.items())]
    (out / "pixels.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(len(pixels), "images,", size, "bytes;", {split: len(rows) for split, rows in splits.items()})


if __name__ == "__main__":
    main()

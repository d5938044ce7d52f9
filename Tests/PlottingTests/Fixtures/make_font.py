"""Writes the built-in font of Plotting from Tuffy's outlines.

Tuffy 1.280 (Thatcher Ulrich, Karoly Barta, Michael Everson) is in the public domain; Debian packages it as
fonts-tuffy. Coordinates are brought to 1/1000 em and written as differences. Needs fontTools.

    python make_font.py Tuffy.ttf Tuffy_Bold.ttf ../../../Sources/Plotting
"""
import sys
import textwrap
from fontTools.pens.recordingPen import DecomposingRecordingPen, RecordingPen
from fontTools.ttLib import TTFont

ASCII = [chr(c) for c in range(0x20, 0x7F)]
LATIN = [chr(c) for c in range(0xA1, 0x100) if c != 0xAD]
SYMBOLS = list("–—‘’“”•…‖√×−±≤≥≈≠∞→←↑↓·°ĝ∇∂∑⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉")
GREEK = list("αβγδεζηθικλμνξοπρσςτυφχψωΓΔΘΛΞΠΣΦΨΩ")
EUROPE = list("ČčĆćĎďĐđĚěĘęĄąĞğİıŁłŃńŇňŐőŒœŘřŚśŞşŠšŤťŮůŰűŹźŻżŽž€")


# Tuffy draws these much smaller than figures; in a chart they stand beside figures.
DRAWN = {
    "−": "w520 m60,316 l0,62 l400,0 l0,-62",
    "×": "w520 m101,145 l-44,44 l159,159 l-159,159 l44,44 l159,-159 l159,159 l44,-44 l-159,-159"
         " l159,-159 l-44,-44 l-159,159",
    "‖": "w400 m100,-120 l0,880 l58,0 l0,-880 m142,0 l0,880 l58,0 l0,-880",
}


def record(font, name, code, parts):
    """One glyph: `@` code, `w` advance, then `m`, `l`, `q` with differences, or `c` code,dx,dy for a part."""
    scale = 1000 / font["head"].unitsPerEm
    pen = RecordingPen()
    font.getGlyphSet()[name].draw(pen)
    if any(verb == "addComponent" and points[1][:4] != (1, 0, 0, 1) for verb, points in pen.value):
        pen = DecomposingRecordingPen(font.getGlyphSet())
        font.getGlyphSet()[name].draw(pen)
    out = [f"@{code:x}", f"w{round(font['hmtx'][name][0] * scale)}"]
    here = (0, 0)

    def delta(point):
        nonlocal here
        x, y = round(point[0] * scale), round(point[1] * scale)
        text = f"{x - here[0]},{y - here[1]}"
        here = (x, y)
        return text

    for verb, points in pen.value:
        if verb == "moveTo":
            out.append("m" + delta(points[0]))
        elif verb == "lineTo":
            out.append("l" + delta(points[0]))
        elif verb == "qCurveTo":
            if points[-1] is None:
                # A contour without on-curve points: start between the last and the first control.
                controls = list(points[:-1])
                start = tuple((a + b) / 2 for a, b in zip(controls[-1], controls[0]))
                out.append("m" + delta(start))
                points = controls + [start]
            # Between two controls lies an implied point, half-way, as in TrueType.
            out.append("q" + ",".join(delta(point) for point in points))
        elif verb == "addComponent":
            part, (_, _, _, _, dx, dy) = points
            out.append(f"c{parts(part):x},{round(dx * scale)},{round(dy * scale)}")
    return " ".join(out)


def write(path, source, name, characters, comment, first_unnamed, elsewhere=()):
    font = TTFont(source)
    cmap = font.getBestCmap()
    records = []
    unnamed = {}
    codes = {glyph: code for code, glyph in cmap.items() if chr(code) in characters or chr(code) in elsewhere}

    def part_code(part):
        if part in codes:
            return codes[part]
        return unnamed.setdefault(part, first_unnamed + len(unnamed))

    for character in sorted(set(characters)):
        if character in DRAWN:
            records.append(f"@{ord(character):x} {DRAWN[character]}")
            continue
        if ord(character) not in cmap:
            print("missing", hex(ord(character)), character)
            continue
        glyph = cmap[ord(character)]
        records.append(record(font, glyph, ord(character), part_code))
    written = 0
    while written < len(unnamed):
        part, code = list(unnamed.items())[written]
        records.append(record(font, part, code, part_code))
        written += 1
    lines = textwrap.wrap(" ".join(records), 106, break_long_words=False)
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"/// {comment}\n///\n")
        out.write("/// Made by `make_font.py` from Tuffy 1.280, which its authors have put in the public domain.\n")
        out.write(f'let {name} = """\n')
        for line in lines:
            out.write("    " + line + "\n")
        out.write('    """\n')
    print(path, len(records), sum(map(len, lines)))


regular, bold, folder = sys.argv[1:4]
write(f"{folder}/RegularOutlines.swift", regular, "regularOutlines",
      ASCII + SYMBOLS, "Outlines of the regular weight: ASCII and symbols.", 0xF000)
write(f"{folder}/RegularLetterOutlines.swift", regular, "regularLetterOutlines",
      LATIN + GREEK + EUROPE, "Outlines of the regular weight: further Latin and Greek letters.", 0xF100,
      ASCII + SYMBOLS)
write(f"{folder}/BoldOutlines.swift", bold, "boldOutlines",
      ASCII + [c for c in LATIN if c != "×"] + list("–—‘’“”…√δ"), "Outlines of the bold weight.", 0xF000)

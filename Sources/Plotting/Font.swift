/// The built-in font: outlines in 1/1000 em, so that text has the same pixels on every machine.
///
/// Characters it lacks are drawn as a box.
package struct Font: Sendable {
    package static let regular = Font(outlines: [regularOutlines, regularLetterOutlines])
    package static let bold = Font(outlines: [boldOutlines], isBold: true)

    /// Height of capitals, lower-case x, the deepest descender and the tallest letter, in em.
    static let capitalHeight = 0.71
    static let xHeight = 0.52
    static let descent = 0.25
    static let ascent = 0.95

    /// One character's shape; y grows upwards from the baseline.
    struct Glyph: Sendable {
        /// Width to the next character, in 1/1000 em.
        var advance: Double
        var outline: Outline
    }

    let isBold: Bool
    private var glyphs: [UInt32: Glyph] = [:]

    /// Reads outlines: `@` code in hexadecimal, `w` advance, then `m` move, `l` line, `q` TrueType curve with
    /// differences of coordinates, and `c` code,dx,dy for a part that is another character.
    private init(outlines: [String], isBold: Bool = false) {
        self.isBold = isBold
        var parts: [UInt32: [(code: UInt32, dx: Double, dy: Double)]] = [:]
        for text in outlines {
            var code: UInt32 = 0
            var glyph = Glyph(advance: 0, outline: Outline())
            var x = 0.0
            var y = 0.0
            for token in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
                let fields = token.dropFirst().split(separator: ",")
                let numbers = fields.compactMap { Double($0) }
                switch token.first {
                case "@":
                    code = UInt32(token.dropFirst(), radix: 16) ?? 0
                    glyph = Glyph(advance: 0, outline: Outline())
                    x = 0
                    y = 0
                case "w": glyph.advance = numbers.first ?? 0
                case "c" where fields.count == 3:
                    let part = (
                        UInt32(fields[0], radix: 16) ?? 0, Double(fields[1]) ?? 0, Double(fields[2]) ?? 0
                    )
                    parts[code, default: []].append(part)
                default:
                    var points: [(x: Double, y: Double)] = []
                    for index in stride(from: 0, to: numbers.count - 1, by: 2) {
                        x += numbers[index]
                        y += numbers[index + 1]
                        points.append((x, y))
                    }
                    glyph.outline.add(verb: token.first, points: points)
                }
                glyphs[code] = glyph
            }
        }
        for (code, list) in parts {
            for part in list {
                guard let outline = glyphs[part.code]?.outline else { continue }
                glyphs[code]?.outline.append(outline, dx: part.dx, dy: part.dy)
            }
        }
    }

    /// The shape of a character: from this font, from the regular one, or a box.
    func glyph(_ scalar: Unicode.Scalar) -> Glyph {
        switch scalar.value {
        case 0x2009, 0x202F: return Glyph(advance: 130, outline: Outline())
        case 0xA0, 0x09, 0x0A, 0x0D: return glyphs[0x20] ?? Self.box
        case 0xF000...0xF8FF: return Self.box
        default: return glyphs[scalar.value] ?? Self.regular.glyphs[scalar.value] ?? Self.box
        }
    }

    /// True where a character has a shape of its own.
    package func contains(_ scalar: Unicode.Scalar) -> Bool {
        !(0xF000...0xF8FF).contains(scalar.value) && glyphs[scalar.value] != nil
    }

    /// The text with every character that has no shape of its own written as `\u{65e5}`.
    package func spelled(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == " " || contains(scalar) || Self.regular.contains(scalar) {
                result.append(scalar)
            } else {
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            }
        }
        return String(result)
    }

    private static let box: Glyph = {
        var outline = Outline()
        outline.add(verb: "m", points: [(60, 0)])
        outline.add(verb: "l", points: [(60, 710)])
        outline.add(verb: "l", points: [(480, 710)])
        outline.add(verb: "l", points: [(480, 0)])
        outline.add(verb: "m", points: [(120, 60)])
        outline.add(verb: "l", points: [(420, 60)])
        outline.add(verb: "l", points: [(420, 650)])
        outline.add(verb: "l", points: [(120, 650)])
        return Glyph(advance: 540, outline: outline)
    }()
}

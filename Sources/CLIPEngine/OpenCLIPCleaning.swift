/// What open_clip does to a text before its tokenizer: ftfy's fixes, character references, blanks, lower case.
///
/// Of ftfy 6 all fixes are here but the repair of texts that were decoded in a wrong encoding.
enum OpenCLIPCleaning {
    private typealias Scalars = [Unicode.Scalar]

    /// The cleaned text; Hugging Face's steps then change nothing more but the words that it is cut into.
    static func cleaned(_ text: String) -> String {
        var scalars = fixed(Array(text.unicodeScalars))
        for _ in 0..<2 { scalars = unescaped(scalars) }
        let words = scalars.split(whereSeparator: isBlank)
        return lowered(Array(words.joined(separator: [" "])))
    }

    // MARK: ftfy

    private static func fixed(_ text: Scalars) -> Scalars {
        // Line by line; character references are left alone from the first line with a '<' on.
        var unescapes = true
        var result: Scalars = []
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: "\n").map { $0 + 1 } ?? text.count
            let line = Array(text[start..<end])
            if line.contains("<") { unescapes = false }
            result += fixedLine(line, unescapes: unescapes)
            start = end
        }
        return result
    }

    private static func fixedLine(_ line: Scalars, unescapes: Bool) -> Scalars {
        var line = line
        while true {
            var next = unescapes ? withoutReferences(line) : line
            next = next.flatMap(replacement)
            next = withoutLineBreaks(next)
            next = withoutTerminalEscapes(next).filter { !isControl($0) }
            next = TokenizerComposition.composed(next)
            if next == line { return line }
            line = next
        }
    }

    /// References that end in a semicolon, also those of small letters written in capitals.
    private static func withoutReferences(_ text: Scalars) -> Scalars {
        replacingReferences(text) { body in
            guard body.last == ";", body.count <= 26 else { return nil }
            if body.first == "#" { return number(body) }
            let name = string(body)
            if let found = HTMLEntities.scalars[name] { return found }
            let small = name.lowercased()
            guard name == name.uppercased(), let found = HTMLEntities.scalars[small], legacy(body) == nil
            else {
                return nil
            }
            return found.flatMap { $0.properties.uppercaseMapping.unicodeScalars }
        }
    }

    /// Ligatures, widths, quotes and the controls that Windows' code page has letters for.
    private static func replacement(_ scalar: Unicode.Scalar) -> Scalars {
        switch scalar.value {
        case 0x20...0x7E: [scalar]
        case 0x80...0x9F: [windows[Int(scalar.value) - 0x80]]
        case 0x2BC, 0x2018...0x201B: ["'"]
        case 0x201C...0x201F: ["\""]
        case 0x3000: [" "]
        case 0x132, 0x133, 0x149, 0x1C4...0x1CC, 0x1F1...0x1F3, 0xFB00...0xFB06: ligatures[scalar] ?? [scalar]
        case 0xFF01...0xFFEF: wide(scalar)
        default: [scalar]
        }
    }

    private static let ligatures: [Unicode.Scalar: Scalars] = Dictionary(
        uniqueKeysWithValues: [
            ("Ĳ", "IJ"), ("ĳ", "ij"), ("ŉ", "ʼn"), ("Ǳ", "DZ"), ("ǲ", "Dz"), ("ǳ", "dz"), ("Ǆ", "DŽ"),
            ("ǅ", "Dž"),
            ("ǆ", "dž"), ("Ǉ", "LJ"), ("ǈ", "Lj"), ("ǉ", "lj"), ("Ǌ", "NJ"), ("ǋ", "Nj"), ("ǌ", "nj"),
            ("ﬀ", "ff"),
            ("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬃ", "ffi"), ("ﬄ", "ffl"), ("ﬅ", "ſt"), ("ﬆ", "st"),
        ].map { (Array($0.0.unicodeScalars)[0], Array($0.1.unicodeScalars)) })

    /// A halfwidth or fullwidth form as it is usually written.
    private static func wide(_ scalar: Unicode.Scalar) -> Scalars {
        switch scalar.value {
        case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0).map { [$0] } ?? [scalar]
        default: forms[scalar].map { [$0] } ?? [scalar]
        }
    }

    /// Punctuation, katakana, hangul and signs from U+FF5F on; their marks are no letters of a whole.
    private static let forms: [Unicode.Scalar: Unicode.Scalar] = {
        var table: [Unicode.Scalar: Unicode.Scalar] = [:]
        func add(_ first: UInt32, _ text: String) {
            for (offset, scalar) in text.unicodeScalars.enumerated() {
                if let key = Unicode.Scalar(first + UInt32(offset)) { table[key] = scalar }
            }
        }
        add(0xFF5F, "⦅⦆。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u{3099}\u{309A}")
        add(0xFFA0, "\u{1160}ᄀᄁᆪᄂᆬᆭᄃᄄᄅᆰᆱᆲᆳᆴᆵᄚᄆᄇᄈᄡᄉᄊᄋᄌᄍᄎᄏᄐᄑᄒ")
        add(0xFFC2, "\u{1161}\u{1162}\u{1163}\u{1164}\u{1165}\u{1166}")
        add(0xFFCA, "\u{1167}\u{1168}\u{1169}\u{116A}\u{116B}\u{116C}")
        add(0xFFD2, "\u{116D}\u{116E}\u{116F}\u{1170}\u{1171}\u{1172}")
        add(0xFFDA, "\u{1173}\u{1174}\u{1175}")
        // The macron's form is a space and a mark, which is left.
        add(0xFFE0, "¢£¬")
        add(0xFFE4, "¦¥₩")
        add(0xFFE8, "│←↑→↓■○")
        return table
    }()

    /// The code page 1252 from 0x80 to 0x9F; five places are empty.
    private static let windows = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)

    private static func withoutLineBreaks(_ text: Scalars) -> Scalars {
        var result: Scalars = []
        for (index, scalar) in text.enumerated() {
            switch scalar {
            case "\r": if index + 1 == text.count || text[index + 1] != "\n" { result.append("\n") }
            case "\u{2028}", "\u{2029}", "\u{85}": result.append("\n")
            default: result.append(scalar)
            }
        }
        return result
    }

    /// Without ESC [ … letter.
    private static func withoutTerminalEscapes(_ text: Scalars) -> Scalars {
        guard text.contains("\u{1B}") else { return text }
        var result: Scalars = []
        var index = 0
        while index < text.count {
            if text[index] == "\u{1B}", index + 1 < text.count, text[index + 1] == "[",
                let end = text[(index + 2)...].firstIndex(where: { !("0"..."9").contains($0) && $0 != ";" }),
                text[end].isASCII, text[end].properties.isAlphabetic
            {
                index = end + 1
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFFF9...0xFFFC, 0xFEFF: true
        default: false
        }
    }

    // MARK: Character references

    /// As browsers read them, also without a semicolon.
    private static func unescaped(_ text: Scalars) -> Scalars {
        replacingReferences(text) { $0.first == "#" ? number($0) : legacy($0) }
    }

    /// Replaces what stands behind each '&': `#123;`, `#x1F;` or up to 32 characters of a name.
    private static func replacingReferences(_ text: Scalars, _ value: (Scalars) -> Scalars?) -> Scalars {
        guard text.contains("&") else { return text }
        var result: Scalars = []
        var index = 0
        while index < text.count {
            guard text[index] == "&" else {
                result.append(text[index])
                index += 1
                continue
            }
            let body = body(text[(index + 1)...])
            result += body.isEmpty ? ["&"] : value(body) ?? ["&"] + body
            index += 1 + body.count
        }
        return result
    }

    private static func body(_ rest: ArraySlice<Unicode.Scalar>) -> Scalars {
        func taking(_ head: Int, _ most: Int, _ isPart: (Unicode.Scalar) -> Bool) -> Scalars {
            let inner = rest.dropFirst(head).prefix(most).prefix(while: isPart)
            guard !inner.isEmpty else { return [] }
            let end = head + inner.count
            let closes = rest.dropFirst(end).first == ";"
            return Array(rest.prefix(end + (closes ? 1 : 0)))
        }
        guard rest.first == "#" else {
            return taking(0, 32) { !["\t", "\n", "\u{C}", " ", "<", "&", "#", ";"].contains($0) }
        }
        let second = rest.dropFirst().first
        if second == "x" || second == "X" {
            return taking(2, .max) { $0.isASCII && $0.properties.isASCIIHexDigit }
        }
        return taking(1, .max) { ("0"..."9").contains($0) }
    }

    private static func number(_ body: Scalars) -> Scalars? {
        let digits = body.dropFirst().filter { $0 != ";" }
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        let text = string(isHexadecimal ? Scalars(digits.dropFirst()) : Scalars(digits))
        guard let value = UInt32(text, radix: isHexadecimal ? 16 : 10) else { return ["\u{FFFD}"] }
        switch value {
        case 0: return ["\u{FFFD}"]
        case 0x80...0x9F: return [windows[Int(value) - 0x80]]
        case 1...8, 0xB, 0xE...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
        default: break
        }
        if value & 0xFFFE == 0xFFFE, value <= 0x10FFFF { return [] }
        return [Unicode.Scalar(value) ?? "\u{FFFD}"]
    }

    /// A name, or the longest known beginning of it, which needs no semicolon.
    private static func legacy(_ body: Scalars) -> Scalars? {
        if let found = HTMLEntities.scalars[string(body)] { return found }
        guard body.count > 2 else { return nil }
        for length in stride(from: body.count - 1, to: 1, by: -1) {
            if let found = HTMLEntities.scalars[string(Array(body.prefix(length)))] {
                return found + body.dropFirst(length)
            }
        }
        return nil
    }

    // MARK: Blanks and case

    /// What Python's `split` parts words at.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        Tokenizer.Class(scalar) == .space || (0x1C...0x1F).contains(scalar.value)
    }

    /// Lower case as Python has it: a capital sigma at the end of a word becomes a final one.
    private static func lowered(_ text: Scalars) -> String {
        var result = String.UnicodeScalarView()
        for (index, scalar) in text.enumerated() {
            if scalar == "Σ", isCased(before: index, text), !isCased(after: index, text) {
                result.append("ς")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(result)
    }

    private static func isCased(before index: Int, _ text: Scalars) -> Bool {
        text[..<index].last { !$0.properties.isCaseIgnorable }?.properties.isCased ?? false
    }

    private static func isCased(after index: Int, _ text: Scalars) -> Bool {
        text[(index + 1)...].first { !$0.properties.isCaseIgnorable }?.properties.isCased ?? false
    }

    private static func string(_ scalars: Scalars) -> String { String(String.UnicodeScalarView(scalars)) }
}

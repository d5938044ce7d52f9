import Foundation

/// Canonical composition (NFC) by the tables of one Unicode version.
///
/// The `tokenizers` library composes by Unicode 9, so newer characters stay as they are here too; Swift's
/// tables only lend the classes and mappings, and their growth changes nothing. Foundation's own composition
/// of whole strings differs from the standard for Hangul (U+AC00 U+11A8), Tibetan (U+0F73) and Kannada
/// (U+0CCA U+0CD5), so only single characters and decomposed pairs are put to it. Source: Unicode Standard Annex 15.
enum TokenizerComposition {
    static let unicodeVersion = 9

    /// Takes n log n steps for n characters, however many marks follow one letter.
    static func composed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        if text.allSatisfy({ $0.value < 0xc0 }) { return text }
        return joined(ordered(text.flatMap(decomposed)))
    }

    private static func decomposed(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        switch scalar.value {
        case 0..<0xc0, 0x3400..<0xa000, hangul: return [scalar]
        default:
            guard isOld(scalar) else { return [scalar] }
            return Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
        }
    }

    /// Sorts each run of marks by class, marks of one class staying in their order.
    private static func ordered(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var run: [(markClass: UInt8, index: Int)] = []
        func flush() {
            if run.count > 1 { run.sort { $0 < $1 } }
            result += run.map { text[$0.index] }
            run.removeAll(keepingCapacity: true)
        }
        for (index, scalar) in text.enumerated() {
            let markClass = markClass(of: scalar)
            if markClass == 0 {
                flush()
                result.append(scalar)
            } else {
                run.append((markClass, index))
            }
        }
        flush()
        return result
    }

    /// Composes marks with the letter before them where nothing of the same or a higher class is between.
    private static func joined(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var starter: Int?
        var lastClass: UInt8 = 0
        for scalar in text {
            let markClass = markClass(of: scalar)
            if let starter, starter == result.count - 1 || lastClass < markClass,
                let composite = composite(result[starter], scalar)
            {
                result[starter] = composite
                continue
            }
            if markClass == 0 { starter = result.count }
            result.append(scalar)
            lastClass = markClass
        }
        return result
    }

    /// The character that a pair composes to.
    private static func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        switch second.value {
        case 0..<0x300: return nil
        case vowels:
            guard leads.contains(first.value) else { return nil }
            let (lead, vowel) = (first.value - leads.lowerBound, second.value - vowels.lowerBound)
            return Unicode.Scalar(hangul.lowerBound + (lead * 21 + vowel) * 28)
        case tails:
            guard hangul.contains(first.value), (first.value - hangul.lowerBound) % 28 == 0 else {
                return nil
            }
            return Unicode.Scalar(first.value + second.value - tails.lowerBound + 1)
        default:
            guard isMark(second), isOld(second) else { return nil }
            let pair = String(String.UnicodeScalarView(decomposed(first) + [second]))
            let composed = pair.precomposedStringWithCanonicalMapping.unicodeScalars
            guard let composite = composed.first, composed.count == 1 else { return nil }
            return isOld(composite) ? composite : nil
        }
    }

    // Hangul syllables compose by arithmetic: 19 leading consonants, 21 vowels, 27 final consonants or none.
    private static let hangul: Range<UInt32> = 0xac00..<0xd7a4
    private static let leads: Range<UInt32> = 0x1100..<0x1113
    private static let vowels: Range<UInt32> = 0x1161..<0x1176
    private static let tails: Range<UInt32> = 0x11a8..<0x11c3

    private static func markClass(of scalar: Unicode.Scalar) -> UInt8 {
        if scalar.value < 0x300 { return 0 }
        let markClass = scalar.properties.canonicalCombiningClass.rawValue
        return markClass == 0 || !isOld(scalar) ? 0 : markClass
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        default: false
        }
    }

    private static func isOld(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.age.map { $0.major <= unicodeVersion } ?? false
    }
}

/// What an expression evaluates to: a number, a string, or a list of numbers and strings.
///
/// The language makes flat lists only, so that no loop can build a value too deep to walk.
public enum Value: Sendable, Equatable {
    case number(Double)
    case string(String)
    case list([Value])

    /// Reads an unquoted word: a number where the text is a numeral, else a string.
    public init(word text: String) {
        if let number = Self.number(reading: text) {
            self = .number(number)
        } else {
            self = .string(text)
        }
    }

    /// Name of the kind in messages: `number`, `string` or `list`.
    public var typeName: String {
        switch self {
        case .number: "number"
        case .string: "string"
        case .list: "list"
        }
    }

    /// The number, if it is one.
    public var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }

    /// What it is, for the `got` part of a message: `number 3`, `string 'abc'`, `list of 2`.
    public var summary: String {
        switch self {
        case .number: "number \(self)"
        case .string(let text): "string '\(shortened(text))'"
        case .list(let elements): "list of \(elements.count)"
        }
    }

    /// The text that reads back as this value when it stands in a script.
    public var sourceText: String {
        switch self {
        case .number: description
        case .string(let text): Self.number(reading: text) == nil ? quotedWord(text) : "'\(text)'"
        case .list(let elements): "[" + elements.map(\.sourceText).joined(separator: ", ") + "]"
        }
    }
}

extension Value: CustomStringConvertible {
    /// The text of a string; shortest round-trip digits of a number; a list as it is written.
    public var description: String {
        switch self {
        case .number(let number): Self.text(of: number)
        case .string(let text): text
        case .list: sourceText
        }
    }

    /// Returns the shortest digits that read back as `number`, whole numbers without `.0`.
    static func text(of number: Double) -> String {
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension Value {
    /// Returns the finite number that `text` writes: digits with an optional minus sign, fraction and
    /// exponent; nil for anything else (`inf`, `0x10`, `1.`, `+5`, `1e999`).
    public static func number(reading text: String) -> Double? {
        var utf8 = text.utf8[...]
        if utf8.first == UInt8(ascii: "-") { utf8 = utf8.dropFirst() }
        guard numeralLength(utf8) == utf8.count, let number = Double(text), number.isFinite else {
            return nil
        }
        return number
    }

    /// Returns the length of the unsigned numeral at the front of `bytes`; 0 where there is none.
    static func numeralLength<Bytes: Collection<UInt8>>(_ bytes: Bytes) -> Int {
        var rest = bytes[...]
        var length = 0
        func digits(_ rest: inout Bytes.SubSequence) -> Int {
            let count = rest.prefix { isDigit($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        let whole = digits(&rest)
        length += whole
        if rest.first == UInt8(ascii: ".") {
            var tail = rest.dropFirst()
            let fraction = digits(&tail)
            if fraction > 0 {
                length += 1 + fraction
                rest = tail
            }
        }
        guard length > 0 else { return 0 }
        if let first = rest.first, first | 0x20 == UInt8(ascii: "e") {
            var tail = rest.dropFirst()
            var sign = 0
            if let next = tail.first, next == UInt8(ascii: "-") || next == UInt8(ascii: "+") {
                tail = tail.dropFirst()
                sign = 1
            }
            let exponent = digits(&tail)
            if exponent > 0 { length += 1 + sign + exponent }
        }
        return length
    }
}

/// Returns at most the first 40 characters of `text`, marked where it was cut.
func shortened(_ text: String) -> String {
    let kept = text.prefix(40)
    return kept.endIndex == text.endIndex ? text : kept + "…"
}

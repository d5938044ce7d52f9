// What the bytes of a source mean, for the parser, the slices and the completion alike.

func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// Carriage returns stand only before line feeds in a checked source.
func isLineEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
}

func isParenthesis(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")")
}

func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9")
}

/// Whether the byte may start a name: an ASCII letter or `_`.
func isNameStart(_ byte: UInt8) -> Bool {
    let lower = byte | 0x20
    return UInt8(ascii: "a") <= lower && lower <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
}

func isNamePart(_ byte: UInt8) -> Bool {
    isNameStart(byte) || isDigit(byte)
}

/// Whether a bare word ends before the byte or takes it in another meaning.
func endsBareText(_ byte: UInt8, inList: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
        UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "$"), UInt8(ascii: ";"),
        UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\\"):
        true
    case UInt8(ascii: ","), UInt8(ascii: "]"):
        inList
    default:
        false
    }
}

/// Whether `text` can be the name of a variable: ASCII letters, digits and `_`, no digit first,
/// and no reserved word.
public func isVariableName(_ text: String) -> Bool {
    guard let first = text.utf8.first else { return false }
    return isNameStart(first) && text.utf8.allSatisfy(isNamePart) && !reservedWords.contains(text)
}

/// The words that name statements of the language itself, sorted.
public let reservedWords = ["and", "else", "for", "if", "in", "let", "not", "or", "repeat"]
/// Those that begin a statement.
public let statementWords = ["for", "if", "let", "repeat"]

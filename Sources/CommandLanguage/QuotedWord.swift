import Files

/// Returns `text` as one word of a script: bare where it can be, else quoted.
///
/// The word reads back as the same text; a bare numeral also has a number as its value.
public func quotedWord(_ text: String) -> String {
    canBeBare(text) ? text : singleQuoted(text) ?? doubleQuoted(text)
}

/// Returns `text` in single quotes; nil if it holds characters that need escapes.
func singleQuoted(_ text: String) -> String? {
    text.unicodeScalars.allSatisfy { $0 != "'" && isPlain($0) } ? "'\(text)'" : nil
}

/// Returns `text` in double quotes, with escapes.
func doubleQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\", "$": result += "\\\(scalar)"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case _ where isPlain(scalar): result.unicodeScalars.append(scalar)
        default: result += "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
    return result + "\""
}

private func canBeBare(_ text: String) -> Bool {
    guard let first = text.utf8.first, !text.utf8.starts(with: "--".utf8) else { return false }
    if first == UInt8(ascii: "#") || first == UInt8(ascii: "[") || text == "=" { return false }
    guard text.utf8.allSatisfy({ !endsBareText($0, inList: true) }) else { return false }
    // Beyond ASCII only letters and digits stay bare: blanks and curly quotes need quotes.
    return text.allSatisfy { $0.isASCII || $0.isLetter || $0.isNumber }
        && text.unicodeScalars.allSatisfy(isPlain)
}

/// Whether the scalar stands for itself in a script.
private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    String(scalar) == escapedForDisplay(String(scalar))
}

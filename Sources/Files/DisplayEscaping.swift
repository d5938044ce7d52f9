/// Returns `text` with characters that would steer a terminal or reorder a line written as `\u{1b}`.
///
/// Escaped are the C0 and C1 controls, delete, the controls of writing direction, the line and
/// paragraph separators and the byte order mark. Everything that came from a file goes through here
/// before it is shown. The result has one line.
public func escapedForDisplay(_ text: String) -> String {
    escapedForDisplay(text, keepingTabs: false)
}

package func escapedForDisplay(
    _ text: some StringProtocol, keepingTabs: Bool, keepingLines: Bool = false
) -> String {
    guard text.unicodeScalars.contains(where: mustBeEscaped) else { return String(text) }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if mustBeEscaped(scalar), !(keepingTabs && scalar == "\t"), !(keepingLines && scalar == "\n") {
            result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        } else {
            result.append(scalar)
        }
    }
    return String(result)
}

private func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: false
    case 0x00...0x1F, 0x7F...0x9F: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
}

import CommandLanguage
import Files

/// Text as it stands in a transcript.
enum TranscriptText {
    /// Lines of a text, without their ends; at least one. Only LF ends a line.
    static func lines(of text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Control characters made visible.
    static func escaped(_ text: String) -> String { escapedForDisplay(text) }

    /// A line of input behind its sigil: as it is, or where it has control characters, escaped behind a backslash.
    ///
    /// `> step` is as it was typed; in `>\ …` a backslash is doubled and a character may be `\u{1b}`.
    static func input(_ sigil: String, _ line: String) -> String {
        let shown = escapedForDisplay(line, keepingTabs: true)
        guard shown != line else { return sigil + " " + line }
        return sigil + "\\ "
            + escapedForDisplay(line.replacing("\\", with: "\\\\"), keepingTabs: true)
    }

    /// What `input` wrote behind `>\ `; nil where an escape is none.
    static func unescaped(_ text: String) -> String? {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "\\": result.append("\\")
            case "u":
                guard rest.popFirst() == "{", let end = rest.firstIndex(of: "}"),
                    let value = UInt32(String(rest[rest.startIndex..<end]), radix: 16),
                    let scalar = Unicode.Scalar(value)
                else { return nil }
                result.append(scalar)
                rest = rest[rest.index(after: end)...]
            default: return nil
            }
        }
        return String(result)
    }
}

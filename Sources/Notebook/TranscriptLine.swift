import CommandLanguage

/// One line of a transcript, taken apart; the parts are bytes of the file.
enum TranscriptLine {
    typealias Bytes = ArraySlice<UInt8>

    case comment
    case input(Bytes, isEscaped: Bool)
    case furtherInput(Bytes, isEscaped: Bool)
    case shown(Bytes)
    case failure(Bytes)
    case result(key: Bytes, value: Bytes)
    case plot(CellPlot)
    case stop(StopPlace)
    case end(status: EndStatus, seconds: Bytes?)
    case set(name: String, value: Value)
    /// A note of a later version.
    case other

    /// The words behind a cell's number in `@end`.
    enum EndStatus: String {
        case ok
        case failed
        case interrupted
    }

    /// A line that makes no sense.
    struct Malformed: Error {
        var text: String
    }

    /// - Parameter line: without its end, not empty.
    init(_ line: Bytes) throws(Malformed) {
        let sigil = line[line.startIndex]
        let second = line.count > 1 ? line[line.startIndex + 1] : UInt8(ascii: " ")
        switch sigil {
        case UInt8(ascii: "#"):
            self = .comment
            return
        case UInt8(ascii: "@"):
            self = try Self.note(line.dropFirst())
            return
        case UInt8(ascii: ">"), UInt8(ascii: "."), UInt8(ascii: "|"), UInt8(ascii: "!"), UInt8(ascii: "="):
            break
        default:
            // The whole character, where it is not ASCII.
            let shown = String(decoding: line.prefix(4), as: UTF8.self).unicodeScalars.prefix(1)
            let blank = second == UInt8(ascii: " ") || line.count == 1 || sigil >= 0x80
            throw Malformed(
                text: blank
                    ? "expected a line that begins with one of > . | = ! @ #; got '\(String(shown))'"
                    : "expected a blank after '\(String(shown))'")
        }
        let isInput = sigil == UInt8(ascii: ">") || sigil == UInt8(ascii: ".")
        let isEscaped = isInput && second == UInt8(ascii: "\\")
        guard second == UInt8(ascii: " ") || isEscaped else {
            throw Malformed(text: "expected a blank after '\(String(decoding: [sigil], as: UTF8.self))'")
        }
        let rest = line.dropFirst(isEscaped ? 3 : 2)
        if isEscaped, TranscriptText.unescaped(String(decoding: rest, as: UTF8.self)) == nil {
            throw Malformed(
                text:
                    "expected escapes such as '\\u{1b}' behind '\(String(decoding: [sigil], as: UTF8.self))\\'"
            )
        }
        switch sigil {
        case UInt8(ascii: ">"): self = .input(rest, isEscaped: isEscaped)
        case UInt8(ascii: "."): self = .furtherInput(rest, isEscaped: isEscaped)
        case UInt8(ascii: "|"): self = .shown(rest)
        case UInt8(ascii: "!"): self = .failure(rest)
        default:
            guard let (key, value) = Self.halves(rest, at: UInt8(ascii: " ")) else {
                throw Malformed(text: "expected '= key value'")
            }
            self = .result(key: key, value: value)
        }
    }

    /// What stands before and behind the first such byte, without further ones in front; nil where a half is empty.
    private static func halves(_ bytes: Bytes, at separator: UInt8) -> (Bytes, Bytes)? {
        let start = bytes.drop { $0 == separator }
        guard let end = start.firstIndex(of: separator) else { return nil }
        let rest = start[(end + 1)...]
        return rest.isEmpty ? nil : (start[..<end], rest)
    }

    private static func note(_ note: Bytes) throws(Malformed) -> TranscriptLine {
        if note.starts(with: "end ".utf8) { return try end(note.dropFirst(4)) }
        let words = String(decoding: note, as: UTF8.self).split(separator: " ").map(String.init)
        switch words.first {
        case "set": return try set(note.dropFirst(4))
        case "plot": return try plot(words)
        case "did":
            guard let stop = StopPlace(words: Array(words.dropFirst())) else {
                throw Malformed(text: "expected '@did statement=N step=N pause=N'")
            }
            return .stop(stop)
        case "end": return try end([])
        default: return .other
        }
    }

    private static func end(_ rest: Bytes) throws(Malformed) -> TranscriptLine {
        guard let (_, behind) = halves(rest, at: UInt8(ascii: " ")) else {
            throw Malformed(text: "expected '@end number ok|failed|interrupted seconds'")
        }
        let (word, seconds) =
            halves(behind, at: UInt8(ascii: " ")) ?? (behind.filter { $0 != 0x20 }[...], nil)
        guard let status = EndStatus(rawValue: String(decoding: word, as: UTF8.self)) else {
            throw Malformed(text: "expected '@end number ok|failed|interrupted seconds'")
        }
        return .end(status: status, seconds: seconds)
    }

    private static func set(_ rest: Bytes) throws(Malformed) -> TranscriptLine {
        let wrong = Malformed(text: "expected '@set name=value'")
        guard let (name, value) = halves(rest, at: UInt8(ascii: "=")) else { throw wrong }
        let source = SourceText(
            name: "@set",
            text: "let \(String(decoding: name, as: UTF8.self)) = \(String(decoding: value, as: UTF8.self))")
        guard let program = try? parse(source),
            case .binding(let name, let value)? = program.statements.first?.kind,
            program.statements.count == 1,
            let value = try? evaluate(value, in: Environment(), source: source)
        else { throw wrong }
        return .set(name: name.text, value: value)
    }

    private static func plot(_ words: [String]) throws(Malformed) -> TranscriptLine {
        let size =
            words.count >= 4 ? words[words.count - 2].split(separator: "x").compactMap { Int($0) } : []
        guard words.count >= 4, size.count == 2, let digest = words.last,
            digest.hasPrefix("pixels-sha256:")
        else { throw Malformed(text: "expected '@plot path WxH pixels-sha256:…'") }
        let path = words[1..<(words.count - 2)].joined(separator: " ")
        return .plot(
            CellPlot(
                path: JSONText.unquoted(path), width: size[0], height: size[1],
                digest: String(digest.dropFirst("pixels-sha256:".count))))
    }
}

public import CommandLanguage
import Files
import Foundation

/// A recorded session, read back into the cells that wrote it.
///
/// Reading is total: any prefix, torn line or edit is read as far as it makes sense, and what does not is listed.
public struct Transcript: Sendable {
    /// A cell and where it stands.
    public struct Entry: Sendable {
        public var cell: Cell
        /// Line of the input in the file, from 1.
        public var line: Int
        /// Line of the end; that of the input where there is none.
        public var endLine: Int
        /// Lines of the results.
        public var resultLines: [Int] = []
        /// Line of each output.
        public var outputLines: [Int] = []
        /// Whether the session ended before the cell did.
        public var isTorn = true
        /// Where an interrupted cell ended.
        var stop: StopPlace?
        /// Lines of a failure's text.
        fileprivate var failure: [String] = []
    }

    public private(set) var settings: [String: Value] = [:]
    public private(set) var entries: [Entry] = []
    /// Lines that make no sense, and were left out.
    public private(set) var problems: [TranscriptError] = []
    /// Line of a last line without an end, which is left out, too.
    public private(set) var tornLine: Int?
    /// Bytes from the start of the file to the end of the last whole cell, or of the head where there is none.
    public private(set) var wholeLength = 0

    /// The cells of a session, those that came to an end.
    public var cells: [Cell] { entries.filter { !$0.isTorn }.map(\.cell) }

    private var comments: [String] = []

    public static let head = "#!ziplab-transcript 1"

    /// Reads a transcript.
    ///
    /// - Throws: `TranscriptError` where the text is none, or of a later version.
    public init(_ text: String, name: String) throws {
        // Bytes, since a mark that combines with what is before it must not hide a line end or a blank.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        func string(_ line: Substring.UTF8View) -> String {
            String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
        let first = lines.first.map(string) ?? ""
        guard first.hasPrefix("#!ziplab-transcript ") else {
            throw TranscriptError(
                name: name, line: 1, message: "not a transcript: expected '\(Self.head)'")
        }
        guard first == Self.head else {
            throw TranscriptError(
                name: name, line: 1, message: "transcripts of this version cannot be read: '\(first)'")
        }
        // What is written ends with a line end; what does not was cut.
        if let last = lines.popLast(), !last.isEmpty { tornLine = lines.count + 1 }
        var length = 0
        for (index, line) in lines.enumerated() {
            length += line.count + 1
            if index == 0 { wholeLength = length }
            let line = string(line)
            guard index > 0, !line.isEmpty else { continue }
            do {
                try read(line, number: index + 1)
            } catch let message as Malformed {
                problems.append(TranscriptError(name: name, line: index + 1, message: message.text))
            } catch {}
            if comments.isEmpty, entries.last.map({ !$0.isTorn }) ?? true { wholeLength = length }
        }
        // The time and the place of an interrupt stand behind a failure's lines.
        for index in entries.indices { entries[index].finish() }
    }

    private struct Malformed: Error {
        var text: String
    }

    private mutating func read(_ line: String, number: Int) throws {
        let scalars = line.unicodeScalars
        let sigil = String(scalars.prefix(1))
        let second = scalars.dropFirst().first
        let isEscaped = second == "\\" && (sigil == ">" || sigil == ".")
        let rest = String(scalars.dropFirst(isEscaped ? 3 : 2))
        guard sigil == "#" || sigil == "@" || scalars.count == 1 || second == " " || isEscaped else {
            throw Malformed(text: "expected a blank after '\(sigil)'")
        }
        switch sigil {
        case "#":
            comments.append(line)
        case "|":
            try change {
                $0.cell.outputs.append(.line(rest))
                $0.outputLines.append(number)
            }
        case "!":
            try change { $0.failure.append(rest) }
        case ">", ".":
            guard let text = isEscaped ? TranscriptText.unescaped(rest) : rest else {
                throw Malformed(text: "expected escapes such as '\\u{1b}' behind '\(sigil)\\'")
            }
            if sigil == "." { return try change { $0.cell.input += "\n" + text } }
            entries.append(
                Entry(
                    cell: Cell(number: entries.count + 1, comments: comments, input: text), line: number,
                    endLine: number))
            comments = []
        case "=":
            let parts = Self.halves(rest, at: " ")
            guard let parts else { throw Malformed(text: "expected '= key value'") }
            try change {
                $0.cell.results.append(CellResult(key: parts.0, value: .recorded(parts.1)))
                $0.resultLines.append(number)
            }
        case "@":
            try readNote(String(line.dropFirst()), number: number)
        default:
            throw Malformed(text: "expected a line that begins with one of > . | = ! @ #; got '\(sigil)'")
        }
    }

    /// What stands before and behind the first such byte; nil where a half is empty.
    private static func halves(_ text: String, at separator: Character) -> (String, String)? {
        let parts = text.utf8.split(separator: separator.asciiValue ?? 0, maxSplits: 1)
            .map { String(decoding: $0, as: UTF8.self) }
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    private mutating func readNote(_ note: String, number: Int) throws {
        let words = note.split(separator: " ").map(String.init)
        switch words.first {
        case "set":
            guard let pair = Self.halves(String(note.unicodeScalars.dropFirst(4)), at: "=") else {
                throw Malformed(text: "expected '@set name=value'")
            }
            let source = SourceText(name: "@set", text: "let \(pair.0) = \(pair.1)")
            guard let program = try? parse(source),
                case .binding(let name, let value)? = program.statements.first?.kind,
                program.statements.count == 1,
                let value = try? evaluate(value, in: Environment(), source: source)
            else { throw Malformed(text: "expected '@set name=value'") }
            settings[name.text] = value
        case "plot":
            let size =
                words.count >= 4 ? words[words.count - 2].split(separator: "x").compactMap { Int($0) } : []
            guard words.count >= 4, size.count == 2, let digest = words.last,
                digest.hasPrefix("pixels-sha256:")
            else { throw Malformed(text: "expected '@plot path WxH pixels-sha256:…'") }
            let path = words[1..<(words.count - 2)].joined(separator: " ")
            try change {
                $0.cell.outputs.append(
                    .plot(
                        CellPlot(
                            path: JSONText.unquoted(path), width: size[0], height: size[1],
                            digest: String(digest.dropFirst("pixels-sha256:".count)))))
                $0.outputLines.append(number)
            }
        case "did":
            guard let stop = StopPlace(words: Array(words.dropFirst())) else {
                throw Malformed(text: "expected '@did statement=N step=N pause=N'")
            }
            try change { $0.stop = stop }
        case "end":
            guard words.count >= 3, let status = ["ok", "failed", "interrupted"].firstIndex(of: words[2])
            else {
                throw Malformed(text: "expected '@end number ok|failed|interrupted seconds'")
            }
            try change {
                $0.isTorn = false
                $0.endLine = number
                $0.cell.status = [.ok, .failed(CellFailure(text: "")), .interrupted(StopPlace())][status]
                $0.cell.seconds = words.count > 3 ? Double(words[3].dropLast()) ?? 0 : 0
            }
        default:
            // Notes of later versions are kept out of the way.
            break
        }
    }

    private mutating func change(_ body: (inout Entry) -> Void) throws {
        guard !entries.isEmpty else { throw Malformed(text: "expected an input line '> …' before this one") }
        body(&entries[entries.count - 1])
    }
}

extension Transcript.Entry {
    /// Puts what stands on lines of its own into the status.
    fileprivate mutating func finish() {
        switch cell.status {
        case .ok: break
        case .failed: cell.status = .failed(CellFailure(text: failure.joined(separator: "\n")))
        case .interrupted: cell.status = .interrupted(stop ?? StopPlace())
        }
    }
}

/// A line of a transcript that cannot be read.
public struct TranscriptError: Error, CustomStringConvertible, Sendable {
    public var name: String
    public var line: Int
    public var message: String

    public var description: String {
        "\(escapedForDisplay(name)):\(line): error: \(escapedForDisplay(message))"
    }
}

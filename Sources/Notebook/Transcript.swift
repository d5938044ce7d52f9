public import CommandLanguage
import Files
import Foundation

/// A recorded session, read back.
public struct Transcript: Sendable {
    /// One recorded statement.
    public struct Cell: Sendable {
        /// Line of the input in the file, from 1.
        public var line: Int
        public var input: String
        public var results: [(line: Int, key: String, value: String)] = []
        public var plots: [(line: Int, path: String, digest: String)] = []
        /// "ok", "failed" or "interrupted"; nil when the session ended before the cell did.
        public var status: String?
        /// Interruption points passed, for an interrupted cell.
        public var points: Int?
    }

    public var settings: [String: Value] = [:]
    public var cells: [Cell] = []

    /// Reads a transcript; any prefix of one that ends at a line end is one.
    ///
    /// - Throws: `TranscriptError` naming the line.
    public init(_ text: String, name: String) throws {
        // Bytes, since a mark that combines with what is before it must not hide a line end or a blank.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self)
        }
        if lines.last == "" { lines.removeLast() }
        guard let first = lines.first, first.hasPrefix("#!ziplab-transcript ") else {
            throw TranscriptError(
                name: name, line: 1, message: "not a transcript: expected '#!ziplab-transcript 1'")
        }
        guard first == "#!ziplab-transcript 1" else {
            throw TranscriptError(
                name: name, line: 1, message: "transcripts of this version cannot be read: '\(first)'")
        }
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            do {
                try read(line, number: index + 1)
            } catch let message as Malformed {
                throw TranscriptError(name: name, line: index + 1, message: message.text)
            }
        }
    }

    private struct Malformed: Error {
        var text: String
    }

    private mutating func read(_ line: String, number: Int) throws {
        let scalars = line.unicodeScalars
        let sigil = String(scalars.prefix(1))
        let rest = String(scalars.dropFirst(2))
        guard sigil == "#" || sigil == "@" || scalars.count == 1 || scalars.dropFirst().first == " " else {
            throw Malformed(text: "expected a blank after '\(sigil)'")
        }
        switch sigil {
        case "#", "|", "!":
            break
        case ">":
            cells.append(Cell(line: number, input: rest))
        case ".":
            try change { $0.input += "\n" + rest }
        case "=":
            let parts = Self.halves(rest, at: " ")
            guard let parts else { throw Malformed(text: "expected '= key value'") }
            try change { $0.results.append((number, parts.0, parts.1)) }
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
            guard words.count >= 4, let digest = words.last, digest.hasPrefix("pixels-sha256:") else {
                throw Malformed(text: "expected '@plot path WxH pixels-sha256:…'")
            }
            let path = words[1..<(words.count - 2)].joined(separator: " ")
            try change { $0.plots.append((number, path, String(digest.dropFirst("pixels-sha256:".count)))) }
        case "did":
            guard words.count == 2, let points = Int(words[1]), points >= 0 else {
                throw Malformed(text: "expected '@did count'")
            }
            try change { $0.points = points }
        case "end":
            guard words.count >= 3, ["ok", "failed", "interrupted"].contains(words[2]) else {
                throw Malformed(text: "expected '@end number ok|failed|interrupted seconds'")
            }
            try change { $0.status = words[2] }
        default:
            // Notes of later versions are kept out of the way.
            break
        }
    }

    private mutating func change(_ body: (inout Cell) -> Void) throws {
        guard !cells.isEmpty else { throw Malformed(text: "expected an input line '> …' before this one") }
        body(&cells[cells.count - 1])
    }
}

/// A line of a transcript that cannot be read.
public struct TranscriptError: Error, CustomStringConvertible {
    public var name: String
    public var line: Int
    public var message: String

    public var description: String {
        "\(escapedForDisplay(name)):\(line): error: \(escapedForDisplay(message))"
    }
}

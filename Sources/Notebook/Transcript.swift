public import CommandLanguage
import Files
import Foundation

/// A recorded session, read back into the cells that wrote it.
///
/// Reading is total: any prefix, torn line or edit is read as far as it makes sense, and what does not is listed. One pass
/// finds where the cells are; each is read when it is asked for, so that a long file opens at once.
public struct Transcript: Sendable {
    private let source: Source
    public private(set) var settings: [String: Value] = [:]
    public private(set) var entries: [Entry] = []
    /// Lines that make no sense, and were left out.
    public private(set) var problems: [TranscriptError] = []
    /// Line of a last line without an end, which is left out, too.
    public private(set) var tornLine: Int?
    /// Bytes from the start of the file to the end of the last whole cell, or of the head where there is none.
    public private(set) var wholeLength = 0

    /// The cells of a session, those that came to an end.
    public var cells: [Cell] { entries.lazy.filter { !$0.isTorn }.map { $0.read().cell } }

    /// Bytes from the start of the file to the end of so many whole cells, at least one, or of all where there are fewer.
    func length(ofCells count: Int) -> Int {
        let whole = entries.filter { !$0.isTorn }
        return count > 0 && count < whole.count ? whole[count - 1].end : wholeLength
    }

    public static let head = "#!ziplab-transcript 1"

    /// Reads a transcript.
    ///
    /// - Throws: `TranscriptError` where the text is none, or of a later version.
    public init(_ text: String, name: String) throws {
        try self.init(Array(text.utf8), name: name)
    }

    /// Largest file that is read: 1 GiB.
    public static let largestFile = 1 << 30

    /// Reads a file.
    ///
    /// - Throws: `FileError`; `TranscriptError` where it is none, or of a later version.
    public init(path: String) throws {
        var bytes = try ReadOnlyFile.bytes(path, limit: Self.largestFile)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        try self.init(bytes, name: path)
    }

    /// The lines of the file, without their LF.
    var lines: [ArraySlice<UInt8>] {
        source.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    /// Reads the bytes of a file; what is not UTF-8 is read as text with replacement characters.
    ///
    /// - Throws: `TranscriptError` where they are no transcript, or one of a later version.
    public init(_ bytes: [UInt8], name: String) throws {
        source = Source(bytes)
        var number = 0
        var comments: [Range<Int>] = []
        var next = 0
        repeat {
            number += 1
            let start = next
            guard let line = source.line(at: &next) else {
                // What is written ends with a line end; what does not was cut.
                if number == 1 { try Self.checkHead(bytes[...], name: name) }
                if start < bytes.count { tornLine = number }
                break
            }
            if number == 1 {
                try Self.checkHead(line, name: name)
                wholeLength = next
                continue
            }
            if line.isEmpty { continue }
            do {
                try take(line, number: number, source: source, end: next, &comments)
            } catch {
                problems.append(TranscriptError(name: name, line: number, message: error.text))
            }
            if comments.isEmpty, entries.last.map({ !$0.isTorn }) ?? true { wholeLength = next }
        } while true
    }

    private static func checkHead(_ line: ArraySlice<UInt8>, name: String) throws {
        guard line.starts(with: "#!ziplab-transcript ".utf8) else {
            throw TranscriptError(name: name, line: 1, message: "not a transcript: expected '\(head)'")
        }
        guard line.elementsEqual(head.utf8) else {
            let first = String(decoding: line.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            throw TranscriptError(
                name: name, line: 1, message: "transcripts of this version cannot be read: '\(first)'")
        }
    }

    private mutating func take(
        _ line: ArraySlice<UInt8>, number: Int, source: Source, end: Int, _ comments: inout [Range<Int>]
    ) throws(TranscriptLine.Malformed) {
        let part = try TranscriptLine(line)
        switch part {
        case .comment: comments.append(line.startIndex..<line.endIndex)
        case .input:
            entries.append(
                Entry(
                    source: source, number: entries.count + 1, comments: comments,
                    bytes: line.startIndex..<end, line: number, endLine: number))
            comments = []
        case .set(let name, let value): settings[name] = value
        case .other: break
        case .furtherInput, .shown, .failure, .result, .plot, .stop, .end:
            guard !entries.isEmpty else {
                throw TranscriptLine.Malformed(text: "expected an input line '> …' before this one")
            }
            entries[entries.count - 1].extend(with: part, line: number, end: end)
        }
    }
}

extension Transcript {
    /// The bytes of a file, which all entries share.
    final class Source: Sendable {
        let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// The line that begins at an offset, without LF or CR LF; the offset moves behind it. Nil at the end, and where no
        /// LF follows.
        func line(at offset: inout Int) -> ArraySlice<UInt8>? {
            let start = offset
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            offset = end + 1
            return bytes[start..<(end > start && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end)]
        }
    }

    /// A cell and where it stands.
    public struct Entry: Sendable {
        fileprivate let source: Source
        fileprivate let number: Int
        fileprivate let comments: [Range<Int>]
        /// Of its lines.
        fileprivate var bytes: Range<Int>
        /// Where it ends in the file.
        var end: Int { bytes.upperBound }
        /// Line of the input in the file, from 1.
        public let line: Int
        /// Line of the end; that of the input where there is none.
        public private(set) var endLine: Int
        /// Whether the session ended before the cell did.
        public private(set) var isTorn = true
        /// Where an interrupted cell ended.
        private(set) var stop: StopPlace?

        fileprivate init(
            source: Source, number: Int, comments: [Range<Int>], bytes: Range<Int>, line: Int, endLine: Int
        ) {
            (self.source, self.number, self.comments) = (source, number, comments)
            (self.bytes, self.line, self.endLine) = (bytes, line, endLine)
        }

        fileprivate mutating func extend(with part: TranscriptLine, line: Int, end: Int) {
            bytes = bytes.lowerBound..<end
            switch part {
            case .stop(let place): stop = place
            case .end:
                isTorn = false
                endLine = line
            default: break
            }
        }
    }
}

extension Transcript.Entry {
    /// The cell with the lines of its results and outputs.
    public func read() -> (cell: Cell, resultLines: [Int], outputLines: [Int]) {
        var cell = Cell(
            number: number, comments: comments.map { String(decoding: source.bytes[$0], as: UTF8.self) },
            input: "")
        var (resultLines, outputLines): ([Int], [Int]) = ([], [])
        var failure: [String] = []
        var number = line - 1
        var next = bytes.lowerBound
        func text(_ bytes: TranscriptLine.Bytes, isEscaped: Bool = false) -> String {
            let text = String(decoding: bytes, as: UTF8.self)
            return isEscaped ? TranscriptText.unescaped(text) ?? text : text
        }
        while next < bytes.upperBound, let line = source.line(at: &next) {
            number += 1
            guard !line.isEmpty, let part = try? TranscriptLine(line) else { continue }
            switch part {
            case .input(let bytes, let isEscaped): cell.input = text(bytes, isEscaped: isEscaped)
            case .furtherInput(let bytes, let isEscaped):
                cell.input += "\n" + text(bytes, isEscaped: isEscaped)
            case .shown(let bytes):
                cell.outputs.append(.line(text(bytes)))
                outputLines.append(number)
            case .plot(let plot):
                cell.outputs.append(.plot(plot))
                outputLines.append(number)
            case .failure(let bytes): failure.append(text(bytes))
            case .result(let key, let value):
                cell.results.append(CellResult(key: text(key), value: .recorded(text(value))))
                resultLines.append(number)
            case .end(let status, let seconds):
                cell.seconds = seconds.flatMap { Double(text($0.dropLast())) } ?? 0
                switch status {
                case .ok: cell.status = .ok
                case .failed: cell.status = .failed(CellFailure(text: ""))
                case .interrupted: cell.status = .interrupted(stop ?? StopPlace())
                }
            case .comment, .set, .stop, .other: break
            }
        }
        if case .failed = cell.status {
            cell.status = .failed(CellFailure(text: failure.joined(separator: "\n")))
        }
        return (cell, resultLines, outputLines)
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

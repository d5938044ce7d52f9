/// A half-open range of UTF-8 offsets in a source text.
public struct SourceRange: Sendable, Hashable {
    // Four bytes each keep the statements of a long script small; the parser refuses longer sources.
    private let lower: UInt32
    private let upper: UInt32

    /// Makes the range from `start` up to and without `end`; precondition `0 <= start <= end`.
    public init(start: Int, end: Int) {
        precondition(0 <= start && start <= end, "expected 0 <= start <= end; got \(start) and \(end)")
        lower = UInt32(clamping: start)
        upper = UInt32(clamping: end)
    }

    /// Offset of the first byte.
    public var start: Int { Int(lower) }

    /// Offset one past the last byte.
    public var end: Int { Int(upper) }

    /// Number of bytes.
    public var count: Int { end - start }

    /// Returns the smallest range that holds both.
    public func union(_ other: SourceRange) -> SourceRange {
        SourceRange(start: min(start, other.start), end: max(end, other.end))
    }
}

/// A place in a source text: line and column, both counted from 1, columns in characters.
public struct SourcePosition: Sendable, Hashable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// The text of a script, a typed line or a recorded input, with the name that errors show.
public final class SourceText: Sendable {
    /// Name in front of `:line:column` in errors: a path, or words such as `input 3`.
    public let name: String

    /// The text in UTF-8.
    public let utf8: [UInt8]

    /// Offsets at which the lines start; the first is 3 where the text starts with a byte order mark.
    private let lineStarts: [UInt32]

    /// Lines before the text in what it is a part of, which errors count along.
    public let linesBefore: Int

    public init(name: String, text: String, linesBefore: Int = 0) {
        self.linesBefore = linesBefore
        self.name = name
        let utf8 = Array(text.utf8)
        var starts = [utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? UInt32(3) : 0]
        for (offset, byte) in utf8.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(UInt32(clamping: offset + 1))
        }
        self.utf8 = utf8
        self.lineStarts = starts
    }

    /// The whole text.
    public var text: String { String(decoding: utf8, as: UTF8.self) }

    /// Number of lines; a text that ends with a line feed has an empty last line.
    public var lineCount: Int { lineStarts.count }

    /// Offset of the first byte after a byte order mark, if there is one.
    public var contentStart: Int { Int(lineStarts[0]) }

    /// The whole text without a byte order mark.
    public var contentRange: SourceRange { SourceRange(start: contentStart, end: utf8.count) }

    /// Returns the text in `range`, cut to what there is.
    public func slice(_ range: SourceRange) -> String {
        let end = min(range.end, utf8.count)
        return String(decoding: utf8[min(range.start, end)..<end], as: UTF8.self)
    }

    /// Returns the line, counted from 1, that holds the byte at `offset`.
    public func line(at offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// Returns the range of a line, counted from 1, without its line end.
    public func lineRange(_ line: Int) -> SourceRange {
        precondition((1...lineCount).contains(line), "expected a line in 1...\(lineCount); got \(line)")
        let start = Int(lineStarts[line - 1])
        var end = line < lineCount ? Int(lineStarts[line]) - 1 : utf8.count
        if end > start, utf8[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return SourceRange(start: start, end: end)
    }

    /// Returns the line and column of `offset`.
    public func position(at offset: Int) -> SourcePosition {
        let line = line(at: offset)
        let bounds = lineRange(line)
        let end = min(max(offset, bounds.start), bounds.end)
        let before = slice(SourceRange(start: bounds.start, end: end))
        return SourcePosition(line: line, column: before.count + 1)
    }
}

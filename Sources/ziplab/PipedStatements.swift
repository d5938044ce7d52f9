import CommandLanguage
import LineEditing
import Notebook

/// Statements from standard input where nobody types.
struct PipedStatements {
    let notebook: Notebook
    let keepGoing: Bool

    init(_ notebook: Notebook, keepGoing: Bool) {
        self.notebook = notebook
        self.keepGoing = keepGoing
    }

    private static func isCommentOnly(_ text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).allSatisfy { line in
            line.first { !$0.isWhitespace }.map { $0 == "#" } ?? true
        }
    }

    /// Bytes of a piped statement from which on it is run as it is; whether it is complete is asked line by line.
    private static let longestStatement = 1 << 18

    /// Statements from standard input, each run as soon as it is complete.
    ///
    /// - Returns: the cells that did not end well; others are forgotten, since a pipe may never end.
    func run() throws -> [Cell] {
        let reader = PlainLineReader()
        var failed: [Cell] = []
        var pending = ""
        var hasStatement = false
        var depth = 0
        var (lines, linesBefore) = (0, 0)
        while true {
            var ended = false
            do {
                switch try reader.next(prompt: "") {
                case .line(let line):
                    pending += line + "\n"
                    lines += 1
                    hasStatement = hasStatement || !Self.isBlankOrComment(line)
                    depth += Self.openedBlocks(line)
                case .interrupted: throw ExitStatus.interrupted
                case .endOfInput: ended = true
                }
            } catch let error as LineEditingError where keepGoing && !error.endsInput {
                Output.writeError("ziplab: error: \(error)\n")
                continue
            }
            // Comments go with the statement behind them; whether a block is closed is asked where it may be.
            if !ended, !hasStatement || (depth > 0 && pending.utf8.count < Self.longestStatement) { continue }
            if !ended, pending.utf8.count < Self.longestStatement,
                case .incomplete = completeness(of: SourceText(name: "input", text: pending))
            {
                continue
            }
            for report in try notebook.evaluate(
                pending, name: "input", linesBefore: linesBefore, keepGoing: keepGoing)
            {
                switch report.status {
                case .ok: break
                case .failed: failed = [report]
                case .interrupted: return [report]
                }
            }
            (pending, hasStatement, depth) = ("", false, 0)
            linesBefore = lines
            if ended || notebook.hasQuit || !(failed.isEmpty || keepGoing) { return failed }
        }
    }

    private static func isBlankOrComment(_ line: String) -> Bool {
        line.unicodeScalars.first { !$0.properties.isWhitespace }.map { $0 == "#" } ?? true
    }

    /// Braces opened less those closed, outside of quotes and comments.
    private static func openedBlocks(_ line: String) -> Int {
        var depth = 0
        var quote: UInt8?
        var isEscaped = false
        for byte in line.utf8 {
            if isEscaped {
                isEscaped = false
                continue
            }
            switch (byte, quote) {
            case (UInt8(ascii: "\\"), UInt8(ascii: "\"")), (UInt8(ascii: "\\"), nil): isEscaped = true
            case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil): quote = byte
            case (_, byte): quote = nil
            case (UInt8(ascii: "#"), nil): return depth
            case (UInt8(ascii: "{"), nil): depth += 1
            case (UInt8(ascii: "}"), nil): depth -= 1
            default: break
            }
        }
        return depth
    }
}

extension TerminalLineReader {
    /// Answers Tab: the only candidate, else what all share, and on a second Tab the list.
    func complete() -> EditOutcome {
        let (scalars, cursor) = editor.currentLine
        let line = Self.string(scalars[...])
        let answer = assistance.completion(line, Self.string(scalars[..<cursor]).count)
        guard let range = Self.scalarRange(of: answer.replaced, in: line), !answer.candidates.isEmpty else {
            pendingListing = nil
            return .refused
        }
        if answer.candidates.count == 1 {
            pendingListing = nil
            return insert(answer.candidates[0], of: answer, at: range, in: scalars) ? .changed : .refused
        }
        let typed = Self.string(scalars[range])
        let prefix = answer.commonPrefix
        if prefix.count > typed.count {
            guard editor.replace(range, with: prefix) else { return .refused }
            let after = editor.currentLine
            pendingListing = PendingListing(scalars: after.scalars, cursor: after.cursor)
            return .changed
        }
        let now = PendingListing(scalars: scalars, cursor: cursor)
        guard pendingListing == now else {
            pendingListing = now
            return .refused
        }
        list(answer)
        return .unchanged
    }

    /// Puts the only candidate in; a closing quote that stands behind the cursor is not doubled.
    private func insert(
        _ candidate: String, of answer: Completion, at range: Range<Int>, in scalars: [Unicode.Scalar]
    ) -> Bool {
        var range = range
        let quote = candidate.unicodeScalars.first { $0 == "'" || $0 == "\"" }
        let isQuoted = quote != nil && candidate.unicodeScalars.first == quote
        if isQuoted, range.upperBound < scalars.count, scalars[range.upperBound] == quote {
            range = range.lowerBound..<(range.upperBound + 1)
        }
        guard editor.replace(range, with: candidate + answer.suffix + answer.closing) else { return false }
        if !answer.closing.isEmpty {
            editor.moveCursor(to: editor.currentLine.cursor - answer.closing.unicodeScalars.count)
        }
        return true
    }

    /// Shows the candidates below the line and the line again below them.
    private func list(_ answer: Completion) {
        let rows = CandidateListing.rows(
            answer.candidates, notes: answer.notes, width: Terminal.width(of: output),
            columnsOf: WideEditor.columns)
        // A line over several rows has rows below the cursor, which are cleared first.
        editor.show("\r\n\u{1B}[J" + rows.map { $0 + "\r\n" }.joined())
        editor.redraw()
    }

    static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// The scalar offsets of a range of Character offsets; nil where it leaves the line.
    private static func scalarRange(of range: Range<Int>, in line: String) -> Range<Int>? {
        guard range.lowerBound >= 0,
            let lower = line.index(line.startIndex, offsetBy: range.lowerBound, limitedBy: line.endIndex),
            let upper = line.index(lower, offsetBy: range.count, limitedBy: line.endIndex)
        else { return nil }
        let start = line.unicodeScalars.distance(from: line.startIndex, to: lower)
        return start..<(start + line.unicodeScalars.distance(from: lower, to: upper))
    }
}

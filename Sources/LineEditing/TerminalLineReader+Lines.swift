extension TerminalLineReader {
    func press(_ key: TextKey) -> EditOutcome {
        let (scalars, cursor) = editor.currentLine
        let text = EditedText(scalars, cursor: cursor)
        switch key {
        case .enter:
            if let start = assistance.continuation(Self.string(scalars[...])) {
                return insert("\n" + start, at: cursor..<cursor)
            }
            // libedit ends a line where its cursor is, so that goes to the end first.
            editor.moveCursor(to: scalars.count)
            editor.push(.accept)
        case .newLine: return insert("\n", at: cursor..<cursor)
        case .up, .down:
            guard let place = text.place(inLine: text.line + (key == .up ? -1 : 1)) else {
                editor.push(key == .up ? .back : .forth)
                return .unchanged
            }
            editor.moveCursor(to: place)
        case .lineStart: editor.moveCursor(to: text.starts[text.line])
        case .lineEnd: editor.moveCursor(to: text.end(of: text.line))
        case .close:
            // On a line of its own it stands two blanks further out than what it closes.
            let start = text.starts[text.line]
            let blanks = scalars[start..<cursor]
            let isAlone = text.line > 0 && blanks.count >= 2 && blanks.allSatisfy { $0 == " " }
            return insert("}", at: (isAlone ? cursor - 2 : cursor)..<cursor)
        }
        return .changed
    }

    private func insert(_ text: String, at range: Range<Int>) -> EditOutcome {
        editor.replace(range, with: text) ? .changed : .refused
    }
}

/// The lines of what is edited.
private struct EditedText {
    let cursor: Int
    let count: Int
    /// Offsets of the lines' first characters.
    let starts: [Int]
    /// The line that the cursor is in.
    let line: Int

    init(_ scalars: [Unicode.Scalar], cursor: Int) {
        self.cursor = cursor
        count = scalars.count
        starts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
        line = starts.lastIndex { $0 <= cursor } ?? 0
    }

    /// Offset behind the line's last character.
    func end(of line: Int) -> Int { line + 1 < starts.count ? starts[line + 1] - 1 : count }

    /// The offset in another line that is as far from its start as the cursor from its own; nil for no line.
    func place(inLine line: Int) -> Int? {
        guard starts.indices.contains(line) else { return nil }
        return min(starts[line] + cursor - starts[self.line], end(of: line))
    }
}

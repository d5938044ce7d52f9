internal import Glibc

extension TerminalLineReader {
    /// Draws the text that libedit has drawn once more, in colours, and leaves the cursor where it is.
    ///
    /// libedit knows no colours within a line. It draws what changed before it waits for a key; this draws over it. Where
    /// the place of a character is not certain, or more keys wait, nothing is drawn.
    func paint() {
        guard let colours = assistance.colours else { return }
        let (scalars, cursor) = editor.currentLine
        guard !scalars.isEmpty, !hasWaitingInput else { return }
        let width = Terminal.width(of: output)
        guard
            let layout = LineLayout(
                scalars, start: promptColumns, width: width, columnsOf: WideEditor.columns)
        else { return }
        let place = layout.places[cursor]
        // Save the cursor, go to the first character.
        var drawn = "\u{1B}7\r"
        if place.row > 0 { drawn += "\u{1B}[\(place.row)A" }
        if promptColumns > 0 { drawn += "\u{1B}[\(promptColumns)C" }
        drawn += Self.coloured(scalars, colours(Self.string(scalars[...]))) + "\u{1B}8"
        editor.show(drawn)
    }

    /// The text with its colours; line ends start rows.
    private static func coloured(_ scalars: [Unicode.Scalar], _ colours: [LineColour]) -> String {
        var text = ""
        var offset = 0
        var rest = colours[...]
        var isOpen = false
        for scalar in scalars {
            while let first = rest.first, first.range.upperBound <= offset {
                if isOpen { text += "\u{1B}[0m" }
                isOpen = false
                rest = rest.dropFirst()
            }
            if let first = rest.first, !isOpen, first.range.contains(offset) {
                text += "\u{1B}[\(first.code)m"
                isOpen = true
            }
            if scalar == "\n" { text += "\r\n" } else { text.unicodeScalars.append(scalar) }
            offset += UTF8.width(scalar)
        }
        return text + (isOpen ? "\u{1B}[0m" : "")
    }

    /// Whether a key waits: while a person pastes or holds a key there is no time for colours.
    private var hasWaitingInput: Bool {
        var entry = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
        // The structure lives through the call, which fills it.
        return unsafe poll(&entry, 1, 0) > 0
    }
}

/// Where the characters of a text stand on the screen, as libedit puts them.
package struct LineLayout {
    /// Row below the prompt's and column of each character, and of the end.
    package let places: [(row: Int, column: Int)]

    /// - Parameters:
    ///   - start: columns of the prompt.
    ///   - width: columns of the terminal.
    /// - Returns: nil where a character's place is not certain: controls, and wide ones at the right edge.
    package init?(
        _ scalars: [Unicode.Scalar], start: Int, width: Int, columnsOf: (String) -> Int
    ) {
        guard width > 1, start < width else { return nil }
        var places: [(row: Int, column: Int)] = []
        places.reserveCapacity(scalars.count + 1)
        var (row, column) = (0, start)
        for scalar in scalars {
            places.append((row, column))
            if scalar == "\n" {
                (row, column) = (row + 1, 0)
                continue
            }
            let columns = columnsOf(String(scalar))
            guard scalar.value >= 0x20, scalar.value != 0x7F, columns > 0, column + columns <= width else {
                return nil
            }
            column += columns
            if column == width { (row, column) = (row + 1, 0) }
        }
        places.append((row, column))
        self.places = places
    }
}

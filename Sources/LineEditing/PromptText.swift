/// A prompt in the form that libedit counts right: escape sequences between two U+0001.
package enum PromptText {
    /// The marker around what takes no columns.
    private static let marker: UInt32 = 1

    /// Wraps the CSI sequences of a prompt and ends it with 0; other control characters are dropped.
    ///
    /// libedit ties a wrapped sequence to the character that follows and loses one that comes last,
    /// so neighbours share one pair of markers and a trailing one moves before a trailing space
    /// (where there is none, a space is added).
    package static func encoded(_ prompt: String) -> [UInt32] {
        var pieces = split(prompt)
        if case .escape(let trailing)? = pieces.last {
            pieces.removeLast()
            var space: UInt32 = 0x20
            if case .text(let last)? = pieces.last, last == space {
                pieces.removeLast()
                space = last
            }
            if case .escape(let before)? = pieces.last {
                pieces.removeLast()
                pieces.append(.escape(before + trailing))
            } else {
                pieces.append(.escape(trailing))
            }
            pieces.append(.text(space))
        }
        var encoded: [UInt32] = []
        for piece in pieces {
            switch piece {
            case .text(let scalar): encoded.append(scalar)
            case .escape(let sequence): encoded += [marker] + sequence + [marker]
            }
        }
        return encoded + [0]
    }

    /// Columns that an encoded prompt takes.
    package static func columns(_ encoded: [UInt32]) -> Int {
        var (columns, isEscape) = (0, false)
        for scalar in encoded where scalar != 0 {
            if scalar == marker {
                isEscape.toggle()
            } else if !isEscape {
                columns += Unicode.Scalar(scalar).map { WideEditor.columns(String($0)) } ?? 0
            }
        }
        return columns
    }

    private enum Piece {
        case text(UInt32)
        case escape([UInt32])
    }

    private static func split(_ prompt: String) -> [Piece] {
        var pieces: [Piece] = []
        let scalars = prompt.unicodeScalars.map(\.value)
        var index = 0
        while index < scalars.count {
            if let end = escapeEnd(scalars, from: index) {
                let sequence = Array(scalars[index..<end])
                if case .escape(let before)? = pieces.last {
                    pieces[pieces.count - 1] = .escape(before + sequence)
                } else {
                    pieces.append(.escape(sequence))
                }
                index = end
            } else {
                let scalar = scalars[index]
                if scalar >= 0x20 && scalar != 0x7F && !(0x80...0x9F).contains(scalar) {
                    pieces.append(.text(scalar))
                }
                index += 1
            }
        }
        return pieces
    }

    /// The index past a CSI sequence (ESC [ parameters final) that begins at `start`.
    private static func escapeEnd(_ scalars: [UInt32], from start: Int) -> Int? {
        guard scalars[start] == 0x1B, start + 1 < scalars.count, scalars[start + 1] == 0x5B else {
            return nil
        }
        var index = start + 2
        while index < scalars.count, (0x20...0x3F).contains(scalars[index]) { index += 1 }
        guard index < scalars.count, (0x40...0x7E).contains(scalars[index]) else { return nil }
        return index + 1
    }
}

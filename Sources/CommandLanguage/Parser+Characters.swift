extension Parser {
    /// Refuses sources that are too long or that hold characters that a person cannot see.
    ///
    /// Control characters could steer the terminal that shows an error; controls of writing direction
    /// can make a script read otherwise than it runs.
    func checkCharacters() throws(Failure) {
        guard bytes.count <= Self.longestSource else {
            throw Failure(
                error: .tooLong(bytes: bytes.count, limit: Self.longestSource),
                range: SourceRange(start: 0, end: 0))
        }
        for (offset, byte) in bytes.enumerated() {
            let length: Int
            switch byte {
            case UInt8(ascii: "\t"), UInt8(ascii: "\n"):
                continue
            case UInt8(ascii: "\r"):
                if offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "\n") { continue }
                length = 1
            case 0x00...0x1F, 0x7F:
                length = 1
            case 0xC2 where (0x80...0x9F).contains(bytes[offset + 1]):
                length = 2
            case 0xE2 where isInvisible(at: offset):
                length = 3
            default:
                continue
            }
            let range = SourceRange(start: offset, end: offset + length)
            guard let scalar = source.slice(range).unicodeScalars.first else { continue }
            throw Failure(error: .control(scalar), range: range)
        }
    }

    /// Whether U+2028–202E or U+2066–2069 starts at `offset`: separators and controls of direction.
    private func isInvisible(at offset: Int) -> Bool {
        // The text came from a String, so a lead byte has all its followers.
        switch (bytes[offset + 1], bytes[offset + 2]) {
        case (0x80, 0xA8...0xAE), (0x81, 0xA6...0xA9): true
        default: false
        }
    }

    /// Refuses a blank that is no plain one; in quotes it may stand.
    func checkBlank() throws(Failure) {
        guard current >= 0xC2, position + 1 < bytes.count else { return }
        let isOdd =
            switch (current, bytes[position + 1]) {
            case (0xC2, 0xA0): true
            case (0xE2, 0x80):
                position + 2 < bytes.count
                    && ((0x80...0x8B).contains(bytes[position + 2]) || bytes[position + 2] == 0xAF)
            case (0xE3, 0x80): position + 2 < bytes.count && bytes[position + 2] == 0x80
            default: false
            }
        guard isOdd else { return }
        let range = range(length: current == 0xC2 ? 2 : 3)
        if let scalar = source.slice(range).unicodeScalars.first {
            throw Failure(error: .oddBlank(scalar), range: range)
        }
    }

    /// Refuses, at the start of a word, the blanks and quotes that word processors put in.
    func checkWordStart() throws(Failure) {
        try checkBlank()
        guard current >= 0xC2 else { return }
        let place = SourceRange(start: position, end: min(position + 4, bytes.count))
        guard let scalar = source.slice(place).unicodeScalars.first else { return }
        let range = range(length: String(scalar).utf8.count)
        switch scalar.value {
        case 0x2018...0x201F:
            throw Failure(error: .curlyQuote(Character(scalar)), range: range)
        default:
            return
        }
    }
}

extension Parser {
    /// Splits a bare word such as `1..$n` at its dots; nil where it has none outside quotes.
    func splitRange(_ word: Expression) throws(Failure) -> IterationSource? {
        let pieces: [Expression]
        switch word.kind {
        case .text: pieces = [word]
        case .word(let parts, _): pieces = parts
        default: return nil
        }
        for (index, piece) in pieces.enumerated() {
            guard case .text(let text, false) = piece.kind, let dots = firstDots(in: text) else { continue }
            let middle = piece.range.start + dots
            var lower = Array(pieces[..<index])
            if middle > piece.range.start { lower.append(bare(from: piece.range.start, to: middle)) }
            var upper = Array(pieces[(index + 1)...])
            if middle + 2 < piece.range.end {
                upper.insert(bare(from: middle + 2, to: piece.range.end), at: 0)
            }
            guard let lower = joined(lower), let upper = joined(upper) else {
                throw Failure(error: .incompleteRange(shortened(source.slice(word.range))), range: word.range)
            }
            return .range(lower: lower, upper: upper)
        }
        return nil
    }

    private func firstDots(in text: String) -> Int? {
        var previous: UInt8 = 0
        for (offset, byte) in text.utf8.enumerated() {
            if byte == UInt8(ascii: "."), previous == byte { return offset - 1 }
            previous = byte
        }
        return nil
    }

    private func bare(from start: Int, to end: Int) -> Expression {
        let range = SourceRange(start: start, end: end)
        return Expression(kind: .text(source.slice(range), quoted: false), range: range)
    }

    private func joined(_ pieces: [Expression]) -> Expression? {
        guard let first = pieces.first, let last = pieces.last else { return nil }
        if pieces.count == 1 { return first }
        return Expression(
            kind: .word(pieces, quoted: pieces.contains(where: \.isQuoted)),
            range: first.range.union(last.range))
    }
}

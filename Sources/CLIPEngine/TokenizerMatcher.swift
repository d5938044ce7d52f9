/// Finds added tokens in a text: at each place the longest one, from the left, without overlaps.
struct TokenizerMatcher: Sendable {
    /// Matching tries the tokens of one first character in turn, so their number is limited.
    static let mostTokens = 1_000

    /// A stretch of text between added tokens, or an added token.
    enum Part {
        case text(ArraySlice<Unicode.Scalar>)
        case token(Int32)
    }

    /// Tokens by their first character, the longest first.
    private let candidates: [Unicode.Scalar: [(scalars: [Unicode.Scalar], id: Int32)]]

    init(_ tokens: [(scalars: [Unicode.Scalar], id: Int32)]) {
        var candidates: [Unicode.Scalar: [(scalars: [Unicode.Scalar], id: Int32)]] = [:]
        for token in tokens {
            guard let first = token.scalars.first else { continue }
            candidates[first, default: []].append(token)
        }
        self.candidates = candidates.mapValues { $0.sorted { $0.scalars.count > $1.scalars.count } }
    }

    /// Cuts a text into added tokens and the stretches between them; empty stretches are left out.
    func parts(of text: [Unicode.Scalar]) -> [Part] {
        var parts: [Part] = []
        var start = 0
        var position = 0
        while position < text.count {
            guard let match = match(in: text, at: position) else {
                position += 1
                continue
            }
            if start < position { parts.append(.text(text[start..<position])) }
            parts.append(.token(match.id))
            position += match.scalars.count
            start = position
        }
        if start < text.count { parts.append(.text(text[start...])) }
        return parts
    }

    private func match(
        in text: [Unicode.Scalar], at position: Int
    ) -> (scalars: [Unicode.Scalar], id: Int32)? {
        candidates[text[position]]?.first { text[position...].starts(with: $0.scalars) }
    }
}

/// The ranked merges of a byte-pair encoding, over token ids.
struct TokenizerMerges: Sendable {
    private struct Rule: Sendable {
        let rank: Int32
        let merged: Int32
    }

    /// Rule of a pair of ids, packed into one number.
    private let rules: [UInt64: Rule]
    /// Id that each rank's rule makes.
    private let mergedOfRank: [Int32]

    /// Looks up the ids of the merges; both parts and what they make must be in the vocabulary.
    ///
    /// Of two merges of one pair the later counts, as in the `tokenizers` library.
    init(_ merges: [(String, String)], vocabulary: [String: Int]) throws {
        // Longer lists than the vocabulary only repeat pairs; the bound keeps ranks within 32 bits.
        guard merges.count <= Tokenizer.largestVocabulary else {
            throw TokenizerError.tooManyMerges(count: merges.count, limit: Tokenizer.largestVocabulary)
        }
        var rules: [UInt64: Rule] = [:]
        rules.reserveCapacity(merges.count)
        var mergedOfRank: [Int32] = []
        mergedOfRank.reserveCapacity(merges.count)
        for (rank, (left, right)) in merges.enumerated() {
            func id(_ token: String) throws -> Int32 {
                guard let id = vocabulary[token] else {
                    throw TokenizerError.unknownMergePart(
                        number: rank + 1, merge: (left, right), token: token)
                }
                return Int32(id)
            }
            let (first, second, merged) = (try id(left), try id(right), try id(left + right))
            rules[Self.key(first, second)] = Rule(rank: Int32(rank), merged: merged)
            mergedOfRank.append(merged)
        }
        self.rules = rules
        self.mergedOfRank = mergedOfRank
    }

    /// Merges the symbols of one word, the pair of the lowest rank first and of equal ones the leftmost.
    ///
    /// Takes n log n steps for n symbols: pairs wait in a heap, and the symbols form a linked list.
    func merge(_ word: [Int32]) -> [Int32] {
        if word.count < 2 { return word }
        var symbols = word
        var next = Array(1...word.count)
        var previous = Array(-1..<(word.count - 1))
        var isGone = [Bool](repeating: false, count: word.count)
        var waiting = TokenizerHeap()
        func rule(at position: Int) -> Rule? {
            guard next[position] < symbols.count else { return nil }
            return rules[Self.key(symbols[position], symbols[next[position]])]
        }
        for position in symbols.indices {
            if let rule = rule(at: position) { waiting.insert(rank: rule.rank, position: position) }
        }
        while let (rank, position) = waiting.removeFirst() {
            let merged = mergedOfRank[Int(rank)]
            // The pair may have been merged away or have grown since it was put in the heap.
            guard !isGone[position], rule(at: position)?.merged == merged else { continue }
            let right = next[position]
            symbols[position] = merged
            isGone[right] = true
            next[position] = next[right]
            if next[right] < symbols.count { previous[next[right]] = position }
            let left = previous[position]
            if left >= 0, let rule = rule(at: left) { waiting.insert(rank: rule.rank, position: left) }
            if let rule = rule(at: position) { waiting.insert(rank: rule.rank, position: position) }
        }
        return symbols.indices.filter { !isGone[$0] }.map { symbols[$0] }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}

/// A binary heap of the pairs that wait to be merged: lowest rank first, then leftmost.
struct TokenizerHeap {
    /// Rank in the upper half, position in the lower, so that one comparison orders both.
    private var entries: [UInt64] = []

    mutating func insert(rank: Int32, position: Int) {
        var child = entries.count
        entries.append(UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(UInt32(position)))
        while child > 0 {
            let parent = (child - 1) / 2
            if entries[parent] <= entries[child] { break }
            entries.swapAt(parent, child)
            child = parent
        }
    }

    mutating func removeFirst() -> (rank: Int32, position: Int)? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return (Int32(truncatingIfNeeded: first >> 32), Int(first & 0xffff_ffff))
    }

    /// Moves the first entry down to its place.
    private mutating func sink() {
        var parent = 0
        while 2 * parent + 1 < entries.count {
            var child = 2 * parent + 1
            if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
            if entries[parent] <= entries[child] { return }
            entries.swapAt(parent, child)
            parent = child
        }
    }
}

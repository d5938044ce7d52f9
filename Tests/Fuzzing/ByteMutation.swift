extension FuzzRandom {
    /// Changes, cuts out, repeats or swaps up to four stretches of bytes; the result is never empty.
    ///
    /// `limit` keeps the changes within the first bytes, such as a header's.
    public mutating func damage(_ bytes: inout [UInt8], limit: Int = .max) {
        for _ in 0...below(4) {
            let end = min(bytes.count, limit)
            let at = below(end)
            switch below(7) {
            case 0: bytes[at] = UInt8(below(256))
            case 1: bytes[at] ^= 1 << UInt8(below(8))
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(8)))
            case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 16)], at: at)
            case 4: bytes.swapAt(at, below(end))
            case 5: bytes.insert(pick(Array("0123456789{}[],:\"-e\\\n ".utf8)), at: at)
            default: if once(in: 4) { bytes.removeSubrange(at...) }
            }
            if bytes.isEmpty { bytes = [0] }
        }
    }
}

/// The random choices of one mutated file, SplitMix64.
public struct FuzzRandom: Sendable {
    private var state: UInt64

    /// Choices that depend on the seed of the run, the suite's name and the file's number.
    public init(seed: UInt64, name: String, round: Int) {
        state = seed &+ UInt64(round) &* 0xD134_2543_DE82_EF95
        for byte in name.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// A number from 0 to `bound` − 1; 0 for a bound below 1.
    public mutating func below(_ bound: Int) -> Int {
        Int(next() % UInt64(max(bound, 1)))
    }

    /// True once in `count` times.
    public mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// One of some values; the list must not be empty.
    public mutating func pick<Value>(_ values: [Value]) -> Value {
        values[below(values.count)]
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}

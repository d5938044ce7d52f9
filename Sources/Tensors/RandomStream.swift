/// What random numbers are drawn for; streams of different purposes have nothing in common.
public struct RandomPurpose: Hashable, Sendable {
    public let name: String
    /// The 32-bit FNV-1a hash of the name's UTF-8 bytes.
    public let code: UInt32

    public init(_ name: String) {
        self.name = name
        code = name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }
}

/// The random numbers of one seed, purpose and index; nothing depends on the order of drawing.
///
/// Words come in blocks of four: block b is Philox 4×32-10 of the counter
/// (b, index low half, index high half, purpose code) under the key (seed low half, seed high half), and
/// word i is element i mod 4 of block ⌊i / 4⌋. All other draws are functions of words at fixed places,
/// written with each. Different kinds of draws of one stream share words: draw each kind from an own
/// purpose or index.
public struct RandomStream: Sendable, Hashable {
    public let seed: UInt64
    public let purpose: RandomPurpose
    public let index: UInt64

    public init(seed: UInt64, purpose: RandomPurpose, index: UInt64 = 0) {
        self.seed = seed
        self.purpose = purpose
        self.index = index
    }

    /// The four words from 4 · `number` on.
    public func block(_ number: UInt32) -> SIMD4<UInt32> {
        Philox4x32.block(
            counter: SIMD4(
                number, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32),
                purpose.code),
            key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    }

    /// Word i; i is below 2³⁴.
    public func word(_ i: Int) -> UInt32 {
        block(blockNumber(i))[i & 3]
    }

    /// The 64-bit number of words 2i (low half) and 2i + 1 (high half).
    public func doubleWord(_ i: Int) -> UInt64 {
        let words = block(blockNumber(2 * i))
        let at = 2 * i & 3
        return UInt64(words[at]) | UInt64(words[at + 1]) << 32
    }

    /// Uniform in [0, 1): the upper 24 bits of word i times 2⁻²⁴.
    public func uniform(_ i: Int) -> Float {
        Self.uniform(word(i))
    }

    /// Uniforms 0 ..< count, each that of `uniform`.
    public func uniforms(_ count: Int) -> [Float] {
        drawn(count) { Self.uniform($0) }
    }

    /// Uniform in [0, 1): the upper 53 bits of double word i times 2⁻⁵³.
    public func uniformDouble(_ i: Int) -> Double {
        Self.uniform(doubleWord(i))
    }

    /// Signs 0 ..< count: −1 where the top bit of word i is set, else +1.
    public func signs(_ count: Int) -> [Float] {
        drawn(count) { $0 >> 31 == 0 ? 1 : -1 }
    }

    /// An integer in 0 ..< n: ⌊d n / 2⁶⁴⌋ of double word i.
    ///
    /// A value's probability is off 1/n by at most 2⁻⁶⁴.
    public func bounded(_ i: Int, below n: Int) -> Int {
        precondition(n > 0, "expected a bound from 1; got \(n)")
        return Int(doubleWord(i).multipliedFullWidth(by: UInt64(n)).high)
    }

    /// A random order of 0 ..< count: from the identity, entry i changes places with entry
    /// `bounded(i, below: i + 1)` for i = count − 1, …, 1 (Fisher–Yates).
    public func permutation(_ count: Int) -> [Int32] {
        precondition(
            count >= 0 && count <= Int(Int32.max), "expected a count below 2^31; got \(count)")
        var order = (0..<Int32(count)).map { $0 }
        for i in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(i, bounded(i, below: i + 1))
        }
        return order
    }

    /// Standard normals 0 ..< count by Box and Muller, in double precision, rounded to float.
    ///
    /// With p = ⌊i / 2⌋, u = uniformDouble(2p) and t = uniformDouble(2p + 1), normal i is
    /// √(−2 log(1 − u)) · cos 2πt for even i and · sin 2πt for odd i.
    public func normals(_ count: Int) -> [Float] {
        precondition(count >= 0, "expected a count from 0; got \(count)")
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for pair in 0..<(count + 1) / 2 {
                let words = block(blockNumber(4 * pair))
                let u = Self.uniform(UInt64(words[0]) | UInt64(words[1]) << 32)
                let t = Self.uniform(UInt64(words[2]) | UInt64(words[3]) << 32)
                let radius = (-2 * Elementary.log(1 - u)).squareRoot()
                let (sine, cosine) = Elementary.sinCosTurns(t)
                buffer[2 * pair] = Float(radius * cosine)
                if 2 * pair + 1 < count {
                    buffer[2 * pair + 1] = Float(radius * sine)
                }
            }
            initialized = count
        }
    }

    private static func uniform(_ word: UInt32) -> Float { Float(word >> 8) * 0x1p-24 }

    private static func uniform(_ doubleWord: UInt64) -> Double {
        Double(doubleWord >> 11) * 0x1p-53
    }

    private func blockNumber(_ word: Int) -> UInt32 {
        precondition(word >= 0 && word >> 34 == 0, "expected a word below 2^34; got \(word)")
        return UInt32(word >> 2)
    }

    /// One value a word, four words a block.
    private func drawn(_ count: Int, _ value: (UInt32) -> Float) -> [Float] {
        precondition(count >= 0, "expected a count from 0; got \(count)")
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for start in stride(from: 0, to: count, by: 4) {
                let words = block(blockNumber(start))
                for i in start..<min(start + 4, count) {
                    buffer[i] = value(words[i - start])
                }
            }
            initialized = count
        }
    }
}

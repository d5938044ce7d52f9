/// The counter-based generator Philox 4×32 with 10 rounds.
///
/// Source: Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, SC 2011.
public enum Philox4x32 {
    /// The four words of one counter under one key.
    public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var c = counter
        var k = key
        for round in 0..<10 {
            if round > 0 {
                k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
            }
            let first = c[0].multipliedFullWidth(by: 0xD251_1F53)
            let second = c[2].multipliedFullWidth(by: 0xCD9E_8D57)
            c = SIMD4(second.high ^ c[1] ^ k[0], second.low, first.high ^ c[3] ^ k[1], first.low)
        }
        return c
    }
}

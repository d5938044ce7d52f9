extension RandomStream {
    /// Fills a buffer with centre + width · (u − ½), u the uniforms of words `start`, `start` + 1, ….
    ///
    /// u − ½ is exact, so each value is two roundings away from it. `start` is a multiple of 4.
    public func fill(
        _ output: UnsafeMutableBufferPointer<Float>, from start: Int, centre: Float, width: Float
    ) {
        precondition(start >= 0 && start % 4 == 0, "expected a multiple of 4; got \(start)")
        for first in stride(from: 0, to: output.count, by: 4) {
            let words = block(UInt32((start + first) >> 2))
            for i in first..<min(first + 4, output.count) {
                output[i] = centre + width * (Float(words[i - first] >> 8) * 0x1p-24 - 0.5)
            }
        }
    }
}

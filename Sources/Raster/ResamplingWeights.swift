/// Fixed-point weights of a bicubic resize in one direction, as Pillow's Resample.c computes them.
///
/// When shrinking, the filter is widened by the scale, so every source pixel counts.
struct ResamplingWeights {
    /// Bits after the binary point of a weight: 32 less 8 for the pixel and 2 for overshoot.
    static let precisionBits = 22
    /// One half in fixed point, what a rounded sum starts with.
    static let half: Int32 = 1 << (precisionBits - 1)

    /// First source pixel of each output pixel.
    let first: [Int]
    /// Where each output pixel's weights start in `values`, and one end more.
    private let starts: [Int]
    /// Weights of all output pixels, one after the other.
    let values: [Int32]

    init(from source: Int, to target: Int) {
        let scale = Double(source) / Double(target)
        let filterScale = max(scale, 1)
        let support = 2 * filterScale
        var first: [Int] = []
        var starts = [0]
        var values: [Int32] = []
        first.reserveCapacity(target)
        starts.reserveCapacity(target + 1)
        for index in 0..<target {
            let center = (Double(index) + 0.5) * scale
            let low = max(0, Int(center - support + 0.5))
            let high = min(source, Int(center + support + 0.5))
            let inverse = 1 / filterScale
            var sum = 0.0
            var weights: [Double] = []
            for pixel in 0..<max(0, high - low) {
                let weight = Self.bicubic((Double(pixel + low) - center + 0.5) * inverse)
                weights.append(weight)
                sum += weight
            }
            for weight in weights {
                let share = (sum != 0 ? weight / sum : weight) * Double(1 << Self.precisionBits)
                values.append(Int32(share < 0 ? share - 0.5 : share + 0.5))
            }
            first.append(low)
            starts.append(values.count)
        }
        self.first = first
        self.starts = starts
        self.values = values
    }

    /// Indices into `values` of one output pixel.
    func taps(of index: Int) -> Range<Int> {
        starts[index]..<starts[index + 1]
    }

    /// A fixed-point sum as a byte, clipped.
    @inline(__always)
    static func byte(_ sum: Int32) -> UInt8 {
        UInt8(clamping: sum >> Int32(precisionBits))
    }

    /// Keys' cubic with a = −0.5, in Pillow's order of operations.
    private static func bicubic(_ value: Double) -> Double {
        let a = -0.5
        let x = value < 0 ? -value : value
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }
}

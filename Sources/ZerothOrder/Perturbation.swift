import Tensors

/// How the directions of a zeroth-order estimate are drawn.
public enum Perturbation: String, Sendable, CaseIterable {
    /// Each component uniform on [−1, −½] ∪ [½, 1].
    case segmented
    /// Each component −1 or 1.
    case rademacher

    /// Direction number `index` of a run, [count]; it depends on nothing but the seed, the index and the component.
    ///
    /// One random word makes one component: its top bit the sign (set: minus), and for `segmented` its low 23 bits b
    /// the magnitude ½ + b/2²⁴, so the largest magnitude is just below 1.
    public func direction(seed: UInt64, index: UInt64, count: Int) -> [Float] {
        let stream = RandomStream(seed: seed, purpose: .perturbation, index: index)
        var block = SIMD4<UInt32>()
        return (0..<count).map { component in
            // Four words come at once: `word(component)` of the stream.
            if component % 4 == 0 { block = stream.block(UInt32(component / 4)) }
            let word = block[component % 4]
            let magnitude: Float =
                switch self {
                case .segmented: 0.5 + Float(word & 0x7F_FFFF) / 16_777_216
                case .rademacher: 1
                }
            return word & 0x8000_0000 != 0 ? -magnitude : magnitude
        }
    }
}

extension RandomPurpose {
    /// Directions of gradient estimates; the index counts directions over the whole run, from 0.
    static let perturbation = RandomPurpose("perturbation")
}

import Tensors

/// A random projection by Walsh–Hadamard transforms (Le et al. 2013): F(x) = H·G·Π·H·B·pad(x), cut to d and scaled.
///
/// Letters: q inputs, d outputs, L the next power of two from d. B has signs, Π is a permutation, G is N(0, 1); the scale is
/// 1 / (√(L·ΣG²) · √(d/L)).
public struct Fastfood: Sendable, Equatable {
    /// B, [L]
    public let signs: [Float]
    /// Π, [L]: entry j of ΠHBx is entry `permutation[j]` of HBx.
    public let permutation: [Int32]
    /// G, [L]
    public let gaussian: [Float]
    /// d
    public let outputs: Int
    /// √(L·ΣG²) · √(d/L), rounded once.
    let divisor: Float

    /// L for d outputs.
    public static func length(outputs: Int) -> Int {
        var length = 1
        while length < outputs { length *= 2 }
        return length
    }

    /// Draws the projection of context token `index`.
    public init(outputs: Int, seed: UInt64, index: Int) {
        let length = Self.length(outputs: outputs)
        func stream(_ purpose: RandomPurpose) -> RandomStream {
            RandomStream(seed: seed, purpose: purpose, index: UInt64(index))
        }
        signs = stream(.fastfoodSigns).signs(length)
        permutation = stream(.fastfoodPermutation).permutation(length)
        gaussian = stream(.fastfoodGaussian).normals(length)
        self.outputs = outputs
        let squares = gaussian.reduce(0.0) { $0 + Double($1) * Double($1) }
        divisor = Float(
            (Double(length) * squares).squareRoot() * (Double(outputs) / Double(length)).squareRoot())
    }

    /// F(x), [d], of q ≤ L inputs.
    public func apply(_ inputs: [Float]) -> [Float] {
        precondition(
            inputs.count <= signs.count, "\(inputs.count) inputs of a projection of length \(signs.count)")
        var values = zip(inputs, signs).map { $0 * $1 }
        values.append(contentsOf: repeatElement(0, count: signs.count - inputs.count))
        walshHadamard(&values)
        var mixed = zip(permutation, gaussian).map { values[Int($0)] * $1 }
        walshHadamard(&mixed)
        return mixed.prefix(outputs).map { $0 / divisor }
    }
}

extension RandomPurpose {
    static let fastfoodSigns = RandomPurpose("fastfood.signs")
    static let fastfoodPermutation = RandomPurpose("fastfood.permutation")
    static let fastfoodGaussian = RandomPurpose("fastfood.gaussian")
}

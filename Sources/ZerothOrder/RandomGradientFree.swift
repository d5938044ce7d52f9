import Tensors

/// The one-sided random gradient-free estimate: ĝ = (δ/K) Σ u_i (ℓ(w + β u_i) − ℓ(w))/β with K directions of unit length
/// (Tsai et al. 2020, equation 4).
///
/// Letters: δ parameters, K directions. Sums run in index order in double precision and are rounded once.
public struct RandomGradientFree: Sendable, Equatable {
    /// K
    public var directions: Int
    /// β
    public var smoothing: Double
    public var seed: UInt64

    public init(directions: Int, smoothing: Double, seed: UInt64) {
        precondition(directions >= 1, "expected at least one direction, got \(directions)")
        self.directions = directions
        self.smoothing = smoothing
        self.seed = seed
    }

    /// Evaluations of one estimate: the pivot's and one a direction.
    public var evaluationsPerStep: Int { directions + 1 }

    /// u of a step, from 1; [K, δ], each of length one.
    ///
    /// Direction i is the normals of stream (seed, `random-gradient-free`, (step − 1) K + i), divided by their length.
    public func drawn(step: Int, count: Int) -> [[Float]] {
        (0..<directions).map { index in
            let stream = RandomStream(
                seed: seed, purpose: .randomGradientFree, index: UInt64((step - 1) * directions + index))
            let normals = stream.normals(count)
            let length = SimultaneousPerturbation.norm(normals)
            return normals.map { Float(Double($0) / length) }
        }
    }

    /// The points whose losses an estimate at w needs: w, w + β u₁, w + β u₂, ….
    ///
    /// - Throws: `ZerothOrderError.smoothingOutOfRange` where β is 0 or infinite in float32.
    public func ask(_ parameters: [Float], step: Int) throws -> [[Float]] {
        guard Float(smoothing) > 0, Float(smoothing).isFinite else {
            throw ZerothOrderError.smoothingOutOfRange(smoothing)
        }
        return [parameters]
            + drawn(step: step, count: parameters.count).map {
                SimultaneousPerturbation.moved(parameters, along: $0, by: Float(smoothing))
            }
    }

    /// ĝ from the losses of the points that `ask` gives, [δ].
    ///
    /// - Throws: `ZerothOrderError.lossNotFinite`.
    public func gradient(_ losses: [Float], step: Int, count: Int) throws -> [Float] {
        precondition(losses.count == directions + 1, "\(losses.count) losses for \(directions + 1) points")
        if let bad = losses.first(where: { !$0.isFinite }) {
            throw ZerothOrderError.lossNotFinite(step: step, loss: bad)
        }
        let drawn = drawn(step: step, count: count)
        let slopes = losses.dropFirst().map { (Double($0) - Double(losses[0])) / smoothing }
        let factor = Double(count) / Double(directions)
        return (0..<count).map { component in
            var sum = 0.0
            for (slope, direction) in zip(slopes, drawn) { sum += slope * Double(direction[component]) }
            return Float(factor * sum)
        }
    }
}

extension RandomPurpose {
    /// Directions of one-sided estimates; the index counts directions over the whole run, from 0.
    static let randomGradientFree = RandomPurpose("random-gradient-free")
}

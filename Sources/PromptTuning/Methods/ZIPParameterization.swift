public import Tensors

/// ZIP's map from trainable parameters to context vectors: low rank with a diagonal, a shared feature, random projection.
///
/// Letters: m context tokens, d width, D intrinsic dimension, q = ⌊D/m⌋, r rank, δ trainable parameters.
/// W = U·diag(s)·Vᵀ + 1·uᵀ ∈ R^{m×q}; θ_i = θ₀,i + F_i(W_i) with an own Fastfood transform for each token.
/// The trainable vector is (U, s, V, u), each row-major, in that order (Park et al. 2025).
public struct ZIPParameterization: Sendable, Equatable {
    /// Which parts are used; all of them make ZIP, leaving one out is an ablation.
    public struct Shape: Sendable, Equatable {
        /// m
        public var tokens = 8
        /// D
        public var dimensions = 500
        /// r; nil trains the full W (no U, V).
        public var rank: Int? = 5
        /// diag(s)
        public var diagonal = true
        /// The shared row u.
        public var sharing = true
        /// Fastfood; without it q = d and θ = θ₀ + W.
        public var projection = true

        public init() {}

        /// The largest D that the transforms of a context of width d take.
        func largestDimensions(width: Int) -> Int { tokens * Fastfood.length(outputs: width) + tokens - 1 }
    }

    public let shape: Shape
    /// θ₀, [m, d]
    public let initial: Matrix
    /// One transform a token; empty without projection.
    public let projections: [Fastfood]
    private let seed: UInt64

    /// q, columns of W.
    public var columns: Int { shape.projection ? shape.dimensions / shape.tokens : initial.columns }
    /// d
    public var width: Int { initial.columns }

    /// δ: mr + r + qr + q with the defaults.
    public var parameterCount: Int { layout.reduce(0) { $0 + $1.count } }

    /// The blocks of the trainable vector, in order.
    public var layout: [(name: String, count: Int)] {
        let (m, q) = (shape.tokens, columns)
        var blocks: [(name: String, count: Int)] = []
        if let r = shape.rank {
            blocks.append(("U", m * r))
            if shape.diagonal { blocks.append(("s", r)) }
            blocks.append(("V", q * r))
        } else {
            blocks.append(("W", m * q))
        }
        if shape.sharing { blocks.append(("u", q)) }
        return blocks
    }

    /// - Parameter initial: θ₀, [m, d].
    /// - Throws: `TuningError.badSetting` when the sizes do not fit together.
    public init(shape: Shape, initial: Matrix, seed: UInt64) throws {
        precondition(initial.rows == shape.tokens, "θ₀ of \(initial.rows) rows for \(shape.tokens) tokens")
        if shape.projection {
            let largest = shape.largestDimensions(width: initial.columns)
            guard shape.dimensions >= shape.tokens, shape.dimensions <= largest else {
                throw TuningError.badSetting(
                    name: "dim",
                    expected: "\(shape.tokens) to \(largest) "
                        + "for \(shape.tokens) tokens of width \(initial.columns)",
                    got: "\(shape.dimensions)")
            }
        }
        let columns = shape.projection ? shape.dimensions / shape.tokens : initial.columns
        if let rank = shape.rank, rank > min(shape.tokens, columns) {
            throw TuningError.badSetting(
                name: "rank",
                expected: "1 to \(min(shape.tokens, columns)), the smaller side of the "
                    + "\(shape.tokens) × \(columns) matrix,", got: "\(rank)")
        }
        self.shape = shape
        self.initial = initial
        self.seed = seed
        projections =
            shape.projection
            ? (0..<shape.tokens).map { Fastfood(outputs: initial.columns, seed: seed, index: $0) } : []
    }

    /// w at the start, [δ]: U, u and a full W are 0, s is 1, V is N(0, 1), so that the prompt is θ₀.
    public var initialParameters: [Float] {
        layout.flatMap { block -> [Float] in
            switch block.name {
            case "s": Array(repeating: 1, count: block.count)
            case "V": RandomStream(seed: seed, purpose: .factor).normals(block.count)
            default: Array(repeating: 0, count: block.count)
            }
        }
    }

    /// W, [m, q].
    public func matrix(_ parameters: [Float]) -> Matrix {
        precondition(
            parameters.count == parameterCount, "\(parameters.count) parameters, expected \(parameterCount)")
        let (m, q) = (shape.tokens, columns)
        var parts: [String: ArraySlice<Float>] = [:]
        var rest = parameters[...]
        for block in layout {
            parts[block.name] = rest.prefix(block.count)
            rest = rest.dropFirst(block.count)
        }
        var result = Matrix(rows: m, columns: q)
        if let full = parts["W"] {
            result = Matrix(rows: m, columns: q, values: Array(full))
        } else if let rank = shape.rank, let left = parts["U"].map(Array.init),
            let right = parts["V"].map(Array.init)
        {
            let diagonal = parts["s"].map(Array.init) ?? Array(repeating: 1, count: rank)
            for row in 0..<m {
                for column in 0..<q {
                    var sum: Float = 0
                    for factor in 0..<rank {
                        sum += left[row * rank + factor] * diagonal[factor] * right[column * rank + factor]
                    }
                    result[row, column] = sum
                }
            }
        }
        if let shared = parts["u"].map(Array.init) {
            for row in 0..<m {
                for column in 0..<q { result[row, column] += shared[column] }
            }
        }
        return result
    }

    /// θ, the context vectors at w, [m, d].
    public func context(_ parameters: [Float]) -> Matrix {
        let matrix = matrix(parameters)
        var result = initial
        for row in 0..<shape.tokens {
            let inputs = Array(matrix.row(row))
            let change = shape.projection ? projections[row].apply(inputs) : inputs
            for column in 0..<width { result[row, column] += change[column] }
        }
        return result
    }

    /// What a trace needs to recompute the projections.
    var traced: [NamedTensor] {
        projections.enumerated().flatMap { index, projection in
            [
                NamedTensor("fastfood.\(index).B", projection.signs),
                NamedTensor("fastfood.\(index).P", integers: projection.permutation.map { Int($0) }),
                NamedTensor("fastfood.\(index).G", projection.gaussian),
            ]
        }
    }
}

extension RandomPurpose {
    /// V
    static let factor = RandomPurpose("zip.V")
}

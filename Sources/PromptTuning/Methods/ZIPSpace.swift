import BlackBox
import Tensors

/// ZIP's own space: a point ξ ∈ R^δ is ZIP's parameters less those it starts from, in a unit u.
///
/// What is added to a start is F(W(w₀ + u ξ)), with ZIP's standard shape. The unit makes a step of length one move a context about as far as in
/// `WordSpace` with S = σ·1: by σ √(m/(m + 1)), σ the deviation of the embeddings' entries.
struct ZIPSpace: ContextSpace {
    let start: Matrix
    let classStarts: [Matrix]?
    /// ZIP's map, with θ₀ = 0.
    private let parameterization: ZIPParameterization
    /// w₀, [δ]
    private let origin: [Float]
    private let unit: Double

    /// Directions whose lengths make the unit.
    private static let probes = 16

    /// - Parameter deviation: σ.
    init(start: Matrix, classStarts: [Matrix]? = nil, deviation: Double, seed: UInt64) throws {
        self.start = start
        self.classStarts = classStarts
        var shape = ZIPParameterization.Shape()
        shape.tokens = start.rows
        shape.dimensions = min(
            max(shape.dimensions, shape.tokens), shape.largestDimensions(width: start.columns))
        shape.rank = shape.rank.map { min($0, shape.tokens, shape.dimensions / shape.tokens) }
        let map = try ZIPParameterization(
            shape: shape, initial: Matrix(rows: start.rows, columns: start.columns), seed: seed)
        let origin = map.initialParameters
        var squares = 0.0
        for index in 0..<Self.probes {
            let draws = RandomStream(seed: seed, purpose: .zipSpaceUnit, index: UInt64(index))
                .normals(origin.count)
            let length = draws.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            let moved = map.context(zip(origin, draws).map { $0 + Float(Double($1) / length) })
            squares += moved.values.reduce(0.0) { $0 + Double($1) * Double($1) }
        }
        let reach = (squares / Double(Self.probes)).squareRoot()
        let tokens = Double(start.rows)
        unit = reach > 0 ? deviation * (tokens / (tokens + 1)).squareRoot() / reach : deviation
        parameterization = map
        self.origin = origin
    }

    /// The shared row moves all tokens together; s and V move nothing while U is zero.
    var weights: [Double] {
        parameterization.layout.flatMap { name, count in
            [Double](repeating: name == "u" ? 2 : name == "U" ? 1 : 0.1, count: count)
        }
    }

    func move(_ point: [Double]) -> Matrix {
        parameterization.context(zip(origin, point).map { Float(Double($0) + unit * $1) })
    }

    var traced: [NamedTensor] {
        [NamedTensor("w0", origin), NamedTensor("unit", [unit])] + parameterization.traced
    }
}

extension RandomPurpose {
    /// Directions that make the unit of ZIP's space; the index counts them.
    static let zipSpaceUnit = RandomPurpose("zip-space.unit")
}

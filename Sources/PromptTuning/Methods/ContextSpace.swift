import BlackBox
import Tensors

/// A space in which a context moves: a point ξ ∈ R^n is something that is added to the context at ξ = 0.
///
/// Letters: m context tokens, d width, n dimensions.
protocol ContextSpace: Sendable {
    /// The context at ξ = 0, [m, d].
    var start: Matrix { get }
    /// Each class's context at ξ = 0; nil where all start from `start`.
    var classStarts: [Matrix]? { get }
    /// By how much new directions favour each coordinate of ξ, [n], above 0.
    var weights: [Double] { get }
    /// What is added to a start at ξ, [m, d].
    func move(_ point: [Double]) -> Matrix
    /// What a trace needs to recompute `move`.
    var traced: [NamedTensor] { get }
}

extension ContextSpace {
    /// n
    var dimensions: Int { weights.count }

    /// The contexts at some points ξ.
    func contexts(_ points: [[Double]]) -> [Matrix] { points.map { moved(start, to: $0) } }

    /// The contexts of the classes, in order, at a point ξ of each.
    func contexts(ofClasses points: [[Double]]) -> [Matrix] {
        guard let classStarts else { return contexts(points) }
        return zip(classStarts, points).map { moved($0, to: $1) }
    }

    private func moved(_ start: Matrix, to point: [Double]) -> Matrix {
        Matrix(
            rows: start.rows, columns: start.columns,
            values: zip(start.values, move(point).values).map { $0 + $1 })
    }
}

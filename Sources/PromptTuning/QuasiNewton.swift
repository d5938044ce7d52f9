/// Minimises a smooth convex function by L-BFGS with backtracking (Nocedal and Wright 2006, algorithm 7.5), in double
/// precision and with every sum in one order.
package struct QuasiNewton {
    /// Pairs of steps and gradient changes that the curvature is estimated from.
    private static let memory = 10
    private static let halvings = 40
    /// Most steps taken.
    package var steps = 300
    /// The gradient's norm below which the minimum is found.
    package var tolerance = 1e-7

    package init() {}

    private struct Pair {
        var step: [Double]
        var change: [Double]
        var product: Double
    }

    /// The minimum found from `start`.
    ///
    /// - Parameters:
    ///   - function: value and gradient at a point.
    ///   - stepped: called before each step; what it throws ends the work.
    package func minimum(
        from start: [Double], of function: ([Double]) -> (value: Double, gradient: [Double]),
        stepped: () throws -> Void
    ) rethrows -> [Double] {
        var point = start
        var (value, gradient) = function(point)
        var pairs: [Pair] = []
        for _ in 0..<steps {
            let norm = Self.dot(gradient, gradient).squareRoot()
            guard norm > tolerance, norm.isFinite else { break }
            try stepped()
            let direction = Self.direction(gradient, pairs)
            let slope = Self.dot(gradient, direction)
            var length = pairs.isEmpty ? min(1, 1 / norm) : 1
            var next = Self.sum(point, direction, times: length)
            var (nextValue, nextGradient) = function(next)
            var halved = 0
            while !(nextValue <= value + 1e-4 * length * slope), halved < Self.halvings {
                length /= 2
                halved += 1
                next = Self.sum(point, direction, times: length)
                (nextValue, nextGradient) = function(next)
            }
            // No lower value in sight: as near as rounding allows.
            guard nextValue < value else { break }
            let step = Self.sum(next, point, times: -1)
            let change = Self.sum(nextGradient, gradient, times: -1)
            let product = Self.dot(step, change)
            if product > 0 { pairs.append(Pair(step: step, change: change, product: product)) }
            if pairs.count > Self.memory { pairs.removeFirst() }
            (point, value, gradient) = (next, nextValue, nextGradient)
        }
        return point
    }

    /// −H·gradient, with H estimated from the pairs by the two-loop recursion.
    private static func direction(_ gradient: [Double], _ pairs: [Pair]) -> [Double] {
        var result = gradient
        var shares: [Double] = []
        for pair in pairs.reversed() {
            let share = dot(pair.step, result) / pair.product
            shares.append(share)
            result = sum(result, pair.change, times: -share)
        }
        if let last = pairs.last {
            let scale = last.product / dot(last.change, last.change)
            result = result.map { $0 * scale }
        }
        for (pair, share) in zip(pairs, shares.reversed()) {
            result = sum(result, pair.step, times: share - dot(pair.change, result) / pair.product)
        }
        return result.map { -$0 }
    }

    private static func dot(_ x: [Double], _ y: [Double]) -> Double {
        var sum = 0.0
        for index in x.indices { sum += x[index] * y[index] }
        return sum
    }

    /// x + y·factor.
    private static func sum(_ x: [Double], _ y: [Double], times factor: Double) -> [Double] {
        var result = x
        for index in result.indices { result[index] += y[index] * factor }
        return result
    }
}

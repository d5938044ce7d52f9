/// Minimises a smooth convex function by L-BFGS with backtracking (Nocedal and Wright 2006, algorithm 7.5), in double
/// precision and with every sum in one order.
package enum QuasiNewton {
    /// Pairs of steps and gradient changes that the curvature is estimated from.
    private static let memory = 10
    private static let halvings = 40
    /// Most steps taken.
    private static let steps = 300

    private struct Pair {
        var step: [Double]
        var change: [Double]
        var product: Double
    }

    /// The minimum found from `start`.
    ///
    /// - Parameters:
    ///   - tolerance: the gradient's norm below which the minimum is found.
    ///   - function: value and gradient at a point; what it throws ends the work.
    package static func minimum(
        from start: [Double], tolerance: Double = 1e-7,
        of function: ([Double]) throws -> (value: Double, gradient: [Double])
    ) rethrows -> [Double] {
        var point = start
        var (value, gradient) = try function(point)
        var pairs: [Pair] = []
        for _ in 0..<steps {
            let norm = dot(gradient, gradient).squareRoot()
            guard norm > tolerance, norm.isFinite else { break }
            let direction = direction(gradient, pairs)
            let slope = dot(gradient, direction)
            var length = pairs.isEmpty ? min(1, 1 / norm) : 1
            var next = sum(point, direction, times: length)
            var (nextValue, nextGradient) = try function(next)
            var halved = 0
            while !(nextValue <= value + 1e-4 * length * slope), halved < halvings {
                length /= 2
                halved += 1
                next = sum(point, direction, times: length)
                (nextValue, nextGradient) = try function(next)
            }
            // No lower value in sight: as near as rounding allows.
            guard nextValue < value else { break }
            let step = sum(next, point, times: -1)
            let change = sum(nextGradient, gradient, times: -1)
            let product = dot(step, change)
            if product > 0 { pairs.append(Pair(step: step, change: change, product: product)) }
            if pairs.count > memory { pairs.removeFirst() }
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

import Plotting
import Testing

@Suite struct SmoothingTests {
    static let factors = [0, 0.1, 0.5, 0.6, 0.9, 0.99, 0.999]

    @Test(arguments: factors)
    func constantsStayExactly(_ factor: Double) {
        for value in [0, 1, -3.7, 0.1, 1e300, -1e308, 0x1p-1074] {
            let values = [Double](repeating: value, count: 200)
            #expect(Smoothing.exponential(values, factor: factor) == values, "\(value)")
        }
    }

    /// Against Σ Fᵗ⁻ⁱ·vᵢ / Σ Fᵗ⁻ⁱ summed directly.
    @Test(arguments: factors)
    func equalsTheDirectSum(_ factor: Double) {
        var random = SplitMix(seed: 9)
        let values = (0..<300).map { _ in random.unit() * 10 - 3 }
        let smoothed = Smoothing.exponential(values, factor: factor)
        var worst = 0.0
        for t in values.indices {
            var weight = 1.0
            var sum = 0.0
            var weights = 0.0
            for i in (0...t).reversed() {
                sum += weight * values[i]
                weights += weight
                weight *= factor
            }
            worst = max(worst, (smoothed[t] - sum / weights).magnitude)
        }
        print("smoothing \(factor): worst difference \(worst)")
        #expect(worst < 1e-12)
    }

    @Test func factorZeroChangesNothing() {
        let values = [3, 1, 4, 1, 5, -9.25]
        #expect(Smoothing.exponential(values, factor: 0) == values)
    }

    /// The same whatever comes later: a longer curve begins like the shorter one.
    @Test func doesNotDependOnTheLength() {
        var random = SplitMix(seed: 1)
        let values = (0..<100).map { _ in random.unit() }
        let whole = Smoothing.exponential(values, factor: 0.9)
        #expect(Smoothing.exponential(Array(values.prefix(40)), factor: 0.9) == Array(whole.prefix(40)))
    }

    @Test func valuesThatAreNotFiniteStayAndDoNotCount() {
        let smoothed = Smoothing.exponential([.nan, 1, .infinity, 1, .nan, 1], factor: 0.9)
        #expect(smoothed[0].isNaN && smoothed[4].isNaN)
        #expect(smoothed[2] == .infinity)
        #expect([smoothed[1], smoothed[3], smoothed[5]] == [1, 1, 1])
    }

    @Test func pointsKeepTheirX() {
        let points = [Point(x: 3, y: 1), Point(x: 9, y: 1)]
        #expect(Smoothing.exponential(points, factor: 0.5) == points)
    }

    @Test func hugeValuesStayFinite() {
        let smoothed = Smoothing.exponential([1e308, -1e308, 1e308], factor: 0.5)
        #expect(smoothed.allSatisfy { $0.isFinite })
    }
}

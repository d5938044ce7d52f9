import Foundation
import Testing
import ZerothOrder

@Suite struct QuasiNewtonTests {
    /// A narrow valley: Rosenbrock's function, and a quadratic whose curvatures differ by a million.
    @Test func minima() {
        let valley = QuasiNewton.minimum(from: [-1.2, 1]) { point in
            let (x, y) = (point[0], point[1])
            let rise = y - x * x
            return (
                (1 - x) * (1 - x) + 100 * rise * rise, [-2 * (1 - x) - 400 * x * rise, 200 * rise]
            )
        }
        #expect(abs(valley[0] - 1) < 1e-6 && abs(valley[1] - 1) < 1e-6)
        let scales = (0..<7).map { pow(10.0, Double($0)) }
        let bowl = QuasiNewton.minimum(from: Array(repeating: 1, count: 7)) { point in
            let parts = zip(scales, point).map { $0 * ($1 - 3) }
            return (zip(parts, point).reduce(0) { $0 + $1.0 * ($1.1 - 3) } / 2, parts)
        }
        #expect(bowl.allSatisfy { abs($0 - 3) < 1e-6 }, "\(bowl)")
    }

    @Test func aLooserToleranceEndsEarlier() {
        func calls(_ tolerance: Double) -> Int {
            var count = 0
            _ = QuasiNewton.minimum(from: [3, -2, 5], tolerance: tolerance) { point in
                count += 1
                let parts = zip([1.0, 10, 100], point).map { $0 * $1 }
                return (zip(parts, point).reduce(0) { $0 + $1.0 * $1.1 } / 2, parts)
            }
            return count
        }
        #expect(calls(1e-1) < calls(1e-7))
    }
}

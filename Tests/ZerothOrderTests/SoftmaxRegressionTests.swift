import Tensors
import Testing
import ZerothOrder

@Suite struct SoftmaxRegressionTests {
    private static func doubles(_ count: Int, _ index: UInt64, scale: Double = 1) -> [Double] {
        RandomStream(seed: 2, purpose: RandomPurpose("tests.regression"), index: index).normals(count)
            .map { Double($0) * scale }
    }

    private static func problem(_ images: Int, _ inputs: Int, _ classes: Int) -> SoftmaxRegression {
        SoftmaxRegression(
            inputs: DoubleMatrix(rows: images, columns: inputs, values: doubles(images * inputs, 1)),
            base: DoubleMatrix(rows: images, columns: classes, values: doubles(images * classes, 2)),
            labels: (0..<images).map { $0 * $0 % classes })
    }

    @Test(arguments: [(1, 1, 2), (9, 3, 4), (26, 6, 5)])
    func gradientEqualsFiniteDifferences(_ images: Int, _ inputs: Int, _ classes: Int) {
        let problem = Self.problem(images, inputs, classes)
        let point = Self.doubles(inputs * classes, 3, scale: 0.5)
        let (value, gradient) = problem.objective(point, ridge: 0.3)
        let penalty = 0.15 * point.reduce(0) { $0 + $1 * $1 }
        #expect(abs(value - penalty - problem.loss(point)) < 1e-14)
        for index in point.indices {
            var (above, below) = (point, point)
            above[index] += 1e-5
            below[index] -= 1e-5
            let slope =
                (problem.objective(above, ridge: 0.3).value - problem.objective(below, ridge: 0.3).value)
                / 2e-5
            #expect(abs(slope - gradient[index]) < 1e-9, "\(index): \(slope) \(gradient[index])")
        }
    }

    @Test func optimumEqualsPlainDescents() throws {
        let problem = Self.problem(30, 3, 4)
        let best = try problem.minimum(ridge: 0.1)
        var point = [Double](repeating: 0, count: 12)
        for _ in 0..<3000 {
            let gradient = problem.objective(point, ridge: 0.1).gradient
            for index in point.indices { point[index] -= 0.3 * gradient[index] }
        }
        let worst = zip(best, point).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-6, "\(worst)")
        let excess = 1e-3
        let near = try problem.minimum(ridge: 0.1, excess: excess)
        let rise = problem.objective(near, ridge: 0.1).value - problem.objective(best, ridge: 0.1).value
        #expect(rise >= -1e-12 && rise <= excess, "\(rise)")
    }

    @Test func threadsChangeNoBit() {
        let problem = Self.problem(203, 17, 19)
        let point = Self.doubles(17 * 19, 4)
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        let results = [1, 2, 5].map { count in
            Parallel.threads = count
            return problem.objective(point, ridge: 0.1)
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    @Test func picking() throws {
        let problem = Self.problem(6, 2, 3)
        let some = problem.picking([4, 1])
        #expect(some.labels == [problem.labels[4], problem.labels[1]])
        #expect(some.inputs.values == Array(problem.inputs.values[8..<10] + problem.inputs.values[2..<4]))
        #expect(some.base.values == Array(problem.base.values[12..<15] + problem.base.values[3..<6]))
        #expect(try problem.picking([]).minimum(ridge: 1) == [Double](repeating: 0, count: 6))
    }

    @Test func whatIsThrownEndsTheWork() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try Self.problem(6, 2, 3).minimum(ridge: 1) { throw Stop() } }
    }
}

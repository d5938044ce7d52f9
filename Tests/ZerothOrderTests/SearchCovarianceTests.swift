import Tensors
import Testing
import ZerothOrder

/// The forms of the covariance against plain loops and against each other.
@Suite struct SearchCovarianceTests {
    /// A Aᵀ from the images of the unit vectors.
    private static func covariance(_ form: any SearchCovariance, _ n: Int) -> [[Double]] {
        let columns = form.transformed(
            (0..<n).map { unit in (0..<n).map { $0 == unit ? 1 : 0 } })
        return (0..<n).map { i in
            (0..<n).map { j in columns.reduce(0) { $0 + $1[i] * $1[j] } }
        }
    }

    /// C, p_c and the update in double precision as the tutorial writes it, given z and y = A z.
    private struct PlainCovariance {
        var matrix: [[Double]]
        var path: [Double]

        init(_ n: Int) {
            matrix = (0..<n).map { i in (0..<n).map { $0 == i ? 1 : 0 } }
            path = [Double](repeating: 0, count: n)
        }

        mutating func learn(_ p: CMAParameters, z: [[Double]], y: [[Double]], moves: Bool) {
            let n = path.count
            let cc = p.pathRate
            let h = moves ? 1.0 : 0
            for i in 0..<n {
                let mean = (0..<p.parents).reduce(0) { $0 + p.weights[$1] * y[$1][i] }
                path[i] = (1 - cc) * path[i] + h * (cc * (2 - cc) * p.effectiveSelection).squareRoot() * mean
            }
            let delta = (1 - h) * cc * (2 - cc)
            let sum = p.weights.reduce(0, +)
            for i in 0..<n {
                for j in 0..<n {
                    var element =
                        (1 + p.rankOneRate * delta - p.rankOneRate - p.rankMuRate * sum) * matrix[i][j]
                    element += p.rankOneRate * path[i] * path[j]
                    for k in 0..<p.population {
                        let length = z[k].reduce(0) { $0 + $1 * $1 }
                        let w = p.weights[k] < 0 ? p.weights[k] * Double(n) / length : p.weights[k]
                        element += p.rankMuRate * w * y[k][i] * y[k][j]
                    }
                    matrix[i][j] = element
                }
            }
        }
    }

    /// The product form has C of every generation; the dense form has it where its root is found anew.
    @Test(arguments: CovarianceForm.allCases, [(30, 14), (4, 8), (12, 40)])
    func equalsThePlainUpdate(_ form: CovarianceForm, _ sizes: (n: Int, population: Int)) throws {
        let (n, population) = sizes
        let parameters = CMAParameters(dimensions: n, population: population)
        var covariance: any SearchCovariance =
            form == .dense ? DenseCovariance(dimensions: n) : ProductCovariance(dimensions: n)
        var plain = PlainCovariance(n)
        var worst = 0.0
        for generation in 0..<60 {
            let drawn = (0..<population).map { place in
                RandomStream(
                    seed: 1, purpose: RandomPurpose("covariance test"),
                    index: UInt64(generation * population + place)
                ).normals(n).map(Double.init)
            }
            // Selection of one direction, so that C becomes elongated.
            let z = drawn.sorted { $0[0] + 2 * $0[1] < $1[0] + 2 * $1[1] }
            let mean = (0..<n).map { i in
                (0..<parameters.parents).reduce(0) { $0 + parameters.weights[$1] * z[$1][i] }
            }
            let moves = generation % 5 != 3
            let y = covariance.transformed(z)
            plain.learn(parameters, z: z, y: y, moves: moves)
            try covariance.learn(
                CovarianceLesson(
                    samples: z, meanSample: mean, pathMoves: moves, generation: generation,
                    parameters: parameters))
            guard form == .product || (generation + 1).isMultiple(of: parameters.rootGenerations) else {
                continue
            }
            let got = Self.covariance(covariance, n)
            let largest = plain.matrix.joined().reduce(0) { max($0, abs($1)) }
            for i in 0..<n {
                for j in 0..<n { worst = max(worst, abs(got[i][j] - plain.matrix[i][j]) / largest) }
            }
        }
        #expect(worst < (form == .dense ? 1e-12 : 1e-5), "off by \(worst)")
        #expect(plain.matrix[1][1] > 1.5 * plain.matrix[3][3], "C did not become elongated")
        print("\(form) \(sizes): off by \(worst)")
    }

    /// Both forms search alike; a search of one differs from that of the other by the turn of its root.
    @Test func bothFormsTakeAsManyEvaluations() throws {
        for (function, n) in [(SearchFunction.sphere, 30), (.ellipsoid, 10), (.rosenbrock, 10)] {
            let medians = try CovarianceForm.allCases.map { form in
                let counts = try (1...7).compactMap { seed in
                    var strategy = CMAEvolutionStrategy(
                        mean: [Double](repeating: 0.5, count: n), stepSize: 0.3, seed: UInt64(seed),
                        form: form)
                    return try strategy.evaluations(function)
                }
                return Double(try #require(counts.sorted().dropFirst(counts.count / 2).first))
            }
            #expect(abs(medians[0] / medians[1] - 1) < 0.1, "\(function): \(medians)")
            print("\(function) \(n): dense \(medians[0]), product \(medians[1])")
        }
    }

    @Test(arguments: [1, 3, 9, 20]) func rootsOfLowRankSquareToTheMatrix(_ count: Int) throws {
        let n = 9
        let vectors = (0..<count).map {
            RandomStream(seed: 2, purpose: RandomPurpose("root test"), index: UInt64($0)).normals(n)
                .map(Double.init)
        }
        // The last repeats the first: directions that add nothing are left out.
        let all = vectors + [vectors[0]]
        let weights = all.indices.map { $0.isMultiple(of: 2) ? 0.05 : -0.01 }
        let root = try #require(LowRankRoot(base: 1.5, vectors: all, weights: weights))
        let images = LowRankRoot.apply([root], to: (0..<n).map { unit in (0..<n).map { $0 == unit ? 1 : 0 } })
        for i in 0..<n {
            for j in 0..<n {
                var wanted = i == j ? 1.5 : 0
                for (vector, weight) in zip(all, weights) { wanted += weight * vector[i] * vector[j] }
                let got = images.reduce(0) { $0 + $1[i] * $1[j] }
                #expect(abs(got - wanted) < 1e-5)
                #expect(abs(images[i][j] - images[j][i]) < 1e-6)
            }
        }
        let q = vectors[0]
        let back = LowRankRoot.apply([root], to: [root.inverse(q)])[0]
        #expect(zip(back, q).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(LowRankRoot(base: 1.5, vectors: [q], weights: [-10]) == nil)
    }
}

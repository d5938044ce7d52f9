import Foundation
import Tensors
import Testing
import ZerothOrder

/// The model of the answers against plain loops.
@Suite struct ResponseModelTests {
    /// Mean and derivatives of a Gaussian process at a point, by elimination.
    static func plain(
        _ places: [[Double]], _ answers: [[Double]], at present: Int, scale: Double, nugget: Double
    ) -> (base: [Double], derivatives: [[Double]]) {
        let count = places.count
        func covariance(_ i: Int, _ j: Int) -> Double {
            let square = zip(places[i], places[j]).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return exp(-square / (2 * scale * scale))
        }
        /// K⁻¹ (answers − present one)[at]
        func solve(_ right: [Double]) -> [Double] {
            var rows = (0..<count).map { i in
                (0..<count).map { covariance(i, $0) + (i == $0 ? nugget : 0) } + [right[i]]
            }
            for i in 0..<count {
                for j in 0..<count where j != i {
                    let factor = rows[j][i] / rows[i][i]
                    for k in i...count { rows[j][k] -= factor * rows[i][k] }
                }
            }
            return (0..<count).map { rows[$0][count] / rows[$0][$0] }
        }
        var base = answers[present]
        var derivatives = [[Double]](
            repeating: [Double](repeating: 0, count: base.count), count: places[present].count)
        for at in base.indices {
            let weights = solve(answers.map { $0[at] - answers[present][at] })
            for i in 0..<count {
                base[at] += covariance(i, present) * weights[i]
                for k in derivatives.indices {
                    derivatives[k][at] +=
                        covariance(i, present) * (places[i][k] - places[present][k]) / (scale * scale)
                        * weights[i]
                }
            }
        }
        return (base, derivatives)
    }

    /// Places [q] of [k, G] and answers [q] of [C, N] that are smooth functions of them.
    static func sample(groups: Int) -> (places: [[Double]], answers: [[Float]]) {
        let draws = RandomStream(seed: 4, purpose: RandomPurpose("tests.responses")).normals(200)
        let places = (0..<7).map { q in (0..<(4 * groups)).map { Double(draws[q * 12 + $0]) } }
        let answers = places.map { place in
            (0..<15).map { at -> Float in
                let group = groups == 1 ? 0 : at / 5
                return Float(
                    (0..<4).reduce(0.3 * Double(at)) { sum, k in
                        sum + sin(0.4 * place[k * groups + group] + Double(at * k))
                    })
            }
        }
        return (places, answers)
    }

    @Test(arguments: [(1, 1e-6), (1, 0.1), (3, 1e-6), (3, 0.1)])
    func equalsPlainLoops(_ groups: Int, _ nugget: Double) {
        let (places, answers) = Self.sample(groups: groups)
        var model = ResponseModel(images: 5, classes: 3, groups: groups, scale: 2.5)
        for (place, answer) in zip(places, answers) { model.add(place, answer) }
        let linear = model.linear(at: 4, directions: 4, nugget: nugget)
        let length = 15 / groups
        for group in 0..<groups {
            let plain = Self.plain(
                places.map { place in (0..<4).map { place[$0 * groups + group] } },
                answers.map { $0[(group * length)..<((group + 1) * length)].map { Double($0) } }, at: 4,
                scale: 2.5, nugget: nugget)
            for at in 0..<length {
                #expect(abs(linear.base[group * length + at] - plain.base[at]) < 1e-4)
                for k in 0..<4 {
                    let found = Double(linear.blocks[group][k * length + at])
                    #expect(
                        abs(found - plain.derivatives[k][at]) < 1e-3, "\(found) \(plain.derivatives[k][at])")
                }
            }
        }
    }

    /// Points that were asked before a direction was drawn lie at its zero.
    @Test func earlierPointsHaveNoLaterCoordinates() {
        let (places, answers) = Self.sample(groups: 1)
        var short = ResponseModel(images: 5, classes: 3, groups: 1, scale: 2.5)
        var long = short
        for (index, (place, answer)) in zip(places, answers).enumerated() {
            let known = min(4, index)
            short.add(Array(place[..<known]), answer)
            long.add(Array(place[..<known]) + [Double](repeating: 0, count: 4 - known), answer)
        }
        #expect(
            short.linear(at: 2, directions: 4, nugget: 1e-4).blocks
                == long.linear(at: 2, directions: 4, nugget: 1e-4).blocks)
    }

    /// Answers that are linear in the place give their slopes back.
    @Test func findsTheSlopesOfALinearFunction() {
        var model = ResponseModel(images: 2, classes: 2, groups: 1, scale: 60)
        let slopes: [[Float]] = [[1, -2, 0.5, 0], [0.2, 0.1, -0.3, 2]]
        for place in [[0, 0], [1.5, 0], [0, 1.5], [8, -6]] as [[Double]] {
            model.add(
                place, (0..<4).map { Float(place[0]) * slopes[0][$0] + Float(place[1]) * slopes[1][$0] })
        }
        let linear = model.linear(at: 3, directions: 2, nugget: 1e-6)
        for k in 0..<2 {
            for at in 0..<4 { #expect(abs(linear.blocks[0][k * 4 + at] - slopes[k][at]) < 0.05) }
        }
    }
}

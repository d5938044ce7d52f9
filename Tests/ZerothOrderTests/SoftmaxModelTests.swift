import Foundation
import Tensors
import Testing
import ZerothOrder

/// The local solve of Gauss–Newton against plain loops.
@Suite struct SoftmaxModelTests {
    /// A model of N images, C classes and p coordinates a group.
    static func sample(
        _ images: Int, _ classes: Int, _ count: Int, groups: Int, biased: Bool = false, seed: UInt64
    ) -> SoftmaxModel {
        let stream = RandomStream(seed: seed, purpose: RandomPurpose("tests.softmax-model"))
        let size = images * classes
        let length = size / groups
        let normals = stream.normals(size + size * count)
        return SoftmaxModel(
            base: normals[..<size].map { Double($0) },
            blocks: (0..<groups).map { group in
                Array(normals[(size + group * count * length)..<(size + (group + 1) * count * length)])
            }, biased: biased,
            labels: (0..<images).map { ($0 * 7) % classes }, classes: classes)
    }

    /// Logit `at` of [C, N] by its definition.
    static func logit(_ model: SoftmaxModel, _ x: [Double], _ at: Int) -> Double {
        let length = model.base.count / model.blocks.count
        let biases = model.biased ? model.classes : 0
        let count = (x.count - biases) / model.blocks.count
        let (group, place) = (at / length, at % length)
        let bias = model.biased ? x[x.count - biases + at / model.labels.count] : 0
        return (0..<count).reduce(model.base[at] + bias) {
            $0 + x[group * count + $1] * Double(model.blocks[group][$1 * length + place])
        }
    }

    /// The objective by its definition.
    static func value(_ model: SoftmaxModel, _ x: [Double], _ ridges: [Double], _ centres: [Double]) -> Double
    {
        let images = model.labels.count
        var sum = 0.0
        for (image, label) in model.labels.enumerated() {
            let logits = (0..<model.classes).map { logit(model, x, $0 * images + image) }
            let top = logits.max() ?? 0
            sum += log(logits.reduce(0) { $0 + exp($1 - top) }) + top - logits[label]
        }
        var result = sum / Double(images)
        for j in x.indices { result += ridges[j] / 2 * (x[j] - centres[j]) * (x[j] - centres[j]) }
        return result
    }

    /// The last ones have more classes than images.
    @Test(
        arguments: [
            (5, 3, 1, 1), (20, 4, 6, 1), (33, 7, 40, 1), (16, 2, 30, 2), (9, 3, 1, 3), (40, 5, 8, 5),
            (6, 11, 4, 1), (4, 9, 3, 9),
        ], [false, true])
    func theMinimumHasNoSlope(_ shape: (Int, Int, Int, Int), biased: Bool) {
        let (images, classes, count, groups) = shape
        let model = Self.sample(images, classes, count, groups: groups, biased: biased, seed: 1)
        let all = count * groups + (biased ? classes : 0)
        #expect(model.coordinates == all)
        let ridges = (0..<all).map { 0.05 + 0.01 * Double($0 % 5) }
        let centres = (0..<all).map { 0.3 * Double($0 % 3) - 0.2 }
        let solution = model.minimum(ridges: ridges, centres: centres, tolerance: 1e-14)
        #expect(abs(solution.value - Self.value(model, solution.point, ridges, centres)) < 1e-10)
        for j in 0..<all {
            var (up, down) = (solution.point, solution.point)
            up[j] += 1e-4
            down[j] -= 1e-4
            let slope =
                (Self.value(model, up, ridges, centres) - Self.value(model, down, ridges, centres)) / 2e-4
            #expect(abs(slope) < 1e-6, "\(slope)")
        }
        // From anywhere the same.
        let other = model.minimum(
            ridges: ridges, centres: centres, from: [Double](repeating: 1, count: all), tolerance: 1e-14)
        for (one, two) in zip(solution.point, other.point) { #expect(abs(one - two) < 1e-5) }
        for (at, logit) in solution.logits.enumerated() {
            #expect(abs(logit - Self.logit(model, solution.point, at)) < 1e-9)
        }
    }

    /// A group a class is one dense group whose columns are zero outside their class.
    @Test func groupsEqualADenseModel() {
        let model = Self.sample(24, 4, 6, groups: 4, seed: 3)
        var columns: [Float] = []
        for j in 0..<24 {
            for at in 0..<96 {
                let own: Bool = at / 24 == j / 6
                columns.append(own ? model.blocks[j / 6][(j % 6) * 24 + at % 24] : Float(0))
            }
        }
        let dense = SoftmaxModel(base: model.base, blocks: [columns], labels: model.labels, classes: 4)
        let ridges = (0..<24).map { 0.01 + 0.01 * Double($0 % 7) }
        let centres = (0..<24).map { 0.1 * Double($0 % 3) }
        let one = model.minimum(ridges: ridges, centres: centres, tolerance: 1e-14)
        let two = dense.minimum(ridges: ridges, centres: centres, tolerance: 1e-14)
        #expect(abs(one.value - two.value) < 1e-12)
        for (x, y) in zip(one.point, two.point) { #expect(abs(x - y) < 1e-5) }
    }

    /// A bias a class is a row of ones in its class; where biases are eliminated the steps are as many and the minimum is the same.
    @Test(arguments: [(24, 4, 6), (6, 11, 4), (9, 9, 1)])
    func biasesEqualRowsOfOnes(_ images: Int, _ classes: Int, _ count: Int) {
        let model = Self.sample(images, classes, count, groups: 1, biased: true, seed: 5)
        let ones = (0..<classes).flatMap { label in
            (0..<(classes * images)).map { $0 / images == label ? Float(1) : 0 }
        }
        let dense = SoftmaxModel(
            base: model.base, blocks: [model.blocks[0] + ones], labels: model.labels, classes: classes)
        let ridges = (0..<(count + classes)).map { 0.01 + 0.01 * Double($0 % 7) }
        let centres = (0..<(count + classes)).map { 0.1 * Double($0 % 3) }
        let one = model.minimum(ridges: ridges, centres: centres, tolerance: 1e-14)
        let two = dense.minimum(ridges: ridges, centres: centres, tolerance: 1e-14)
        #expect(abs(one.value - two.value) < 1e-12)
        for (x, y) in zip(one.point, two.point) { #expect(abs(x - y) < 1e-5) }
    }

    /// With one group the preconditioner is the inverse of the Hessian, here by differences of slopes.
    @Test(arguments: [(12, 5, 3), (4, 9, 3)], [1e-5, 0.02])
    func preconditionersInvert(_ shape: (Int, Int, Int), _ ridge: Double) throws {
        let (images, classes, count) = shape
        let model = Self.sample(images, classes, count, groups: 1, biased: true, seed: 6)
        let all = count + classes
        let ridges = (0..<all).map { $0 < count ? ridge : 0.01 + 0.01 * Double($0 % 4) }
        let zero = [Double](repeating: 0, count: all)
        let p = SoftmaxModel.crossEntropy(model.base, labels: model.labels, classes: classes).probabilities
        let inverse = try #require(SoftmaxPreconditioner(model, p, ridges: ridges))
        func slope(_ x: [Double], _ j: Int) -> Double {
            var (up, down) = (x, x)
            up[j] += 1e-3
            down[j] -= 1e-3
            return (Self.value(model, up, ridges, zero) - Self.value(model, down, ridges, zero)) / 2e-3
        }
        let wanted = (0..<all).map { Double($0 % 5) - 2 }
        // H times what is wanted, by a difference along it.
        let product = (0..<all).map { j in
            (slope(wanted.map { 1e-3 * $0 }, j) - slope(wanted.map { -1e-3 * $0 }, j)) / 2e-3
        }
        for (x, y) in zip(inverse.apply(product), wanted) { #expect(abs(x - y) < 2e-3, "\(x), \(y)") }
    }

    @Test(arguments: [1, 2, 9, 40]) func factorsSolve(_ n: Int) throws {
        let normals = RandomStream(seed: 2, purpose: RandomPurpose("tests.cholesky"), index: UInt64(n))
            .normals(n * n).map { Double($0) }
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0..<n {
                for k in 0..<n { matrix[i * n + j] += normals[i * n + k] * normals[j * n + k] }
                if i == j { matrix[i * n + j] += 1 }
            }
        }
        let right = (0..<n).map { Double($0 % 4) - 1.5 }
        let x = try #require(CholeskyFactor(matrix, count: n)).solve(right)
        for i in 0..<n {
            let product = (0..<n).reduce(0.0) { $0 + matrix[i * n + $1] * x[$1] }
            #expect(abs(product - right[i]) < 1e-9)
        }
        // Grown row by row it is the same, and several right sides are solved at once.
        var grown = CholeskyFactor()
        for i in 0..<n {
            let fits = grown.extend(Array(matrix[(i * n)..<(i * n + i + 1)]))
            #expect(fits)
        }
        #expect(grown.solve(right) == x)
        let several = (0..<(3 * n)).map { Double(($0 * 5) % 7) - 2 }
        let solved = grown.solve(several, width: 3)
        for column in 0..<3 {
            let one = grown.solve((0..<n).map { several[$0 * 3 + column] })
            for i in 0..<n { #expect(abs(solved[i * 3 + column] - one[i]) < 1e-12) }
        }
        let before = grown.solve(right)
        let tooLong = [Double](repeating: 1e9, count: n) + [0]
        let refused = grown.extend(tooLong)
        #expect(!refused && grown.solve(right) == before)
        matrix[0] = .nan
        #expect(CholeskyFactor(matrix, count: n) == nil)
        #expect(CholeskyFactor([Double](repeating: -1, count: n * n), count: n) == nil)
    }
}

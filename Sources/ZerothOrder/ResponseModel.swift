import Tensors

/// What all answers so far say of the logits around one of the points: a Gaussian process through them.
///
/// N images, C classes, q points, k directions. A group's coordinates (all classes' or one class's own) decide its logits
/// by a smooth function of covariance s² exp(−‖a − a'‖²/2ℓ²) around the answer at the present point. The process's mean at
/// that point and its derivatives along the directions are the linear model of a Gauss–Newton step. Near points are
/// explained, far ones count the less the farther they are; a nugget of σ²/s² lets answers with noise σ speak together.
package struct ResponseModel: Sendable {
    let labels: Int
    let classes: Int
    /// 1, or C.
    let groups: Int
    /// ℓ
    let scale: Double
    /// Coordinates of the points, [q] of [k at that time, G].
    package private(set) var places: [[Double]] = []
    /// Answers at the points, [q] of [C, N].
    package private(set) var answers: [[Float]] = []
    /// Squared distances of a group's points to the earlier ones and themselves, [q] of [·, G].
    private var squares: [[Double]] = []

    package init(images: Int, classes: Int, groups: Int, scale: Double) {
        (labels, self.classes, self.groups, self.scale) = (images, classes, groups, scale)
    }

    /// Adds an answer [C, N] at some coordinates [k, G].
    package mutating func add(_ place: [Double], _ answer: [Float]) {
        places.append(place)
        answers.append(answer)
        squares.append(places.flatMap { distances($0, place) })
    }

    /// Squared distances of two points, [G]; a point has no coordinate along directions that came after it.
    private func distances(_ one: [Double], _ other: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: groups)
        for at in 0..<max(one.count, other.count) {
            let difference = (at < one.count ? one[at] : 0) - (at < other.count ? other[at] : 0)
            sums[at % groups] += difference * difference
        }
        return sums
    }

    /// The mean at a point, [C, N], and its derivatives along `count` directions, [G] of [k, C N / G].
    ///
    /// - Parameters:
    ///   - present: which point.
    ///   - nugget: σ²/s², above 0.
    package func linear(at present: Int, directions count: Int, nugget: Double) -> (
        base: [Double], blocks: [[Float]]
    ) {
        let points = places.count
        let length = labels * classes / groups
        var base = [Double](repeating: 0, count: labels * classes)
        var blocks: [[Float]] = []
        for group in 0..<groups {
            func covariance(_ i: Int, _ j: Int) -> Double {
                let square = i < j ? squares[j][i * groups + group] : squares[i][j * groups + group]
                return Elementary.exp(-square / (2 * scale * scale))
            }
            var matrix = [Double](repeating: 0, count: points * points)
            for i in 0..<points {
                for j in 0..<i {
                    matrix[i * points + j] = covariance(i, j)
                    matrix[j * points + i] = matrix[i * points + j]
                }
                matrix[i * points + i] = 1 + nugget
            }
            guard let factor = CholeskyFactor(matrix, count: points) else {
                preconditionFailure("a covariance of \(points) points that is not positive definite")
            }
            // Weights of the answers: the mean's, then each derivative's.
            let near = (0..<points).map { covariance($0, present) }
            var weights = factor.solve(near).map { Float($0) }
            for direction in 0..<count {
                let at = direction * groups + group
                func coordinate(_ point: Int) -> Double { at < places[point].count ? places[point][at] : 0 }
                let here = coordinate(present)
                let slopes = (0..<points).map { near[$0] * (coordinate($0) - here) / (scale * scale) }
                weights += factor.solve(slopes).map { Float($0) }
            }
            // Answers of the group less the present one, an image a row.
            var differences = [Float](repeating: 0, count: length * points)
            for point in 0..<points {
                for at in 0..<length {
                    differences[at * points + point] =
                        answers[point][group * length + at] - answers[present][group * length + at]
                }
            }
            let sums = PackedWeights(differences, outputs: length, inputs: points)
                .apply(Matrix(rows: count + 1, columns: points, values: weights)).values
            for at in 0..<length {
                base[group * length + at] = Double(answers[present][group * length + at]) + Double(sums[at])
            }
            blocks.append(Array(sums[length...]))
        }
        return (base, blocks)
    }
}

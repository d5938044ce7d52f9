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
    /// Factors of the groups' covariances of the first points, and the nugget in them.
    private var factors: [CholeskyFactor] = []
    private var factored: (points: Int, nugget: Double) = (0, 0)

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
    package mutating func linear(at present: Int, directions count: Int, nugget: Double) -> (
        base: [Double], blocks: [[Float]]
    ) {
        factor(nugget)
        let points = places.count
        let length = labels * classes / groups
        var base = [Double](repeating: 0, count: labels * classes)
        var blocks: [[Float]] = []
        for group in 0..<groups {
            let near = (0..<points).map { covariance($0, present, group) }
            // Covariances with the mean at the present point and with its derivatives, [q, k + 1].
            var slopes = [Double](repeating: 0, count: points * (count + 1))
            for point in 0..<points {
                slopes[point * (count + 1)] = near[point]
                let share = near[point] / (scale * scale)
                for direction in 0..<count {
                    slopes[point * (count + 1) + 1 + direction] =
                        share
                        * (coordinate(point, direction, group) - coordinate(present, direction, group))
                }
            }
            // Answers of the group less the present one, [q, C N / G].
            var differences = [Double](repeating: 0, count: points * length)
            let here = answers[present][(group * length)..<((group + 1) * length)]
            for point in 0..<points where point != present {
                for (at, value) in here.enumerated() {
                    differences[point * length + at] = Double(answers[point][group * length + at] - value)
                }
            }
            // slopesᵀ K⁻¹ differences: what is narrower is solved for.
            if count < length {
                slopes = factors[group].solve(slopes, width: count + 1)
            } else {
                differences = factors[group].solve(differences, width: length)
            }
            let sums = PackedWeights(
                Self.transposed(differences, rows: points), outputs: length, inputs: points
            ).apply(
                Matrix(
                    rows: count + 1, columns: points, values: Self.transposed(slopes, rows: points))
            ).values
            for at in 0..<length {
                base[group * length + at] = Double(answers[present][group * length + at]) + Double(sums[at])
            }
            blocks.append(Array(sums[length...]))
        }
        return (base, blocks)
    }

    /// The coordinate of a point along a direction; 0 where the direction came later.
    private func coordinate(_ point: Int, _ direction: Int, _ group: Int) -> Double {
        let at = direction * groups + group
        return at < places[point].count ? places[point][at] : 0
    }

    /// Rows and columns exchanged, from [rows, ·], rounded to float.
    private static func transposed(_ values: [Double], rows: Int) -> [Float] {
        let columns = values.count / max(1, rows)
        var result = [Float](repeating: 0, count: values.count)
        for row in 0..<rows {
            for column in 0..<columns { result[column * rows + row] = Float(values[row * columns + column]) }
        }
        return result
    }

    private func covariance(_ i: Int, _ j: Int, _ group: Int) -> Double {
        let square = i < j ? squares[j][i * groups + group] : squares[i][j * groups + group]
        return Elementary.exp(-square / (2 * scale * scale))
    }

    /// Brings the factors up to all points; with the nugget as it was, by a row for each new one.
    private mutating func factor(_ nugget: Double) {
        if factors.isEmpty || factored.nugget != nugget {
            factors = (0..<groups).map { _ in CholeskyFactor() }
            factored = (0, nugget)
        }
        for point in factored.points..<places.count {
            for group in 0..<groups {
                let row = (0..<point).map { covariance(point, $0, group) } + [1 + nugget]
                // A nugget that rounding eats up is made larger for this point alone; a whole one always serves.
                var (added, more) = (row, 1e-6)
                while !factors[group].extend(added), more < 4 {
                    added[point] = row[point] + more
                    more *= 4
                }
            }
        }
        factored.points = places.count
    }
}

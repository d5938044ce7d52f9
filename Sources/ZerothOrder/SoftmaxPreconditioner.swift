import Tensors

/// The inverse of the Hessian of a `SoftmaxModel` at some probabilities, about: it steers the conjugate gradients of all
/// Newton steps of a solve, since a step changes the curvature, but not its scale.
///
/// With one group it is exact but for rounding and 10⁻⁹ on the diagonal; with a group a class it leaves out what ties the classes together. The
/// directions' blocks are made in float32 by the bit-exact kernel.
package struct SoftmaxPreconditioner: Sendable {
    /// p
    private let each: Int
    /// Of each group's block, with its bias where a class has one; where biases stand behind one group, of what is left of
    /// its block when they are eliminated.
    private let factors: [CholeskyFactor]
    /// Biases behind one group.
    private let biases: Biases?
    private let biased: Bool

    /// - Parameters:
    ///   - probabilities: P, [C, N].
    ///   - ridges: λ, [G, p] and [C] of biases.
    /// - Returns: nil where the Hessian is not positive definite to rounding.
    package init?(_ model: SoftmaxModel, _ probabilities: [Double], ridges: [Double]) {
        let groups = model.blocks.count
        let each = model.each
        var factors: [CholeskyFactor] = []
        var biases: Biases?
        for group in 0..<groups {
            let own = Array(probabilities[(group * model.length)..<((group + 1) * model.length)])
            var ridge = Array(ridges[(group * each)..<((group + 1) * each)])
            if model.biased, groups > 1 { ridge.append(ridges[groups * each + group]) }
            let rows = Self.rows(model, group, own)
            var hessian = Self.products(rows, count: ridge.count, length: model.length)
            for row in ridge.indices { hessian[row * ridge.count + row] += ridge[row] + Self.jitter }
            if model.biased, groups == 1 {
                let eliminated = Biases(
                    probabilities, classes: model.classes, rows: rows, count: each,
                    ridges: Array(ridges[each...]))
                guard let eliminated else { return nil }
                for row in 0..<each {
                    for column in 0..<each {
                        hessian[row * each + column] -= RowArithmetic.dot(
                            eliminated.mixed[row], eliminated.solved[column])
                    }
                }
                biases = eliminated
            }
            guard let factor = CholeskyFactor(hessian, count: ridge.count) else { return nil }
            factors.append(factor)
        }
        (self.each, self.factors, self.biases) = (each, factors, biases)
        biased = model.biased
    }

    /// The inverse's product with a vector, [G, p] and [C] of biases.
    package func apply(_ vector: [Double]) -> [Double] {
        func part(_ group: Int) -> [Double] { Array(vector[(group * each)..<((group + 1) * each)]) }
        guard biased else { return factors.indices.flatMap { factors[$0].solve(part($0)) } }
        guard let biases else {
            let solved = factors.indices.map {
                factors[$0].solve(part($0) + [vector[factors.count * each + $0]])
            }
            return solved.flatMap { $0.dropLast() } + solved.compactMap(\.last)
        }
        let own = Array(vector[each...])
        var directions = part(0)
        for row in 0..<each { directions[row] -= RowArithmetic.dot(biases.solved[row], own) }
        directions = factors[0].solve(directions)
        var rest = biases.solve(own)
        for row in 0..<each {
            RowArithmetic.add(
                -directions[row], biases.solved[row], from: 0, to: &rest, at: 0, count: rest.count)
        }
        return directions + rest
    }

    /// Added to every diagonal, so that a curvature of nothing is no hindrance.
    private static var jitter: Double { 1e-9 }

    /// Rows B [p, C N / G] of a group whose products are its block of the Hessian without ridges; with a group a class a
    /// row more where it has a bias.
    private static func rows(_ model: SoftmaxModel, _ group: Int, _ probabilities: [Double]) -> [Float] {
        let (each, length, images) = (model.each, model.length, model.labels.count)
        let share = 1 / Double(images)
        if model.blocks.count == 1 {
            // √(P/N) (A_j − Σ_c P A_j)
            let weights = probabilities.map { (max(0, $0) * share).squareRoot() }
            var rows = [Float](repeating: 0, count: each * length)
            for row in 0..<each {
                RowArithmetic.centred(
                    model.blocks[0], from: row * length, probabilities, weights, group: images, into: &rows)
            }
            return rows
        }
        // Other classes' logits do not move: Σ_c P (A_j − P A_j)² = P (1 − P) A_j².
        let weights = probabilities.map { Float((max(0, $0 * (1 - $0)) * share).squareRoot()) }
        let rows = (0..<(each * length)).map { weights[$0 % length] * model.blocks[group][$0] }
        return model.biased ? rows + weights : rows
    }

    /// B Bᵀ, [count, count].
    private static func products(_ rows: [Float], count: Int, length: Int) -> [Double] {
        PackedWeights(rows, outputs: count, inputs: length)
            .apply(Matrix(rows: count, columns: length, values: rows)).values.map { Double($0) }
    }
}

extension SoftmaxPreconditioner {
    /// The biases' block of the Hessian, D − P Pᵀ/N with D of the mean probabilities and the ridges, and how it is tied to
    /// the directions of one group.
    private struct Biases: Sendable {
        /// The directions' part, H_ab, [p] of [C].
        let mixed: [[Double]]
        /// H_bb⁻¹ H_ba, transposed, [p] of [C].
        let solved: [[Double]]
        private let inverse: Inverse

        /// - Parameters:
        ///   - probabilities: P, [C, N].
        ///   - rows: B, [p, C N], of the directions.
        ///   - ridges: of the biases, [C].
        init?(_ probabilities: [Double], classes: Int, rows: [Float], count: Int, ridges: [Double]) {
            guard let inverse = Inverse(probabilities, classes: classes, ridges: ridges) else { return nil }
            let images = probabilities.count / classes
            let weights = probabilities.map { (max(0, $0) / Double(images)).squareRoot() }
            mixed = (0..<count).map { row in
                (0..<classes).map { label in
                    RowArithmetic.dot(
                        rows, from: (row * classes + label) * images, weights, from: label * images,
                        count: images)
                }
            }
            solved = mixed.map { inverse.apply($0) }
            self.inverse = inverse
        }

        func solve(_ right: [Double]) -> [Double] { inverse.apply(right) }
    }

    /// (D − P Pᵀ/N)⁻¹: by a factor of it, or with more classes than images by Woodbury's identity.
    private struct Inverse: Sendable {
        private let factor: CholeskyFactor
        /// D⁻¹, [C], and the rows of P by image, [N] of [C]; nil where the factor is of the matrix itself.
        private let reduced: (diagonal: [Double], rows: [[Double]])?

        init?(_ probabilities: [Double], classes: Int, ridges: [Double]) {
            let images = probabilities.count / classes
            let rows = (0..<classes).map { Array(probabilities[($0 * images)..<(($0 + 1) * images)]) }
            let diagonal = (0..<classes).map { label in
                rows[label].reduce(0, +) / Double(images) + ridges[label] + SoftmaxPreconditioner.jitter
            }
            if classes <= images {
                var matrix = [Double](repeating: 0, count: classes * classes)
                for i in 0..<classes {
                    for j in 0..<classes {
                        matrix[i * classes + j] = -RowArithmetic.dot(rows[i], rows[j]) / Double(images)
                    }
                    matrix[i * classes + i] += diagonal[i]
                }
                guard let factor = CholeskyFactor(matrix, count: classes) else { return nil }
                (self.factor, reduced) = (factor, nil)
                return
            }
            // N·1 − Pᵀ D⁻¹ P
            let inverse = diagonal.map { 1 / $0 }
            let byImage = (0..<images).map { image in rows.map { $0[image] } }
            let scaled = byImage.map { row in row.indices.map { row[$0] * inverse[$0] } }
            var matrix = [Double](repeating: 0, count: images * images)
            for i in 0..<images {
                for j in 0..<images {
                    matrix[i * images + j] = -RowArithmetic.dot(byImage[i], scaled[j])
                }
                matrix[i * images + i] += Double(images)
            }
            guard let factor = CholeskyFactor(matrix, count: images) else { return nil }
            (self.factor, reduced) = (factor, (inverse, byImage))
        }

        func apply(_ right: [Double]) -> [Double] {
            guard let reduced else { return factor.solve(right) }
            // D⁻¹ r + D⁻¹ P (N·1 − Pᵀ D⁻¹ P)⁻¹ Pᵀ D⁻¹ r
            let scaled = right.indices.map { right[$0] * reduced.diagonal[$0] }
            let inner = factor.solve(reduced.rows.map { RowArithmetic.dot($0, scaled) })
            var result = right
            for (image, row) in reduced.rows.enumerated() {
                RowArithmetic.add(inner[image], row, from: 0, to: &result, at: 0, count: result.count)
            }
            return result.indices.map { result[$0] * reduced.diagonal[$0] }
        }
    }
}

/// C as a matrix, with its symmetric root, found again every `CMAParameters.rootGenerations` generations.
package struct DenseCovariance: SearchCovariance, Equatable {
    let dimensions: Int
    /// C, [n, n].
    package private(set) var matrix: [Double]
    /// C^{1/2} of the generation it was found in, [n, n].
    package private(set) var root: [Double]
    /// p_c, [n].
    private(set) var path: [Double]

    init(matrix: [Double], root: [Double], path: [Double]) {
        dimensions = path.count
        self.matrix = matrix
        self.root = root
        self.path = path
    }

    package init(dimensions: Int) {
        self.dimensions = dimensions
        matrix = SymmetricEigendecomposition.identity(dimensions)
        root = matrix
        path = [Double](repeating: 0, count: dimensions)
    }

    package func transformed(_ samples: [[Double]]) -> [[Double]] {
        let n = dimensions
        return samples.map { z in
            var y = [Double](repeating: 0, count: n)
            for (i, value) in z.enumerated() {
                RowArithmetic.add(value, root, from: i * n, to: &y, at: 0, count: n)
            }
            return y
        }
    }

    package mutating func learn(_ lesson: CovarianceLesson) throws {
        let n = dimensions
        let steps = transformed(lesson.samples)
        lesson.move(&path, by: transformed([lesson.meanSample])[0])
        let vectors = [path] + steps
        let weights = [lesson.parameters.rankOneRate] + lesson.rankMuWeights
        let decay = lesson.decay
        for i in matrix.indices { matrix[i] *= decay }
        for i in 0..<n {
            for (vector, weight) in zip(vectors, weights) where weight != 0 {
                RowArithmetic.add(
                    weight * vector[i], vector, from: i, to: &matrix, at: i * n + i, count: n - i)
            }
        }
        for i in 0..<n {
            for j in 0..<i { matrix[i * n + j] = matrix[j * n + i] }
        }
        guard (lesson.generation + 1).isMultiple(of: lesson.parameters.rootGenerations) else { return }
        guard let eigen = SymmetricEigendecomposition(matrix, count: n), eigen.values.allSatisfy({ $0 > 0 })
        else { throw ZerothOrderError.covarianceNotPositive(generation: lesson.generation + 1) }
        root = eigen.mapped { $0.squareRoot() }
    }
}

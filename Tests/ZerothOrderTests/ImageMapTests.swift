import Foundation
import Tensors
import Testing
import ZerothOrder

/// Logits of some images from those of others.
@Suite struct ImageMapTests {
    private static func normals(_ rows: Int, _ columns: Int, _ index: UInt64) -> Matrix {
        let stream = RandomStream(seed: 4, purpose: RandomPurpose("tests.image-map"), index: index)
        return Matrix(rows: rows, columns: columns, values: stream.normals(rows * columns))
    }

    /// Logits of images [N, D] for texts [C, D], with a constant an image that says nothing.
    private static func logits(_ images: Matrix, _ texts: Matrix, scale: Float = 5) -> Matrix {
        var values: [Float] = []
        for image in 0..<images.rows {
            for text in 0..<texts.rows {
                let product = zip(images.row(image), texts.row(text)).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                values.append(scale * product + Float(image % 3))
            }
        }
        return Matrix(rows: images.rows, columns: texts.rows, values: values)
    }

    private static func centred(_ logits: Matrix) -> [Double] {
        (0..<logits.rows).flatMap { row -> [Double] in
            let own = logits.row(row).map { Double($0) }
            let mean = own.reduce(0, +) / Double(own.count)
            return own.map { $0 - mean }
        }
    }

    private static func error(_ one: [Double], _ other: [Double]) -> Double {
        let rest = zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return (rest / other.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }

    /// Where the references span the features, a new prompt's logits come out, whichever is more, equations or references.
    @Test(arguments: [(references: 12, prompts: 2), (references: 12, prompts: 8)])
    func newPrompts(_ sample: (references: Int, prompts: Int)) {
        let (own, rest) = (Self.normals(sample.references, 6, 1), Self.normals(30, 6, 2))
        let prompts = (0..<sample.prompts).map { Self.normals(5, 6, UInt64(10 + $0)) }
        let map = ImageMap(
            references: prompts.map { Self.logits(own, $0) }, others: prompts.map { Self.logits(rest, $0) })
        // The first prompt exactly.
        let first = map.apply(Self.logits(own, prompts[0])).values.map { Double($0) }
        #expect(Self.error(first, Self.centred(Self.logits(rest, prompts[0]))) < 1e-6)
        let new = Self.normals(5, 6, 99)
        let mapped = map.apply(Self.logits(own, new)).values.map { Double($0) }
        #expect(Self.error(mapped, Self.centred(Self.logits(rest, new))) < 1e-3)
        #expect((map.error ?? 1) < 1e-3)
    }

    /// The weights are those of the ridge regression by plain loops, and the ridge that of the smallest error of equations
    /// that were really left out.
    @Test func equalsAPlainFit() throws {
        let noise = Self.normals(20, 12, 3)
        let (own, rest) = (Self.normals(4, 6, 1), Self.normals(7, 6, 2))
        let prompts = (0..<3).map { Self.normals(4, 6, UInt64(10 + $0)) }
        func noisy(_ logits: Matrix, _ from: Int) -> Matrix {
            Matrix(
                rows: logits.rows, columns: logits.columns,
                values: logits.values.enumerated().map { $1 + 0.3 * noise.values[(from + $0) % 240] })
        }
        let references = prompts.map { Self.logits(own, $0, scale: 1) }
        let others = prompts.enumerated().map { noisy(Self.logits(rest, $1, scale: 1), 40 * $0) }
        let map = ImageMap(references: references, others: others)
        // Equations [12, 4] and [12, 7].
        func equations(_ logits: [Matrix]) -> [[Double]] {
            logits.flatMap { prompt in
                let values = Self.centred(prompt)
                return (0..<4).map { label in (0..<prompt.rows).map { values[$0 * 4 + label] } }
            }
        }
        let (x, y) = (equations(references), equations(others))
        func solved(_ ridge: Double, without: Int?) -> [[Double]] {
            var system = (0..<4).map { i in
                (0..<4).map { j in
                    x.indices.reduce(i == j ? ridge : 0) { $1 == without ? $0 : $0 + x[$1][i] * x[$1][j] }
                }
                    + (0..<7).map { k in x.indices.reduce(0) { $1 == without ? $0 : $0 + x[$1][i] * y[$1][k] }
                    }
            }
            for pivot in 0..<4 {
                for row in 0..<4 where row != pivot {
                    let share = system[row][pivot] / system[pivot][pivot]
                    for column in system[row].indices { system[row][column] -= share * system[pivot][column] }
                }
            }
            return (0..<4).map { row in (0..<7).map { system[row][4 + $0] / system[row][row] } }
        }
        // The largest eigenvalue by the power method.
        var vector = [1.0, 0.5, -0.3, 0.2]
        var largest = 0.0
        for _ in 0..<2000 {
            let next = (0..<4).map { i in
                x.reduce(0) { sum, row in sum + row[i] * zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
            }
            largest = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
            vector = next.map { $0 / largest }
        }
        var best: (ridge: Double, error: Double) = (0, .infinity)
        for power in 0...20 {
            let ridge = largest * pow(10, -0.5 * Double(power))
            let error = x.indices.reduce(0.0) { sum, left in
                let fit = solved(ridge, without: left)
                return sum
                    + (0..<7).reduce(0.0) { inner, k in
                        let predicted = (0..<4).reduce(0.0) { $0 + x[left][$1] * fit[$1][k] }
                        return inner + (y[left][k] - predicted) * (y[left][k] - predicted)
                    }
            }
            if error < best.error { best = (ridge, error) }
        }
        let size = y.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }
        #expect(abs((map.error ?? 0) - (best.error / size).squareRoot()) < 1e-6)
        let fit = solved(best.ridge, without: nil)
        for image in 0..<7 {
            for reference in 0..<4 {
                #expect(abs(Double(map.weights[image, reference]) - fit[reference][image]) < 1e-5)
            }
        }
    }

    /// Where the references say nothing, the others stay as they were at the first prompt.
    @Test func nothingToLearnFrom() {
        let flat = Matrix(rows: 2, columns: 3, values: [1, 1, 1, 2, 2, 2])
        let others = Matrix(rows: 1, columns: 3, values: [1, 2, 3])
        let map = ImageMap(references: [flat], others: [others])
        #expect(map.apply(flat).values == [-1, 0, 1])
    }
}

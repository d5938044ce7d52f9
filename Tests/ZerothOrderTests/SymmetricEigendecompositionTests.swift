import Foundation
import Tensors
import Testing
import ZerothOrder

@Suite struct SymmetricEigendecompositionTests {
    /// A matrix and its name.
    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        let count: Int
        let matrix: [Double]
        var testDescription: String { "\(name), \(count)" }

        init(_ name: String, _ count: Int, _ element: (_ i: Int, _ j: Int) -> Double) {
            self.name = name
            self.count = count
            matrix = (0..<count * count).map { at in
                element(max(at / count, at % count), min(at / count, at % count))
            }
        }
    }

    static let samples: [Sample] = {
        var all: [Sample] = []
        for n in [1, 2, 3, 4, 7, 16, 33, 64] {
            let random = RandomStream(seed: 5, purpose: RandomPurpose("eigen test"), index: UInt64(n))
                .normals(n * n)
            all.append(Sample("random", n) { Double(random[$0 * n + $1]) })
            all.append(Sample("tiny", n) { Double(random[$0 * n + $1]) * 1e-200 })
            all.append(Sample("huge", n) { Double(random[$0 * n + $1]) * 1e200 })
            all.append(Sample("rank one", n) { Double(random[$0]) * Double(random[$1]) })
            all.append(Sample("graded", n) { pow(10, -Double($0 + $1) / 4) * Double(random[$0 * n + $1]) })
        }
        // Products of k vectors of fewer elements: most of the spectrum is zero but for rounding.
        for (elements, k) in [(20, 40), (50, 120), (100, 201)] {
            let random = RandomStream(seed: 6, purpose: RandomPurpose("eigen test"), index: UInt64(k))
                .normals(elements * k)
            all.append(
                Sample("gram of \(elements)", k) { i, j in
                    (0..<elements).reduce(0.0) {
                        $0 + Double(random[i * elements + $1]) * Double(random[j * elements + $1])
                    }
                })
        }
        all.append(Sample("zero", 5) { _, _ in 0 })
        all.append(Sample("identity", 9) { $0 == $1 ? 1 : 0 })
        all.append(Sample("all ones", 20) { _, _ in 1 })
        all.append(Sample("second difference", 30) { $0 == $1 ? 2 : $0 == $1 + 1 ? -1 : 0 })
        all.append(Sample("Wilkinson 21", 21) { $0 == $1 ? abs(Double($0 - 10)) : $0 == $1 + 1 ? 1 : 0 })
        all.append(Sample("blocks", 12) { $0 / 3 == $1 / 3 ? 1 : 0 })
        all.append(Sample("Hilbert", 12) { 1 / Double($0 + $1 + 1) })
        return all
    }()

    @Test(arguments: samples) func rebuildsTheMatrixFromOrthonormalVectors(_ sample: Sample) throws {
        let n = sample.count
        let eigen = try #require(SymmetricEigendecomposition(sample.matrix, count: n))
        let largest = sample.matrix.map(abs).max() ?? 0
        var worst = 0.0
        var worstProduct = 0.0
        for i in 0..<n {
            for j in 0..<n {
                var element = 0.0
                var product = 0.0
                for k in 0..<n {
                    element += eigen.values[k] * eigen.vectors[k * n + i] * eigen.vectors[k * n + j]
                    product += eigen.vectors[i * n + k] * eigen.vectors[j * n + k]
                }
                worst = max(worst, abs(element - sample.matrix[i * n + j]))
                worstProduct = max(worstProduct, abs(product - (i == j ? 1 : 0)))
            }
        }
        #expect(worst <= 1e-14 * Double(n) * largest, "A − QΛQᵀ is off by \(worst)")
        #expect(worstProduct <= 1e-14 * Double(n), "QᵀQ − I is off by \(worstProduct)")
        #expect(eigen.values == eigen.values.sorted())
    }

    @Test func findsKnownValues() throws {
        let n = 30
        let matrix = try #require(Self.samples.first { $0.name == "second difference" }).matrix
        let eigen = try #require(SymmetricEigendecomposition(matrix, count: n))
        for (k, value) in eigen.values.enumerated() {
            #expect(abs(value - (2 - 2 * cos(Double(k + 1) * Double.pi / 31))) < 1e-13)
        }
    }

    @Test func rootsSquareToTheMatrix() throws {
        let n = 12
        let matrix = try #require(Self.samples.first { $0.name == "second difference" }).matrix
        let block = (0..<n * n).map { matrix[$0 / n * 30 + $0 % n] }
        let root = try #require(SymmetricEigendecomposition(block, count: n)).mapped { $0.squareRoot() }
        for i in 0..<n {
            for j in 0..<n {
                let square = (0..<n).reduce(0) { $0 + root[i * n + $1] * root[$1 * n + j] }
                #expect(abs(square - block[i * n + j]) < 1e-13)
                #expect(root[i * n + j] == root[j * n + i])
            }
        }
    }

    @Test(arguments: [Double.nan, .infinity]) func refusesElementsThatAreNotFinite(_ bad: Double) {
        #expect(SymmetricEigendecomposition([1, bad, bad, 1], count: 2) == nil)
    }
}

import PromptTuning
import Tensors
import Testing

@Suite struct FastfoodTests {
    /// F(x) = H·G·Π·H·B·pad(x), first d entries, over √(L·ΣG²)·√(d/L), by dense matrices in double precision.
    static func dense(_ fastfood: Fastfood, _ x: [Float]) -> [Double] {
        let length = fastfood.signs.count
        func hadamard(_ row: Int, _ column: Int) -> Double {
            (row & column).nonzeroBitCount.isMultiple(of: 2) ? 1 : -1
        }
        typealias Dense = [[Double]]
        func matrix(_ entry: (Int, Int) -> Double) -> Dense {
            (0..<length).map { row in (0..<length).map { entry(row, $0) } }
        }
        func product(_ a: Dense, _ v: [Double]) -> [Double] {
            a.map { row in zip(row, v).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        let h = matrix(hadamard)
        let b = matrix { $0 == $1 ? Double(fastfood.signs[$0]) : 0 }
        let p = matrix { Int(fastfood.permutation[$0]) == $1 ? 1 : 0 }
        let g = matrix { $0 == $1 ? Double(fastfood.gaussian[$0]) : 0 }
        let padded = x.map(Double.init) + Array(repeating: 0, count: length - x.count)
        let result = [b, h, p, g, h].reduce(padded) { product($1, $0) }
        let squares = fastfood.gaussian.reduce(0) { $0 + Double($1) * Double($1) }
        let (l, d) = (Double(length), Double(fastfood.outputs))
        let divisor = (l * squares).squareRoot() * (d / l).squareRoot()
        return result.prefix(fastfood.outputs).map { $0 / divisor }
    }

    @Test(arguments: [1, 2, 3, 7, 16, 24, 33, 64, 100, 128, 130]) func equalsTheDenseProduct(_ d: Int) {
        for index in 0..<3 {
            let fastfood = Fastfood(outputs: d, seed: 5, index: index)
            let length = Fastfood.length(outputs: d)
            #expect(length >= d && length / 2 < d && length & (length - 1) == 0)
            #expect(fastfood.signs.count == length && fastfood.gaussian.count == length)
            #expect(fastfood.signs.allSatisfy { $0 == 1 || $0 == -1 })
            #expect(fastfood.permutation.sorted() == (0..<Int32(length)).map { $0 })
            for q in Set([1, (length + 1) / 2, length]) {
                let x = RandomStream(seed: 2, purpose: RandomPurpose("x")).normals(q)
                let wanted = Self.dense(fastfood, x)
                let got = fastfood.apply(x)
                #expect(got.count == d)
                let scale = wanted.reduce(0) { max($0, abs($1)) }
                let worst = zip(got, wanted).map { abs(Double($0) - $1) }.max() ?? 0
                #expect(worst <= 2e-6 * scale, "d = \(d), q = \(q)")
            }
        }
    }

    @Test func eachTokenAndSeedHasItsOwn() {
        let one = Fastfood(outputs: 64, seed: 1, index: 0)
        #expect(one == Fastfood(outputs: 64, seed: 1, index: 0))
        for other in [Fastfood(outputs: 64, seed: 1, index: 1), Fastfood(outputs: 64, seed: 2, index: 0)] {
            #expect(one.signs != other.signs)
            #expect(one.permutation != other.permutation)
            #expect(one.gaussian != other.gaussian)
        }
    }
}

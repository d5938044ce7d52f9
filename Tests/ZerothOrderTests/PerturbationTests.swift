import Testing
import ZerothOrder

@Suite struct PerturbationTests {
    @Test func segmentedComponentsAreUniformOnTwoSegments() {
        let count = 200_000
        let values = Perturbation.segmented.direction(seed: 5, index: 3, count: count)
        #expect(!values.contains { abs($0) < 0.5 || abs($0) > 1 })
        // Twenty bins of equal width over both segments, each expected count/20: a χ² of 19 degrees of
        // freedom exceeds 50 with a probability of 1e-4.
        var bins = [Int](repeating: 0, count: 20)
        for value in values {
            let place = value < 0 ? Double(value) + 1 : Double(value)
            bins[min(19, Int(place * 20))] += 1
        }
        let expected = Double(count) / 20
        let chiSquare = bins.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(chiSquare < 50, "bins \(bins)")
        // Mean 0 with deviation √(7/12); neighbours are not correlated.
        let mean = values.reduce(0) { $0 + Double($1) } / Double(count)
        #expect(abs(mean) < 4 * (7.0 / 12 / Double(count)).squareRoot())
        let products = zip(values, values.dropFirst()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        #expect(abs(products / Double(count)) < 4 * 7.0 / 12 / Double(count).squareRoot())
    }

    @Test func rademacherComponentsAreSigns() {
        let count = 100_000
        let values = Perturbation.rademacher.direction(seed: 1, index: 0, count: count)
        #expect(values.allSatisfy { $0 == 1 || $0 == -1 })
        #expect(abs(values.reduce(0, +)) < 4 * Float(count).squareRoot())
    }

    @Test(arguments: Perturbation.allCases) func dependsOnSeedAndIndexAlone(_ kind: Perturbation) {
        let whole = kind.direction(seed: 9, index: 4, count: 417)
        #expect(whole == kind.direction(seed: 9, index: 4, count: 417))
        #expect(Array(whole[..<100]) == kind.direction(seed: 9, index: 4, count: 100))
        #expect(whole != kind.direction(seed: 9, index: 5, count: 417))
        #expect(whole != kind.direction(seed: 10, index: 4, count: 417))
    }
}

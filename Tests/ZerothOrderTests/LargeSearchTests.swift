import Foundation
import Tensors
import Testing
import ZerothOrder

/// A search in thousands of dimensions; ZIPLAB_CMA_LARGE is the number of its generations.
@Suite struct LargeSearchTests {
    private static let generations =
        ProcessInfo.processInfo.environment["ZIPLAB_CMA_LARGE"].flatMap(Int.init) ?? 4

    @Test func goesDownhillInFourThousandDimensions() throws {
        let n = 4000
        var strategy = CMAEvolutionStrategy(
            mean: [Double](repeating: 1, count: n), stepSize: 0.05, population: 15, seed: 1)
        #expect(strategy.form == .product)
        let noise = RandomStream(seed: 1, purpose: RandomPurpose("noise test")).normals(15 * Self.generations)
        let clock = ContinuousClock()
        var asking = Duration.zero
        var telling = Duration.zero
        for generation in 0..<Self.generations {
            let start = clock.now
            let candidates = strategy.ask()
            let asked = clock.now
            let values = candidates.enumerated().map { place, x in
                SearchFunction.sphere.value(x) + 3 * Double(noise[15 * generation + place])
            }
            let evaluated = clock.now
            try strategy.tell(values)
            asking += asked - start
            telling += clock.now - evaluated
        }
        let last = SearchFunction.sphere.value(strategy.mean)
        #expect(last < Double(n))
        let start = clock.now
        let restored = try CMAEvolutionStrategy(restoring: strategy.state)
        let restoring = clock.now - start
        #expect(restored.ask() == strategy.ask())
        print(
            "\(Self.generations) generations: asked \(asking), told \(telling), restored \(restoring);",
            "sphere \(last), step size \(strategy.stepSize)")
    }
}

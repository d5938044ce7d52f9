import Foundation
import Testing
import ZerothOrder

/// Parameters and evaluation counts against those that `Fixtures/record_cma.py` recorded of pycma.
@Suite struct EvaluationCountTests {
    struct Recorded: Decodable {
        struct Parameters: Decodable {
            let dimensions: Int
            let population: Int
            let weights: [Double]
            let effectiveSelection: Double
            let pathRate: Double
            let rankOneRate: Double
            let rankMuRate: Double
            let stepPathRate: Double
            let stepDamping: Double
        }
        struct Run: Decodable {
            let function: SearchFunction
            let dimensions: Int
            let stepSize: Double
            let evaluations: [Int]
            let elsewhere: Int
            let quartiles: [Double]
        }
        let version: String
        let parameters: [Parameters]
        let runs: [Run]
        /// Of pycma with its own rate of the step size's path.
        let ownRateRuns: [Run]

        init() throws {
            let file = Bundle.module.bundleURL.appendingPathComponent("Fixtures/cma.json")
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
        }
    }

    @Test func parametersEqualTheRecordedOnes() throws {
        for recorded in try Recorded().parameters {
            let parameters = CMAParameters(
                dimensions: recorded.dimensions, population: recorded.population)
            let pairs =
                [
                    (parameters.effectiveSelection, recorded.effectiveSelection),
                    (parameters.pathRate, recorded.pathRate),
                    (parameters.rankOneRate, recorded.rankOneRate),
                    (parameters.rankMuRate, recorded.rankMuRate),
                    (parameters.stepPathRate, recorded.stepPathRate),
                    (parameters.stepDamping, recorded.stepDamping),
                ] + zip(parameters.weights, recorded.weights)
            #expect(parameters.weights.count == recorded.weights.count)
            for (got, wanted) in pairs {
                #expect(abs(got - wanted) <= 1e-12 * max(abs(wanted), 1e-3), "n = \(recorded.dimensions)")
            }
        }
        #expect([3, 10, 40, 417, 4000].map(CMAParameters.defaultPopulation) == [7, 10, 15, 22, 28])
    }

    /// ZIPLAB_CMA_SEEDS is the number of seeds of every search; else 20, and one where that takes long.
    private static let givenSeeds =
        ProcessInfo.processInfo.environment["ZIPLAB_CMA_SEEDS"].flatMap(Int.init)

    @Test(arguments: SearchFunction.allCases, [10, 40])
    func mediansLieWithinTheQuartiles(_ function: SearchFunction, _ dimensions: Int) throws {
        let all = try Recorded()
        let recorded = try #require(
            all.runs.first { $0.function == function && $0.dimensions == dimensions })
        let ownRate = try #require(
            all.ownRateRuns.first { $0.function == function && $0.dimensions == dimensions })
        let seeds = Self.givenSeeds ?? (dimensions == 40 && function != .sphere ? 1 : 20)
        var counts: [Int] = []
        for seed in 1...seeds {
            var strategy = CMAEvolutionStrategy(
                mean: [Double](repeating: 0.5, count: dimensions), stepSize: recorded.stepSize,
                seed: UInt64(seed))
            if let count = try strategy.evaluations(function) { counts.append(count) }
        }
        counts.sort()
        try #require(counts.count * 2 > seeds, "\(counts.count) of \(seeds) searches found the minimum")
        let median = Double(counts[(counts.count - 1) / 2] + counts[counts.count / 2]) / 2
        // One search may take as long as any recorded one did.
        let range =
            seeds == 1
            ? Double(recorded.evaluations.min() ?? 0) * 0.8...Double(recorded.evaluations.max() ?? 0) * 1.2
            : recorded.quartiles[0]...recorded.quartiles[2]
        #expect(range.contains(median), "median \(median) of \(counts)")
        print(
            "\(function) \(dimensions): median \(median) of \(counts.count); pycma \(recorded.quartiles),",
            "with its own rate \(ownRate.quartiles)")
    }
}

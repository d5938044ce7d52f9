import Foundation
import Tensors
import Testing
import ZerothOrder

@Suite struct CMAEvolutionStrategyTests {
    static func start(
        _ n: Int, stepSize: Double = 0.5, seed: UInt64 = 3, form: CovarianceForm? = nil
    ) -> CMAEvolutionStrategy {
        CMAEvolutionStrategy(
            mean: [Double](repeating: 0.5, count: n), stepSize: stepSize, seed: seed, form: form)
    }

    static let everyForm = CovarianceForm.allCases

    @Test(arguments: everyForm) func askingIsPureAndFollowsTheSeed(_ form: CovarianceForm) throws {
        var strategy = Self.start(12, form: form)
        #expect(strategy.dimensions == 12 && strategy.population == 11 && strategy.generation == 0)
        // The first candidates are m + σz.
        for (place, candidate) in strategy.ask().enumerated() {
            let z = RandomStream(seed: 3, purpose: RandomPurpose("cma-es"), index: UInt64(place)).normals(12)
            #expect(zip(candidate, z).allSatisfy { abs($0 - (0.5 + 0.5 * Double($1))) < 1e-14 })
        }
        try strategy.run(SearchFunction.rosenbrock.value, generations: 5)
        #expect(strategy.generation == 5)
        #expect(strategy.ask() == strategy.ask())
        var other = Self.start(12, form: form)
        try other.run(SearchFunction.rosenbrock.value, generations: 5)
        #expect(other.ask() == strategy.ask())
        #expect(Self.start(12, seed: 4).ask() != Self.start(12).ask())
    }

    @Test(arguments: everyForm) func onlyTheOrderOfValuesCounts(_ form: CovarianceForm) throws {
        var plain = Self.start(9, form: form)
        var cubed = plain
        for _ in 0..<30 {
            try plain.tell(plain.ask().map(SearchFunction.ellipsoid.value))
            try cubed.tell(cubed.ask().map { pow(SearchFunction.ellipsoid.value($0), 3) - 7 })
        }
        #expect(plain.state == cubed.state)
        // Equal values rank by place.
        var tied = plain
        var counted = plain
        try tied.tell([Double](repeating: 2, count: plain.population))
        try counted.tell((0..<plain.population).map(Double.init))
        #expect(tied.state == counted.state)
    }

    /// A scale by a power of two changes no rounding, so it changes no bit.
    @Test(arguments: everyForm) func scalesWithTheProblem(_ form: CovarianceForm) throws {
        var plain = Self.start(9, form: form)
        var scaled = CMAEvolutionStrategy(
            mean: plain.mean.map { $0 * 64 }, stepSize: plain.stepSize * 64, seed: 3, form: form)
        try plain.run(SearchFunction.rosenbrock.value, generations: 60)
        try scaled.run({ SearchFunction.rosenbrock.value($0.map { $0 / 64 }) }, generations: 60)
        #expect(scaled.mean == plain.mean.map { $0 * 64 })
        #expect(scaled.stepSize == plain.stepSize * 64)
    }

    @Test(arguments: everyForm) func movesWithTheProblem(_ form: CovarianceForm) throws {
        var plain = Self.start(9, form: form)
        var moved = CMAEvolutionStrategy(
            mean: plain.mean.map { $0 + 3 }, stepSize: plain.stepSize, seed: 3, form: form)
        try plain.run(SearchFunction.rosenbrock.value, generations: 40)
        try moved.run({ SearchFunction.rosenbrock.value($0.map { $0 - 3 }) }, generations: 40)
        // While no two candidates are close enough to change places by rounding, the rest keeps its bits.
        #expect(moved.stepSize == plain.stepSize)
        #expect(zip(moved.mean, plain.mean).allSatisfy { abs($0 - 3 - $1) < 1e-12 })
    }

    @Test(arguments: everyForm, [7, 40])
    func aRestoredSearchGoesOnBitForBit(_ form: CovarianceForm, _ n: Int) throws {
        var whole = Self.start(n, form: form)
        try whole.run(SearchFunction.rosenbrock.value, generations: 33)
        let state = whole.state
        var restored = try CMAEvolutionStrategy(restoring: state)
        #expect(restored.state == state)
        #expect(restored.ask() == whole.ask())
        try whole.run(SearchFunction.rosenbrock.value, generations: 20)
        try restored.run(SearchFunction.rosenbrock.value, generations: 20)
        #expect(restored.state == whole.state)
        #expect(restored.mean.map(\.bitPattern) == whole.mean.map(\.bitPattern))
        #expect(restored.stepSize.bitPattern == whole.stepSize.bitPattern)
        let large = CMAEvolutionStrategy(mean: [1], stepSize: 1, seed: .max)
        #expect(try CMAEvolutionStrategy(restoring: large.state).seed == .max)
    }

    @Test(arguments: everyForm) func theNumberOfThreadsChangesNoBit(_ form: CovarianceForm) throws {
        var states: [CMAEvolutionStrategy.State] = []
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        for count in [1, 2, 5] {
            Parallel.threads = count
            var strategy = Self.start(20, form: form)
            try strategy.run(SearchFunction.rosenbrock.value, generations: 25)
            states.append(strategy.state)
        }
        #expect(states[0] == states[1] && states[0] == states[2])
    }

    @Test(
        arguments: everyForm,
        [
            (Double.nan, "a value of generation 4 is nan; nothing was learned from it"),
            (.infinity, "a value of generation 4 is inf; nothing was learned from it"),
        ])
    func valuesThatAreNotFiniteChangeNothing(_ form: CovarianceForm, _ sample: (Double, String)) throws {
        var strategy = Self.start(6, form: form)
        try strategy.run(SearchFunction.sphere.value, generations: 3)
        let before = strategy.state
        for place in [0, strategy.population - 1] {
            var values = strategy.ask().map(SearchFunction.sphere.value)
            values[place] = sample.0
            do {
                try strategy.tell(values)
                Issue.record("a value of \(sample.0) was taken")
            } catch {
                #expect("\(error)" == sample.1)
            }
            #expect(strategy.state == before)
        }
        try strategy.run(SearchFunction.sphere.value, generations: 1)
        #expect(strategy.generation == 4)
    }

    @Test(arguments: everyForm)
    func aSearchThatLeavesTheRangeOfNumbersIsRefused(_ form: CovarianceForm) throws {
        var strategy = Self.start(4, stepSize: 1e300, form: form)
        var before = strategy.state
        var message = ""
        do {
            for _ in 0..<2000 {
                before = strategy.state
                // Downhill for ever.
                try strategy.tell(strategy.ask().map { max(-1e308, min(1e308, -$0[0])) })
            }
        } catch {
            message = "\(error)"
        }
        let next = strategy.generation + 1
        #expect(
            message == "generation \(next) would make the mean infinite; nothing was learned from it"
                || message == "expected a finite step size above 0 after generation \(next); got inf")
        #expect(strategy.state == before)
    }

    @Test func statesThatNoSearchHasAreRefused() throws {
        func message(
            _ form: CovarianceForm, _ change: (inout CMAEvolutionStrategy.State) -> Void
        ) throws -> String {
            var strategy = Self.start(4, form: form)
            try strategy.run(SearchFunction.sphere.value, generations: 2)
            var state = strategy.state
            change(&state)
            do {
                _ = try CMAEvolutionStrategy(restoring: state)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(try message(.dense) { _ in } == "")
        #expect(
            try message(.dense) { $0.counters["population"] = 1 }
                == "expected a number from 2 to 1048576 in 'population' of the saved state; got 1")
        #expect(
            try message(.dense) { $0.counters["seed"] = nil }
                == "expected a number from \(Int.min) to \(Int.max) in 'seed' of the saved state; got nothing"
        )
        #expect(
            try message(.dense) { $0.doubles["root"]?.removeLast() }
                == "expected 16 values in 'root' of the saved state; got 15")
        #expect(
            try message(.dense) { $0.doubles["path"] = nil }
                == "expected 4 values in 'path' of the saved state; got 0")
        #expect(
            try message(.dense) { $0.doubles["mean"]?[2] = .nan }
                == "expected finite numbers in 'mean' of the saved state; got nan")
        #expect(
            try message(.product) { $0.doubles["initialStepSize"] = [0] }
                == "expected a number above 0 in 'initialStepSize' of the saved state; got 0.0")
        #expect(
            try message(.product) { $0.counters["generation"] = 3 }
                == "expected 24 values in 'rankings' of the saved state; got 16")
        #expect(
            try message(.product) { $0.floats["rankings"] = [Float](repeating: 5, count: 16) }
                == "expected every place below 8 once a generation in 'rankings' of the saved state; got 5.0")
    }
}

import Foundation
import Testing
import ZerothOrder

/// Steps against plain loops in double precision written from the formulas.
@Suite struct SimultaneousPerturbationTests {
    typealias State = SimultaneousPerturbation.State

    /// A loss that is not symmetric, so that every direction counts.
    static func loss(_ w: [Float]) -> Float {
        var sum = 0.0
        for (index, value) in w.enumerated() {
            sum +=
                pow(Double(value) - 0.1 * Double(index % 7), 2) * (1 + Double(index % 3)) + sin(Double(value))
        }
        return Float(sum / Double(w.count))
    }

    static func losses(_ candidates: [[Float]]) -> [Float] { candidates.map(loss) }

    static func start(_ count: Int) -> State {
        State(parameters: (0..<count).map { Float(($0 * 37) % 11) / 11 - 0.4 })
    }

    @Test(arguments: [1, 5, 8]) func candidatesAndGradientEqualThePlainTwin(_ directions: Int) throws {
        let optimizer = SimultaneousPerturbation(directions: directions, clipping: .none, seed: 3)
        var state = Self.start(53)
        for step in 1...4 {
            let before = state
            var proposed: [[Float]] = []
            let record = try optimizer.step(&state) { candidates in
                proposed = candidates
                return Self.losses(candidates)
            }
            #expect(record.step == step && record.directions.count == directions)
            #expect(optimizer.evaluationsPerStep == 2 * directions && proposed.count == 2 * directions)
            let c = 0.01 / pow(Double(step), 0.1)
            let a = 0.01 / pow(Double(step) + 1, 0.4)
            var gradient = [Double](repeating: 0, count: 53)
            for k in 0..<directions {
                let z = Perturbation.segmented.direction(
                    seed: 3, index: UInt64((step - 1) * directions + k), count: 53)
                #expect(record.directions[k] == z)
                for j in 0..<53 {
                    let w = Double(before.parameters[j])
                    #expect(close(proposed[2 * k][j], w + c * Double(z[j])))
                    #expect(close(proposed[2 * k + 1][j], w - c * Double(z[j])))
                }
                let plus = Self.loss(proposed[2 * k])
                let minus = Self.loss(proposed[2 * k + 1])
                #expect(record.lossPlus[k] == plus && record.lossMinus[k] == minus)
                for j in 0..<53 {
                    let difference = (Double(plus) - Double(minus)) / (2 * Double(record.perturbationSize))
                    gradient[j] += difference / Double(z[j]) / Double(directions)
                }
            }
            var squares = 0.0
            for j in 0..<53 {
                #expect(close(record.gradient[j], gradient[j]))
                #expect(close(state.parameters[j], Double(before.parameters[j]) - a * gradient[j]))
                squares += gradient[j] * gradient[j]
            }
            #expect(abs(record.gradientNorm / squares.squareRoot() - 1) < 1e-6)
            #expect(!record.clipped)
            let all = (record.lossPlus + record.lossMinus).reduce(0) { $0 + Double($1) }
            #expect(abs(record.meanLoss - all / Double(2 * directions)) < 1e-12)
        }
    }

    /// One direction of signs and one parameter count whose root is exact: ‖ĝ‖ = |ℓ⁺ − ℓ⁻|/(2c)·√δ.
    @Test(arguments: [
        (Clipping.intrinsicDimension, Float(1), true), (.intrinsicDimension, Float(1).nextDown, false),
        (.intrinsicDimension, 3, true), (.fixed(8), 2, true), (.fixed(8), Float(2).nextDown, false),
        (.none, 1000, false),
    ])
    func clipsFromExactlyTheThreshold(_ clipping: Clipping, _ slope: Float, _ clipped: Bool) throws {
        let schedule = GainSchedule(
            stepSize: 1, perturbationSize: 0.5, offset: 0, stepDecay: 0, perturbationDecay: 0)
        let optimizer = SimultaneousPerturbation(
            directions: 1, perturbation: .rademacher, schedule: schedule, clipping: clipping)
        var state = State(parameters: [Float](repeating: 0, count: 16))
        let record = try optimizer.step(&state) { _ in [slope, 0] }
        // Every |ĝ_j| is the slope, so ‖ĝ‖ = 4 · slope against √16 = 4, or against 8.
        #expect(record.gradientNorm == 4 * Double(slope))
        #expect(record.clipped == clipped)
        #expect(record.gradient.allSatisfy { abs($0) == slope })
        let limit = clipping.threshold(parameters: 16) ?? .infinity
        let moved = Float(clipped ? limit / 4 : Double(slope))
        #expect(state.parameters.allSatisfy { abs($0) == moved })
    }

    @Test func thresholdIsTheRootOfTheParameterCount() {
        #expect(Clipping.intrinsicDimension.threshold(parameters: 417) == 417.0.squareRoot())
        #expect(Clipping.fixed(2).threshold(parameters: 417) == 2)
        #expect(Clipping.none.threshold(parameters: 417) == nil)
    }

    /// m ← βm + ĝ, update with ĝ + βm; ĝ is the clipped gradient.
    @Test func momentumEqualsThePlainTwin() throws {
        let beta = 0.8
        let optimizer = SimultaneousPerturbation(clipping: .fixed(0.3), momentum: beta, seed: 8)
        var state = Self.start(31)
        var w = state.parameters.map(Double.init)
        var m = [Double](repeating: 0, count: 31)
        var clippedSteps = 0
        for step in 1...6 {
            let record = try optimizer.step(&state, evaluate: Self.losses)
            let norm = record.gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            let factor = norm >= 0.3 ? 0.3 / norm : 1
            clippedSteps += factor < 1 ? 1 : 0
            #expect(record.clipped == (factor < 1))
            for j in 0..<31 {
                let g = Double(record.gradient[j]) * factor
                m[j] = beta * m[j] + g
                w[j] -= 0.01 / pow(Double(step) + 1, 0.4) * (g + beta * m[j])
                #expect(close(state.velocity[j], m[j]) && close(state.parameters[j], w[j]))
            }
        }
        #expect(clippedSteps > 0)
        let plain = SimultaneousPerturbation(clipping: .fixed(0.3), seed: 8)
        var other = Self.start(31)
        _ = try plain.step(&other, evaluate: Self.losses)
        #expect(other.velocity.isEmpty)
    }

    @Test(arguments: [nil, 0.8]) func tenAndTenStepsEqualTwenty(_ momentum: Double?) throws {
        let optimizer = SimultaneousPerturbation(momentum: momentum, seed: 4)
        var whole = Self.start(97)
        for _ in 0..<20 { _ = try optimizer.step(&whole, evaluate: Self.losses) }
        var first = Self.start(97)
        for _ in 0..<10 { _ = try optimizer.step(&first, evaluate: Self.losses) }
        // A second optimizer takes over with nothing but the state.
        let second = SimultaneousPerturbation(momentum: momentum, seed: 4)
        var rest = first
        for _ in 0..<10 { _ = try second.step(&rest, evaluate: Self.losses) }
        #expect(rest == whole)
        #expect(rest.parameters.map(\.bitPattern) == whole.parameters.map(\.bitPattern))
        #expect(whole.step == 20)
    }

    @Test(arguments: [
        (Float.nan, "a loss of step 3 is nan; the step was not taken (smaller --a or --c may help)"),
        (Float.infinity, "a loss of step 3 is inf; the step was not taken (smaller --a or --c may help)"),
    ])
    func aLossThatIsNotFiniteChangesNothing(_ bad: Float, _ message: String) throws {
        let optimizer = SimultaneousPerturbation(momentum: 0.8)
        var state = Self.start(20)
        for _ in 0..<2 { _ = try optimizer.step(&state, evaluate: Self.losses) }
        let before = state
        for place in [0, 3, 9] {
            do {
                _ = try optimizer.step(&state) { candidates in
                    var losses = Self.losses(candidates)
                    losses[place] = bad
                    return losses
                }
                Issue.record("a loss of \(bad) was taken")
            } catch {
                #expect("\(error)" == message)
            }
            #expect(state == before)
        }
        _ = try optimizer.step(&state, evaluate: Self.losses)
        #expect(state.step == 3)
    }

    @Test func parametersThatWouldOverflowAreRefused() throws {
        let optimizer = SimultaneousPerturbation(
            schedule: GainSchedule(stepSize: 3e38), clipping: .none)
        var state = Self.start(20)
        let before = state
        do {
            _ = try optimizer.step(&state) { candidates in
                candidates.indices.map { $0.isMultiple(of: 2) ? 3e38 : -3e38 }
            }
            Issue.record("infinite parameters were taken")
        } catch {
            #expect(
                "\(error)"
                    == "step 1 would make a parameter infinite; it was not taken (a smaller --a may help)")
        }
        #expect(state == before)
    }

    @Test func anErrorOfTheEvaluationChangesNothing() throws {
        struct Refused: Error {}
        var state = Self.start(20)
        let before = state
        #expect(throws: Refused.self) {
            try SimultaneousPerturbation().step(&state) { _ in throw Refused() }
        }
        #expect(state == before)
    }

    @Test(arguments: [
        SimultaneousPerturbation(schedule: .init(stepSize: 0.3)),
        SimultaneousPerturbation(perturbation: .rademacher, schedule: .init(stepSize: 0.3), seed: 2),
        SimultaneousPerturbation(schedule: .init(stepSize: 0.1), momentum: 0.8, seed: 3),
        SimultaneousPerturbation(schedule: .init(stepSize: 0.3), clipping: .none, seed: 4),
    ])
    func convergesOnAQuadratic(_ optimizer: SimultaneousPerturbation) throws {
        func quadratic(_ w: [Float]) -> Float {
            Float(
                w.enumerated().reduce(0.0) { sum, item in
                    let distance = Double(item.element) - Double(item.offset) / 10
                    return sum + (1 + Double(item.offset % 2)) * distance * distance
                })
        }
        var state = State(parameters: [Float](repeating: 2, count: 12))
        let first = quadratic(state.parameters)
        for _ in 0..<400 { _ = try optimizer.step(&state) { $0.map(quadratic) } }
        let last = quadratic(state.parameters)
        #expect(last < first / 1000, "\(first) became \(last)")
    }

    private func close(_ got: Float, _ wanted: Double) -> Bool {
        abs(Double(got) - wanted) <= 1e-5 * max(abs(wanted), 1e-2)
    }
}

extension SimultaneousPerturbation {
    /// One round of asking and telling.
    func step(
        _ state: inout State, evaluate: (_ candidates: [[Float]]) throws -> [Float]
    ) throws -> Record {
        try tell(&state, evaluate(ask(state)))
    }
}

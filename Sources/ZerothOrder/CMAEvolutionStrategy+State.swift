extension CMAEvolutionStrategy {
    /// Everything a search carries, as plain arrays and numbers with names.
    ///
    /// Counters: `dimensions`, `population`, `generation`, `seed` (its bit pattern) and `form` (0 dense, 1 product).
    /// Arrays: `mean` [n]; the dense form has `stepSize` [1], `stepPath` [n], `path` [n], `covariance` [n, n] and
    /// `root` [n, n]; the product form has `initialStepSize` [1] and `rankings` [generations, λ], whole numbers.
    public struct State: Sendable, Equatable {
        public var doubles: [String: [Double]]
        public var floats: [String: [Float]]
        public var counters: [String: Int]

        public init(doubles: [String: [Double]], floats: [String: [Float]], counters: [String: Int]) {
            self.doubles = doubles
            self.floats = floats
            self.counters = counters
        }
    }

    /// What `init(restoring:)` goes on from, bit for bit.
    public var state: State {
        var state = State(
            doubles: ["mean": mean], floats: [:],
            counters: [
                "dimensions": dimensions, "population": population, "generation": generation,
                "seed": Int(bitPattern: UInt(seed)), "form": form.rawValue,
            ])
        if let dense = covariance as? DenseCovariance {
            state.doubles["stepSize"] = [stepSize]
            state.doubles["stepPath"] = stepPath
            state.doubles["path"] = dense.path
            state.doubles["covariance"] = dense.matrix
            state.doubles["root"] = dense.root
        } else {
            // All else follows from the order of the candidates, whose samples the seed gives: λ numbers a generation
            // instead of the nλ of the covariance's factors.
            state.doubles["initialStepSize"] = [initialStepSize]
            state.floats["rankings"] = rankings.map(Float.init)
        }
        return state
    }

    /// Goes on from a saved state as if the search had never stopped.
    ///
    /// The product form learns from all its generations again, O(nλ²) each, which takes seconds for thousands of
    /// dimensions.
    ///
    /// - Throws: `ZerothOrderError` for a state that no search has.
    public init(restoring state: State) throws {
        let n = try state.counter("dimensions", 1...1 << 24)
        let population = try state.counter("population", 2...1 << 20)
        let generation = try state.counter("generation", 0...1 << 38)
        let form = try state.counter("form", 0...1) == 0 ? CovarianceForm.dense : .product
        let seed = try state.counter("seed", Int.min...Int.max)
        let mean = try state.array("mean", n)
        let stepName = form == .dense ? "stepSize" : "initialStepSize"
        let stepSize = try state.array(stepName, 1)[0]
        guard stepSize > 0 else {
            throw ZerothOrderError.stateValue(
                name: stepName, expected: "a number above 0", got: "\(stepSize)")
        }
        // Lengths come before anything of their size is made.
        var dense: (covariance: DenseCovariance, stepPath: [Double])?
        if form == .dense {
            dense = (
                DenseCovariance(
                    matrix: try state.array("covariance", n * n), root: try state.array("root", n * n),
                    path: try state.array("path", n)),
                try state.array("stepPath", n)
            )
        }
        let saved = state.floats["rankings"] ?? []
        guard form == .dense || saved.count == generation * population else {
            throw ZerothOrderError.stateCount(
                name: "rankings", expected: generation * population, got: saved.count)
        }
        self.init(
            mean: mean, stepSize: stepSize, population: population, seed: UInt64(UInt(bitPattern: seed)),
            form: .product)
        if let dense {
            (covariance, stepPath) = dense
            self.form = .dense
            self.generation = generation
            drawSamples()
            return
        }
        for start in stride(from: 0, to: saved.count, by: population) {
            try adapt(Self.ranking(saved[start..<start + population]))
        }
    }

    /// Places of a generation's candidates, each once.
    private static func ranking(_ saved: ArraySlice<Float>) throws -> [Int] {
        var seen = [Bool](repeating: false, count: saved.count)
        return try saved.map { value in
            guard let place = Int(exactly: value), seen.indices.contains(place), !seen[place] else {
                throw ZerothOrderError.stateValue(
                    name: "rankings", expected: "every place below \(saved.count) once a generation",
                    got: "\(value)")
            }
            seen[place] = true
            return place
        }
    }
}

extension CMAEvolutionStrategy.State {
    fileprivate func counter(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let value = counters[name], range.contains(value) else {
            throw ZerothOrderError.stateValue(
                name: name, expected: "a number from \(range.lowerBound) to \(range.upperBound)",
                got: counters[name].map(String.init) ?? "nothing")
        }
        return value
    }

    fileprivate func array(_ name: String, _ count: Int) throws -> [Double] {
        let values = doubles[name] ?? []
        guard values.count == count else {
            throw ZerothOrderError.stateCount(name: name, expected: count, got: values.count)
        }
        if let bad = values.first(where: { !$0.isFinite }) {
            throw ZerothOrderError.stateValue(name: name, expected: "finite numbers", got: "\(bad)")
        }
        return values
    }
}

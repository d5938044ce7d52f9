/// What a comparison keeps of one run: its curves, and which test images it has right at the end.
public struct ComparedRun: Sendable, Equatable {
    /// A split's accuracy in percent when so many training queries were used.
    public struct Mark: Sendable, Equatable {
        public var queries: Int
        public var accuracy: Double

        public init(queries: Int, accuracy: Double) {
            (self.queries, self.accuracy) = (queries, accuracy)
        }
    }

    /// The method and options that are compared: "zip", "rank 3".
    public var variant: String
    /// The data set.
    public var task: String
    public var seed: Int
    /// Training images.
    public var shown: Int
    /// Training queries that the run could use, and those that led to its end.
    public var budget: Int
    public var queries: Int
    /// Whether it asks training queries at all; a template does not.
    public var tunes: Bool
    public var training: [Mark]
    public var validation: [Mark]
    public var test: [Mark]
    /// Mean loss of the steps, with the queries that led there.
    public var losses: [Mark]
    /// For each test image whether the prompt at the end has it right.
    public var hits: [Bool]
    /// Wall time; 0 where it is not known.
    public var seconds: Double

    public init(
        variant: String, task: String, seed: Int, shown: Int, budget: Int, queries: Int, tunes: Bool,
        training: [Mark],
        validation: [Mark], test: [Mark], losses: [Mark] = [], hits: [Bool], seconds: Double = 0
    ) {
        (self.variant, self.task, self.seed, self.budget) = (variant, task, seed, budget)
        self.shown = shown
        (self.queries, self.tunes) = (queries, tunes)
        (self.training, self.validation, self.test, self.losses) = (training, validation, test, losses)
        (self.hits, self.seconds) = (hits, seconds)
    }

    /// Test accuracy at the end, in percent.
    public var accuracy: Double {
        hits.isEmpty ? .nan : 100 * Double(hits.count { $0 }) / Double(hits.count)
    }

    /// The last accuracy of a curve at or before so many queries; nil where it begins later.
    public static func value(of curve: [Mark], at queries: Int) -> Double? {
        curve.last { $0.queries <= queries }?.accuracy
    }

    /// A curve with each value replaced by the mean of those of the last 200 queries.
    ///
    /// SPEC §4: what a target is compared with. Marks are in the order of their queries.
    public static func smoothed(_ curve: [Mark]) -> [Mark] {
        var first = 0
        return curve.indices.map { index in
            let mark = curve[index]
            while curve[first].queries <= mark.queries - 200 { first += 1 }
            let window = curve[first...index]
            return Mark(
                queries: mark.queries,
                accuracy: window.reduce(0) { $0 + $1.accuracy } / Double(window.count))
        }
    }

    /// The first number of queries at which a smoothed curve is at a level; nil where it never is.
    public static func queries(toReach level: Double, on curve: [Mark]) -> Int? {
        smoothed(curve).first { $0.accuracy >= level }?.queries
    }

    /// Mean of a curve over all queries of the budget, in percent: straight between marks, level behind the last.
    public func area(under curve: [Mark]) -> Double {
        guard let last = curve.last, budget > 0 else { return curve.last?.accuracy ?? .nan }
        var area = 0.0
        for (one, next) in zip(curve, curve.dropFirst()) {
            area += Double(next.queries - one.queries) * (one.accuracy + next.accuracy) / 2
        }
        area += Double(max(0, budget - last.queries)) * last.accuracy
        let span = max(budget, last.queries) - curve[0].queries
        return span > 0 ? area / Double(span) : last.accuracy
    }
}

/// The figures of a comparison, computed from its runs alone, in whatever order they come.
public struct ComparisonTable: Sendable {
    /// Mean and sample deviation over seeds; the deviation is nil for one seed.
    public struct Spread: Sendable, Equatable {
        public var mean: Double
        public var deviation: Double?

        init(_ values: [Double]) {
            mean = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
            guard values.count > 1 else { return }
            let center = mean
            let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
            deviation = (squares / Double(values.count - 1)).squareRoot()
        }
    }

    /// One method on one task, or on all.
    public struct Row: Sendable {
        public var variant: String
        public var runs: Int
        /// Test accuracy at the end.
        public var accuracy: Spread
        /// Test accuracy at the marks of the table.
        public var atMarks: [Double]
        /// The best method minus this one; nil for the best.
        public var behindBest: PairedBootstrap?
        /// Queries to the target for each seed, by training and by validation images; nil: not reached.
        public var toTarget: [Int?]
        public var toTargetOnValidation: [Int?]
        /// Mean validation accuracy over the queries.
        public var area: Double
        public var seconds: Double
        public var queriesPerSecond: Double

        /// Whether the interval says that it is behind the best.
        public var isBehind: Bool { behindBest.map { $0.lower > 0 } ?? false }
    }

    /// The rows of one task.
    public struct Task: Sendable {
        public var name: String
        public var seeds: [Int]
        public var testImages: Int
        public var rows: [Row]
    }

    /// Queries at which test accuracies are shown besides the end.
    public let marks: [Int]
    public let tasks: [Task]
    /// The mean over tasks, where there are several; targets are of tasks.
    public let overall: [Row]
    /// Training accuracy in percent that was to be reached, where one was given.
    public let target: Double?

    /// - Parameter runs: those of one task, variant and seed more than once count once.
    public init(_ runs: [ComparedRun], target: Double? = nil) {
        var seen: Set<String> = []
        let runs = runs.filter { seen.insert("\($0.task)\u{0}\($0.variant)\u{0}\($0.seed)").inserted }
        self.target = target
        let budget = runs.map(\.budget).max() ?? 0
        marks = [10, 5, 2].map { budget / $0 }.filter { $0 > 0 && $0 < budget }
        let variants = Self.unique(runs.map(\.variant)).sorted()
        let names = Self.unique(runs.map(\.task)).sorted()
        let marks = marks
        tasks = names.map { name in
            Self.task(name, runs.filter { $0.task == name }, variants, marks: marks, target: target)
        }
        let complete = variants.filter { variant in
            names.allSatisfy { name in runs.contains { $0.task == name && $0.variant == variant } }
        }
        let groups = complete.map { variant in
            names.map { name in Self.sorted(runs.filter { $0.task == name && $0.variant == variant }) }
        }
        overall = names.count > 1 ? Self.rows(groups, marks: marks, targets: []) : []
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private static func sorted(_ runs: [ComparedRun]) -> [ComparedRun] { runs.sorted { $0.seed < $1.seed } }

    private static func task(
        _ name: String, _ runs: [ComparedRun], _ variants: [String], marks: [Int], target: Double?
    ) -> Task {
        let groups = variants.map { variant in [sorted(runs.filter { $0.variant == variant })] }
            .filter { !$0[0].isEmpty }
        let seeds = Set(runs.map(\.seed)).sorted()
        // SPEC §4: the smallest over the methods of their best smoothed accuracy, seed by seed.
        func targets(_ curve: (ComparedRun) -> [ComparedRun.Mark]) -> [Int: Double] {
            var levels: [Int: Double] = [:]
            for seed in seeds {
                let best = runs.filter { $0.seed == seed && $0.tunes }.compactMap { run in
                    ComparedRun.smoothed(curve(run)).map(\.accuracy).max()
                }
                levels[seed] = target ?? best.min()
            }
            return levels
        }
        return Task(
            name: name, seeds: seeds, testImages: runs.map(\.hits.count).max() ?? 0,
            rows: rows(
                groups, marks: marks, targets: [targets(\.training), targets(\.validation)]))
    }

    /// - Parameters:
    ///   - groups: for each variant, for each task its runs by seed.
    ///   - targets: by training and by validation images, the level of each seed.
    private static func rows(_ groups: [[[ComparedRun]]], marks: [Int], targets: [[Int: Double]]) -> [Row] {
        func mean(_ group: [[ComparedRun]], _ value: (ComparedRun) -> Double) -> Double {
            Spread(group.map { Spread($0.map(value)).mean }).mean
        }
        let best = groups.max { mean($0, \.accuracy) < mean($1, \.accuracy) }
        return groups.map { group -> Row in
            let runs = group.flatMap { $0 }
            func toTarget(_ which: Int, _ curve: (ComparedRun) -> [ComparedRun.Mark]) -> [Int?] {
                guard which < targets.count else { return [] }
                return runs.map { run in
                    targets[which][run.seed].flatMap { ComparedRun.queries(toReach: $0, on: curve(run)) }
                }
            }
            let seconds = runs.reduce(0) { $0 + $1.seconds }
            let isBest = best.map { $0[0][0].variant == runs[0].variant } ?? true
            // Over tasks the spread is that of each seed's mean.
            let seeds = Set(runs.map(\.seed)).sorted()
            let bySeed = seeds.map { seed in
                Spread(group.compactMap { $0.first { $0.seed == seed }?.accuracy }).mean
            }
            var accuracy = group.count == 1 ? Spread(runs.map(\.accuracy)) : Spread(bySeed)
            // Tasks count alike, also where a run is missing.
            accuracy.mean = mean(group, \.accuracy)
            let timed = runs.filter { $0.seconds > 0 }
            return Row(
                variant: runs[0].variant, runs: runs.count, accuracy: accuracy,
                atMarks: marks.map { mark in
                    mean(group) { ComparedRun.value(of: $0.test, at: mark) ?? .nan }
                },
                behindBest: isBest ? nil : best.flatMap { PairedBootstrap(pairs($0, group)) },
                toTarget: toTarget(0, \.training), toTargetOnValidation: toTarget(1, \.validation),
                area: mean(group) { $0.area(under: $0.validation) }, seconds: seconds,
                queriesPerSecond: seconds > 0
                    ? Double(timed.reduce(0) { $0 + $1.queries }) / seconds : .nan)
        }
        .sorted { ($1.accuracy.mean, $0.variant) < ($0.accuracy.mean, $1.variant) }
    }

    /// Which test images two variants have right, task by task and seed by seed, where both have the seed.
    private static func pairs(_ one: [[ComparedRun]], _ other: [[ComparedRun]])
        -> [[(first: [Bool], second: [Bool])]]
    {
        zip(one, other).map { one, other in
            one.compactMap { run in
                other.first { $0.seed == run.seed }.map { (run.hits, $0.hits) }
            }
        }
    }
}

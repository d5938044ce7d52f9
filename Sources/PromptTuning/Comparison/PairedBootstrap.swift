import Tensors

/// An interval of the mean difference of two methods on the same images, from resampled tasks, seeds and images.
public struct PairedBootstrap: Sendable {
    /// Mean difference in percentage points, of the first minus the second.
    public var mean: Double
    /// 2.5 % and 97.5 % of the resampled means lie below and above.
    public var lower: Double
    public var upper: Double

    /// Resamples of an interval.
    public static let rounds = 2000

    /// - Parameter pairs: for each task, for each seed: which images the first and the second have right. Tasks count
    ///   alike, and seeds of a task.
    public init?(_ pairs: [[(first: [Bool], second: [Bool])]]) {
        let differences = pairs.map { seeds in
            seeds.filter { !$0.first.isEmpty && $0.first.count == $0.second.count }.map { pair in
                zip(pair.first, pair.second).map { Int8($0 ? 1 : 0) - Int8($1 ? 1 : 0) }
            }
        }
        .filter { !$0.isEmpty }
        guard !differences.isEmpty else { return nil }
        func percent(_ sum: Int, _ count: Int) -> Double { 100 * Double(sum) / Double(count) }
        mean = Self.mean(
            differences.map { seeds in
                Self.mean(seeds.map { percent($0.reduce(0) { $0 + Int($1) }, $0.count) })
            })
        var means: [Double] = []
        for round in 0..<Self.rounds {
            let stream = RandomStream(seed: 0, purpose: .bootstrap, index: UInt64(round))
            var draws = 0
            func draw(_ count: Int) -> Int {
                defer { draws += 1 }
                return stream.bounded(draws, below: count)
            }
            means.append(
                Self.mean(
                    differences.indices.map { _ in
                        let seeds = differences[draw(differences.count)]
                        return Self.mean(
                            seeds.indices.map { _ in
                                let images = seeds[draw(seeds.count)]
                                var sum = 0
                                for _ in images.indices { sum += Int(images[draw(images.count)]) }
                                return percent(sum, images.count)
                            })
                    }))
        }
        means.sort()
        lower = means[Self.rounds / 40]
        upper = means[Self.rounds - 1 - Self.rounds / 40]
    }

    private static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}

extension RandomPurpose {
    /// Resamples of tasks, seeds and images.
    static let bootstrap = RandomPurpose("comparison.bootstrap")
}

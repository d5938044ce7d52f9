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
            // The stream's numbers are many; a plain generator from one of them is ten times as fast.
            var state = RandomStream(seed: 0, purpose: .bootstrap, index: UInt64(round)).doubleWord(0)
            func draw(_ count: Int) -> Int {
                // SplitMix64 (Steele, Lea and Flood 2014), then the high half of a product.
                state &+= 0x9E37_79B9_7F4A_7C15
                var word = state
                word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
                word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
                word ^= word >> 31
                return Int(word.multipliedFullWidth(by: UInt64(count)).high)
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

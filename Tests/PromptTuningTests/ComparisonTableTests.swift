import PromptTuning
import Tensors
import Testing

/// The figures of a comparison, each computed another way.
@Suite struct ComparisonTableTests {
    private static func marks(_ values: [(Int, Double)]) -> [ComparedRun.Mark] {
        values.map { ComparedRun.Mark(queries: $0.0, accuracy: $0.1) }
    }

    private static func run(
        _ variant: String, seed: Int, task: String = "t", training: [(Int, Double)] = [(0, 10), (100, 50)],
        hits: [Bool], tunes: Bool = true, seconds: Double = 2
    ) -> ComparedRun {
        ComparedRun(
            variant: variant, task: task, seed: seed, shown: 8, budget: 1000, queries: 1000, tunes: tunes,
            training: marks(training), validation: marks(training),
            test: marks([(0, 10), (100, 20), (500, 30), (1000, 40)]), hits: hits, seconds: seconds)
    }

    @Test func smoothingTargetAndArea() {
        let stream = RandomStream(seed: 4, purpose: RandomPurpose("tests.comparison"))
        var draws = 0
        func draw(_ bound: Int) -> Int {
            defer { draws += 1 }
            return stream.bounded(draws, below: bound)
        }
        for _ in 0..<50 {
            var queries = 0
            let curve = (0..<40).map { _ -> ComparedRun.Mark in
                defer { queries += 1 + draw(90) }
                return ComparedRun.Mark(queries: queries, accuracy: Double(draw(1000)) / 10)
            }
            let smoothed = ComparedRun.smoothed(curve)
            for (index, mark) in curve.enumerated() {
                var (sum, count) = (0.0, 0)
                var back = index
                while back >= 0, curve[back].queries > mark.queries - 200 {
                    sum += curve[back].accuracy
                    count += 1
                    back -= 1
                }
                #expect(abs(smoothed[index].accuracy - sum / Double(count)) < 1e-9)
            }
            let level = smoothed.map(\.accuracy).max() ?? 0
            #expect(
                ComparedRun.queries(toReach: level, on: curve)
                    == smoothed.first { $0.accuracy == level }?.queries)
            #expect(ComparedRun.queries(toReach: level + 1e-6, on: curve) == nil)

            // The area, query by query.
            let budget = queries + 100
            let run = ComparedRun(
                variant: "", task: "", seed: 0, shown: 8, budget: budget, queries: queries, tunes: true,
                training: [],
                validation: [], test: [], hits: [])
            var sum = 0.0
            for query in 0..<budget {
                let at = Double(query) + 0.5
                guard let next = curve.firstIndex(where: { Double($0.queries) > at }) else {
                    sum += curve[curve.count - 1].accuracy
                    continue
                }
                let (one, two) = (curve[next - 1], curve[next])
                let part = (at - Double(one.queries)) / Double(two.queries - one.queries)
                sum += one.accuracy + part * (two.accuracy - one.accuracy)
            }
            #expect(abs(run.area(under: curve) - sum / Double(budget)) < 1e-6)
        }
    }

    /// Against the normal interval of the mean of independent differences.
    @Test func bootstrapInterval() throws {
        let stream = RandomStream(seed: 9, purpose: RandomPurpose("tests.comparison"))
        let first: [Bool] = (0..<400).map { stream.bounded($0, below: 10) < 7 }
        let second: [Bool] = (0..<400).map { stream.bounded(400 + $0, below: 10) < 5 }
        let interval = try #require(PairedBootstrap([[(first, second)]]))
        let differences: [Double] = zip(first, second).map { one, other in
            Double(one ? 100 : 0) - Double(other ? 100 : 0)
        }
        let mean = differences.reduce(0, +) / 400
        let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
        let half = 1.96 * (variance / 400).squareRoot()
        #expect(abs(interval.mean - mean) < 1e-9)
        #expect(abs(interval.lower - (mean - half)) < 0.15 * half)
        #expect(abs(interval.upper - (mean + half)) < 0.15 * half)
        let same = try #require(PairedBootstrap([[(first, first)]]))
        #expect(same.mean == 0 && same.lower == 0 && same.upper == 0)
        #expect(PairedBootstrap([[([], [])]]) == nil)
    }

    @Test func rowsAreWhatTheRunsSay() throws {
        let good = [true, true, true, false], fair = [true, false, true, false],
            bad = [false, false, true, false]
        let runs = [
            Self.run("a", seed: 1, training: [(0, 10), (300, 60), (600, 90)], hits: good),
            Self.run("a", seed: 2, training: [(0, 10), (300, 60), (600, 90)], hits: fair),
            Self.run("b", seed: 2, training: [(0, 10), (300, 70), (600, 70)], hits: bad),
            Self.run("b", seed: 1, training: [(0, 10), (300, 20), (600, 50)], hits: bad, seconds: 0),
            Self.run("c", seed: 1, training: [(0, 5)], hits: fair, tunes: false),
        ]
        let table = ComparisonTable(runs)
        #expect(table.marks == [100, 200, 500] && table.overall.isEmpty)
        let task = try #require(table.tasks.first)
        #expect(task.rows.map(\.variant) == ["a", "c", "b"] && task.seeds == [1, 2] && task.testImages == 4)
        let (a, b) = (task.rows[0], task.rows[2])
        #expect(a.accuracy.mean == 62.5 && abs((a.accuracy.deviation ?? 0) - 17.6777) < 1e-3)
        #expect(a.atMarks == [20, 20, 30] && a.behindBest == nil)
        // The smallest best: b's 50 for seed 1, its 70 for seed 2.
        #expect(a.toTarget == [300, 600] && b.toTarget == [600, 300])
        #expect(b.behindBest?.mean == 37.5 && a.seconds == 4 && a.queriesPerSecond == 500)
        // The order of the runs and doubles do not matter.
        let other = ComparisonTable(runs.reversed() + runs)
        #expect("\(other)" == "\(table)")
        #expect(ComparisonTable(runs, target: 85).tasks[0].rows[0].toTarget == [600, 600])
        let two = ComparisonTable(
            runs + [
                Self.run("a", seed: 1, task: "u", hits: bad), Self.run("b", seed: 1, task: "u", hits: fair),
            ])
        #expect(two.overall.map(\.variant) == ["a", "b"] && two.tasks.count == 2)
        #expect(two.overall[0].runs == 3)
    }
}

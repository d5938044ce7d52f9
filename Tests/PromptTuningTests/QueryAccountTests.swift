import BlackBox
import Datasets
import PromptTuning
import Tensors
import TestData
import Testing
import ZerothOrder

/// The account against an independent count: asked is charged, whatever happens on the way.
@Suite struct QueryAccountTests {
    /// All methods, and one whose steps have two rounds.
    static let table = MethodTable(MethodTable.standard.all + [TwoRounds.self])

    /// Settings that make each method small.
    static let small: [String: [String: SettingValue]] = [
        "zip": ["tokens": .integer(2), "dim": .integer(12), "rank": .integer(2), "directions": .integer(2)],
        "bptvlm": [
            "dim": .integer(6), "visual-dim": .integer(5), "population": .integer(4), "tokens": .integer(2),
            "visual-tokens": .integer(2),
        ],
        "bar": ["directions": .integer(2)],
        "blackvip": ["directions": .integer(1)],
    ]

    /// What every sequence shares.
    struct Base {
        let data: DataSet
        private let folder: TemporaryData

        init() throws {
            folder = try TemporaryData.folders(["cat": 9, "dog": 9, "owl": 9])
            data = try DataSet(path: folder.path, shots: 3, seed: 1)
        }

        func run(
            _ method: any TuningMethod.Type, _ oracle: CountingOracle, budget: Int, seed: Int,
            total: QueryAccount, changes: [String: SettingValue] = [:]
        ) throws -> TuningRun {
            var given = small[method.name] ?? [:]
            given["budget"] = .integer(budget)
            given["seed"] = .integer(seed)
            given["batch"] = .integer(4)
            let settings = MethodSettings(given.merging(changes) { $1 })
            return try TuningRun(
                method, settings,
                problem: TuningProblem(
                    facts: oracle.facts, train: data.train, common: settings,
                    encoder: { _ in PlainEncoder() }), oracle: oracle, total: total)
        }
    }

    struct Stop: Error {}

    /// Sequences of steps, evaluations, errors, interrupts, ways back and branches, drawn at random.
    @Test(arguments: Self.table.names) func askedIsCharged(_ name: String) throws {
        let method = try #require(Self.table.method(name))
        let base = try Base()
        let sequences = 160
        var (differences, steps, refused, failed, stopped) = (0, 0, 0, 0, 0)
        for sequence in 0..<sequences {
            let stream = RandomStream(
                seed: UInt64(sequence), purpose: RandomPurpose("tests.account." + name))
            var draws = 0
            func draw(_ bound: Int) -> Int {
                defer { draws += 1 }
                return stream.bounded(draws, below: bound)
            }
            let oracle = CountingOracle(classNames: base.data.classNames)
            let session = QueryAccount(budget: nil)
            let budget = draw(60)
            var run = try base.run(method, oracle, budget: budget, seed: sequence, total: session)
            let account = run.account
            var past: [TuningRun] = []
            var evaluated = 0
            for _ in 0..<12 {
                let before = oracle.asked
                let state = run.method.state
                past.append(run)
                switch draw(8) {
                case 0: evaluated += try evaluate(&run, base.data.test, oracle, pauses: draw(9))
                case 1: run = past[draw(past.count)]
                default:
                    oracle.arrange([.none, .none, .none, .error, .nan][draw(5)])
                    // One in three is interrupted, at a pause drawn.
                    var left = draw(3) == 0 ? draw(6) : Int.max
                    do {
                        try run.step {
                            left -= 1
                            if left < 0 { throw Stop() }
                        }
                        steps += 1
                    } catch {
                        // The run is as it was.
                        #expect(run.method.state == state)
                        if error is Stop { stopped += 1 } else { failed += 1 }
                        switch error {
                        case BlackBoxError.budgetUsedUp, TuningError.noStepLeft:
                            refused += 1
                            #expect(oracle.asked == before)
                        default: break
                        }
                    }
                    oracle.arrange(.none)
                }
                let spent = account.spent
                if spent.training + spent.evaluation != oracle.asked || session.spent != spent {
                    differences += 1
                }
                #expect(spent.training <= budget && spent.evaluation == evaluated)
                #expect(spent.training >= run.queries)
            }
        }
        #expect(differences == 0)
        print(
            "\(name): \(sequences) sequences, \(steps) steps, \(failed) failures (\(refused) refused), \(stopped) interrupts, 0 differences"
        )
        if name != "template" { #expect(steps > 50 && refused > 0 && failed > refused) }
    }

    /// Queries that an evaluation made before it ended.
    private func evaluate(
        _ run: inout TuningRun, _ list: ImageList, _ oracle: CountingOracle, pauses: Int
    ) throws -> Int {
        let before = oracle.asked
        var left = pauses
        do {
            _ = try run.evaluate(list) {
                left -= 1
                if left < 0 { throw Stop() }
            }
        } catch is Stop {}
        return oracle.asked - before
    }

    /// A step of two rounds: both are recorded, told again in the trace, and paid for where the second one fails.
    @Test func roundsOfAStep() throws {
        let base = try Base()
        let oracle = CountingOracle(classNames: base.data.classNames)
        let session = QueryAccount(budget: nil)
        var run = try base.run(TwoRounds.self, oracle, budget: 14, seed: 1, total: session)
        let record = try run.step()
        #expect(record.readings.map(\.count) == [3, 2] && record.queries == 5)
        let state = run.method.state
        // Stopped between its rounds: three more are gone, and the step begins anew.
        var pauses = 0
        #expect(throws: Stop.self) {
            try run.step {
                pauses += 1
                if pauses == 3 { throw Stop() }
            }
        }
        #expect(run.method.state == state && oracle.asked == 8 && run.account.spent.training == 8)
        try run.step()
        #expect(run.queries == 10 && run.account.spent.training == 13)
        // One query is left of a step that needs five.
        #expect(
            message { try run.step() } == "the budget of 14 queries does not allow it: 5 needed, 1 left")
        let trace = try PlainTrace(AuditTrace(run).serialized(modelDigest: "", version: ""))
        #expect(
            trace.names
                == Set(
                    (1...2).flatMap { k in
                        (1...2).flatMap { r in ["w", "values"].map { "step.\(k).round.\(r).\($0)" } }
                    }))
    }

    /// Two accounts charge a third; nothing comes back where one refuses.
    @Test func totalsAddUp() throws {
        let base = try Base()
        let oracle = CountingOracle(classNames: base.data.classNames)
        let session = QueryAccount(budget: nil)
        let (small, large) = (
            QueryAccount(budget: 3, total: session), QueryAccount(budget: 100, total: session)
        )
        let query = Query(Prompt(text: .templates(["{}"])), Minibatch(list: base.data.train, indices: [0]))
        _ = try small.ask(oracle, [query, query], for: .training)
        _ = try large.ask(oracle, [query], for: .evaluation)
        #expect(
            message { _ = try small.ask(oracle, [query, query], for: .training) }
                == "the budget of 3 queries does not allow it: 2 needed, 1 left")
        #expect(small.spent == .init(training: 2) && large.spent == .init(evaluation: 1))
        #expect(session.spent == .init(training: 2, evaluation: 1) && session.remaining == .max)
        #expect(oracle.asked == 3 && small.remaining == 1)
    }
}

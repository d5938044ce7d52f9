import BlackBox
import Datasets
import PromptTuning
import Tensors
import TestData
import Testing

/// A box of which a view is seen: what its noise depends on, and that it counts as any other.
@Suite struct ViewedOracleTests {
    private static let noisy: [String: SettingValue] = [
        "view": .text("probabilities"), "decimals": .integer(2), "top": .integer(2), "noise": .number(0.1),
    ]

    @Test func noiseGoesByContentAndPlace() throws {
        let base = try QueryAccountTests.Base()
        let box = CountingOracle(classNames: base.data.classNames)
        let account = QueryAccount(budget: nil)
        func ask(_ queries: [Query], seed: UInt64 = 1) throws -> [[Float]] {
            let oracle = ViewedOracle(box, view: BoxView(noise: 0.1), seed: seed)
            return try account.ask(oracle, queries, for: .training).map(\.logits.values)
        }
        /// What is added to the answer of the box.
        func noise(_ query: Query, seed: UInt64 = 1) throws -> [Int] {
            let clean = try account.ask(box, [query], for: .training)[0].logits.values
            return zip(try ask([query], seed: seed)[0], clean).map { Int((($0 - $1) * 1e4).rounded()) }
        }
        let batch = Minibatch(list: base.data.train, indices: [0, 1, 2])
        let context = Matrix(rows: 2, columns: 12, repeating: 0.25)
        let query = Query(Prompt(text: .context(context)), batch)
        // The same prompt twice in a round differs, the same round again does not.
        let round = try ask([query, query])
        #expect(round[0] != round[1])
        #expect(try ask([query, query]) == round)
        #expect(try ask([query]) == [round[0]])
        // What differs in anything has its own noise.
        var other = context
        other[1, 11] = Float(0.25).nextUp
        let all: [Query] = [
            query, Query(Prompt(text: .context(other)), batch),
            Query(Prompt(text: .context(Matrix(rows: 1, columns: 24, repeating: 0.25))), batch),
            Query(Prompt(text: .classContexts([context])), batch),
            Query(Prompt(text: .templates(["a {}"])), batch),
            Query(Prompt(text: .templates(["the {}"])), batch),
            Query(Prompt(text: .templates(["a {}", "the {}"])), batch),
            Query(Prompt(text: .templates(["the {}", "a {}"])), batch),
            Query(Prompt(text: .context(context), visual: .tokens(context)), batch),
            Query(query.prompt, Minibatch(list: base.data.train, indices: [0, 2, 1])),
            Query(query.prompt, Minibatch(list: base.data.test, indices: [0, 1, 2])),
        ]
        let views = [(3, 1, [0, 0, 0]), (3, 1, [0, 0, 1]), (3, 2, [0, 0, 0]), (4, 1, [0, 0, 0])].map {
            Query(
                query.prompt,
                Minibatch(
                    list: base.data.train, indices: [0, 1, 2],
                    views: .init(count: $0.0, seed: UInt64($0.1), chosen: $0.2)))
        }
        let noises = try (all + views).map { try noise($0) } + [try noise(query, seed: 2)]
        #expect(Set(noises).count == all.count + views.count + 1)
        #expect(Set(noises.map { $0[0] }).count > noises.count - 3)
    }

    /// All methods under a view: what the box counts is what the account has, also where a step fails or is interrupted.
    @Test(arguments: QueryAccountTests.table.names) func askedIsCharged(_ name: String) throws {
        struct Stop: Error {}
        let method = try #require(QueryAccountTests.table.method(name))
        let base = try QueryAccountTests.Base()
        let box = CountingOracle(classNames: base.data.classNames)
        let session = QueryAccount(budget: nil)
        var run = try base.run(
            method, box, budget: 200, seed: 2, total: session, changes: Self.noisy)
        #expect(run.oracle is ViewedOracle && run.box is CountingOracle)
        var failures = 0
        for round in 0..<12 {
            box.arrange([.none, .error, .none, .nan][round % 4])
            var pauses = round == 6 ? 1 : Int.max
            do {
                try run.step {
                    pauses -= 1
                    if pauses < 0 { throw Stop() }
                }
            } catch {
                failures += 1
            }
            box.arrange(.none)
            if round % 5 == 0 { _ = try run.evaluate(base.data.test) }
            let spent = run.account.spent
            #expect(spent.training + spent.evaluation == box.asked && session.spent == spent)
        }
        #expect(failures > 0 && box.asked > 0)
    }

    /// A run goes on from any copy with the same noise.
    @Test(arguments: ["bptvlm", "gauss-newton", "zip"]) func stepsCanBeTakenAgain(_ name: String) throws {
        let method = try #require(MethodTable.standard.method(name))
        let base = try QueryAccountTests.Base()
        func run(_ changes: [String: SettingValue]) throws -> TuningRun {
            try base.run(
                method, CountingOracle(classNames: base.data.classNames), budget: 500, seed: 3,
                total: QueryAccount(budget: nil), changes: changes)
        }
        var whole = try run(Self.noisy)
        for _ in 0..<2 { try whole.step() }
        var copy = whole
        let evaluation = try whole.evaluate(base.data.test)
        #expect(try whole.evaluate(base.data.test) == evaluation)
        for _ in 0..<2 { try whole.step() }
        for _ in 0..<2 { try copy.step() }
        #expect(copy.history.steps == whole.history.steps && copy.method.state == whole.method.state)
        var again = try run(Self.noisy)
        for _ in 0..<4 { try again.step() }
        #expect(again.history.steps == whole.history.steps)
        // Without noise it leads elsewhere.
        var quiet = try run(Self.noisy.merging(["noise": .number(0)]) { $1 })
        for _ in 0..<4 { try quiet.step() }
        #expect(quiet.method.state != whole.method.state)
    }

    @Test func recordsHaveAViewOnlyWhereThereIsOne() throws {
        let base = try QueryAccountTests.Base()
        func run(_ changes: [String: SettingValue]) throws -> TuningRun {
            try base.run(
                BiasMethod.self, CountingOracle(classNames: base.data.classNames), budget: 9, seed: 1,
                total: QueryAccount(budget: nil), changes: changes)
        }
        let plain = try run([:])
        #expect(plain.oracle is CountingOracle)
        #expect(plain.described.map(\.name) == ["method", "seed", "budget", "batch", "template", "init"])
        // All classes, and no noise.
        let all = try run(["top": .integer(3), "noise": .number(0), "view": .text("logits")])
        #expect(all.oracle is CountingOracle && all.described.map(\.name) == plain.described.map(\.name))
        let viewed = try run(["top": .integer(2)])
        #expect(
            viewed.described.map { "\($0.name) \($0.value)" } == [
                "method bias", "seed 1", "budget 9", "batch 4", "view logits", "decimals all", "top 2",
                "noise 0.0", "template a photo of a {}.", "init template",
            ])
    }

    @Test func viewsThatCannotBeHad() throws {
        let base = try QueryAccountTests.Base()
        func said(_ changes: [String: SettingValue]) -> String {
            message {
                _ = try base.run(
                    ZIPMethod.self, CountingOracle(classNames: base.data.classNames), budget: 9, seed: 1,
                    total: QueryAccount(budget: nil), changes: changes)
            }
        }
        #expect(
            said(["view": .text("labels")])
                == "no method can tune on labels: they alone give neither a loss nor differences")
        #expect(
            said(["top": .integer(4)])
                == "expected at most 3, as many as there are classes, for '--top'; got 4")
        #expect(
            said(["noise": .number(.infinity)]) == "expected a finite number for '--noise'; got inf")
    }
}

import BlackBox
import Notebook
import Synchronization
import Tensors
import Testing

/// The account seen from the language: whatever statements do, what the box was asked is what `show` tells.
@Suite struct SessionAccountTests {
    /// A box in front of the model's that counts the queries it hands on.
    final class Counter: Oracle {
        private let box: CLIPOracle
        private let owner: Owner

        /// Whose queries are counted together.
        final class Owner: Sendable {
            private let count = Mutex(0)
            var asked: Int { count.withLock { $0 } }
            func add(_ queries: Int) { count.withLock { $0 += queries } }
        }

        init(_ box: CLIPOracle, _ owner: Owner) {
            (self.box, self.owner) = (box, owner)
        }

        var facts: OracleFacts { box.facts }
        func prepare(_ queries: [Query], progress: (Int, Int) throws -> Void) throws {
            try box.prepare(queries, progress: progress)
        }
        func answer(
            _ queries: [Query], paid: consuming QueryAccount.Receipt, pause: () throws -> Void
        ) throws -> [Answer] {
            owner.add(queries.count)
            return try box.answer(queries, paid: paid, pause: pause)
        }
    }

    @Test func askedIsTold() throws {
        let asked = try (0..<24).map { try self.asked(seed: $0) }
        print("24 random sessions asked \(asked.reduce(0, +)) queries, all of them told")
        #expect(asked.reduce(0, +) > 1000)
    }

    /// Queries of a random session.
    private func asked(seed: Int) throws -> Int {
        let fixture = try Fixture()
        let owner = Counter.Owner()
        let stream = RandomStream(seed: UInt64(seed), purpose: RandomPurpose("tests.session-account"))
        var draws = 0
        func draw(_ bound: Int) -> Int {
            defer { draws += 1 }
            return stream.bounded(draws, below: bound)
        }
        let notebook = try fixture.notebook("model load\ndata load data --shots 4")
        notebook.host.oracle = { Counter($0, owner) }
        let prompts = [
            "prompt new --tokens 2 --dim 20 --budget 60",
            "prompt new --tokens 2 --dim 20 --budget 50 --a 1e38",
            "prompt new --method bptvlm --dim 9 --visual-dim 9 --population 3 --budget 20",
            "prompt new --method calibrate --budget 5", "prompt new --method bar --directions 1 --budget 12",
        ]
        let statements = [
            "step", "step 2", "run --queries 40 --eval-every 10", "undo", "undo 2", "eval", "zeroshot",
            "branch b",
            "use a", "use main", "checkpoint c", "restore c", "classify data/cat/100.png",
            "repeat 2 { step }",
            "run --until \"loss < 0\"", "step 100", "anchors --contexts 2 --batch 5",
        ]
        _ = try notebook.run(prompts[draw(prompts.count)])
        for round in 0..<14 {
            // Much may have been taken back.
            if round == 7 {
                _ = try notebook.evaluate(
                    "model load\ndata load data --shots 4\n" + prompts[0], name: "input", keepGoing: true)
            }
            let isPrompt = draw(6) == 0
            var statement = isPrompt ? prompts[draw(prompts.count)] : statements[draw(statements.count)]
            if isPrompt, draw(2) == 0 { statement += " --name a" }
            // One in three is interrupted on its way.
            var host = fixture.host(stop: draw(3) == 0 ? 1 + draw(9) : nil)
            host.oracle = { Counter($0, owner) }
            notebook.host = host
            _ = try notebook.run(statement)
            host = fixture.host()
            host.oracle = { Counter($0, owner) }
            notebook.host = host
            let show = try #require(try notebook.run("show").last)
            func told(_ key: String) -> Int {
                if case .integer(let value)? = show.results.first(where: { $0.key == key })?.value {
                    value
                } else {
                    0
                }
            }
            guard show.results.contains(where: { $0.key == "spent-queries" }) else { continue }
            let spent = told("spent-queries") + told("spent-evaluation-queries")
            #expect(spent == owner.asked, "after '\(statement)'")
            #expect(told("queries-left") >= 0 && told("charged-queries") >= told("queries"))
        }
        return owner.asked
    }
}

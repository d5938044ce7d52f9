import Notebook
import Testing

/// The account of queries.
@Suite struct BudgetTests {
    @Test func fiveHundredStepsUseTheBudget() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("model load\ndata load data\nprompt new")
        let before = try #require(try notebook.run("prompt info").last)
        #expect(before.results.first { $0.key == "delta" }?.value == .integer(417))
        #expect(before.results.first { $0.key == "budget" }?.value == .integer(5000))
        #expect(before.results.first { $0.key == "queries-per-step" }?.value == .integer(10))
        #expect(try notebook.result("queries", of: "step 500") == .integer(5000))
        let standing = try notebook.standing()
        let failure = try #require(try notebook.run("step").last?.failure)
        #expect(
            failure == """
                input:1:1: error: the budget of 5000 queries does not allow it: 10 needed, 0 left
                step
                ^~~^
                note: nothing was changed; 'budget N' allows this run more
                """)
        #expect(
            try notebook.run("run").last?.failure?.hasPrefix(
                "input:1:1: error: the budget of 5000 queries does not allow it: 10 needed, 0 left") == true
        )
        #expect(try notebook.standing() == standing)
        #expect(before.results.first { $0.key == "limit.gradient-norm" } != nil)
        // Evaluations are counted apart.
        #expect(try notebook.run("eval --split test").last?.word == "ok")
        #expect(try notebook.result("evaluation-queries", of: "show") == .integer(1))
    }

    @Test func budgetThatNoStepDivides() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nprompt new --tokens 2 --dim 20 --budget 34")
        #expect(try notebook.run("step 4").last?.word == "failed")
        #expect(try notebook.result("queries", of: "run") == .integer(30))
        #expect(try notebook.run("step").last?.word == "failed")
        #expect(try notebook.result("queries-left", of: "show") == .integer(4))
        #expect(try notebook.run("prompt new --budget 0\nstep").map(\.word) == ["ok", "failed"])
    }

    /// What was allowed since a checkpoint stays allowed.
    @Test func restoreKeepsARaisedBudget() throws {
        let notebook = try Fixture().notebook(
            smallPrompt
                + "\nprompt new --tokens 2 --dim 20 --budget 20\nstep\ncheckpoint one\nstep\nbudget 60")
        #expect(try notebook.run("restore one").last?.word == "ok")
        #expect(try notebook.result("queries-left", of: "show") == .integer(40))
        #expect(try notebook.result("queries", of: "step 4") == .integer(50))
    }

    @Test func conditionStopsARun() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        #expect(try notebook.result("queries", of: "run --until \"loss<100\"") == .integer(10))
        // It may hold before the first step.
        #expect(try notebook.result("queries", of: "run --until \"accuracy >= 0 %\"") == .integer(10))
        #expect(
            try notebook.result("queries", of: "run --queries 50 --until \"accuracy > 100\"") == .integer(50))
    }

    @Test func evaluationsComeAtTheirQueries() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        try notebook.run("run --queries 105 --eval-every 30 --split test\nexport csv run.csv")
        let rows = try #require(fixture.bytes("run.csv")).split(separator: 10).map {
            String(decoding: $0, as: UTF8.self)
        }
        let evaluations = rows.filter { $0.hasPrefix("evaluation") }.map { $0.split(separator: ",")[2] }
        #expect(evaluations == ["0", "30", "60", "90", "100"])
    }
}

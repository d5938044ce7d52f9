import CommandLanguage
import Foundation
import Notebook
import Testing

/// `every N { … }` behind `run` and `step`.
@Suite struct EveryTests {
    private func notebook() throws -> Notebook { try Fixture().notebook(smallPrompt) }

    /// The curve and the prompt are those of the run without it.
    @Test func changesNothingOfTheRun() throws {
        let (plain, watched) = (try notebook(), try notebook())
        let one = try #require(try plain.run("run --queries 200 --eval-every 60").last)
        let other = try #require(
            try watched.run("run --queries 200 --eval-every 60 every 30 { say \"at $queries\" }").last)
        #expect(other.lines.filter { $0.hasPrefix("at ") } == (1...6).map { "at \($0 * 30)" })
        #expect(Array(other.lines.suffix(one.lines.count)) == one.lines)
        // Behind the six statements.
        #expect(
            other.results.filter { $0.key.hasPrefix("12.") }.map { "\($0.key.dropFirst(3)) \($0.value)" }
                == one.results.map { "\($0.key) \($0.value)" })
    }

    @Test func ofAStepCountsSteps() throws {
        let notebook = try notebook()
        let cell = try #require(try notebook.run("step 2\nstep 5 every 3 { say \"step $step\" }").last)
        #expect(cell.lines.prefix(2) == ["step 3", "step 6"])
        #expect(try notebook.result("step", of: "show") == .integer(7))
    }

    @Test func knowsLossAndAccuracy() throws {
        let notebook = try notebook()
        let cell = try #require(
            try notebook.run("run --queries 40 every 20 { say \"$loss $(main.loss) $accuracy\" }").last)
        for line in cell.lines.prefix(2) {
            let words = line.split(separator: " ")
            #expect(words.count == 3 && words[0] == words[1], "\(line)")
        }
    }

    @Test func mayCheckpointAndBranch() throws {
        let notebook = try notebook()
        try notebook.run("step 4 every 2 { checkpoint \"c$step\"; branch \"b$step\"; use main }")
        #expect(notebook.names.checkpoints == ["c2", "c4"])
        #expect(notebook.names.runs == ["b2", "b4", "main"])
        #expect(try notebook.result("step", of: "use b2; show") == .integer(2))
    }

    @Test func endsWithTheConditionOfTheRun() throws {
        let notebook = try notebook()
        let cell = try #require(
            try notebook.run("run --until \"loss > 0\" every 10 { say here }").last)
        #expect(cell.lines.first == "here")
        #expect(try notebook.result("step", of: "show") == .integer(1))
    }

    @Test func quitEndsTheRun() throws {
        let notebook = try notebook()
        let cell = try #require(try notebook.run("run --queries 200 every 20 { quit }").last)
        #expect(cell.status == .ok && notebook.hasQuit)
        #expect(cell.results.contains { $0.key == "2.step" && $0.value == .integer(2) })
    }

    static let faults = [
        ("step 4 every 2 { say $nothing }", "unknown variable 'nothing'", 2),
        ("step 4 every 2 { step }", "'step' leaves the run that 'every' stands behind", 0),
        ("step 4 every 3 { goto step 1 }", "'goto' leaves the run that 'every' stands behind", 0),
        (
            "step 4 every 3 { if (1 == 1) { goto step 1 } }",
            "the statements of 'every' left the run that they stand behind", 3
        ),
        ("step 4 every 0 { say a }", "expected a count of 1 or more; got 0", 0),
        ("step 4 every x { say a }", "expected a whole number; got string 'x'", 0),
        ("eval every 2 { say a }", "'every' stands only behind 'run' and 'step'; got it behind 'eval'", 0),
        ("step 4 every 2 { undo }", "'undo' leaves the run that 'every' stands behind", 0),
        (
            "step 4 every 2 { model load }", "the statements of 'every' left the run that they stand behind",
            2
        ),
    ]

    /// Steps that were taken are kept, wherever the statements lead.
    @Test(arguments: faults)
    func faultKeepsTheSteps(input: String, message: String, step: Int) throws {
        let notebook = try notebook()
        let cell = try #require(try notebook.run(input).last)
        guard case .failed(let failure) = cell.status else {
            Issue.record("expected a failure")
            return
        }
        #expect(failure.message == message)
        #expect(try notebook.result("step", of: "show") == .integer(step))
        // Nothing of it stays: a later step runs without.
        #expect(try notebook.run("prompt new --tokens 2 --dim 20 --rank 2\nstep 3").last?.status == .ok)
    }
}

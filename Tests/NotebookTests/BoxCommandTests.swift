import Notebook
import Testing

/// `box`: what new prompts see, and what queries would cost.
@Suite struct BoxCommandTests {
    private static let start = "model load\ndata load data --shots 4"

    @Test func viewOfNewPrompts() throws {
        let notebook = try Fixture().notebook(Self.start)
        try notebook.run("box --shows probabilities --digits 2")
        #expect(try notebook.result("setting.view", of: "prompt new --tokens 2") == .text("probabilities"))
        #expect(try notebook.result("setting.decimals", of: "prompt new --tokens 2") == .integer(2))
        // An own view counts alone.
        #expect(
            try notebook.run("prompt new --tokens 2 --view logits").last?.results.contains {
                $0.key == "setting.view"
            } == false)
        #expect(
            try notebook.result("setting.view", of: "box --shows logits\nprompt new --tokens 2 --top 2")
                == .text("logits"))
        // The same run as with the options of 'prompt new'.
        try notebook.run("box --shows probabilities --digits 1")
        let one = try notebook.result("parameters", of: "prompt new --tokens 2\nstep 2")
        let other = try notebook.result(
            "parameters",
            of: "box --shows logits\nprompt new --tokens 2 --view probabilities --decimals 1\nstep 2")
        #expect(one == other)
        let refused = try #require(try notebook.run("box --shows label\nprompt new").last)
        guard case .failed(let failure) = refused.status else {
            Issue.record("labels were taken")
            return
        }
        #expect(failure.message.contains("no method can tune on labels"))
    }

    @Test func costs() throws {
        let notebook = try Fixture().notebook(Self.start)
        let said = try #require(try notebook.run("box --price 0.002 --latency 0.5").last)
        #expect(said.lines == ["new prompts see logits", "1000 queries cost 2.00 in money, 0.1 hours"])
        try notebook.run("prompt new --tokens 2\nstep 3\neval --split val")
        // Thirty queries for training and one for evaluation.
        let shown = try #require(try notebook.run("show").last)
        #expect(shown.lines.contains("the session's queries would cost 0.06 in money, 15.5 seconds"))
        let compared = try #require(
            try notebook.run("compare --methods ['zip --tokens 2', template] --seeds 1..2 --queries 20").last)
        #expect(
            compared.lines.last
                == "the 40 queries for training of all runs would cost 0.08 in money, 20.0 seconds")
        try notebook.run("undo 5")
        #expect(try notebook.run("box").last?.lines.last == "a query costs nothing and takes no time")
    }
}

extension BoxCommandTests {
    private static let failing = "model load\ndata load data --shots 4\nbox --fail 0.3"

    /// Failing changes what a step costs, never what it answers; the box sees each query once.
    @Test func failuresAreChargedAndChangeNothing() throws {
        let fixture = try Fixture()
        let plain = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --tokens 2\nstep 3")
        let failing = try fixture.notebook(Self.failing)
        try failing.run("prompt new --tokens 2\nstep 3\neval --split val")
        #expect(try failing.result("parameters", of: "show") == plain.result("parameters", of: "show"))
        let charged = try failing.result("charged-queries", of: "show")
        let failed = try failing.result("failed-queries", of: "show")
        guard case .integer(let all) = charged, case .integer(let again) = failed,
            case .integer(let evaluation) = try failing.result("evaluation-queries", of: "show"),
            case .integer(let steps) = try failing.result("queries", of: "show")
        else {
            Issue.record("no counts")
            return
        }
        // Thirty queries for three steps and one for the evaluation were answered.
        #expect(all + evaluation == 31 + again)
        #expect(again > 3 && again < 40)
        #expect(steps == all)
        // The same again, to the last charge.
        let other = try fixture.notebook(Self.failing + "\nprompt new --tokens 2\nstep 3\neval --split val")
        #expect(try other.result("failed-queries", of: "show") == failed)
    }

    @Test func failuresEndARunInTime() throws {
        let notebook = try Fixture().notebook(Self.failing)
        let cell = try #require(try notebook.run("prompt new --tokens 2 --budget 60\nrun").last)
        #expect(cell.status == .ok)
        // Six queries left are no step; where a step would fit but for those that fail, it is said.
        let note = "note: with those that would fail, the next step needs more queries than are left"
        #expect(!cell.lines.contains(note))
        let notes = try (60...75).map { budget in
            try notebook.run("prompt new --tokens 2 --budget \(budget)\nrun").last?.lines.contains(note)
                == true
        }
        #expect(notes.contains(true) && notes.contains(false))
        try notebook.run("prompt new --tokens 2 --budget 60\nrun")
        guard case .integer(let charged) = try notebook.result("charged-queries", of: "show"),
            case .integer(let step) = try notebook.result("step", of: "show")
        else {
            Issue.record("no counts")
            return
        }
        #expect(charged <= 60 && charged > 40)
        #expect((3...5).contains(step))
        let compared = try #require(
            try notebook.run("compare --methods ['zip --tokens 2', bias] --seeds 1 --queries 60").last)
        #expect(compared.status == .ok)
    }
}

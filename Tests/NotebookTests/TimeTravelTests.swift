import Foundation
import Notebook
import Tensors
import Testing

/// `undo`, `redo`, `goto`, `branch`, `checkpoint`, `restore` and `use`, in any order.
@Suite struct TimeTravelTests {
    /// A method with settings that make its steps short.
    struct Sample: Sendable, CustomTestStringConvertible {
        var method: String
        var settings = "--budget 100000"
        /// Steps that it can take.
        var limit = Int.max
        /// Sequences of ten statements; 'make time-travel' takes 2 000 of each.
        var sequences = 40
        /// After how many a new prompt begins, with a new account.
        var restart = 40
        var testDescription: String { method }

        var prompt: String { "prompt new --name main --method \(method) \(settings)" }
    }

    static let samples = [
        Sample(method: "zip", settings: "--tokens 2 --directions 1 --budget 1000000", sequences: 2000),
        Sample(method: "bptvlm", settings: "--dim 20 --visual-dim 20 --population 4 --budget 100000"),
        Sample(method: "bar"), Sample(method: "blackvip", sequences: 20),
        Sample(method: "gauss-newton", settings: "--budget 2000", restart: 10),
        Sample(method: "gauss-newton", settings: "--contexts class --budget 2000", restart: 10),
        Sample(method: "gauss-newton", settings: "--batch 5 --images 9 --budget 2000", restart: 10),
        Sample(method: "gauss-newton", settings: "--space zip --budget 2000", restart: 10),
        Sample(method: "template", settings: "", limit: 0), Sample(method: "bias", settings: "", limit: 1),
        Sample(method: "calibrate", settings: "", limit: 1),
    ]

    /// What the session should be: how many steps each run has taken. A run is decided by that alone.
    private struct Plain: Equatable {
        struct Run: Equatable {
            var steps = 0
            var checkpoints: [String: Int] = [:]
        }

        var runs = ["main": Run()]
        var current = "main"
    }

    /// Sequences of ten statements, each from a state that was reached before; of zip at least 2 000.
    @Test(arguments: samples) func randomSequences(_ sample: Sample) throws {
        let fixture = try Fixture()
        // BlackVIP's decoder draws at least 32 px.
        if sample.method == "blackvip" {
            try TinyModel.write(to: fixture.folder + "/Assets/Model", imageSize: 32)
        }
        let setup = "model load\ndata load data --shots 4\n" + sample.prompt
        let notebook = try fixture.notebook(setup)
        let all = ProcessInfo.processInfo.environment["ZIPLAB_SEQUENCES"].flatMap { Int($0) }
        // The parameters after each count of steps, of a run that never went back.
        let straight = try fixture.notebook(setup)
        var digests = [try straight.result("parameters", of: "show")]
        let stream = RandomStream(seed: 11, purpose: RandomPurpose("tests.time-travel"))
        var (plain, past, future): (Plain, [Plain], [Plain]) = (Plain(), [], [])
        var drawn = 0
        func draw(_ count: Int) -> Int {
            drawn += 1
            return stream.bounded(drawn, below: count)
        }
        for sequence in 0..<(all ?? sample.sequences) {
            if sequence % sample.restart == 0 {
                // Not for ever the same long session: loading ends all runs.
                try notebook.run("data load data --shots 4\n" + sample.prompt)
                (plain, past, future) = (Plain(), [], [])
            }
            for _ in 0..<10 {
                let name = plain.current
                let steps = plain.runs[name]?.steps ?? 0
                var next = plain
                var statement = "step"
                switch draw(9) {
                case 0 where !past.isEmpty:
                    statement = "undo"
                    future.insert(plain, at: 0)
                    next = past.removeLast()
                case 1 where !future.isEmpty:
                    statement = "redo"
                    past.append(plain)
                    next = future.removeFirst()
                case 2 where steps > 0:
                    let target = draw(steps + 1)
                    statement = "goto step \(target)"
                    next.runs[name]?.steps = target
                case 3:
                    let other = ["a", "b", "c"][draw(3)]
                    guard plain.runs[other] == nil else {
                        statement = "use \(other)"
                        next.current = other
                        break
                    }
                    statement = "branch \(other)"
                    next.runs[other] = plain.runs[name]
                    next.current = other
                case 4:
                    statement = "checkpoint k"
                    next.runs[name]?.checkpoints["k"] = steps
                case 5:
                    guard let kept = plain.runs[name]?.checkpoints["k"] else { fallthrough }
                    statement = "restore k"
                    next.runs[name]?.steps = kept
                default:
                    if steps < sample.limit {
                        next.runs[name]?.steps += 1
                    } else {
                        statement = "show"
                    }
                }
                let cell = try #require(try notebook.run(statement).last)
                try #require(cell.status == .ok, "\(statement): \(cell.failure ?? "")")
                // To go where the run is changes nothing.
                let isChange = !(["goto", "use"].contains(statement.prefix { $0 != " " }) && next == plain)
                if !["undo", "redo", "show"].contains(statement), isChange {
                    past.append(plain)
                    future = []
                }
                plain = next
                let expected = plain.runs[plain.current]?.steps ?? 0
                while digests.count <= expected {
                    try straight.run("step")
                    digests.append(try straight.result("parameters", of: "show"))
                }
                let shown = try #require(try notebook.run("show").last)
                try #require(
                    shown.results.first { $0.key == "parameters" }?.value == digests[expected],
                    "after '\(statement)' in sequence \(sequence)")
                try #require(shown.results.first { $0.key == "step" }?.value == .integer(expected))
            }
        }
        // The other runs, too.
        for (name, run) in plain.runs {
            #expect(try notebook.result("parameters", of: "use \(name)\nshow") == digests[run.steps])
        }
    }

    @Test func redoEndsWithAnyOtherChange() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        try notebook.run("step\nstep\nundo 2\nredo\nundo")
        #expect(try notebook.result("step", of: "show") == .integer(0))
        #expect(
            try notebook.run("redo 3").last?.failure?.contains("only 2 statements can be redone; got 3")
                == true)
        // Looking changes nothing.
        try notebook.run("show\nhistory\nredo 2")
        #expect(try notebook.result("step", of: "show") == .integer(2))
        try notebook.run("undo\nlet a = 1")
        #expect(try notebook.run("redo").last?.failure?.contains("nothing to redo") == true)
        #expect(try notebook.run("repeat 1 { redo }").last?.failure?.contains("on its own") == true)
        #expect(
            try notebook.run("goto step 5").last?.failure?.contains(
                "the run is at step 1; 'step' and 'run' take it further")
                == true)
    }

    @Test func scriptsHaveWhatCounts() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        try notebook.run("step 1\nstep 2\nundo\nstep 3\nundo\nredo\nsave s.zlt")
        let transcript = try Transcript(path: fixture.folder + "/s.zlt")
        let exporter = try #require(sessionExporters.first { $0.name == "script" })
        let script = try exporter.export(ExportedSession(transcript, path: "s.zlt", folders: []))
        #expect(script.contains("\nstep 1\n") && script.contains("\nstep 3\n"))
        #expect(script.contains("# undone: step 2") && !script.contains("undone: step 3"))
        #expect(script.contains("# takes up again what was undone: redo"))
    }

    @Test func differences() throws {
        let notebook = try Fixture().notebook(smallPrompt + "\nstep 4\nbranch other\ngoto step 2\nstep 2")
        #expect(try notebook.result("same-parameters", of: "diff main other") == .boolean(true))
        try notebook.run("prompt new --name third --tokens 2 --c 0.5\nstep")
        let cell = try #require(try notebook.run("diff main").last)
        #expect(cell.results.first { $0.key == "first-difference" }?.value == .integer(1))
        #expect(cell.lines.contains { $0.hasPrefix("c ") && $0.hasSuffix("0.5") })
        #expect(try notebook.run("diff main thrid").last?.failure?.contains("did you mean 'third'?") == true)
    }
}

/// Conditions, and what expressions know of results and runs.
@Suite struct ResultVariableTests {
    @Test func conditions() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        try notebook.run("step 3")
        let said = try #require(
            try notebook.run("if (step == 3 and loss > 0) { say \"three $step\" } else { say other }").last)
        #expect(said.lines == ["three 3"])
        // What was said computed nothing: the results are still those of the step.
        #expect(try notebook.run("say $(gradient_norm > 0)").last?.lines == ["1"])
        try notebook.run("branch b\nstep 2")
        #expect(
            try notebook.run("say \"$(main.step) $(b.step) $(b.queries - main.queries)\"").last?.lines == [
                "3 5 20"
            ])
        #expect(
            try notebook.run("if (main.step > b.step) { step } else if (b.step >= 5) { eval }").last?.status
                == .ok)
        #expect(try notebook.run("say $(accuracy >= 0 and b.accuracy == accuracy)").last?.lines == ["1"])
        // A variable of that name comes first.
        #expect(try notebook.run("let accuracy = 7\nsay $accuracy").last?.lines == ["7"])
        #expect(try notebook.run("if ('a') { step }").last?.failure?.contains("expected a condition") == true)
        #expect(
            try notebook.run("if (1 == 'a') { step }").last?.failure?.contains("two numbers or two strings")
                == true)
        #expect(try notebook.run("say $(b.los)").last?.failure?.contains("b.los") == true)
    }

    @Test func loopsUntilACondition() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        try notebook.run("repeat 10 { if (main.step < 4) { step } }")
        #expect(try notebook.result("step", of: "show") == .integer(4))
        // One statement to undo.
        try notebook.run("undo")
        #expect(try notebook.result("step", of: "show") == .integer(0))
    }
}

/// `budget`: a run that was to end goes on.
@Suite struct RaisedBudgetTests {
    @Test func goesOnAsIfItHadBeenAllowedAtOnce() throws {
        let fixture = try Fixture()
        let once = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --budget 60\nrun")
        let notebook = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --budget 30\nrun")
        #expect(
            try notebook.run("step").last?.failure?.contains("'budget N' allows this run more") == true)
        #expect(try notebook.run("budget 30").last?.failure?.contains("expected more than") == true)
        #expect(try notebook.result("queries-left", of: "budget 60") == .integer(30))
        try notebook.run("run")
        #expect(try notebook.result("parameters", of: "show") == once.result("parameters", of: "show"))
        #expect(try notebook.result("charged-queries", of: "show") == .integer(60))
        // What is allowed can be taken back, what was asked cannot.
        try notebook.run("undo 2")
        #expect(try notebook.result("queries-left", of: "budget") == .integer(0))
        #expect(try notebook.run("step").last?.word == "failed")
        try notebook.run("redo 2\nbranch b\nbudget 70\nuse main")
        #expect(try notebook.result("queries-left", of: "budget") == .integer(0))
        #expect(try notebook.result("queries-left", of: "use b\nstep\nbudget") == .integer(0))
    }

    @Test func runsStandAsATree() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let cell = try #require(
            try notebook.run(
                "step\nbranch b\nstep\nbranch c\nuse main\nstep 3\nbranch a\nprompt new --name other --tokens 2 --dim 20 --rank 2\nruns"
            ).last)
        #expect(
            cell.lines.map { String($0.prefix { $0 != "," }) } == [
                "  main   zip", "  └ a    zip", "  └ b    zip", "    └ c  zip", "* other  zip",
            ])
        #expect(cell.lines[1].contains(", step 4 from 4") && cell.lines[3].contains(", step 2 from 2"))
        #expect(cell.results.contains { $0.key == "run.c.branch-of" && $0.value == .text("b") })
        // A run that takes another's place has no branches.
        let later = try #require(
            try notebook.run("prompt new --name b --tokens 2 --dim 20 --rank 2\nruns").last)
        #expect(
            later.lines.map { String($0.prefix { $0 != "," }) } == [
                "* b      zip", "  c      zip", "  main   zip", "  └ a    zip", "  other  zip",
            ])
        #expect(try notebook.run("undo\nruns").last?.lines[3].hasPrefix("    └ c") == true)
    }
}

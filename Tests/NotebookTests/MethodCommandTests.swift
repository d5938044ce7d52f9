import Foundation
import Notebook
import Synchronization
import Testing

/// Methods, named runs and accounts as statements drive them.
@Suite struct MethodCommandTests {
    /// A run that fails on its way keeps the steps that it paid for, and says so.
    @Test func failuresKeepWholeSteps() throws {
        let fixture = try Fixture()
        let setup = "model load\ndata load data\nprompt new --tokens 2 --dim 20 --budget 40 --a 1e38"
        let notebook = try fixture.notebook(setup)
        let report = try #require(try notebook.run("step 3").last)
        #expect(
            report.failure?.hasSuffix("note: the step before it is kept") == true, "\(report.failure ?? "")")
        #expect(report.lines.count == 1 && report.lines[0].hasPrefix("step 1, 10 queries, "))
        #expect(try notebook.result("step", of: "show") == .integer(1))
        #expect(try notebook.result("charged-queries", of: "show") == .integer(20))
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches)")
        // It is one statement to undo.
        try notebook.run("undo")
        #expect(try notebook.result("step", of: "show") == .integer(0))
    }

    /// A fitted head stands behind a loaded context, too; its queries are counted as ever.
    @Test(arguments: ["calibrate", "bias"]) func headsBehindALoadedContext(_ method: String) throws {
        let fixture = try Fixture()
        let setup = "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --budget 40\nstep 2"
        let notebook = try fixture.notebook(setup)
        let tuned = try notebook.run("eval --split test").last?.lines
        let report = try notebook.run(
            "prompt save p.safetensors\nprompt load p.safetensors --method \(method)\neval --split test")
        #expect(
            report[1].lines.contains { $0.hasPrefix("\(method): a context with a ") }, "\(report[1].lines)")
        // Before the step it is the context as it was saved.
        let before = try #require(report.last?.lines.first?.split(separator: " after ").first)
        #expect(tuned?.first?.hasPrefix(before) == true, "\(before), \(tuned ?? [])")
        #expect(try notebook.run("step").last?.word == "ok")
        #expect(try notebook.result("charged-queries", of: "show") == .integer(1))
    }

    /// With a context a class the prior is another unless one is given.
    @Test(arguments: [("", 1e-7), ("--contexts class", 1e-5), ("--contexts class --prior 1e-4", 1e-4)])
    func priorsOfContexts(_ options: String, _ prior: Double) throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --method gauss-newton --tokens 2 \(options)")
        #expect(try notebook.result("setting.prior", of: "prompt info") == .double(prior))
    }

    /// Where the largest classes alone are shown, it says that this misleads it.
    @Test(arguments: [("", false), ("--view probabilities", false), ("--view probabilities --top 2", true)])
    func partialAnswersAreSaidToMislead(_ options: String, _ misled: Bool) throws {
        let fixture = try Fixture()
        let report = try fixture.notebook("model load\ndata load data --shots 4").run(
            "prompt new --method gauss-newton --tokens 2 \(options)")
        let lines = try #require(report.last).lines
        #expect(lines.contains { $0.contains("misled by classes that are not shown") } == misled, "\(lines)")
    }

    /// A decoder that overflows draws black pictures, whose losses look like any other.
    @Test func overflowingDecodersAreRefused() throws {
        let fixture = try Fixture()
        try TinyModel.write(to: fixture.folder + "/Assets/Model", imageSize: 32)
        let notebook = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --method blackvip --a 1e20\nstep")
        let failure = try notebook.run("step").last?.failure
        #expect(
            failure?.contains("step 2 would make a parameter infinite; it was not taken") == true,
            "\(failure ?? "")")
        #expect(try notebook.run("trace t.safetensors").last?.word == "ok")
    }

    /// The encoder's weights are provenance: another file under the same name is another model.
    @Test func encodersAreRecorded() throws {
        let fixture = try Fixture()
        try TinyModel.write(to: fixture.folder + "/Assets/Model", imageSize: 32)
        try TinyModel.write(to: fixture.folder + "/encoder", imageSize: 32)
        let notebook = try fixture.notebook(
            "model load\ndata load data --shots 4\nprompt new --method blackvip --encoder encoder\nstep")
        let digest = try #require(
            try notebook.run("prompt info").last?.results.first { $0.key == "model.encoder" })
        #expect(digest.value.description.hasPrefix("sha256:"))
        let text = notebook.transcript
        let path = fixture.folder + "/encoder/model.safetensors"
        var bytes = try #require(fixture.bytes("encoder/model.safetensors"))
        bytes[bytes.count - 2] ^= 1
        try Fixture.write(bytes, to: path)
        let replayed = try Replay(Transcript(text, name: "x.zlt"), host: fixture.host()).run()
        #expect(
            replayed.mismatches.contains {
                $0.isProvenance && $0.message.hasPrefix("'model.encoder' recorded")
            })
    }

    /// The reported case: five failing steps asked fifty times on a budget of twenty.
    @Test func failingStepsUseTheBudget() throws {
        let notebook = try Fixture().notebook(
            "model load\ndata load data\nprompt new --tokens 2 --dim 20 --budget 20 --a 1e38")
        let words = try notebook.evaluate(
            "step\nstep\nstep\nstep\nstep", name: "input", keepGoing: true
        ).map(\.word)
        // The first one goes far, the second asks and fails, the others are refused.
        #expect(words == ["ok", "failed", "failed", "failed", "failed"])
        #expect(try notebook.result("charged-queries", of: "show") == .integer(20))
        #expect(try notebook.result("spent-queries", of: "show") == .integer(20))
        #expect(try notebook.result("queries-left", of: "show") == .integer(0))
        let lines = try #require(try notebook.run("show").last).lines
        #expect(
            lines.contains(
                "queries: 20 of 20 for training, 0 for evaluation; 10 of them asked by 'doctor', or in steps that failed, were undone or interrupted, or are on a branch"
            ))
    }

    @Test func runsLiveSideBySide() throws {
        let fixture = try Fixture()
        let small = "prompt new --tokens 2 --dim 20 --budget 100"
        let notebook = try fixture.notebook("model load\ndata load data\n\(small) --name a\nstep 2")
        let a = try notebook.result("parameters", of: "show")
        try notebook.run("prompt new --method calibrate --name b\nstep")
        #expect(try notebook.result("step", of: "show") == .integer(1))
        #expect(try notebook.result("parameters", of: "use a") == a)
        // A branch shares the account, not the state.
        try notebook.run("checkpoint two\nbranch c\nstep 3")
        let lines = try #require(try notebook.run("runs").last).lines
        #expect(lines.count == 3)
        #expect(
            lines[0].hasPrefix("  a    zip, seed 1, step 2, loss ")
                && lines[0].hasSuffix(", 50 of 100 queries"))
        #expect(
            lines[1].hasPrefix("* └ c  zip, seed 1, step 5 from 2, loss ")
                && lines[1].hasSuffix(", 50 of 100 queries"))
        #expect(
            lines[2].hasPrefix("  b    calibrate, seed 1, step 1, loss ")
                && lines[2].hasSuffix(", 1 of 5000 queries"))
        #expect(notebook.names.runs == ["a", "b", "c"] && notebook.names.checkpoints == ["two"])
        #expect(try notebook.result("step", of: "restore two") == .integer(2))
        #expect(try notebook.result("spent-queries", of: "show") == .integer(51))
        try notebook.run("undo")
        #expect(try notebook.result("current", of: "runs") == .text("c"))
        #expect(try notebook.run("branch a").last?.failure?.contains("there is a run 'a' already") == true)
        #expect(try notebook.run("use d").last?.failure?.contains("no run 'd'") == true)
        // A new prompt takes the place of the present run; new data ends all of them.
        #expect(try notebook.run(small).last?.word == "ok")
        #expect(notebook.names.runs == ["a", "b", "c"])
        try notebook.run("data load data --shots 4")
        #expect(notebook.names.runs.isEmpty)
        #expect(try notebook.run("runs").last?.failure?.contains("no prompt yet") == true)
    }

    @Test func headsAreFittedOnce() throws {
        let notebook = try Fixture().notebook(
            "model load\ndata load data\nprompt new --method bias --budget 9")
        #expect(try notebook.run("run --split test").last?.word == "ok")
        #expect(try notebook.result("queries", of: "show") == .integer(1))
        for statement in ["step", "run"] {
            let failure = try notebook.run(statement).last?.failure
            #expect(failure?.contains("'bias' takes 1 step in all") == true, "\(failure ?? "")")
        }
        try notebook.run("prompt new --method template")
        #expect(
            try notebook.run("step").last?.failure?.contains(
                "'template' takes no step: there is nothing to tune")
                == true)
        #expect(try notebook.run("eval --split test").last?.word == "ok")
    }

    /// Every method at the smallest: steps, evaluation, plots of all it measures, a saved prompt, a replay.
    @Test(arguments: ["bar", "bias", "blackvip", "bptvlm", "calibrate", "gauss-newton", "template", "zip"])
    func everyMethodRuns(_ method: String) throws {
        let fixture = try Fixture()
        try TinyModel.write(to: fixture.folder + "/Assets/Model", imageSize: 32)
        let options = [
            "bptvlm": "--dim 20 --visual-dim 20 --population 4",
            "gauss-newton": "--contexts class --budget 60",
            "zip": "--tokens 2 --dim 20 --augment 2",
        ]
        let steps = ["template": "", "bias": "step", "calibrate": "step"][method] ?? "step 2"
        let notebook = try fixture.notebook("model load\ndata load data --shots 4")
        let text = """
            prompt new --method \(method) \(options[method] ?? "")
            \(steps)
            eval --split test
            show
            history
            prompt save p.safetensors
            trace t.safetensors
            export csv r.csv
            classify data/cat/100.png data/dog/101.png
            """
        for report in try notebook.run(text) { #expect(report.word == "ok", "\(report.failure ?? "")") }
        for quantity in ["loss", "accuracy"] where method != "template" {
            #expect(try notebook.run("plot \(quantity)").last?.word == "ok")
        }
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: host).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches)")
    }

    /// ^C inside a round: the step is taken to its end; what comes next does not run.
    @Test func interruptLetsTheStepEnd() throws {
        let fixture = try Fixture()
        let setup =
            "model load\ndata load data\nprompt new --method bptvlm --dim 20 --visual-dim 20 --population 4"
        let notebook = try fixture.notebook(setup, stop: 3)
        let told = Mutex<[String]>([])
        notebook.host.notify = { text in told.withLock { $0.append(text) } }
        let report = try #require(try notebook.run("step 2").last)
        #expect(
            report.word == "interrupted" && report.lines.first == "interrupted after step 1, state kept")
        #expect(told.withLock { $0 } == ["stopping after this step; ^C again drops it"])
        let there = try notebook.result("parameters", of: "show")
        #expect(try fixture.notebook(setup).result("parameters", of: "step") == there)
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches)")
    }

    /// A second ^C: the step is as if it had not begun, but its queries are paid for.
    @Test func interruptsInsideARound() throws {
        let fixture = try Fixture()
        let setup =
            "model load\ndata load data\nprompt new --method bptvlm --dim 20 --visual-dim 20 --population 4"
        // Behind the command's own point there are some between candidates.
        let notebook = try fixture.notebook(setup, stop: 2, times: 2)
        let report = try #require(try notebook.run("step 2").last)
        #expect(
            report.word == "interrupted"
                && report.lines.first
                    == "interrupted after step 0, state kept; the step in progress was dropped, its 4 queries stay charged"
        )
        #expect(try notebook.result("charged-queries", of: "show") == .integer(4))
        #expect(try notebook.result("queries", of: "show") == .integer(0))
        let there = try notebook.result("parameters", of: "step 2")
        #expect(try fixture.notebook(setup).result("parameters", of: "step 2") == there)
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches)")
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var statement: String
        var message: String
        /// The part that is pointed at.
        var place: String
        var testDescription: String { statement }
    }

    @Test(arguments: [
        Mistake(
            statement: "prompt new --tokens 2 --dim 20 --rank 3",
            message: "expected 1 to 2, the smaller side of the 2 × 10 matrix, for '--rank'; got 3", place: "3"
        ),
        Mistake(
            statement: "prompt new --dim 7",
            message: "expected 8 to 519 for 8 tokens of width 64 for '--dim'; got 7",
            place: "7"),
        Mistake(
            statement: "prompt new --method bar --inner 16",
            message:
                "expected an even side below the model's 16 px, so that a frame is left, for '--inner'; got 16",
            place: "16"),
        Mistake(
            statement: "prompt new --method bar --inner 13",
            message:
                "expected an even side below the model's 16 px, so that a frame is left, for '--inner'; got 13",
            place: "13"),
        Mistake(
            statement: "prompt new --method blackvip",
            message: "expected pictures of a multiple of 32 pixels for BlackVIP; got 16",
            place: "prompt new --method blackvip"),
        Mistake(
            statement: "prompt new --method blackvip --encoder other",
            message: "expected an encoder for images of 16 px, as the model has; 'DIR/other' takes 32 px",
            place: "other"),
        Mistake(
            statement: "prompt new --method bptvlm --tokens 60",
            message: "expected 1 to 36, so that every class name fits, for '--tokens'; got 60", place: "60"),
        Mistake(
            statement: "prompt new --method bptvlm --sigma 1e300",
            message: "expected a σ whose projections are finite numbers for '--sigma'; got 1e+300",
            place: "1e300"),
        Mistake(
            statement: "prompt new --method bptvlm --population 1000 --dim 100000 --visual-tokens 0",
            message:
                "expected fewer for '--population', or a smaller prompt: a step would hold too many numbers; "
                + "got 1000 with 100000 dimensions", place: "1000"),
        Mistake(
            statement: "prompt new --name \"a b\"",
            message: "expected a name of up to 64 letters, digits, '-' and '_'; got 'a b'", place: "\"a b\""),
        Mistake(
            statement: "branch \"a\\n> quit\"",
            message: "expected a name of up to 64 letters, digits, '-' and '_'; got 'a\\u{a}> quit'",
            place: "\"a\\n> quit\""),
        Mistake(
            statement: "prompt new --method template --template \"a photo\"",
            message: "expected '{}' in template 'a photo', where the class name goes",
            place: "\"a photo\""),
        Mistake(
            statement: "prompt load b.safetensors",
            message:
                "cannot start from 'DIR/b.safetensors': saved by 'bias', it has no context to start from",
            place: "b.safetensors"),
        Mistake(
            statement: "prompt load t.safetensors",
            message: "cannot start from 'DIR/t.safetensors': it is an audit trace", place: "t.safetensors"
        ),
        Mistake(
            statement: "prompt load p.safetensors --method bar",
            message: "'bar' does not start from a saved context",
            place: "bar"),
    ])
    func mistakes(_ mistake: Mistake) throws {
        let fixture = try Fixture()
        try TinyModel.write(to: fixture.folder + "/other", imageSize: 32)
        let notebook = try fixture.notebook(
            "model load\ndata load data\nprompt new --method bias\nstep\nprompt save b.safetensors\n"
                + smallPrompt
                + "\nprompt save p.safetensors\nstep\ntrace t.safetensors")
        let before = try notebook.standing()
        let failure = fixture.masked(try notebook.run(mistake.statement).last?.failure ?? "").split(
            separator: "\n")
        #expect(failure.first?.hasSuffix("error: " + mistake.message) == true, "\(failure)")
        let marks = try #require(failure.dropFirst(2).first)
        let width = marks.drop { $0 == " " }.count
        #expect(width == mistake.place.count, "\(failure)")
        #expect(try notebook.standing() == before)
    }

    @Test func oneClassAndSmallBudgets() throws {
        let fixture = try Fixture()
        try FileManager.default.createDirectory(
            atPath: fixture.folder + "/one", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: fixture.folder + "/data/cat", toPath: fixture.folder + "/one/cat")
        let notebook = try fixture.notebook("model load\ndata load one")
        #expect(
            try notebook.run("prompt new").last?.failure?.contains(
                "a prompt tells classes apart: expected at least two classes; got one") == true)
        try notebook.run("data load data\nprompt new --method bptvlm --dim 9 --visual-dim 9 --budget 14")
        let failure = try notebook.run("step").last?.failure
        #expect(failure?.contains("the budget of 14 queries does not allow it: 15 needed, 14 left") == true)
    }
}

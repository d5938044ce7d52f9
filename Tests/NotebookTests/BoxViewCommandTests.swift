import Notebook
import Testing

/// Views of the box as statements set them.
@Suite struct BoxViewCommandTests {
    private static let noisy = "--view probabilities --decimals 2 --top 2 --noise 0.05"
    private static let small = "prompt new --tokens 2 --dim 20 --rank 2 --budget 400"

    @Test(
        arguments: [
            (
                "--view probabilities --decimals 2 --top 2 --noise 0.05",
                "the box shows probabilities to 2 decimals of the top 2 classes, noise 0.05"
            ),
            ("--view probabilities --top 1", "the box shows probabilities of the top class"),
            ("--decimals 1", "the box shows logits to 1 decimal"),
            ("--noise 1", "the box shows logits, noise 1.0"),
            ("", nil), ("--view logits --top 3 --noise 0", nil),
        ] as [(String, String?)])
    func promptsSayWhatIsShown(_ options: String, _ line: String?) throws {
        let notebook = try Fixture().notebook("model load\ndata load data")
        for statement in [Self.small + " " + options, "prompt info"] {
            let report = try #require(try notebook.run(statement).last)
            #expect(report.word == "ok", "\(report.failure ?? "")")
            #expect(report.lines.filter { $0.hasPrefix("the box shows") } == [line].compactMap { $0 })
            let names = report.results.map(\.key).filter {
                ["setting.view", "setting.decimals", "setting.top", "setting.noise"].contains($0)
            }
            #expect(names.count == (line == nil ? 0 : 4))
        }
    }

    /// The view that shows all leaves no trace in any number.
    @Test func theStandardViewChangesNothing() throws {
        let fixture = try Fixture()
        func results(_ options: String) throws -> [String] {
            let notebook = try fixture.notebook("model load\ndata load data")
            let statements = "\(Self.small) \(options)\nstep 3\neval --split test\nexport csv r.csv"
            return try notebook.run(statements).flatMap { report in
                report.lines + report.results.map { "\($0.key) \($0.value)" }
            }
        }
        let plain = try results("")
        #expect(try results("--view logits --top 3 --noise 0") == plain)
        #expect(try results("--decimals 1") != plain)
    }

    /// Steps after `undo` and `restore`, and a replay, see the same noise.
    @Test(arguments: ["--noise 0.3", noisy]) func stepsAreTheSameAgain(_ options: String) throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            "model load\ndata load data\n\(Self.small) \(options)\nstep\ncheckpoint one")
        func digests() throws -> [ResultValue] {
            [
                try notebook.result("parameters", of: "step 2"),
                try notebook.result("csv", of: "export csv r.csv"),
                try notebook.result("loss", of: "eval --split test"),
            ]
        }
        let first = try digests()
        // The evaluation and the steps.
        try notebook.run("undo 2")
        #expect(try notebook.result("step", of: "show") == .integer(1))
        #expect(try digests() == first)
        try notebook.run("restore one")
        #expect(try digests() == first)
        try notebook.run("restore one\nbranch other")
        #expect(try digests() == first)
        #expect(try notebook.run("trace t.safetensors").last?.word == "ok")
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/out"
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: host).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches)")
        // Without the noise it is another session.
        let text = notebook.transcript.replacing("--noise 0.3", with: "--noise 0").replacing(
            "--noise 0.05", with: "--noise 0.06")
        let other = try Replay(Transcript(text, name: "x.zlt"), host: host).run()
        #expect(!other.mismatches.isEmpty)
    }

    @Test(
        arguments: [
            "zip --tokens 2 --dim 20", "bias", "calibrate", "gauss-newton --budget 60", "template",
            "bptvlm --visual-tokens 0 --dim 20 --population 4",
        ],
        ["--view probabilities --decimals 2", "--view probabilities --decimals 0 --top 1", noisy, "--top 2"])
    func methodsRun(_ method: String, _ view: String) throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("model load\ndata load data --shots 4")
        let steps = method == "template" ? "" : ["bias", "calibrate"].contains(method) ? "step" : "step 3"
        let text = "prompt new --method \(method) \(view)\n\(steps)\neval --split test"
        for report in try notebook.run(text) { #expect(report.word == "ok", "\(report.failure ?? "")") }
    }

    /// What is no part of a run sees the box itself.
    @Test func onlyTheRunIsLimited() throws {
        let fixture = try Fixture()
        func results(_ options: String, _ statement: String) throws -> [String] {
            let notebook = try fixture.notebook("model load\ndata load data\n\(Self.small) \(options)")
            let report = try #require(try notebook.run(statement).last)
            #expect(report.word == "ok", "\(report.failure ?? "")")
            return report.results.map { "\($0.key) \($0.value)" }
        }
        for statement in ["classify data/cat/100.png", "zeroshot", "probe"] {
            #expect(try results(Self.noisy, statement) == results("", statement))
        }
        for statement in ["eval --split test", "run --queries 20 --split test"] {
            #expect(try results(Self.noisy, statement) != results("", statement))
        }
    }
}

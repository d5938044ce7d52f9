import Foundation
import Notebook
import PromptTuning
import Testing

/// A method that is one file and one line in the table has everything that the others have.
@Suite struct OwnMethodTests {
    private func notebook(_ fixture: Fixture, _ setup: String = "") throws -> Notebook {
        let notebook = try fixture.notebook("model load\ndata load data")
        notebook.host.methods = MethodTable(MethodTable.standard.all + [RandomSearch.self])
        for report in try notebook.run(setup) { #expect(report.word == "ok", "\(report.failure ?? "")") }
        return notebook
    }

    @Test func isDrivenFromTheLanguage() throws {
        let fixture = try Fixture()
        let setup = "prompt new --method random-search --spread 0.2 --budget 30 --seed 2"
        let notebook = try notebook(fixture, setup)
        let lines = try #require(try notebook.run("prompt info").last).lines
        #expect(
            lines == [
                "random-search: 2 context tokens",
                "1 query a step, budget 30: 30 steps; batch of 48 images",
            ])
        #expect(try notebook.result("setting.spread", of: "prompt info") == .double(0.2))
        let twelve = try notebook.result("parameters", of: "step 12")
        #expect(try notebook.run("run --queries 20 --eval-every 5 --split test").last?.word == "ok")
        // Undo, checkpoints and steps again end at the same bits; the account counts all of it.
        try notebook.run("undo")
        #expect(try notebook.result("parameters", of: "show") == twelve)
        #expect(try notebook.result("charged-queries", of: "show") == .integer(20))
        try notebook.run("checkpoint twelve\nstep 5\nrestore twelve")
        #expect(try notebook.result("parameters", of: "show") == twelve)
        #expect(try notebook.result("queries-left", of: "show") == .integer(5))
        #expect(try notebook.run("step 6").last?.failure?.contains("6 needed, 5 left") == true)

        for statement in [
            "plot best --out best.png", "plot loss", "trace t.safetensors", "export csv run.csv",
        ] {
            #expect(try notebook.run(statement).last?.word == "ok", "\(statement)")
        }
        #expect(fixture.exists("best.png") && fixture.exists("t.safetensors"))
        let csv = String(decoding: try #require(fixture.bytes("run.csv")), as: UTF8.self)
        #expect(csv.hasPrefix("kind,step,queries,loss,best,split,accuracy,correct,images\nstep,1,1,"))
        let step = try #require(try notebook.run("show step").last).lines
        #expect(step.first?.hasPrefix("last step: loss ") == true && step.first?.contains(", best ") == true)
        #expect(
            try notebook.run("run --until \"best < 100\"").last?.lines.last?.hasPrefix("best < 100: ") == true
        )

        // What it recorded replays.
        var host = fixture.host()
        host.methods = notebook.host.methods
        host.outputFolder = fixture.folder + "/out"
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: host).run()
        #expect(replayed.mismatches.isEmpty, "\(replayed.mismatches)")
    }

    @Test func hasHelpCompletionAndErrors() throws {
        let fixture = try Fixture()
        let notebook = try notebook(fixture, "prompt new --method random-search")
        let help = try #require(try notebook.run("help random-search").last).lines
        #expect(help[1] == "    " + RandomSearch.summary)
        #expect(help.contains("    --spread 0.05             standard deviation of a step"))
        #expect(try #require(try notebook.run("help").last).lines.contains { $0.hasPrefix("random-search") })
        func completed(_ line: String) -> [String] {
            Completer(notebook).complete(line, cursor: line.utf8.count).candidates
        }
        #expect(completed("prompt new --method ran") == ["random-search"])
        #expect(completed("prompt new --method random-search --spr") == ["--spread"])
        #expect(completed("prompt new --method=random-search --spr") == ["--spread"])
        #expect(completed("prompt new --spr").isEmpty)
        #expect(completed("plot be").contains("best") && completed("help rand") == ["random-search"])
        let failures = [
            "prompt new --method random-search --spread 0":
                "expected a number above 0 for '--spread'; got '0'",
            "prompt new --method random-search --rank 3":
                "unknown option '--rank' of 'prompt' with method 'random-search'",
            "prompt new --method random-serch":
                "no method 'random-serch'; known: bar, bias, blackvip, bptvlm, calibrate, "
                + "gauss-newton, random-search, template, zip",
            "plot gradient": "'random-search' measures no 'gradient'; known: accuracy, loss, best",
        ]
        for (statement, message) in failures {
            let failure = try notebook.run(statement).last?.failure ?? ""
            #expect(failure.contains("error: " + message), "\(failure)")
        }
    }
}

import Foundation
import Notebook
import Testing

/// What people reach for between two runs.
@Suite struct ConvenienceTests {
    @Test func rerunIsABlock() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        let first = try #require(try notebook.run("step 2\neval").first).number
        let before = try notebook.result("parameters", of: "show")
        let rerun = "rerun \(first)-\(first + 1) \(first)"
        let cell = try #require(try notebook.run(rerun).last)
        #expect(cell.status == .ok)
        #expect(
            cell.lines.filter { $0.hasPrefix("[") } == [
                "[\(first)] step 2", "[\(first + 1)] eval", "[\(first)] step 2",
            ])
        #expect(try notebook.result("step", of: "show") == .integer(6))
        let after = try notebook.result("parameters", of: "show")
        #expect(try notebook.run("undo").last?.lines.first?.hasPrefix("undone: rerun ") == true)
        #expect(try notebook.result("parameters", of: "show") == before)
        try notebook.run("redo")
        // A session with it replays, and a statement may be itself a 'rerun'.
        #expect(try notebook.run("rerun \(cell.number)").last?.status == .ok)
        let report = try Replay(Transcript(notebook.transcript, name: "s"), host: fixture.host()).run()
        #expect(report.mismatches.isEmpty && report.cells > 8)
        #expect(after != before)
    }

    /// A run that ends before the queries that were wanted says why.
    @Test func shortRunsSayWhy() throws {
        let notebook = try Fixture().notebook(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2 --budget 100\nstep 3\nundo"
        )
        let lines = try #require(try notebook.run("run --queries 100").last?.lines)
        #expect(
            lines.last
                == "note: 70 queries of 100: the budget is used up, and 30 of it did not lead here (undone, failed or on a branch); 'budget N' allows more"
        )
        #expect(
            try notebook.run("let loss = 5").last?.lines == [
                "note: 'loss' is this variable from here on, and no longer what statements measure under that name"
            ])
        #expect(try notebook.run("let loss = 6\nsay \"a\\nb\"").last?.lines == ["a", "b"])
        #expect(
            try notebook.run("step && eval").last?.failure?.contains("error: unexpected '&&'") == true)
        #expect(
            try notebook.run("help repeat").last?.failure?.contains("did you mean 'help language'?") == true)
    }

    @Test func gotoBest() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        #expect(
            try notebook.run("goto best").last?.failure?.contains("no validation accuracy of this run yet")
                == true)
        let run = try #require(try notebook.run("run --queries 60 --eval-every 10 --split test").last)
        func list(_ key: String) throws -> [ResultValue] {
            guard case .list(let values)? = run.results.first(where: { $0.key == key })?.value else {
                return []
            }
            return values
        }
        let accuracies = try list("curve-accuracy").compactMap {
            if case .double(let value) = $0 { value } else { nil }
        }
        let best = try #require(accuracies.max())
        let place = try #require(accuracies.firstIndex(of: best))
        let queries = try list("curve-queries")[place]
        try notebook.run("goto best --split test")
        #expect(try notebook.result("queries", of: "use main") == queries)
        #expect(try notebook.run("goto best --split test").last?.lines.last?.hasSuffix(" already") == true)
    }

    @Test func lookingLeavesTheResults() throws {
        let notebook = try Fixture().notebook(smallPrompt + "\nstep 2\neval")
        for statement in ["history", "show", "runs", "plot loss", "show variables", "provenance"] {
            #expect(
                try notebook.run("\(statement)\nif (accuracy >= 0) { say yes }").last?.lines == ["yes"],
                "\(statement)")
        }
        #expect(try notebook.run("let a = (accuracy + 1)\nlet b = (main.step)\nsay $b").last?.lines == ["2"])
        #expect(
            try notebook.run("show variables").last?.lines.prefix(3).map {
                $0.trimmingCharacters(in: .whitespaces)
            }[1]
                == "b         2")
        #expect(
            try notebook.run("let c = 2*3").last?.lines.first
                == "note: 'c' is the text '2*3'; 'let c = (2*3)' keeps a number")
        #expect(
            try notebook.run("let c = accuracy").last?.lines.first
                == "note: 'c' is the text 'accuracy'; 'let c = (accuracy)' keeps its value")
        for plain in [
            "let c = a-b", "let c = data/img", "let c = 3", "let c = 2026-11-27x", "let c = 'accuracy'",
        ] {
            #expect(try notebook.run(plain).last?.lines.isEmpty == true, "\(plain)")
        }
    }

    @Test func whatCanBeUndone() throws {
        let notebook = try Fixture().notebook(smallPrompt + "\nstep 2\nuse main\nshow\neval")
        let lines = try #require(try notebook.run("undo list").last?.lines)
        #expect(Array(lines.prefix(2)) == ["1   eval", "2   step 2"])
        #expect(
            try notebook.run("undo 2").last?.lines.first?.hasPrefix("undone: step 2 and what came after")
                == true)
        #expect(
            try notebook.run("checkpoint a\nshow checkpoints").last?.lines == [
                "  a             step 0, 0 queries"
            ])
    }

    @Test func diffWithoutNames() throws {
        let notebook = try Fixture().notebook(smallPrompt + "\nstep\nbranch other\nstep")
        let cell = try #require(try notebook.run("diff").last)
        #expect(cell.lines == (try notebook.run("diff main other").last?.lines))
    }
}

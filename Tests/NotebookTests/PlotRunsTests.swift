import Notebook
import Testing

/// `plot QUANTITY RUN…`: several runs in a chart.
@Suite struct PlotRunsTests {
    @Test func severalRuns() throws {
        let notebook = try Fixture().notebook(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2 --name a\nstep 3\n"
                + "eval --split test\nprompt new --tokens 2 --dim 20 --rank 2 --seed 2 --name b\nstep 5\neval --split val\n"
                + "prompt new --method template --name t")
        #expect(try notebook.result("points", of: "plot loss a b") == .integer(8))
        let cell = try #require(try notebook.run("plot loss b a").last)
        #expect(cell.lines.contains { $0.hasSuffix("  b") } && cell.lines.contains { $0.hasSuffix("  a") })
        let accuracy = try #require(try notebook.run("plot accuracy a b").last)
        #expect(accuracy.lines.contains { $0.hasSuffix("  a, test") })
        #expect(accuracy.lines.contains { $0.hasSuffix("  b, validation") })
        // One name alone is that run's own chart.
        #expect(try notebook.result("points", of: "plot gradient a") == .integer(3))
        #expect(try notebook.result("points", of: "use a\nplot gradient") == .integer(3))
        for (statement, message) in [
            ("plot loss a c", "no run 'c'"), ("plot gradient a t", "'template' measures no 'gradient'"),
            ("plot loss t", "nothing to draw yet"),
        ] {
            guard case .failed(let failure)? = try notebook.run(statement).last?.status else {
                Issue.record("\(statement) did not fail")
                continue
            }
            #expect(failure.message.hasPrefix(message), "\(failure.message)")
        }
    }
}

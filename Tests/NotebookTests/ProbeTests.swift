import Notebook
import Testing

/// `probe`: a linear classifier on the features of the few-shot set.
@Suite struct ProbeTests {
    private struct Unexpected: Error {}

    @Test func accuracyOfASplit() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("model load\ndata load data")
        let report = try #require(try notebook.run("probe --split train").last)
        #expect(report.results.map(\.key) == ["accuracy", "correct", "images", "loss", "decay"])
        #expect(report.results[2].value == .integer(48))
        let line = try #require(report.lines.last)
        #expect(line.hasPrefix("linear probe on 48 training images, weight decay "))
        #expect(line.contains(": training accuracy "))
        // Without '--split' the test images are asked.
        let tested = try #require(try notebook.run("probe").last)
        #expect(tested.lines.last?.contains(": test accuracy ") == true)
        #expect(try notebook.run("probe --split test").last?.results == tested.results)
        // One decay for all splits, among those that are tried.
        guard case .double(let decay) = report.results[4].value else { throw Unexpected() }
        #expect(line.contains("weight decay \(decay): "))
        #expect(tested.results[4].value == .double(decay))
        // The same again; no query, no prompt.
        #expect(try notebook.run("probe --split train").last?.results == report.results)
    }

    /// A chart of accuracy has the last figures beside the curve, and where the budget ended.
    @Test func linesOfACurve() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            "model load\ndata load data\nzeroshot\nprobe\nprompt new --tokens 2 --budget 20\nrun --split test"
        )
        func svg(_ statement: String) throws -> String {
            try notebook.run(statement + " --out c.svg")
            return String(decoding: try #require(fixture.bytes("c.svg")), as: UTF8.self)
        }
        let accuracy = try svg("plot accuracy")
        for label in [">zero-shot ", ">probe ", ">budget 20<"] {
            #expect(accuracy.contains(label), "\(label)")
        }
        #expect(try svg("plot loss").contains(">budget 20<"))
        #expect(try !svg("plot loss --x step").contains(">budget"))
        try notebook.run("budget 40")
        #expect(try !svg("plot loss").contains(">budget"))
        // The split of the figure is that of the curve.
        try notebook.run("undo 2\neval --split val")
        try notebook.run("prompt new --tokens 2\nstep\neval --split val")
        #expect(try !svg("plot accuracy").contains(">probe "))
    }

    @Test(arguments: [
        ("", "no model yet; 'model load' opens the embedded one"),
        ("model load", "no data set yet; load one with 'data load PATH'"),
        ("model load\ndata load data --shots all", "the data set has no validation images"),
    ])
    func mistakes(_ setup: String, _ message: String) throws {
        let notebook = try Fixture().notebook(setup)
        let report = try #require(try notebook.run("probe").last)
        #expect(report.failure == "input:1:1: error: \(message)\nprobe\n^~~~^")
        #expect(report.results.isEmpty)
    }

    @Test func interruption() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("model load\ndata load data", stop: 9)
        let report = try #require(try notebook.run("probe").last)
        #expect(report.word == "interrupted" && report.results.isEmpty)
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty && replayed.cells == 3)
    }
}

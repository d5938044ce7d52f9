import Notebook
import Testing

/// `anchors`: a linear classifier on the logits of random contexts.
@Suite struct AnchorsTests {
    @Test func accuracyOfASplit() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("model load\ndata load data")
        let report = try #require(try notebook.run("anchors --split train --contexts 2 --batch 20").last)
        #expect(
            report.results.map(\.key) == [
                "accuracy", "correct", "images", "loss", "ridge", "queries", "evaluation-queries",
            ])
        #expect(report.results[2].value == .integer(48))
        #expect(report.results[5].value == .integer(6) && report.results[6].value == .integer(6))
        #expect(report.lines.count == 2)
        #expect(report.lines[0].hasPrefix("logit anchors of 2 contexts, ridge "))
        #expect(report.lines[0].contains(": training accuracy "))
        #expect(
            report.lines[1]
                == "2 contexts × 3 minibatches of training images = 6 training queries; every prediction costs 2 queries"
        )
        // Without options: the test images, five contexts, minibatches of 128, seed 1.
        let tested = try #require(try notebook.run("anchors").last)
        #expect(tested.lines[0].contains(": test accuracy "))
        let spelled = "anchors --split test --contexts 5 --seed 1 --batch 128 --tokens 8"
        #expect(try notebook.run(spelled).last?.results == tested.results)
        // How the images are cut into minibatches shows in the account alone.
        let cut = try #require(try notebook.run("anchors --batch 7").last)
        #expect(cut.results.prefix(5).map(\.value) == tested.results.prefix(5).map(\.value))
        #expect(try notebook.run("anchors --seed 2").last?.results != tested.results)
        #expect(
            try notebook.run("anchors --contexts 1").last?.lines.last
                == "1 context × 1 minibatch of training images = 1 training query; every prediction costs 1 query"
        )
        // No prompt, no change.
        #expect(try notebook.run("undo").last?.lines.first?.contains("data load") == true)
    }

    /// The session pays, no run does; the box was asked as much as is told.
    @Test func theSessionPays() throws {
        let fixture = try Fixture()
        let owner = SessionAccountTests.Counter.Owner()
        let notebook = try fixture.notebook(smallPrompt)
        notebook.host.oracle = { SessionAccountTests.Counter($0, owner) }
        _ = try notebook.run("anchors --contexts 3 --batch 20 --split val")
        // 48 training and 12 validation images.
        #expect(owner.asked == 3 * 3 + 3)
        let show = try #require(try notebook.run("show").last)
        func told(_ key: String) -> ResultValue? { show.results.first { $0.key == key }?.value }
        #expect(told("spent-queries") == .integer(9) && told("spent-evaluation-queries") == .integer(3))
        #expect(told("charged-queries") == .integer(0) && told("queries-left") == .integer(400))
        #expect(show.lines.contains("session: 9 queries for training, 3 for evaluation"))
    }

    @Test(arguments: [
        ("", "anchors", "no model yet; 'model load' opens the embedded one", "^~~~~~^"),
        ("model load", "anchors", "no data set yet; load one with 'data load PATH'", "^~~~~~^"),
        (
            "model load\ndata load data --shots all", "anchors --split val",
            "the data set has no validation images", "^~~~~~~~~~~~~~~~~~^"
        ),
        (
            "model load\ndata load one", "anchors",
            "a prompt tells classes apart: expected at least two classes; got one", "^~~~~~^"
        ),
        (
            "", "anchors --contexts 0", "expected a whole number from 1 to 100 for '--contexts'; got '0'",
            "                   ^"
        ),
        (
            "", "anchors --contexts 101",
            "expected a whole number from 1 to 100 for '--contexts'; got '101'", "                   ^~^"
        ),
        (
            "", "anchors --seed -1", "expected a whole number of at least 0 for '--seed'; got '-1'",
            "               ^^"
        ),
        (
            "", "anchors --batch 0", "expected a whole number from 1 to 1000000 for '--batch'; got '0'",
            "                ^"
        ),
        (
            "", "anchors --tokens 0", "expected a whole number from 1 to 1000 for '--tokens'; got '0'",
            "                 ^"
        ),
        (
            "", "anchors --split all", "expected 'train', 'val' or 'test' for '--split'; got 'all'",
            "                ^~^"
        ),
        (
            "model load\ndata load data", "anchors --tokens 80",
            "the prompt for class 'cat' has 86 tokens; the model reads 48", "                 ^^"
        ),
    ])
    func mistakes(_ setup: String, _ statement: String, _ message: String, _ mark: String) throws {
        let fixture = try Fixture()
        try Fixture.writeImages(to: fixture.folder + "/one/cat", count: 24, label: 0)
        let notebook = try fixture.notebook(setup)
        let report = try #require(try notebook.run(statement).last)
        let column = mark.prefix { $0 == " " }.count + 1
        #expect(report.failure == "input:1:\(column): error: \(message)\n\(statement)\n\(mark)")
        #expect(report.results.isEmpty)
    }

    /// ^C while it asks and while it fits; a replay comes to the same point.
    @Test(arguments: [2, 20, 200]) func interruption(_ stop: Int) throws {
        let fixture = try Fixture()
        let owner = SessionAccountTests.Counter.Owner()
        let notebook = try fixture.notebook(smallPrompt, stop: stop)
        notebook.host.oracle = { SessionAccountTests.Counter($0, owner) }
        let report = try #require(try notebook.run("anchors --contexts 4 --batch 4").last)
        #expect(report.word == "interrupted" && report.results.isEmpty && report.lines.isEmpty)
        // 48 training images: the test images are asked behind the fit.
        #expect((owner.asked < 48) == (stop < 48))
        #expect(owner.asked <= 48)
        #expect(try notebook.result("spent-queries", of: "show") == .integer(owner.asked))
        #expect(try notebook.result("spent-evaluation-queries", of: "show") == .integer(0))
        let replayed = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replayed.mismatches.isEmpty)
    }
}

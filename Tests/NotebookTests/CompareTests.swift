import Foundation
import Notebook
import Testing

/// `compare` and `ablate`.
@Suite struct CompareTests {
    private static let statement =
        "compare --methods ['zip --tokens 2 --dim 20 --rank 2', calibrate, template] --seeds 1..2 --queries 40 --every 20"

    private static func notebook(_ fixture: Fixture, stop: Int? = nil) throws -> Notebook {
        try fixture.notebook("model load\ndata load data --shots 4", stop: stop)
    }

    /// The results of a cell without those of the table's runs.
    private static func results(_ cell: Cell) -> [String: String] {
        Dictionary(uniqueKeysWithValues: cell.results.map { ($0.key, "\($0.value)") })
    }

    @Test func tableAndRuns() throws {
        let fixture = try Fixture()
        let notebook = try Self.notebook(fixture)
        let cell = try #require(try notebook.run(Self.statement).last)
        #expect(cell.word == "ok")
        let values = Self.results(cell)
        // The runs are ordinary ones, at the figures that the table has.
        let name = "zip-tokens-2-dim-20-rank-2"
        var accuracies: [Double] = []
        for seed in 1...2 {
            try notebook.run("use \(name)-s\(seed)")
            let evaluation = try #require(try notebook.run("eval --split test").last)
            let accuracy = try #require(evaluation.results.first { $0.key == "accuracy" }).value.description
            accuracies.append(try #require(Double(accuracy)))
            let curve = try #require(values["compared.\(name)-s\(seed).test"])
            #expect(curve.hasSuffix(", \(accuracy)]"))
            #expect(values["compared.\(name)-s\(seed).training-queries"] == "[0, 20, 40]")
            #expect(values["compared.\(name)-s\(seed).seed"] == "\(seed)")
        }
        let mean = try #require(values["compare.data.\(name).accuracy"])
        #expect(Double(mean) == accuracies.reduce(0, +) / 2)
        // Each seed has its own draw, and the data go with the run.
        #expect(try notebook.run("show").last?.lines.contains { $0.contains("12 training") } == true)
        #expect(try notebook.run("step").last?.word == "failed")
        #expect(try notebook.run("plot compare").last?.word == "ok")
        #expect(try notebook.run("plot compare --of loss --log-x").last?.word == "ok")
        #expect(try notebook.run("plot compare --of targets --out t.png").last?.word == "ok")
        #expect(try notebook.run("plot compare --of tasks --out k.png").last?.word == "ok")
        #expect(try notebook.run("plot compare --of grid --out g.svg").last?.word == "ok")
        #expect(
            try notebook.run("plot compare --of radar").last?.failure?.contains("three data sets or more")
                == true)
        #expect(try notebook.run("plot compare --task x").last?.word == "failed")
        // Again: nothing is asked.
        let before = try notebook.result("spent-queries", of: "show")
        let again = try #require(try notebook.run(Self.statement).last)
        #expect(Self.results(again) == values)
        #expect(try notebook.result("spent-queries", of: "show") == before)
        let replay = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replay.mismatches.isEmpty, "\(replay.mismatches)")
    }

    /// ^C anywhere keeps what was done, and the same statement then ends at the same figures.
    @Test(arguments: [2, 5, 9, 12, 14])
    func interrupted(_ stop: Int) throws {
        let fixture = try Fixture()
        let whole = try #require(try Self.notebook(fixture).run(Self.statement).last)
        let notebook = try Self.notebook(fixture, stop: stop)
        let first = try #require(try notebook.run(Self.statement).last)
        #expect(first.word == "interrupted")
        let second = try #require(try notebook.run(Self.statement).last)
        #expect(Self.results(second) == Self.results(whole))
        let replay = try Replay(Transcript(notebook.transcript, name: "x.zlt"), host: fixture.host()).run()
        #expect(replay.mismatches.isEmpty, "\(replay.mismatches)")
    }

    @Test func ablation() throws {
        let fixture = try Fixture()
        let notebook = try Self.notebook(fixture)
        let cell = try #require(
            try notebook.run(
                "ablate diagonal on off --method 'zip --tokens 2 --dim 20 --rank 2' --seeds 1 --queries 20"
            ).last)
        #expect(cell.lines.contains { $0.hasPrefix("  diagonal on ") })
        #expect(
            try notebook.result("setting.diagonal", of: "use diagonal-off-s1\nprompt info") == .boolean(false)
        )
    }

    /// A run is taken up only where it was measured alike, on the same data.
    @Test func runsAreReusedOnlyWhereTheyFit() throws {
        let fixture = try Fixture()
        for label in 0..<3 {
            let folder = fixture.folder + "/more/test/" + Fixture.classNames[label]
            for split in ["train", "val"] {
                try Fixture.writeImages(
                    to: fixture.folder + "/more/\(split)/" + Fixture.classNames[label], count: 4, label: label
                )
                try Fixture.writeImages(
                    to: fixture.folder + "/less/\(split)/" + Fixture.classNames[label], count: 4, label: label
                )
            }
            try Fixture.writeImages(to: folder, count: 9, label: label)
            try Fixture.writeImages(
                to: fixture.folder + "/less/test/" + Fixture.classNames[label], count: 5, label: label)
        }
        let notebook = try fixture.notebook("model load\ndata load more --shots 4")
        let method = "--methods ['zip --tokens 2'] --seeds 1 --queries 40"
        // A run of one's own under the name is replaced, and that is said.
        let own = try #require(
            try notebook.run(
                "prompt new --tokens 2 --name zip-tokens-2-s1 --budget 40\nstep\ncompare \(method) --every 20"
            ).last)
        #expect(
            own.lines.first
                == "note: this takes the place of run 'zip-tokens-2-s1' at step 1; 'undo' brings it back")
        #expect(
            try notebook.result(
                "compared.zip-tokens-2-s1.training-queries", of: "compare \(method) --every 20"
            ).description == "[0, 20, 40]")
        #expect(
            try notebook.result(
                "compared.zip-tokens-2-s1.training-queries", of: "compare \(method) --every 10"
            ).description == "[0, 10, 20, 30, 40]")
        // Equal training images, other test images.
        #expect(
            try notebook.result("compared.zip-tokens-2-s1.images", of: "compare \(method) --on less")
                == .integer(15))
        #expect(
            try notebook.result("compared.zip-tokens-2-s1.images", of: "compare \(method) --on more")
                == .integer(27))
        // 'plot compare' draws the last comparison alone.
        try notebook.run("compare --methods template --seeds 1 --queries 40")
        #expect(try notebook.run("plot compare").last?.word == "failed")
        // A data set that is not there costs nothing of the others.
        let partly = try #require(
            try notebook.run("compare --methods template --seeds 1 --on ['more', 'none']").last)
        #expect(
            partly.word == "ok"
                && partly.lines.contains { $0.hasPrefix("failed: none, seed 1: no such file") })
    }

    /// Names that lose something tell it by a digest.
    @Test func namesStayApart() throws {
        let fixture = try Fixture()
        for name in ["数据", "图像"] {
            try FileManager.default.copyItem(
                atPath: fixture.folder + "/data", toPath: fixture.folder + "/" + name)
        }
        let notebook = try Self.notebook(fixture)
        let cell = try #require(
            try notebook.run(
                "compare --methods ['template --batch 100 --view probabilities --decimals 3 --noise 0.000'] --seeds 1..2 --on ['数据', '图像']"
            ).last)
        #expect(cell.word == "ok")
        let names = Set(
            cell.results.compactMap { result -> Substring? in
                result.key.hasPrefix("compared.") ? result.key.split(separator: ".").dropFirst().first : nil
            })
        #expect(names.count == 4 && names.allSatisfy { $0.count <= 64 && $0.allSatisfy(\.isASCII) })
        #expect(try notebook.run("plot compare --task 数据 --of tasks").last?.word == "ok")
    }

    /// A run that cannot be does not end the others.
    @Test func failingRuns() throws {
        let fixture = try Fixture()
        let notebook = try Self.notebook(fixture)
        let cell = try #require(
            try notebook.run("compare --methods ['zip --rank 900', template] --seeds 1 --queries 20").last)
        #expect(cell.word == "ok")
        #expect(cell.lines.contains { $0.hasPrefix("failed: data, zip --rank 900, seed 1: ") })
    }

    struct Sample: Sendable, CustomTestStringConvertible {
        var statement: String
        var message: String
        var testDescription: String { statement }
    }

    @Test(arguments: [
        Sample(statement: "compare --methods zap", message: "no method 'zap'"),
        Sample(statement: "compare --methods ['zip --rnk 3']", message: "unknown option '--rnk'"),
        Sample(statement: "compare --methods ['zip --seed 3']", message: "'--seed' of each run is set by"),
        Sample(statement: "compare --methods zip,zip", message: "'zip' is given twice"),
        Sample(statement: "compare --seeds 3..1", message: "expected seeds such as 1..3"),
        Sample(statement: "compare --seeds 1,1", message: "a seed is given twice"),
        Sample(statement: "compare --on nowhere", message: "nowhere, seed 1: no such file or folder"),
        Sample(statement: "ablate rnk 1", message: "'zip' has no option 'rnk'"),
        Sample(statement: "ablate diagonal yes", message: "expected on or off"),
        Sample(statement: "plot compare", message: "no comparison yet"),
    ])
    func mistakes(_ sample: Sample) throws {
        let notebook = try Self.notebook(try Fixture())
        let cell = try #require(try notebook.run(sample.statement).last)
        guard case .failed(let failure) = cell.status else {
            Issue.record("expected a failure of \(sample.statement)")
            return
        }
        #expect(failure.message.hasPrefix(sample.message), "\(failure.message)")
    }
}

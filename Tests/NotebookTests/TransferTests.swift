import Foundation
import Notebook
import Testing

/// A tuned prompt on other data and on the classes that it was not tuned on.
@Suite struct TransferTests {
    private func value(_ report: Cell, _ key: String) throws -> String {
        try #require(report.results.first { $0.key == key }, "\(report.results.map(\.key))").value.description
    }

    /// Each figure is the one that loading the data and the prompt by hand gives.
    @Test func baseToNewIsWhatStatementsGive() throws {
        let fixture = try Fixture()
        try Fixture.writeImages(to: fixture.folder + "/data/zebra", count: 24, label: 0)
        let notebook = try fixture.notebook()
        let all = try notebook.run(
            """
            model load
            data load data --shots 4 --classes base
            prompt new --tokens 2 --dim 20 --rank 2 --budget 60
            step 4
            eval --base-to-new
            eval --split test
            zeroshot
            prompt save p.safetensors
            data load data --shots 4 --classes new
            prompt load p.safetensors --dim 20 --rank 2
            eval --split test
            zeroshot
            """)
        for report in all { #expect(report.word == "ok", "\(report.failure ?? "")") }
        let both = all[4]
        #expect(try value(both, "base.accuracy") == value(all[5], "accuracy"))
        #expect(try value(both, "base.template") == value(all[6], "accuracy"))
        #expect(try value(both, "new.accuracy") == value(all[10], "accuracy"))
        #expect(try value(both, "new.loss") == value(all[10], "loss"))
        #expect(try value(both, "new.template") == value(all[11], "accuracy"))
        let base = try #require(Double(try value(both, "base.accuracy")))
        let new = try #require(Double(try value(both, "new.accuracy")))
        let mean = try #require(Double(try value(both, "harmonic-mean")))
        #expect(abs(mean - 2 / (1 / base + 1 / new)) < 1e-9)
    }

    /// Contexts of classes go by name, and a head stays where the classes are the same.
    @Test func onOtherData() throws {
        let fixture = try Fixture()
        for (name, label) in [("cat", 0), ("owl", 1)] {
            try Fixture.writeImages(to: fixture.folder + "/other/\(name)", count: 12, label: label)
        }
        let notebook = try fixture.notebook()
        let all = try notebook.run(
            """
            model load
            data load data --shots 4
            prompt new --method gauss-newton --contexts class --head bias --tokens 2 --budget 60
            step 2
            eval --split test
            eval --on data other
            """)
        for report in all { #expect(report.word == "ok", "\(report.failure ?? "")") }
        // The same classes: the very figure of 'eval'.
        #expect(try value(all[5], "on.1.accuracy") == value(all[4], "accuracy"))
        #expect(try value(all[5], "on.1.loss") == value(all[4], "loss"))
        #expect(
            all[5].lines[1].hasSuffix("(its head stays behind, 1 new class with the mean of the contexts)"))
        let accuracies = try ["on.1.accuracy", "on.2.accuracy"].map {
            try #require(Double(try value(all[5], $0)))
        }
        #expect(Double(try value(all[5], "mean-accuracy")) == (accuracies[0] + accuracies[1]) / 2)
    }

    @Test(arguments: [
        ("eval data", "expected '--on' before the paths of other data"),
        ("eval --on", "expected the paths of data sets after '--on'"),
        ("eval --on nowhere", "no such file or folder: 'nowhere'"),
        ("eval --on data --base-to-new", "'--on' and '--base-to-new' are two ways to evaluate: give one"),
        (
            "eval --base-to-new",
            "expected data of the base classes: 'data load PATH --classes base', then tune"
        ),
    ])
    func mistakes(_ statement: String, _ message: String) throws {
        let notebook = try Fixture().notebook()
        _ = try notebook.run(
            "model load\ndata load data --shots 4\nprompt new --tokens 2 --dim 20 --rank 2 --budget 60")
        let failure = try #require(try notebook.run(statement).last?.failure)
        #expect(failure.contains("error: " + message + "\n"), "\(failure)")
    }

    /// Data with test images alone: a prompt that was saved can be evaluated, and a step says why it cannot be taken.
    @Test func testImagesAlone() throws {
        let fixture = try Fixture()
        try fixture.write(
            "path,class,split\ndata/cat/100.png,cat,test\ndata/dog/100.png,dog,test\n", to: "t.csv")
        let notebook = try fixture.notebook()
        let all = try notebook.evaluate(
            """
            model load
            data load data --shots 4
            prompt new --tokens 2 --dim 20 --rank 2 --budget 60
            step
            prompt save p.safetensors
            data load t.csv
            zeroshot
            prompt load p.safetensors
            eval --split test
            step
            prompt new --tokens 2
            probe
            anchors
            plot images --split test
            """, name: "input", keepGoing: true)
        #expect(
            all.map(\.word) == [
                "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "ok", "failed", "failed", "failed", "failed",
                "ok",
            ])
        for report in all[9...12] {
            #expect(
                report.failure?.contains("the data set has no training images") == true,
                "\(report.failure ?? "")")
        }
    }
}

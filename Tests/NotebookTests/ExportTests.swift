import CommandLanguage
import Foundation
import Notebook
import Raster
import Testing

/// Numbers that leave the program: CSV, JSON, saved prompts.
@Suite struct ExportTests {
    @Test func csvHasEveryNumber() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        var expected: [String] = []
        for _ in 0..<7 {
            let report = try #require(try notebook.run("step").last)
            let loss = try #require(report.results.first { $0.key == "loss" }).value
            let norm = try #require(report.results.first { $0.key == "gradient-norm" }).value
            let show = try #require(try notebook.run("show").last)
            let size = try #require(show.results.first { $0.key == "step-size" }).value
            let perturbation = try #require(show.results.first { $0.key == "perturbation-size" }).value
            let step = expected.count + 1
            let clipped = report.results.first { $0.key == "clipped" }?.value == .boolean(true) ? 1 : 0
            expected.append(
                "step,\(step),\(step * 10),\(loss),\(norm),\(clipped),\(size),\(perturbation),,,,")
        }
        let score = try #require(try notebook.run("eval --split test").last).results
        let values = ["loss", "accuracy", "correct", "images"].compactMap { key in
            score.first { $0.key == key }?.value
        }
        expected.append("evaluation,7,70,\(values[0]),,,,,test,\(values[1]),\(values[2]),\(values[3])")
        #expect(
            try notebook.run("export csv run.csv").last?.lines == [
                "7 steps and 1 evaluation written to run.csv"
            ])
        let text = String(decoding: try #require(fixture.bytes("run.csv")), as: UTF8.self)
        let header =
            "kind,step,queries,loss,gradient_norm,clipped,step_size,perturbation_size,split,accuracy,correct,images"
        #expect(text == ([header] + expected).joined(separator: "\n") + "\n")
    }

    /// A file is written over by one of its own form alone, or with --force.
    @Test func foreignFilesStay() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nstep\neval")
        let photo = try Fixture.picture(label: 1, index: 1).pngData()
        let foreign: [(statement: String, name: String, bytes: [UInt8])] = [
            ("plot loss --out", "a.png", photo),
            ("plot loss --out", "a.svg", Array("<svg xmlns='x'></svg>".utf8)),
            ("plot measures --out", "b.png", photo), ("plot images --out", "c.png", photo),
            ("mistakes --out", "d.png", photo), ("export csv", "a.csv", Array("a,b\n1,2\n".utf8)),
            ("export json", "a.json", Array("{}\n".utf8)), ("save", "notes.txt", Array("notes\n".utf8)),
            (
                "prompt save", "model.safetensors",
                [1, 2, 3]
            ),
            ("trace", "t.safetensors", Array(repeating: 0, count: 400_000)),
        ]
        for (statement, name, bytes) in foreign {
            try Fixture.write(bytes, to: fixture.folder + "/" + name)
            let failure = try #require(try notebook.run("\(statement) \(name)").last?.failure)
            #expect(
                failure.contains("error: cannot write '\(name)': it is there and no such file of ziplab\n")
                    && failure.contains("'--force' writes over it"), "\(failure)")
            #expect(fixture.bytes(name) == bytes)
            #expect(try notebook.run("\(statement) \(name) --force").last?.word == "ok")
            let own = try #require(fixture.bytes(name))
            #expect(own != bytes)
            // Now it is of its form, and no longer in the way.
            #expect(try notebook.run("\(statement) \(name)").last?.word == "ok")
            // An empty file is nothing to lose.
            try Fixture.write([], to: fixture.folder + "/" + name)
            #expect(try notebook.run("\(statement) \(name)").last?.word == "ok")
        }
        // Not one form over another.
        #expect(try notebook.run("trace notes.txt").last?.word == "failed")
        #expect(try notebook.run("plot loss --out notes.txt").last?.word == "failed")
        // Nor one session over another.
        let other = try fixture.notebook("classes set a b")
        let failure = try #require(try other.run("save notes.txt").last?.failure)
        #expect(failure.contains("error: cannot write 'notes.txt': it is another session\n"))
        #expect(try other.run("save notes.txt --force").last?.word == "ok")
        #expect(try other.run("classes\nsave notes.txt").last?.word == "ok")
    }

    @Test func jsonHoldsExactValues() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook()
        let reports = try notebook.evaluate(
            smallPrompt + """

                step 2
                zeroshot
                classify data/cat/100.png "data/dog/101.png"
                plot loss --x step --out loss.png
                frob "a\\u{1b}b"
                classes set a b "q\\"uote\\\\ \\u{7}" "\\u{2028}"
                help
                """, name: "in\u{1b}put", keepGoing: true)
        for report in reports {
            #expect(!report.json.contains("\n"))
            #expect(
                !report.json.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
            #expect(object["schema"] as? Int == 1)
            #expect(object["cell"] as? Int == report.number)
            #expect(object["input"] as? String == report.input)
            #expect(object["status"] as? String == report.word)
            #expect(object["lines"] as? [String] == report.lines)
            let results = try #require(object["results"] as? [String: Any])
            #expect(results.count == report.results.count)
            for result in report.results {
                #expect(Self.equal(results[result.key], result.value), "\(result)")
            }
            if case .failed(let failure) = report.status {
                let diagnostic = try #require(failure.diagnostic)
                let error = try #require(object["error"] as? [String: Any])
                #expect(error["message"] as? String == diagnostic.message)
                #expect(error["line"] as? Int == diagnostic.position.line)
                #expect(error["column"] as? Int == diagnostic.position.column)
                #expect(error["notes"] as? [String] == diagnostic.notes)
                #expect(error["file"] as? String == "in\u{1b}put")
            }
        }
        #expect(reports.map(\.word) == Array(repeating: "ok", count: 7) + ["failed", "failed", "ok"])
        let plots = try #require(
            try JSONSerialization.jsonObject(with: Data(reports[6].json.utf8)) as? [String: Any])["plots"]
        let plot = try #require((plots as? [[String: Any]])?.first)
        #expect(plot["path"] as? String == "loss.png")
        #expect(plot["width"] as? Int == 1200 && plot["height"] as? Int == 800)
        #expect((plot["pixels"] as? String)?.hasPrefix("sha256:") == true)
    }

    private static func equal(_ json: Any?, _ value: ResultValue) -> Bool {
        switch value {
        case .boolean(let flag): json as? Bool == flag
        case .integer(let integer): (json as? NSNumber)?.intValue == integer
        case .float(let float): (json as? NSNumber).map { Float($0.doubleValue) } == float
        // The reader keeps many digits as a decimal, whose own conversion is not exact.
        case .double(let double): (json as? NSNumber).flatMap { Double($0.stringValue) } == double
        case .text(let text), .recorded(let text): json as? String == text
        case .list(let values):
            (json as? [Any]).map { $0.count == values.count && zip($0, values).allSatisfy { equal($0, $1) } }
                ?? false
        }
    }

    @Test func numbersThatAreNone() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            smallPrompt + "\nprompt new --tokens 2 --dim 20 --a 1e30 --clip none\nstep")
        let before = try notebook.standing()
        for statement in ["eval", "step", "run"] {
            #expect(try notebook.run(statement).last?.failure?.contains(" is nan") == true)
            #expect(withoutAccount(try notebook.standing()) == withoutAccount(before))
        }
        // The sign and the payload of a nan differ from processor to processor.
        #expect(ResultValue.double(-.nan).description == "nan")
        #expect(ResultValue.float(.signalingNaN).description == "nan")
        #expect(ResultValue.list([.double(.infinity), .float(-.infinity)]).description == "[inf, -inf]")
    }

    @Test func savedPromptsStartAnother() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nstep 5")
        let score = try notebook.result("loss", of: "eval --split test")
        try notebook.run("prompt save p.safetensors\nprompt load p.safetensors --dim 20 --seed 3")
        #expect(try notebook.result("step", of: "show") == .integer(0))
        #expect(try notebook.result("loss", of: "eval --split test") == score)
        let read = try Transcript(notebook.transcript, name: "x.zlt")
        // A replay reads back the file that it wrote itself.
        try FileManager.default.removeItem(atPath: fixture.folder + "/p.safetensors")
        var host = fixture.host()
        host.outputFolder = fixture.folder + "/replayed"
        #expect(try Replay(read, host: host).run().mismatches.isEmpty)
        #expect(fixture.exists("replayed/p.safetensors") && !fixture.exists("p.safetensors"))
    }

    @Test func filesAreWrittenWholeOrNotAtAll() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nstep 3\nexport csv run.csv")
        let old = try #require(fixture.bytes("run.csv"))
        let standing = try notebook.standing()
        try FileManager.default.createDirectory(
            atPath: fixture.folder + "/loss.png", withIntermediateDirectories: true)
        for statement in [
            "plot loss", "export csv run.csv/x", "trace no/t", "prompt save data", "save /proc/none/s.zlt",
        ] {
            #expect(
                try notebook.run(statement).last?.failure?.contains("cannot write") == true, "\(statement)")
        }
        #expect(fixture.bytes("run.csv") == old)
        #expect(try notebook.standing() == standing)
        // A link is followed, a device is not replaced by a file.
        try FileManager.default.createSymbolicLink(
            atPath: fixture.folder + "/link.csv", withDestinationPath: "run.csv")
        try notebook.run("step\nexport csv link.csv\nexport csv /dev/null")
        #expect(fixture.bytes("run.csv") == fixture.bytes("link.csv"))
        #expect(fixture.bytes("run.csv") != old)
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        #expect(type == .typeCharacterSpecial)
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder).sorted()
        #expect(left == ["Assets", "data", "link.csv", "loss.png", "run.csv"])
    }
}

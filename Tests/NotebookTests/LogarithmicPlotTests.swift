import Notebook
import Raster
import Testing

/// `plot --log-x`.
@Suite struct LogarithmicPlotTests {
    @Test func changesTheAxisAlone() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            smallPrompt + "\neval --split test\nrun --queries 200 --eval-every 50 --split test")
        func picture(_ options: String) throws -> Bitmap {
            let report = try #require(try notebook.run("plot accuracy \(options)").last)
            #expect(report.word == "ok" && report.results.map { "\($0.key)" } == ["points"])
            return try Bitmap.decode(try #require(fixture.bytes("accuracy.png")), name: "accuracy.png")
        }
        let plain = try picture("")
        let logarithmic = try picture("--x queries --log-x")
        #expect(try picture("--log-x") == logarithmic && logarithmic != plain)
        #expect(try picture("") == plain)
        // Title, y axis and its labels are the same.
        let left = { (bitmap: Bitmap) in bitmap.cropped(x: 0, y: 0, width: 90, height: 690) }
        #expect(left(plain) == left(logarithmic))
        #expect(try picture("--x step --log-x") != logarithmic)
        #expect(try notebook.run("plot loss --log-x").last?.word == "ok")
    }

    /// What costs no query, one or two: drawn, and carried on to the right edge.
    @Test(arguments: ["template", "bias", "calibrate"]) func cheapRunsAreSeen(_ method: String) throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(
            "model load\ndata load data\nprompt new --method \(method)\n"
                + (method == "template" ? "" : "step\n") + "eval --split test\nplot accuracy --log-x")
        let picture = try Bitmap.decode(try #require(fixture.bytes("accuracy.png")), name: "accuracy.png")
        // The first colour of the palette, full in the dot and 0.35 over white in the level.
        let dot = (0..<1000).contains { x in
            (150..<700).contains { picture[x, $0] == Color(0, 114, 178) }
        }
        #expect(dot)
        let faint = (150..<700).count { y in
            let pixel = picture[1150, y]
            return pixel.red < 240 && pixel.blue > pixel.red + 10
        }
        #expect((1...4).contains(faint), "\(faint)")
        _ = notebook
    }

    @Test func mistakes() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        #expect(
            try notebook.run("plot accuracy --logx").last?.failure == """
                input:1:15: error: unknown option '--logx' of 'plot'
                plot accuracy --logx
                              ^~~~~^
                note: did you mean '--log-x'?
                note: 'help plot' lists the options
                """)
        let failure = try notebook.run("plot images --log-x").last?.failure
        #expect(failure?.contains("unknown option '--log-x'") == true)
    }
}

/// Panels, pages and axes of `plot`.
@Suite struct PlotFormTests {
    @Test func measuresSVGAndSeconds() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt + "\nstep 3")
        let cell = try #require(try notebook.run("plot measures --out m.svg --theme dark").last)
        #expect(cell.status == .ok)
        #expect(cell.results.first { $0.key == "panels" }?.value == .integer(5))
        let svg = String(decoding: try #require(fixture.bytes("m.svg")), as: UTF8.self)
        #expect(svg.hasPrefix("<svg ") && svg.contains(">Clipped steps</text>"))
        // What is recorded are the pixels, whatever the file is.
        let plain = try #require(try notebook.run("plot measures --theme dark").last)
        #expect(plain.outputs.last == cell.outputs.last || plain.status == .ok)
        let failure = try notebook.run("plot loss --x seconds").last?.failure
        #expect(failure?.contains("box --latency") == true)
        #expect(try notebook.run("box --latency 0.5\nplot loss --x seconds --log-y").last?.status == .ok)
        #expect(try notebook.run("plot loss --out loss.gif").last?.failure?.contains(".png or .svg") == true)
        #expect(try notebook.run("plot images --out i.svg").last?.failure?.contains("pixels") == true)
    }
}

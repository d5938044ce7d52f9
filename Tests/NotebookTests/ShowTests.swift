import CLIPEngine
import CommandLanguage
import Datasets
import Foundation
import Notebook
import PromptTuning
import Raster
import Tensors
import Testing

/// `show` and its parts, `provenance`, pictures for the eye.
@Suite struct ShowTests {
    /// What another statement says of the same.
    @Test(arguments: [
        ("show model", "model info"), ("show data", "data info"), ("show classes", "classes"),
        ("show box", "box"),
    ])
    func partIsWhatItsVerbSays(part: String, verb: String) throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let (one, other) = (try notebook.run(part).last, try notebook.run(verb).last)
        #expect(one?.lines == other?.lines && one?.results == other?.results)
        #expect(one?.lines.isEmpty == false)
    }

    @Test func settingsMarkWhatWasGiven() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let cell = try #require(
            try notebook.run("prompt new --tokens 2 --dim 20 --rank 2 --a 0.5\nshow settings").last)
        let marked = cell.lines.filter { $0.hasPrefix("* ") }.map { $0.split(separator: " ")[1] }
        #expect(marked == ["tokens", "dim", "rank", "a"])
        #expect(cell.results.contains { $0.key == "setting.a" && $0.value == .double(0.5) })
    }

    @Test func runTellsEverySplit() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        try notebook.run("step\neval --split test\nstep\neval --split val")
        let lines = try #require(try notebook.run("show run").last).lines
        #expect(
            lines.filter { $0.hasPrefix("last evaluation:") }.map { $0.split(separator: " ")[2] } == [
                "validation", "test",
            ])
        #expect(
            lines.contains { $0.hasPrefix("last step: loss") }
                && lines.contains { $0.hasPrefix("queries: 20 of") })
    }

    /// A plain search through the vocabulary.
    @Test func wordsAreTheNearest() throws {
        let fixture = try Fixture()
        let model = try CLIPModel(folder: fixture.folder + "/Assets/Model")
        let notebook = try fixture.notebook(
            "model load\ndata load data\nprompt new --tokens 2 --dim 20 --rank 2")
        let cell = try #require(try notebook.run("step 3\nshow prompt --words 4").last)
        try notebook.run("prompt save p.safetensors")
        let context = try SafeTensorsFile(path: fixture.folder + "/p.safetensors").floats("context")
        let width = model.text.width
        for row in 0..<2 {
            let vector = context[(row * width)..<((row + 1) * width)].map(Double.init)
            var all: [(distance: Double, id: Int32)] = []
            for id in 0..<Int32(model.tokenizer.vocabularySize) {
                guard let token = model.tokenizer.token(of: id), !token.hasPrefix("<|"),
                    !model.tokenizer.decode([id]).isEmpty, !model.tokenizer.decode([id]).contains("\u{FFFD}"),
                    !model.tokenizer.decode([id]).unicodeScalars.contains(where: {
                        $0.value < 32 || (127..<160).contains($0.value)
                    })
                else { continue }
                let embedding = model.text.embedding(of: id).map(Double.init)
                all.append(
                    (zip(vector, embedding).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot(), id)
                )
            }
            all.sort { ($0.distance, $0.id) < ($1.distance, $1.id) }
            let result = try #require(cell.results.first { $0.key == "distances.\(row + 1)" }).value
            #expect(result == .list(all.prefix(4).map { .double($0.distance) }))
            let words = try #require(cell.results.first { $0.key == "words.\(row + 1)" }).value
            #expect(
                words
                    == .list(
                        all.prefix(4).map { entry in
                            .text(
                                model.tokenizer.decode([entry.id])
                                    + (model.tokenizer.token(of: entry.id)!.hasSuffix("</w>") ? "" : "…"))
                        }))
        }
    }

    @Test func wordsOfAnUntouchedStartAreItsWords() throws {
        let notebook = try Fixture().notebook(
            "model load\ndata load data\nprompt new --method gauss-newton")
        let cell = try #require(try notebook.run("show prompt --words 1").last)
        let words = cell.results.filter { $0.key.hasPrefix("words.") }.map(\.value)
        let distances = cell.results.filter { $0.key.hasPrefix("distances.") }.map(\.value)
        #expect(words.count == distances.count && !words.isEmpty)
    }

    @Test(arguments: ["template", "calibrate", "bar", "bptvlm"])
    func promptOfEachKind(method: String) throws {
        let notebook = try Fixture().notebook("model load\ndata load data\nprompt new --method \(method)")
        let cell = try #require(try notebook.run("show prompt").last)
        #expect(cell.word == "ok" && !cell.lines.isEmpty, "\(cell.failure ?? "")")
    }

    final class Watcher: NotebookObserver {
        var pictures: [CellPicture] = []
        var plots: [CellPlot] = []
        func began(number: Int, input: String, comments: [String]) {}
        func saw(_ event: CellOutput) {
            if case .picture(let picture) = event { pictures.append(picture) }
            if case .plot(let plot) = event { plots.append(plot) }
        }
        func ended(_ report: Cell) {}
    }

    @Test func imageIsThatOfTheSplit() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook("model load\ndata load data")
        let watcher = Watcher()
        notebook.add(watcher)
        let cell = try #require(try notebook.run("show image 2 --split test").last)
        let path = try #require(cell.results.first { $0.key == "path" }).value.description
        let file = try Bitmap.read(path: fixture.folder + "/data/" + path)
        let shown = try #require(watcher.pictures.first)
        #expect(try Bitmap.decode(shown.png, name: "shown") == file)
        #expect(cell.lines[0].hasPrefix("test image 2: \(path), "))
        // It is for the eye alone.
        #expect(!notebook.transcript.contains("@plot") && cell.outputs.count == 1)
        let failed = try #require(try notebook.run("show image 100000").last)
        #expect(failed.failure?.contains("expected an image from 1 to") == true)
    }

    @Test func classifyShowsItsImages() throws {
        let fixture = try Fixture()
        try Fixture.write(Fixture.picture(label: 0, index: 0).pngData(), to: fixture.folder + "/a.png")
        try Fixture.write(Fixture.picture(label: 1, index: 0).pngData(), to: fixture.folder + "/b.png")
        let notebook = try fixture.notebook("model load\nclasses set cat dog")
        let watcher = Watcher()
        notebook.add(watcher)
        try notebook.run("classify a.png b.png")
        #expect(watcher.pictures.isEmpty)
        try notebook.run("classify a.png b.png --show")
        #expect(watcher.pictures.map(\.words) == ["a.png", "b.png"])
    }

    @Test func plotsAreShownWhereAsked() throws {
        let notebook = try Fixture().notebook(smallPrompt)
        let watcher = Watcher()
        notebook.add(watcher)
        let plain = try #require(try notebook.run("step 3\nplot loss").last)
        let shown = try #require(try notebook.run("plot loss --show").last)
        #expect(watcher.plots.map(\.isShown) == [false, true])
        #expect(watcher.plots[1].sketch.count > 10)
        // The record is the same.
        #expect(plain.lines == shown.lines && plain.outputs == shown.outputs)
    }

    @Test func confusionMatrixIsDrawn() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        let cell = try #require(
            try notebook.run("mistakes --split test --matrix m.png\nmistakes --matrix m.svg --theme dark")
                .last)
        #expect(cell.word == "ok", "\(cell.failure ?? "")")
        #expect(try Bitmap.read(path: fixture.folder + "/m.png").width == 1200)
        let svg = String(decoding: fixture.bytes("m.svg") ?? [], as: UTF8.self)
        #expect(svg.hasPrefix("<svg") && svg.contains("Confusion"))
        let failed = try #require(try notebook.run("mistakes --matrix m.gif").last)
        #expect(failed.failure?.contains("expected a name that ends in .png or .svg") == true)
    }

    /// Its digests are those that loading and building record.
    @Test func provenanceHasTheRecordedDigests() throws {
        let notebook = try Fixture().notebook()
        var recorded: [String: String] = [:]
        for cell in try notebook.run(
            "model load\ndata load data --seed 4\nprompt new --tokens 2 --dim 20 --rank 2\nstep 2")
        {
            for result in cell.results { recorded[result.key] = result.value.description }
        }
        let cell = try #require(try notebook.run("provenance").last)
        var compared = 0
        for result in cell.results where result.value.description.hasPrefix("sha256:") {
            #expect(recorded[result.key] == result.value.description, "\(result.key)")
            #expect(cell.lines.contains { $0.hasSuffix(result.value.description.dropFirst(7)) })
            compared += 1
        }
        #expect(compared >= 6)
        #expect(cell.lines.contains { $0.hasPrefix("  drawn") && $0.contains("seed 4") })
    }
}

import CommandLanguage
import Foundation
import Notebook
import Raster
import Synchronization
import Testing

/// A temporary folder with a tiny model (`Assets/Model`), a data set (`data`) and whatever a test adds.
///
/// The data set has three classes with two colours each, 24 pictures a class: enough for 16 shots and 4 for validation.
final class Fixture: Sendable {
    let folder: String

    init() throws {
        folder = try Self.makeFolder("session")
        for name in ["Assets", "data"] {
            try FileManager.default.copyItem(
                atPath: try Self.shared.get() + "/" + name, toPath: folder + "/" + name)
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    static let classNames = ["cat", "dog", "fire_truck"]

    /// The model and the pictures, made once.
    private static let shared = Result<String, any Error>(catching: {
        let folder = try makeFolder("shared")
        try TinyModel.write(to: folder + "/Assets/Model")
        for (label, name) in classNames.enumerated() {
            try writeImages(to: folder + "/data/" + name, count: 24, label: label)
        }
        return folder
    })

    private static func makeFolder(_ name: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("notebook-tests-\(name)-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    static func writeImages(to folder: String, count: Int, label: Int) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for index in 0..<count {
            try write(picture(label: label, index: index).pngData(), to: folder + "/\(100 + index).png")
        }
    }

    /// Stripes whose colours and width depend on the label, shifted and shaded by the index.
    static func picture(label: Int, index: Int) -> Bitmap {
        var bitmap = Bitmap(width: 16, height: 16)
        for y in 0..<16 {
            for x in 0..<16 {
                let band = ((x + index) / (label + 2)) % 2 == 0
                let shade = UInt8((index * 37 + y * 5) % 120)
                bitmap[x, y] = Color(
                    band ? 240 - shade : shade, label == 1 ? 200 : shade, label == 2 ? 220 - shade : 30)
            }
        }
        return bitmap
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    /// Writes a text file below the folder.
    func write(_ text: String, to name: String) throws {
        try Self.write(Array(text.utf8), to: folder + "/" + name)
    }

    func bytes(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: folder + "/" + name).map { [UInt8]($0) }
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/" + name)
    }

    /// A host in the folder that is asked to stop at the interruption point `stop` counted from now, if one is given, and
    /// at the points behind it until that has been `times`.
    func host(stop: Int? = nil, times: Int = 1) -> NotebookHost {
        let polls = Polls(stop: stop, times: times)
        return NotebookHost(
            workingFolder: folder, assetsFolder: folder + "/Assets",
            environment: ["HF_HOME": folder + "/huggingface"],
            takeInterrupt: { [self] in
                // The folder stays as long as its notebook.
                withExtendedLifetime(self) { polls.take() }
            })
    }

    /// Puts the model into the Hugging Face cache of the folder's notebooks, its files links as they are there.
    func cacheModel(_ name: String, revision: String = "0a1b", isMain: Bool = true) throws {
        let files = FileManager.default
        let model =
            folder + "/huggingface/hub/models--" + name.replacingOccurrences(of: "/", with: "--")
        let snapshot = model + "/snapshots/" + revision
        for place in [model + "/refs", snapshot] {
            try files.createDirectory(atPath: place, withIntermediateDirectories: true)
        }
        if isMain { try Self.write(Array(revision.utf8), to: model + "/refs/main") }
        for file in try files.contentsOfDirectory(atPath: folder + "/Assets/Model") {
            try files.createSymbolicLink(
                atPath: snapshot + "/" + file, withDestinationPath: folder + "/Assets/Model/" + file)
        }
    }

    /// A notebook in the folder in which `setup` has run without a failure.
    func notebook(
        _ setup: String = "", settings: [String: Value] = [:], stop: Int? = nil, times: Int = 1
    ) throws -> Notebook {
        let notebook = Notebook(host: host(), settings: settings)
        for report in try notebook.evaluate(setup, name: "setup") {
            if case .failed(let failure) = report.status { throw try #require(failure.diagnostic) }
        }
        notebook.host = host(stop: stop, times: times)
        return notebook
    }

    /// The fixture's folder written as `DIR`.
    func masked(_ text: String) -> String { text.replacing(folder, with: "DIR") }
}

/// Counts questions whether to stop.
private final class Polls: Sendable {
    private let count = Mutex(0)
    private let asked: Range<Int>

    init(stop: Int?, times: Int) {
        asked = stop.map { $0..<($0 + times) } ?? 0..<0
    }

    func take() -> Bool {
        count.withLock { count in
            count += 1
            return asked.contains(count)
        }
    }
}

/// A model, 16 shots of the data and a small prompt.
let smallPrompt = """
    model load
    data load data
    prompt new --tokens 2 --dim 20 --rank 2 --budget 400
    """

extension Notebook {
    /// Runs a text and returns its cells.
    @discardableResult
    func run(_ text: String) throws -> [Cell] {
        try evaluate(text, name: "input")
    }

    /// The one result of the last statement of a text.
    func result(_ key: String, of text: String) throws -> ResultValue {
        let report = try #require(try run(text).last)
        // In a block the last statement that has it: "3.step".
        let found = report.results.last { $0.key == key || $0.key.hasSuffix("." + key) }
        return try #require(found, "no result '\(key)'").value
    }

    /// Everything that `show` and `history` tell about the state.
    func standing() throws -> [String] {
        let reports = try ["show", "history", "classes"].flatMap { try run($0) }
        return reports.flatMap { $0.lines + $0.results.map { "\($0.key) \($0.value)" } }
            + names.variables + names.checkpoints
    }
}

/// What `standing` tells besides the accounts of queries, which only grow.
func withoutAccount(_ standing: [String]) -> [String] {
    let prefixes = ["queries:", "session:", "spent-", "charged-", "queries-left", "evaluation-queries"]
    return standing.filter { line in !prefixes.contains { line.hasPrefix($0) } }
}

extension Cell {
    var lines: [String] {
        outputs.compactMap { event in
            if case .line(let line) = event { line } else { nil }
        }
    }

    /// The message of a failed cell as a person sees it.
    var failure: String? {
        if case .failed(let failure) = status { failure.text } else { nil }
    }

    var word: String {
        switch status {
        case .ok: "ok"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}

import ArgumentParser
import BlackBox
import CommandLanguage
import Files
import Foundation
import LineEditing
import Notebook
import TerminalPictures

// A command with subcommands takes options wherever they stand, so a subcommand must have the same option under the same
// property name: then both see it.

/// Whether a failed statement ends what is run.
struct FailureOptions: ParsableArguments {
    @Flag(name: .customLong("keep-going"), help: "Go on after a statement that failed.")
    var keepGoing = false
}

/// Whether a file that is there is replaced.
struct ReplacingOptions: ParsableArguments {
    @Flag(help: "Write over a session, or an export, of that name.")
    var force = false
}

/// How numbers are computed.
struct EngineOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Threads to use; results do not depend on it.", valueName: "n"))
    var threads: Int?

    @Flag(
        name: .customLong("no-cache"), help: "Neither read nor write image features on disk ('help cache').")
    var noCache = false

    @Option(
        name: .customLong("cache-limit"),
        help: ArgumentHelp("Most megabytes of image features that are kept on disk.", valueName: "MB"))
    var cacheLimit: Int?

    /// The features on disk, where the person has a place for them and wants them.
    var featureCache: FeatureCache? {
        guard !noCache,
            let folder = FeatureCache.standardFolder(environment: ProcessInfo.processInfo.environment)
        else { return nil }
        return FeatureCache(folder: folder, limit: cacheLimit.map { $0 << 20 } ?? FeatureCache.standardLimit)
    }

    mutating func validate() throws {
        if let cacheLimit, !(1...(1 << 30)).contains(cacheLimit) {
            throw ValidationError("expected 1 to \(1 << 30) for '--cache-limit'; got \(cacheLimit)")
        }
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("expected 1 to 1024 for '--threads'; got \(threads)")
        }
    }

    /// Sets threads and kernels; a wrong `ZIPLAB_KERNELS` is wrong usage.
    func configure() throws {
        do {
            try Engine.configure(threads: threads, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw ValidationError("\(error)")
        }
    }

}

/// Options that every way to run statements takes.
struct CommonOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON object a statement.")
    var json = false

    @Flag(name: .customLong("no-color"), help: "Never colour the output.")
    var noColor = false

    /// Whether errors may be coloured: the flag, then NO_COLOR, then CLICOLOR_FORCE, then the terminal.
    var usesColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        if noColor || !(environment["NO_COLOR"] ?? "").isEmpty { return false }
        if let force = environment["CLICOLOR_FORCE"], !force.isEmpty, force != "0" { return true }
        return Terminal.isInteractive(input: 2, output: 2)
    }

    /// A notebook in the present folder, shown on this program's streams.
    func makeNotebook(_ engine: EngineOptions, settings: [String: Value] = [:]) throws -> Notebook {
        var host = try Self.makeHost(engine)
        let progress = ProgressView()
        host.show = { progress.show($0) }
        if Terminal.isInteractive(input: 1, output: 1) { host.columns = { min(80, Terminal.width) } }
        host.notify = { Output.writeError($0 + "\n") }
        let notebook = Notebook(host: host, settings: settings)
        notebook.add(json ? JSONView() as any NotebookObserver : textView(host.environment))
        return notebook
    }

    private func textView(_ environment: [String: String]) -> TextView {
        let isTerminal = Terminal.isInteractive(input: 1, output: 1)
        let usesColor = usesColor
        // Anew for each picture: a terminal changes its size.
        let pictures = {
            TerminalPicture(
                environment: environment, isTerminal: isTerminal, usesColor: usesColor,
                columns: Terminal.width, columnPixels: Terminal.columnPixels)
        }
        let areUnwanted = environment[PictureProtocol.variable]?.lowercased() == PictureProtocol.none.rawValue
        return TextView(
            usesColor: usesColor, pictures: areUnwanted ? nil : pictures,
            isConversation: isTerminal && Terminal.isTypedOn)
    }

    /// What notebooks in the present folder need, with ^C as the interrupt.
    static func makeHost(_ engine: EngineOptions) throws -> NotebookHost {
        try engine.configure()
        try InterruptSignal.install()
        let folder = FileManager.default.currentDirectoryPath
        var host = NotebookHost(
            workingFolder: folder, assetsFolder: AssetsFolder.find(from: folder),
            takeInterrupt: { InterruptSignal.take() })
        host.featureCache = engine.featureCache
        host.sessions = SessionLibrary.standard(environment: host.environment)
        return host
    }
}

/// Options of the ways that record: a script, statements on the command line, a terminal.
struct RecordingOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("Write the session to a transcript as it happens.", valueName: "file.zlt"))
    var record: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Set a variable; it wins over 'let' of the same name.", valueName: "name=value"))
    var set: [String] = []

    /// The variables of all `--set`.
    func settings() throws -> [String: Value] {
        var settings: [String: Value] = [:]
        for text in set {
            let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            guard pair.count == 2, isVariableName(pair[0]) else {
                throw ValidationError("expected name=value for '--set'; got '\(escapedForDisplay(text))'")
            }
            settings[pair[0]] = Value(word: pair[1])
        }
        return settings
    }

    func startRecording(_ notebook: Notebook, replacing force: Bool) throws {
        guard let record else { return }
        do {
            try notebook.record(to: record, replacing: force)
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
    }
}

/// Runs statements and turns what happened into an exit status.
func finish(_ body: () throws -> [Cell]) throws {
    let reports: [Cell]
    do {
        reports = try body()
    } catch let status as ExitStatus {
        throw status
    } catch {
        // A transcript or an output that cannot be written any more.
        Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
        throw ExitStatus.statementFailed
    }
    for report in reports {
        switch report.status {
        case .ok: break
        case .failed: throw ExitStatus.statementFailed
        case .interrupted: throw ExitStatus.interrupted
        }
    }
}

import ArgumentParser
import CommandLanguage
import Files
import Foundation
import LineEditing
import Notebook

/// `ziplab replay FILE.zlt…`
struct ReplayFiles: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run recorded sessions again and compare every number and plot.")

    @ArgumentParser.Argument(help: ArgumentHelp("Transcripts.", valueName: "file.zlt"))
    var files: [String]

    @Flag(help: "Every typed result and every plot's pixels must be equal (the default).")
    var strict = false

    @Flag(help: "Let the sessions write large models and run very long statements.")
    var trust = false

    @Option(
        help: ArgumentHelp(
            "Folder that files written by the sessions go to; a temporary one otherwise.", valueName: "folder"
        ))
    var output: String?

    @OptionGroup var engine: EngineOptions

    mutating func run() throws {
        try engine.configure()
        try InterruptSignal.install()
        TemporaryFolders.removeAbandoned()
        var worst: ExitStatus?
        for file in files {
            switch try replay(file) {
            case nil: break
            case .otherModelOrData: worst = .otherModelOrData
            case let status?: worst = worst ?? status
            }
        }
        if let worst { throw worst }
    }

    private func replay(_ file: String) throws -> ExitStatus? {
        let name = escapedForDisplay(file)
        let folder = FileManager.default.currentDirectoryPath
        let temporary = TemporaryFolders.make("replay")
        defer { if output == nil { try? FileManager.default.removeItem(atPath: temporary) } }
        let progress = ProgressView()
        let isWatched = Terminal.isInteractive(input: 2, output: 2)
        var host = NotebookHost(
            workingFolder: folder, assetsFolder: AssetsFolder.find(from: folder),
            takeInterrupt: { InterruptSignal.take() }, show: { if isWatched { progress.show($0) } })
        host.featureCache = engine.featureCache
        host.isTrusted = trust
        host.search(around: file)
        host.outputFolder = output.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 } ?? temporary
        let report: Replay.Report
        do {
            let transcript = try Transcript(try scriptText(path: file), name: file)
            report = try Replay(transcript, host: host).run()
        } catch let error as TranscriptError {
            Output.writeError("\(error)\n")
            return .statementFailed
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            return .statementFailed
        }
        for mismatch in report.mismatches {
            Output.writeError("\(name):\(mismatch.line): mismatch: \(escapedForDisplay(mismatch.message))\n")
        }
        if let torn = report.torn {
            Output.writeError(
                "\(name):\(torn): note: this statement has no recorded end; it was not compared\n")
        }
        if report.isInterrupted {
            Output.writeError(
                "\(name): interrupted after \(report.cells) statements, \(report.compared) values and plots compared, "
                    + "\(report.mismatches.count) of them different\n")
            throw ExitStatus.interrupted
        }
        if report.mismatches.contains(where: \.isProvenance) { return .otherModelOrData }
        if !report.mismatches.isEmpty { return .mismatch }
        try Output.write(
            "\(name): \(report.cells) statements replayed, \(report.compared) values and plots equal\n")
        return nil
    }
}

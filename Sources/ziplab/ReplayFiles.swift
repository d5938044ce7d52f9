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

    @OptionGroup var options: ReplayOptions

    @Flag(help: "Let the sessions write large models and run very long statements.")
    var trust = false

    @Option(
        help: ArgumentHelp(
            "Folder that files written by the sessions go to; a temporary one otherwise.", valueName: "folder"
        ))
    var output: String?

    @OptionGroup var engine: EngineOptions

    mutating func validate() throws {
        if options.interactive, files.count > 1 {
            throw ValidationError("expected one session with '--interactive'; got \(files.count)")
        }
    }

    mutating func run() throws {
        try engine.configure()
        if options.interactive { try InterruptSignal.install() } else { try InterruptSignal.installForEnds() }
        TemporaryFolders.removeAbandoned()
        var ends: [(file: String, end: End)] = []
        for file in files.map(sessionPlace) {
            let end = try replay(file)
            ends.append((file, end))
            if end == .interrupted { break }
        }
        InterruptSignal.passOn()
        if files.count > 1 { try summarize(ends) }
        let statuses = ends.compactMap(\.end.status)
        if let worst = statuses.max(by: { $0.code < $1.code }) { throw worst }
    }

    /// How the replay of one session ended.
    private enum End: String {
        case equal = "equal"
        case ran = "run, not compared"
        case updated = "updated"
        case different = "different"
        case otherModelOrData = "with another model or other data"
        case failed = "failed"
        case interrupted = "interrupted"

        var status: ExitStatus? {
            switch self {
            case .equal, .ran, .updated: nil
            case .different: .mismatch
            case .otherModelOrData: .otherModelOrData
            case .failed: .statementFailed
            case .interrupted: .interrupted
            }
        }
    }

    private func summarize(_ ends: [(file: String, end: End)]) throws {
        var parts: [String] = []
        for end in [End.equal, .ran, .updated, .different, .otherModelOrData, .failed, .interrupted] {
            let names = ends.filter { $0.end == end }.map { escapedForDisplay($0.file) }
            guard !names.isEmpty else { continue }
            let isGood = end.status == nil
            parts.append(
                "\(names.count) \(end.rawValue)" + (isGood ? "" : " (\(names.joined(separator: ", ")))"))
        }
        let left = files.count - ends.count
        if left > 0 { parts.append("\(left) not begun") }
        try Output.write("\(files.count) sessions: \(parts.joined(separator: ", "))\n")
    }

    private func replay(_ file: String) throws -> End {
        let name = escapedForDisplay(file)
        let folder = FileManager.default.currentDirectoryPath
        let scratch =
            output.map { $0.hasPrefix("/") ? $0 : folder + "/" + $0 } ?? TemporaryFolders.make("replay")
        defer { if output == nil { try? FileManager.default.removeItem(atPath: scratch) } }
        let progress = ProgressView()
        let isWatched = Terminal.isInteractive(input: 2, output: 2)
        var host = NotebookHost(
            workingFolder: folder, assetsFolder: AssetsFolder.find(from: folder),
            takeInterrupt: { InterruptSignal.take() }, show: { if isWatched { progress.show($0) } })
        host.featureCache = engine.featureCache
        host.isTrusted = trust
        host.search(around: file)
        host.outputFolder = scratch
        do {
            let stream = options.update ? try OpenStream(path: file) : nil
            if let stream, !stream.lock() { throw FileError(file, .write, .inUse) }
            defer { withExtendedLifetime(stream) {} }
            let transcript = try Transcript(path: file)
            if options.update, let problem = transcript.problems.first { throw problem }
            var replayOptions = try options.replayOptions()
            replayOptions.session = file
            let replay = Replay(transcript, host: host, options: replayOptions)
            let report = try replay.run()
            let end: End
            if options.update, !report.isInterrupted {
                end = try update(file, transcript, report)
            } else {
                let session = [Folder.parent(file) ?? "/", folder]
                try tell(report, file, folders: session)
                end = Self.end(report, compares: !options.runOnly)
            }
            try conclude(end, report, name)
            if options.interactive { try converse(replay.notebook, report, scratch: scratch) }
            return end
        } catch let status as ExitStatus {
            throw status
        } catch {
            let isPlaced = error is TranscriptError
            Output.writeError((isPlaced ? "" : "ziplab: error: ") + escapedForDisplay("\(error)") + "\n")
            return .failed
        }
    }

    private static func end(_ report: Replay.Report, compares: Bool) -> End {
        if report.isInterrupted { return .interrupted }
        if !compares { return report.failed > 0 ? .failed : .ran }
        if report.mismatches.contains(where: \.isProvenance) { return .otherModelOrData }
        return report.mismatches.isEmpty ? .equal : .different
    }

    /// Says what differs, with the pictures of plots that do.
    private func tell(_ report: Replay.Report, _ file: String, folders: [String]) throws {
        let name = escapedForDisplay(file)
        // Kept to be looked at, unlike what the statements wrote.
        let place = output.map { $0 + "/mismatches" } ?? TemporaryFolders.make("mismatches")
        for mismatch in report.mismatches {
            let cell = mismatch.cell > 0 ? " in statement \(mismatch.cell)" : ""
            Output.writeError(
                "\(name):\(mismatch.line): mismatch\(cell): \(escapedForDisplay(mismatch.message))\n")
            guard let (recorded, drawn) = mismatch.plots else { continue }
            let pictures = try MismatchPictures(
                recorded: recorded, drawn: drawn, of: file, folders: folders, to: place)
            if let (pixels, most) = pictures.difference {
                Output.writeError("    \(pixels) pixels differ, by \(most) of 255 at most\n")
            }
            for path in pictures.paths { Output.writeError("    see \(escapedForDisplay(path))\n") }
        }
        if let torn = report.torn {
            Output.writeError(
                "\(name):\(torn): note: this statement has no recorded end; it was not compared\n")
        }
    }

    private func conclude(_ end: End, _ report: Replay.Report, _ name: String) throws {
        switch end {
        case .interrupted:
            Output.writeError(
                "\(name): interrupted after \(report.cells) statements, \(report.compared) values and plots compared, "
                    + "\(report.mismatches.count) of them different\n")
        case .equal:
            try Output.write(
                "\(name): \(report.cells) statements replayed, \(report.compared) "
                    + (options.replaysTolerantly
                        ? "values within the tolerance (digests and pixels not compared)"
                        : "values and plots equal") + "\n")
        case .ran, .failed:
            try Output.write(
                "\(name): \(report.cells) statements run, nothing compared"
                    + (report.failed > 0 ? ", \(report.failed) failed that had not" : "") + "\n")
        case .updated, .different, .otherModelOrData: break
        }
    }

    /// Writes what came out into the session and shows what changed.
    private func update(
        _ file: String, _ transcript: Transcript, _ report: Replay.Report
    ) throws -> End {
        let name = escapedForDisplay(file)
        let update = TranscriptUpdate(transcript, ran: report.ran)
        guard !update.changes.isEmpty else {
            try Output.write("\(name): \(report.cells) statements replayed, nothing to update\n")
            return .equal
        }
        for (cell, lines) in update.changes {
            try Output.write("\(name): statement \(cell)\n")
            for line in lines { try Output.write("    \(escapedForDisplay(line))\n") }
        }
        try NewFile.write(update.bytes, to: file)
        try RecordedSession.keepPictures(of: report.ran, in: file)
        if !report.mismatches.isEmpty, try RecordedSession.forgetAnswers(of: file) {
            try Output.write("\(name): the box's answers beside it were others, and are gone\n")
        }
        try Output.write("\(name): \(update.changes.count) of \(report.cells) statements updated\n")
        return .updated
    }

    /// A prompt in the state that the replay reached.
    private func converse(_ notebook: Notebook, _ report: Replay.Report, scratch: String) throws {
        notebook.host.isTrusted = true
        notebook.host.show = { [progress = ProgressView()] in progress.show($0) }
        notebook.add(TextView(usesColor: false))
        Output.writeError(
            "the state after \(report.cells) statements; files go to \(escapedForDisplay(scratch))\n")
        try Conversation(notebook, usesColor: false).run()
    }
}

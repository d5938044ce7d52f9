import ArgumentParser
import CommandLanguage
import Files
import Foundation
import LineEditing
import Notebook
import Sweeps

/// `ziplab job FOLDER INDEX`: one point of a sweep, for the engines that start it.
struct RunJob: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Run one point of a sweep.", shouldDisplay: false)

    @ArgumentParser.Argument(help: ArgumentHelp("The sweep's folder.", valueName: "folder"))
    var folder: String

    @ArgumentParser.Argument(help: ArgumentHelp("The point, from 0.", valueName: "index"))
    var index: Int

    @OptionGroup var common: CommonOptions
    @OptionGroup var engine: EngineOptions

    mutating func run() throws {
        do {
            let sweep = try Sweep(folder: folder)
            guard sweep.points.indices.contains(index) else {
                throw SweepError.noPoint(index, count: sweep.points.count)
            }
            // ^C on a terminal reaches the jobs as well; what ends them is their engine.
            InterruptSignal.ignore()
            try Folder.create(sweep.folder(of: index))
            guard sweep.state(of: index) != .done else { return }
            // Where a job is handed over twice, the second has nothing to do.
            guard let lock = FileLock(sweep.folder(of: index) + "/lock") else {
                Output.writeError("another job is at point \(index)\n")
                return
            }
            try withExtendedLifetime(lock) {
                // Another may have ended it in between.
                guard sweep.state(of: index) != .done else { return }
                try carryOut(sweep)
            }
        } catch let status as ExitStatus {
            throw status
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
    }

    private func carryOut(_ sweep: Sweep) throws {
        let session = sweep.session(of: index)
        sweep.reopen(index)
        let state = sweep.state(of: index)
        var notebook = try makeNotebook(sweep)
        var behind: [String] = []
        if state == .begun {
            let scratch = TemporaryFolders.make("resume")
            defer { try? FileManager.default.removeItem(atPath: scratch) }
            do {
                let cells = try notebook.resume(session, scratch: scratch).cells
                // Behind a statement that did not come to its end another course of things would follow.
                guard cells.allSatisfy({ $0.status == .ok }) else { throw Unfinished() }
                behind = cells.map(\.input)
            } catch let error where error is ResumeError || error is TranscriptError || error is Unfinished {
                Output.writeError("begun anew: \(escapedForDisplay("\(error)"))\n")
                notebook = try makeNotebook(sweep)
                try notebook.record(to: session, replacing: true)
            }
        } else {
            try notebook.record(to: session, replacing: true)
        }
        let cells = try notebook.evaluate(sweep.script, name: sweep.scriptPath, behind: behind)
        switch cells.last?.status {
        case .failed(let failure)?:
            try sweep.finish(index, failure: failure.message)
            throw ExitStatus.statementFailed
        case .interrupted?: throw ExitStatus.interrupted
        case .ok?, nil: try sweep.finish(index, failure: nil)
        }
    }

    private struct Unfinished: Error, CustomStringConvertible {
        var description: String { "a statement had failed or was interrupted" }
    }

    /// A notebook that writes into the point's folder and reads from where the sweep began.
    private func makeNotebook(_ sweep: Sweep) throws -> Notebook {
        let settings = sweep.points[index].reduce(into: [:]) { $0[$1.name] = Value(word: $1.value) }
        let notebook = try common.makeNotebook(engine, settings: settings)
        notebook.host.workingFolder = sweep.folder(of: index)
        notebook.host.searchFolders = [sweep.folder(of: index), sweep.workingFolder]
        notebook.host.search(around: sweep.scriptPath)
        notebook.host.assetsFolder = AssetsFolder.find(from: sweep.workingFolder)
        return notebook
    }
}

import ArgumentParser
import Files
import Foundation
import Notebook
import Sweeps

/// `ziplab gather FOLDER…`
struct GatherSessions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gather", abstract: "Make one table of the comparisons in many recorded sessions.",
        discussion: "Nothing is run, and the order of the sessions does not matter.")

    @ArgumentParser.Argument(
        help: ArgumentHelp("Sweeps, folders of sessions, or sessions.", valueName: "folder"))
    var paths: [String]

    @Option(help: ArgumentHelp("Training accuracy in percent to reach.", valueName: "percent"))
    var target: Double?

    @Option(
        help: ArgumentHelp(
            "A folder to write to: the table, the runs as runs.tsv, and a picture for each task.",
            valueName: "folder"))
    var out: String?

    mutating func validate() throws {
        if let target, !(0...100).contains(target) {
            throw ValidationError("expected 0 to 100 for '--target'; got \(target)")
        }
    }

    mutating func run() throws {
        do {
            var runs = GatheredRuns()
            var count = 0
            for path in paths {
                let sessions = try Self.sessions(at: path)
                guard !sessions.isEmpty else { throw NoSession(path: path) }
                for session in sessions {
                    runs.add(try Transcript(path: session))
                    count += 1
                }
                if let sweep = try? Sweep(folder: path), !sweep.open.isEmpty {
                    Output.writeError(
                        "note: \(sweep.open.count) of \(sweep.points.count) points of '\(escapedForDisplay(path))' are not done\n"
                    )
                }
            }
            guard runs.count > 0 else { throw NoRun(sessions: count) }
            if runs.contradictions > 0 {
                Output.writeError(
                    "note: \(runs.contradictions) runs are left out: another of the same method, data, seed and queries came first, with other results\n"
                )
            }
            var report = runs.report(target: target, hasPictures: out != nil)
            report.lines = report.lines.map { escapedForDisplay($0) }
            for line in report.lines { try Output.write(line + "\n") }
            if let out { try write(runs, report, to: out) }
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
    }

    /// A session, or those in a folder and in its folders.
    private static func sessions(at path: String) throws -> [String] {
        guard try FileKind.at(path) == .folder else { return [path] }
        var found: [String] = []
        for name in try Folder.list(path).names.sorted() {
            let place = path + "/" + name
            switch FileKind(place) {
            case .file? where name.hasSuffix(".zlt"): found.append(place)
            case .folder?:
                found += ((try? Folder.list(place))?.names ?? []).sorted().filter { $0.hasSuffix(".zlt") }
                    .map { place + "/" + $0 }
            default: break
            }
        }
        return found
    }

    private func write(_ runs: GatheredRuns, _ report: GatheredRuns.Report, to folder: String) throws {
        try Folder.create(folder)
        try NewFile.write(
            Array((report.lines.joined(separator: "\n") + "\n").utf8), to: folder + "/table.txt")
        try NewFile.write(Array(runs.table.utf8), to: folder + "/runs.tsv")
        for (index, picture) in report.pictures.enumerated() {
            let isPlain = picture.name.allSatisfy {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_")
            }
            try NewFile.write(
                picture.png, to: "\(folder)/\(isPlain ? picture.name : "picture-\(index + 1)").png")
        }
    }

    private struct NoSession: Error, CustomStringConvertible {
        var path: String
        var description: String { "no sessions in '\(path)': expected files that end in .zlt" }
    }

    private struct NoRun: Error, CustomStringConvertible {
        var sessions: Int
        var description: String { "no comparison in \(sessions) sessions: 'compare' and 'ablate' make one" }
    }
}

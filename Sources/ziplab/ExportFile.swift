import ArgumentParser
import CommandLanguage
import Files
import Foundation
import Notebook

/// `ziplab export FILE.zlt --to html`
struct ExportFile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a recorded session as a page, a notebook, Markdown or a script.",
        discussion: """
            Nothing is run: statements, what they showed, and the pictures that they wrote, where these are still there. \
            In a script the statements that failed or were undone are comments.
            """)

    @ArgumentParser.Argument(
        help: ArgumentHelp("The recorded session, or its name in 'sessions'.", valueName: "file.zlt"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "The form: \(sessionExporters.map { $0.name }.joined(separator: ", ")).", valueName: "form"))
    var to: String

    @Option(
        help: ArgumentHelp(
            "Where to write; the session's name with another ending otherwise.", valueName: "path"))
    var out: String?

    @OptionGroup var replacing: ReplacingOptions

    mutating func validate() throws {
        let endings = sessionExporters.map { ($0.pathExtension, $0.name) }
        let usual = ["notebook": "ipynb", "jupyter": "ipynb"].merging(endings) { one, _ in one }
        let near = usual[to] ?? nearestName(to: to, among: sessionExporters.map { $0.name })
        guard sessionExporters.contains(where: { $0.name == to }) else {
            throw ValidationError(
                "expected \(sessionExporters.map { $0.name }.joined(separator: ", ")) for '--to'; got '\(escapedForDisplay(to))'"
                    + (near.map { ": did you mean '\($0)'?" } ?? ""))
        }
    }

    mutating func run() throws {
        let given = file
        let file = sessionPlace(file)
        guard let exporter = sessionExporters.first(where: { $0.name == to }) else { return }
        do {
            let transcript = try Transcript(path: file)
            for problem in transcript.problems { Output.writeError("\(problem)\n") }
            let folder = Folder.parent(file) ?? "/"
            let session = ExportedSession(
                transcript, path: file,
                folders: [folder, FileManager.default.currentDirectoryPath])
            for path in session.missing {
                Output.writeError(
                    "note: no picture '\(escapedForDisplay(path))' with the recorded pixels was found\n")
            }
            // A session that is kept is written where the person is.
            let place = file == given ? file : Folder.name(file)
            let name = place.hasSuffix(".zlt") ? String(place.dropLast(4)) : place
            let path = out ?? name + "." + exporter.pathExtension
            guard replacing.force || FileKind(path) == nil || FileKind(path) == .other else {
                throw ExportError(path: path)
            }
            try NewFile.write(Array(try exporter.export(session).utf8), to: path)
            if FileKind(path) == .file { try Output.write("\(escapedForDisplay(path)) written\n") }
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
    }

    private struct ExportError: Error, CustomStringConvertible {
        var path: String
        var description: String {
            "'\(path)' is there already: '--force' writes over it, '--out' names another"
        }
    }
}

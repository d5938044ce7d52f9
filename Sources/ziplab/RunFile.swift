import ArgumentParser
import CommandLanguage
import Files
import Notebook

/// `ziplab run FILE.zl`
struct RunFile: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run a script.")

    @ArgumentParser.Argument(help: ArgumentHelp("The script.", valueName: "file.zl"))
    var file: String

    @OptionGroup var recording: RecordingOptions
    @OptionGroup var common: CommonOptions

    mutating func run() throws {
        let notebook = try common.makeNotebook(settings: try recording.settings())
        notebook.host.search(around: file)
        let text: String
        do {
            text = try scriptText(path: file)
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
        try recording.startRecording(notebook)
        let (name, keepGoing) = (file, recording.keepGoing)
        try finish { try notebook.evaluate(text, name: name, keepGoing: keepGoing) }
    }
}

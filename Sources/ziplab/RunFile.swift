import ArgumentParser
import CommandLanguage
import Files
import Notebook

/// `ziplab run FILE.zl`
struct RunFile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a script, or the code cells of a Jupyter notebook.")

    @ArgumentParser.Argument(help: ArgumentHelp("The script.", valueName: "file.zl"))
    var file: String

    @OptionGroup var recording: RecordingOptions
    @OptionGroup var failure: FailureOptions
    @OptionGroup var replacing: ReplacingOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var engine: EngineOptions

    mutating func run() throws {
        let notebook = try common.makeNotebook(engine, settings: try recording.settings())
        notebook.host.search(around: file)
        let text: String
        do {
            let written = try scriptText(path: file)
            text = file.hasSuffix(".ipynb") ? try notebookScript(written, name: file) : written
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
        try recording.startRecording(notebook, replacing: replacing.force)
        let (name, keepGoing) = (file, failure.keepGoing)
        try finish { try notebook.evaluate(text, name: name, keepGoing: keepGoing) }
    }
}

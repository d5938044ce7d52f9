import ArgumentParser
import Files
import Foundation
import JupyterKernel
import LineEditing
import Notebook

/// `ziplab kernel --install`, `ziplab kernel --connection FILE`
struct RunKernel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel",
        abstract: "Be a Jupyter kernel, or tell Jupyter about it.",
        discussion: """
            After 'ziplab kernel --install' JupyterLab, notebooks, nbclient and 'jupyter console' have a kernel 'ziplab'. \
            Cells hold the statements of 'help'; plots appear below them. Sessions are kept as typed ones are.
            """)

    @Flag(help: "Tell Jupyter how to start this program, with the options given here.")
    var install = false

    @Option(
        help: ArgumentHelp(
            "Install below this folder, such as a virtual environment, not for the user.", valueName: "folder"
        ))
    var prefix: String?

    @Option(help: ArgumentHelp("Run a kernel; Jupyter writes the file.", valueName: "file"))
    var connection: String?

    @Flag(name: .customLong("no-log"), help: "Do not keep what is executed ('help sessions').")
    var noLog = false

    @OptionGroup var engine: EngineOptions

    mutating func validate() throws {
        guard install != (connection != nil) else {
            throw ValidationError("expected either '--install' or '--connection FILE'")
        }
        guard install || prefix == nil else { throw ValidationError("'--prefix' goes with '--install'") }
    }

    mutating func run() throws {
        do {
            if let connection { try serve(connection) } else { try installSpecification() }
        } catch let status as ExitStatus {
            throw status
        } catch let error as ValidationError {
            throw error
        } catch {
            Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
            throw ExitStatus.statementFailed
        }
    }

    private func installSpecification() throws {
        let program = Bundle.main.executableURL?.path ?? CommandLine.arguments[0]
        let options =
            (engine.threads.map { ["--threads", "\($0)"] } ?? []) + (engine.noCache ? ["--no-cache"] : [])
            + (engine.cacheLimit.map { ["--cache-limit", "\($0)"] } ?? []) + (noLog ? ["--no-log"] : [])
        let working = FileManager.default.currentDirectoryPath
        let folder = try KernelSpecification.install(
            program: [program, "kernel"] + options,
            prefix: prefix.map { $0.hasPrefix("/") ? $0 : working + "/" + $0 },
            environment: ProcessInfo.processInfo.environment)
        try Output.write("\(escapedForDisplay(folder)) written: Jupyter has a kernel 'ziplab' now\n")
    }

    private func serve(_ path: String) throws {
        let connection = try ConnectionFile(path: path)
        let history = KeptSession.historyPath().map { HistoryFile(path: $0) }
        let session = KeptSession(isWanted: !noLog)
        var begin: () -> Void = {}
        let kernel = try Kernel(
            connection, host: try CommonOptions.makeHost(engine),
            history: noLog ? [] : (try? history?.load()) ?? [],
            remember: { text in
                begin()
                // As at the prompt, a history that cannot be written stops nothing.
                if !noLog { try? history?.append(text) }
            })
        begin = { session.begin(kernel.notebook) }
        try kernel.run()
    }
}

import ArgumentParser
import Notebook

/// `ziplab man`: the manual page.
struct PrintManual: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "man", abstract: "Print the manual page: 'ziplab man | man -l -' shows it.")

    func run() throws { try Output.write(manualPage(exitStatus: ZiplabCommand.exitCodes)) }
}

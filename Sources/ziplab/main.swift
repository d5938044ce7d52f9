import ArgumentParser
import CommandLanguage
import Files
import Foundation
import LineEditing

// Exit codes: 0 done, 1 a statement failed, 2 wrong usage, 3 replay mismatch, 4 other model or data, 130 interrupted.
ProcessStart.prepare()
do {
    var command = try ZiplabCommand.parseAsRoot(ShellWords.meant(Array(CommandLine.arguments.dropFirst())))
    try command.run()
} catch let status as ExitStatus {
    status.leave()
} catch {
    let message = ZiplabCommand.fullMessage(for: error)
    switch ZiplabCommand.exitCode(for: error) {
    case .success:
        do {
            try Output.write(message + "\n")
            ExitStatus.usage(ended: true).leave()
        } catch {
            Output.writeError("ziplab: error: \(error)\n")
            ExitStatus.statementFailed.leave()
        }
    case .validationFailure:
        Output.writeError(escapedForDisplay(message, keepingTabs: true, keepingLines: true) + "\n")
        if let hint = ShellWords.hint(Array(CommandLine.arguments.dropFirst())) {
            Output.writeError(hint + "\n")
        }
        ExitStatus.usage(ended: false).leave()
    default:
        Output.writeError("ziplab: error: \(escapedForDisplay("\(error)"))\n")
        ExitStatus.statementFailed.leave()
    }
}

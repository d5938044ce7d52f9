import ArgumentParser
import Foundation

// Exit codes: 0 done, 1 a statement failed, 2 wrong usage, 3 replay mismatch, 4 other model or data, 130 interrupted.
do {
    var command = try ZiplabCommand.parseAsRoot()
    try command.run()
} catch let status as ExitStatus {
    status.leave()
} catch {
    let isHelp = ZiplabCommand.exitCode(for: error) == .success
    let message = ZiplabCommand.fullMessage(for: error)
    if isHelp {
        print(message)
    } else {
        Output.writeError(message + "\n")
    }
    ExitStatus.usage(ended: isHelp).leave()
}

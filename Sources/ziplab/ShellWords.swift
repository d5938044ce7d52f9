import ArgumentParser
import CommandLanguage
import Files
import Notebook

/// What people write in the shell who know the notebook better than the program's subcommands.
enum ShellWords {
    private static var subcommands: [String] {
        ZiplabCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    }

    /// The arguments that are meant: `ziplab help eval` asks for the help of a statement.
    static func meant(_ arguments: [String]) -> [String] {
        guard arguments.count == 2, arguments[0] == "help", !arguments[1].hasPrefix("-"),
            !subcommands.contains(arguments[1])
        else { return arguments }
        return ["-c", "help " + quotedWord(arguments[1])]
    }

    /// What may have been meant by arguments that are refused.
    static func hint(_ arguments: [String]) -> String? {
        guard let first = arguments.first(where: { !$0.hasPrefix("-") }), !subcommands.contains(first) else {
            return nil
        }
        if FileKind(first) == .file {
            let verb = Folder.pathExtension(first) == "zlt" ? "replay" : "run"
            return "did you mean 'ziplab \(verb) \(escapedForDisplay(first))'?"
        }
        guard Notebook.verbs.contains(first) else { return nil }
        return
            "'\(first)' is a statement: 'ziplab -c \"\(first) …\"' runs it, 'ziplab' alone is the prompt for it"
    }
}

import CommandLanguage

/// What a person may call a command who does not know its name.
private let usualWords = [
    "exit": "quit", "q": "quit", "bye": "quit", "?": "help", "load": "data load", "ls": "runs",
    "tune": "run", "train": "run", "fit": "run", "optimize": "run", "test": "eval --split test",
    "evaluate": "eval", "accuracy": "eval", "predict": "classify", "settings": "show settings",
    "options": "show settings", "methods": "help", "commands": "help", "man": "help",
    "version": "provenance",
    "image": "show image", "images": "plot images", "errors": "mistakes", "confusion": "mistakes",
    "while": "repeat", "branches": "runs", "best": "goto best", "again": "rerun",
    "variables": "show variables", "vars": "show variables", "checkpoints": "show checkpoints",
    "print": "say", "echo": "say", "set": "let", "reset": "undo", "delete": "undo", "new": "prompt new",
    "status": "show", "info": "show", "log": "sessions", "baseline": "prompt new --method calibrate",
]

/// What may have been meant by a command that is none; nil where nothing is near.
func meantCommand(_ command: Command) -> String? {
    turned(command) ?? usualWords[command.verb.text]
        ?? nearestName(to: command.verb.text, among: commandTable.map { $0.verb } + statementWords)
}

/// A verb and its object the other way round: `load model`.
private func turned(_ command: Command) -> String? {
    guard case .positional(let word)? = command.arguments.first?.kind, let verb = word.bareText else {
        return nil
    }
    let forms = commandTable.first { $0.verb == verb }?.forms ?? []
    return forms.contains { $0.object == command.verb.text } ? "\(verb) \(command.verb.text)" : nil
}

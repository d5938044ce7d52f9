import CommandLanguage
import PromptTuning

/// `apropos`: what there is about a word.
enum AproposCommand: NotebookCommand {
    static let verb = "apropos"
    static let looksOnly = true
    static let summary = "commands, methods and options that have to do with a word"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "word", kind: .text)],
            summary: "look for WORD in names, summaries, options and help texts")
    ]
    static let help = """
        What has the word in its name or summary comes first, then options, then help texts that mention it.

          apropos noise
          apropos clip
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let word = (call.text("word") ?? "").lowercased()
        guard word.count > 1 else { throw call.failure("word", "expected a word of two letters or more") }
        let methods = context.host.methods.all
        var entries: [(name: String, summary: String, options: [(String, String)], help: String)] = []
        for command in commandTable {
            entries.append(
                (
                    command.verb, command.summary,
                    command.forms.flatMap { $0.options.map { ($0.name, $0.help) } }, command.help
                ))
        }
        for method in methods {
            entries.append(
                (
                    method.name, method.summary,
                    (CommonSettings.keys + method.settings).map { ($0.name, $0.help) }, method.help
                ))
        }
        func has(_ text: String) -> Bool { text.lowercased().contains(word) }
        var lines: [String] = []
        var seen: Set<String> = []
        for entry in entries where has(entry.name) || has(entry.summary) {
            lines.append(entry.name.padded(to: 14) + entry.summary)
            seen.insert(entry.name)
        }
        for entry in entries {
            var known: Set<String> = []
            for (name, help) in entry.options where has(name) || has(help) {
                guard known.insert(name).inserted else { continue }
                lines.append("\(entry.name) --\(name)".padded(to: 30) + help)
                seen.insert(entry.name)
            }
        }
        let mentions = entries.filter { !seen.contains($0.name) && has($0.help) }.map(\.name)
        if !mentions.isEmpty {
            lines.append("mentioned in: " + mentions.map { "help \($0)" }.joined(separator: ", "))
        }
        guard !lines.isEmpty else {
            context.say("nothing about '\(call.text("word") ?? "")'; 'help' lists the commands")
            return
        }
        for line in lines { context.say(line) }
        context.set("found", .integer(lines.count))
    }
}

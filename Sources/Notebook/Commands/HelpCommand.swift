import CommandLanguage
import PromptTuning

/// `help`: commands, options, the language.
enum HelpCommand: NotebookCommand {
    static let verb = "help"
    static let looksOnly = true
    static let summary = "list commands, or explain one"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "topic", kind: .name(.helpTopic), count: .any)],
            summary: "explain a topic")
    ]
    static let help = """
        Topics are the commands, the methods of 'prompt new --method', 'keys', 'language' and 'transcript'.
        'apropos WORD' finds a word in all of them; 'ziplab man | man -l -' is all of them on one page.

          help run
          help zip
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let methods = context.host.methods
        guard let topic = call.text("topic") else {
            for line in overview(methods) { context.say(line) }
            return
        }
        guard let text = text(about: topic, methods, columns: context.host.columns()) else {
            let words = [
                "let", "for", "if", "else", "repeat", "every", "in", "while", "variables", "expressions",
            ]
            let near =
                words.contains(topic)
                ? "help language"
                : ["resume", "replay"].contains(topic)
                    ? "help sessions"
                    : ["start", "begin", "tutorial", "intro", "quickstart", "example", "examples"].contains(
                        topic)
                        ? "help" : nearestName(to: topic, among: topics(methods))
            throw call.failure(
                "topic", "\(NotebookError.noHelp(topic))",
                notes: [
                    near.map { "did you mean '\($0)'?" }
                        ?? "'apropos \(topic)' looks for the word in all of them"
                ])
        }
        for line in text { context.say(line) }
    }

    private static func overview(_ methods: MethodTable) -> [String] {
        commandTable.map { $0.verb.padded(to: 12) + $0.summary }
            + ["Methods of 'prompt new --method':"]
            + methods.all.map { ($0.name + " ").padded(to: 12) + $0.summary }
            + [
                "'help COMMAND' or 'help METHOD' explains one, 'help keys' the keys, 'help language' the language, "
                    + "'help transcript' recorded sessions.",
                "To begin: model load; data load Assets/Data/stamps; prompt new; run --queries 500 --split test; plot loss",
            ]
    }

    static let otherTopics = ["keys", "language", "transcript"]

    /// Everything that can be asked about.
    static func topics(_ methods: MethodTable) -> [String] {
        commandTable.map { $0.verb } + methods.names + otherTopics
    }

    /// The lines about a topic, with what it shows; nil where it is none.
    ///
    /// - Parameter columns: of prose and of options.
    static func text(about topic: String, _ methods: MethodTable, columns: Int = standardColumns) -> [String]?
    {
        guard let text = explanation(of: topic, methods).map({ filled($0, columns) }) else { return nil }
        guard let example = helpExamples[topic] else { return text }
        return text + [
            "", "As it went behind 'model load', 'data load Assets/Data/stamps', 'prompt new' and 'step 2':",
        ] + TranscriptText.lines(of: example)
    }

    static let standardColumns = 80

    /// Lines with the paragraphs among them filled to one width; tables and examples stay as they are.
    private static func filled(_ lines: [String], _ columns: Int) -> [String] {
        var filled: [String] = []
        var paragraph = ""
        for line in lines + [""] {
            let isProse = line.first.map { $0 != " " } == true && !line.contains("  ")
            if !isProse, !paragraph.isEmpty {
                filled += wrapped(paragraph, columns: columns)
                paragraph = ""
            }
            if isProse {
                paragraph += (paragraph.isEmpty ? "" : " ") + line
            } else {
                filled += wrapped(line, columns: line.hasPrefix("    --") ? columns : .max)
            }
        }
        return filled.dropLast()
    }

    private static func explanation(of topic: String, _ methods: MethodTable) -> [String]? {
        switch topic {
        case "keys": return TranscriptText.lines(of: keysHelp)
        case "language": return TranscriptText.lines(of: languageHelp)
        case "transcript": return TranscriptText.lines(of: transcriptHelp)
        default: break
        }
        let command = commandTable.first { $0.verb == topic }
        if let method = methods.method(topic) {
            // A command may have the same name.
            return explanation(method)
                + (command.map { [""] + TranscriptText.lines(of: $0.help) } ?? [])
        }
        return command.map { explanation($0, methods) }
    }

    private static func explanation(_ command: any NotebookCommand.Type, _ methods: MethodTable) -> [String] {
        var text: [String] = []
        var shown: [String] = []
        let zip = methods.method(MethodTable.defaultName)
        for var form in command.forms {
            form.options = form.options(of: zip)
            let usage = form.usage(verb: command.verb)
            text.append(usage.count <= 90 ? usage : form.usage(verb: command.verb, listingOptions: false))
            text.append("    " + form.summary)
            let names = form.options.map(\.name)
            if !names.isEmpty, names.allSatisfy(shown.contains) {
                text.append("    options as above")
                continue
            }
            shown += names
            text += form.options.map { "    " + line($0) }
        }
        return text + [""] + TranscriptText.lines(of: command.help)
    }

    private static func explanation(_ method: any TuningMethod.Type) -> [String] {
        let options = (CommonSettings.keys + method.settings).map { "    " + line(OptionSpecification($0)) }
        return ["prompt new --method \(method.name) [--OPTION VALUE…]", "    " + method.summary] + options
            + [""] + TranscriptText.lines(of: method.help)
    }

    /// An option and what it does.
    static func line(_ option: OptionSpecification) -> String {
        let name = "--\(option.name)" + (option.kind == nil ? "" : " \(option.valueName)")
        let text = (name + " ").padded(to: 26) + option.help
        return text + (option.kind?.range.map { "; " + $0 } ?? "")
    }

    static let languageHelp = """
        One statement a line: a command, its object, arguments and options. '#' starts a comment,
        '\\' at a line's end goes on in the next. "text" may hold $name and $(expression), 'text' is
        literal.

          let seed = 2
          prompt new --seed $seed
          repeat 3 { step 10 }
          for x in 1..3 {
            prompt new --seed $x
            run --queries 500
            plot accuracy --out "accuracy-$x.png"
          }
          source setup.zl

        A bare word is text: 'let x = (2 * 3)' and 'let best = (main.accuracy)' calculate. An expression has + - * / %, == != < <= > >=, and or not, min() max() round() len(), and x[0] for the
        first element of a list, x[-1] for the last. Besides variables
        it knows what the last statement computed (what --json calls gradient-norm is gradient_norm; 'show', 'plot'
        and others that look leave it), and of
        each run NAME.loss, NAME.accuracy, NAME.queries and NAME.step:

          prompt new
          run --queries 60
          eval
          if (accuracy < 90 and main.step < 10) { step } else { say "$accuracy % is enough" }
          say "loss $(main.loss) after $(main.queries) queries"
          run --queries 120 every 20 { if (loss < 1) { checkpoint "at-$queries" } }
          say "accuracy at first $(round(curve_accuracy[0])) %, at last $(round(curve_accuracy[-1])) %"

        A statement that fails changes nothing, but for the whole steps that 'step' or 'run' took
        before: they are paid for. A block stops at the statement that failed and keeps what came
        before it.
        """
}

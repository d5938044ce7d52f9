import CommandLanguage
import PromptTuning

/// `help`: commands, options, the language.
enum HelpCommand: NotebookCommand {
    static let verb = "help"
    static let summary = "list commands, or explain one"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "topic", kind: .name(.helpTopic), count: .any)],
            summary: "explain a topic")
    ]
    static let help = """
        Topics are the commands, the methods of 'prompt new --method', 'language' and 'transcript'.

          help run
          help zip
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        guard let topic = call.text("topic") else {
            for command in commandTable {
                context.say(
                    command.verb + String(repeating: " ", count: 12 - command.verb.count) + command.summary)
            }
            context.say("Methods of 'prompt new --method':")
            for method in context.host.methods.all {
                context.say(
                    method.name + String(repeating: " ", count: max(1, 12 - method.name.count))
                        + method.summary)
            }
            context.say(
                "'help COMMAND' or 'help METHOD' explains one, 'help language' the language, "
                    + "'help transcript' recorded sessions.")
            return
        }
        if let text = topic == "language" ? languageHelp : topic == "transcript" ? transcriptHelp : nil {
            lines(text, context)
            return
        }
        if let method = context.host.methods.method(topic) {
            explain(method, context)
            // A command may have the same name.
            if let command = commandTable.first(where: { $0.verb == topic }) {
                context.say("")
                lines(command.help, context)
            }
            return
        }
        guard let command = commandTable.first(where: { $0.verb == topic }) else {
            let near = nearestName(to: topic, among: topics(context.host.methods))
            throw call.failure(
                "topic", "\(NotebookError.noHelp(topic))",
                notes: [near.map { "did you mean '\($0)'?" } ?? "'help' lists the topics"])
        }
        var shown: [String] = []
        let zip = context.host.methods.method(MethodTable.defaultName)
        for var form in command.forms {
            form.options = form.options(of: zip)
            let usage = form.usage(verb: command.verb)
            context.say(usage.count <= 90 ? usage : form.usage(verb: command.verb, listingOptions: false))
            context.say("    " + form.summary)
            let names = form.options.map(\.name)
            if !names.isEmpty, names.allSatisfy(shown.contains) {
                context.say("    options as above")
                continue
            }
            shown += names
            list(form.options, context)
        }
        context.say("")
        lines(command.help, context)
    }

    /// Everything that can be asked about.
    static func topics(_ methods: MethodTable) -> [String] {
        commandTable.map { $0.verb } + methods.names + ["language", "transcript"]
    }

    private static func explain(_ method: any TuningMethod.Type, _ context: CommandContext) {
        context.say("prompt new --method \(method.name) [--OPTION VALUE…]")
        context.say("    " + method.summary)
        list((CommonSettings.keys + method.settings).map { OptionSpecification($0) }, context)
        context.say("")
        lines(method.help, context)
    }

    private static func list(_ options: [OptionSpecification], _ context: CommandContext) {
        for option in options {
            let name = "--\(option.name)" + (option.kind == nil ? "" : " \(option.valueName)")
            context.say("    " + name + String(repeating: " ", count: max(1, 26 - name.count)) + option.help)
        }
    }

    private static func lines(_ text: String, _ context: CommandContext) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            context.say(String(line))
        }
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

        An expression has + - * / %, == != < <= > >=, and or not, min() max() round() len(). Besides variables
        it knows what the last statement computed (what --json calls gradient-norm is gradient_norm), and of
        each run NAME.loss, NAME.accuracy, NAME.queries and NAME.step:

          prompt new
          run --queries 60
          eval
          if (accuracy < 90 and main.step < 10) { step } else { say "$accuracy % is enough" }
          say "loss $(main.loss) after $(main.queries) queries"

        A statement that fails changes nothing, but for the whole steps that 'step' or 'run' took
        before: they are paid for. A block stops at the statement that failed and keeps what came
        before it.
        """
}

import CommandLanguage

/// `say`: shows a text.
enum SayCommand: NotebookCommand {
    static let verb = "say"
    static let summary = "show a text, with $variables and $(expressions)"
    static let forms = [
        CommandForm(
            parameters: [Parameter(name: "text", kind: .text, count: .any)], summary: "show the words")
    ]
    static let help = """
        What an expression may have: 'help language'.

          let seed = 2
          say "seed $seed, then $(seed + 1)"
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let text = call.texts("text").joined(separator: " ")
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            context.say(String(line))
        }
    }
}

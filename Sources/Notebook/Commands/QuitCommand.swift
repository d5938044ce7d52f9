/// `quit`: ends the session.
enum QuitCommand: NotebookCommand {
    static let verb = "quit"
    static let summary = "end the session"
    static let forms = [CommandForm(summary: "end the session")]
    static let help = """
        ^D does the same. What was typed is kept ('help sessions'); 'save FILE' before it writes the session elsewhere.

          quit
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        context.quits = true
    }
}

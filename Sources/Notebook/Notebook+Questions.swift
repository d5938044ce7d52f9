import BlackBox
public import CommandLanguage
import PromptTuning

extension Notebook {
    /// What is known about the word at a cursor: the help of a command, a method or an option, or a variable's value.
    ///
    /// - Parameter cursor: UTF-8 offset.
    /// - Returns: nil where nothing is.
    public func explanation(of text: String, cursor: Int) -> String? {
        // The whole word counts, also where the cursor stands in its middle.
        let bytes = Array(text.utf8)
        func isPart(_ byte: UInt8) -> Bool {
            let scalar = Unicode.Scalar(byte)
            return scalar.properties.isAlphabetic && scalar.isASCII
                || "0123456789-_.".unicodeScalars.contains(scalar)
        }
        var end = max(0, min(cursor, bytes.count))
        while end < bytes.count, isPart(bytes[end]) { end += 1 }
        let context = completionContext(of: text, at: end)
        if let text = explanation(context) { return text }
        // Behind a finished word, its statement's verb is what one asks about.
        return context.words.first.flatMap { HelpCommand.text(about: $0, host.methods) }?
            .joined(separator: "\n")
    }

    private func explanation(_ context: CompletionContext) -> String? {
        switch context.target {
        case .comment: return nil
        case .verb, .argument, .optionValue:
            return HelpCommand.text(about: context.partial, host.methods)?.joined(separator: "\n")
        case .optionName:
            let options = Completer(self).options(context)
            return options.first { "--" + $0.name == context.partial }.map(HelpCommand.line)
        case .variable, .expressionName: return try? value(of: context.partial)
        }
    }

    /// The value of an expression over variables and results.
    public func value(of expression: String) throws(Diagnostic) -> String {
        let source = SourceText(name: "input", text: "let value = $(\(expression))")
        let program = try parse(source)
        guard program.statements.count == 1, case .binding(_, let parsed) = program.statements[0].kind else {
            throw Diagnostic(
                message: "expected one expression", range: source.contentRange, source: source)
        }
        return try CommandLanguage.evaluate(parsed, in: environment, source: source).description
    }
}

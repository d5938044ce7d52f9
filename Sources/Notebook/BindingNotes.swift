import CommandLanguage

extension CommandContext {
    /// Says where a `let` may keep something else than was meant.
    ///
    /// - Throws: `Diagnostic` where a bare word, which is text, names a number of a run.
    func checkBinding(_ name: Word, to expression: Expression, _ source: SourceText) throws {
        if let text = expression.bareText { try checkText(text, expression.range, name, source) }
        if state.variables.variables[name.text] == nil, state.isMeasured(name.text) {
            say(
                "note: '\(name.text)' is this variable from here on, and no longer what statements measure under that name"
            )
        }
    }

    private func checkText(_ text: String, _ range: SourceRange, _ name: Word, _ source: SourceText) throws {
        let environment = state.environment
        let isKnown = environment.variables[text] != nil || environment.result(text) != nil
        if isKnown, text.contains(".") {
            throw Diagnostic(
                message: "'\(text)' is a text here", range: range, source: source,
                notes: ["'let \(name.text) = (\(text))' keeps its value, quotes keep the text"])
        }
        let isCalculation =
            text.contains { "+*/%".contains($0) } && text.allSatisfy { $0.isNumber || "+-*/%.".contains($0) }
        guard isKnown || isCalculation else { return }
        say(
            "note: '\(name.text)' is the text '\(text)'; 'let \(name.text) = (\(text))' keeps \(isKnown ? "its value" : "a number")"
        )
    }
}

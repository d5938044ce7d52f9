import CommandLanguage
import Testing

/// A script in which `«` and `»` stand around the range that a test expects.
struct MarkedText {
    let text: String
    let range: SourceRange?

    init(_ marked: String) {
        let parts = marked.split(separator: "«", omittingEmptySubsequences: false)
        guard parts.count == 2, let close = parts[1].firstIndex(of: "»") else {
            text = marked
            range = nil
            return
        }
        let inside = parts[1][..<close]
        let after = parts[1][parts[1].index(after: close)...]
        text = String(parts[0] + inside + after)
        let start = parts[0].utf8.count
        range = SourceRange(start: start, end: start + inside.utf8.count)
    }
}

/// Names the line of a sample in failures.
struct Sample<Expected: Sendable>: Sendable, CustomTestStringConvertible {
    let input: String
    let expected: Expected

    init(_ input: String, _ expected: Expected) {
        self.input = input
        self.expected = expected
    }

    var testDescription: String { input.debugDescription }
}

/// Runs the bindings and loops of a script without commands and returns its last value.
func lastValue(of text: String, variables: [String: Value] = [:]) throws -> Value? {
    let source = SourceText(name: "test", text: text)
    var environment = Environment(variables: variables)
    return try lastValue(of: try parse(source).statements, in: &environment, source: source)
}

private func lastValue(
    of statements: [Statement], in environment: inout Environment, source: SourceText
) throws -> Value? {
    var last: Value?
    for statement in statements {
        switch statement.kind {
        case .binding(let name, let value):
            last = try evaluate(value, in: environment, source: source)
            environment.variables[name.text] = last
        case .repetition(let count, let body):
            for _ in 0..<(try evaluateCount(count, in: environment, source: source)) {
                last = try lastValue(of: body, in: &environment, source: source)
            }
        case .iteration(let name, let sequence, let body):
            for value in try evaluate(sequence, in: environment, source: source) {
                environment.variables[name.text] = value
                last = try lastValue(of: body, in: &environment, source: source)
            }
        case .choice(let branches, let otherwise):
            let chosen = try branches.first {
                try evaluateCondition($0.condition, in: environment, source: source)
            }
            last = try lastValue(of: chosen?.body ?? otherwise ?? [], in: &environment, source: source)
        case .command(let command):
            for argument in command.arguments {
                if case .positional(let word) = argument.kind {
                    last = try evaluate(word, in: environment, source: source)
                }
            }
        }
    }
    return last
}

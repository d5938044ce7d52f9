/// The statements of a source text.
public struct Program: Sendable {
    public let source: SourceText
    public let statements: [Statement]
}

/// Parses a source text; throws the first error.
public func parse(_ source: SourceText) throws(Diagnostic) -> Program {
    var parser = Parser(source)
    do {
        return try parser.parseProgram()
    } catch {
        throw Diagnostic(error.error, at: error.range, in: source)
    }
}

/// One statement and where it stands, from its first word to its last, or to its closing brace.
public struct Statement: Sendable {
    public let kind: Kind
    public let range: SourceRange

    public enum Kind: Sendable {
        /// A verb and its arguments.
        case command(Command)
        /// `let name = value`.
        indirect case binding(name: Word, value: Expression)
        /// `repeat count { body }`.
        indirect case repetition(count: Expression, body: [Statement])
        /// `for name in sequence { body }`.
        indirect case iteration(name: Word, sequence: IterationSource, body: [Statement])
        /// `if (condition) { body } else if (…) { … } else { … }`.
        indirect case choice(branches: [Branch], otherwise: [Statement]?)
    }
}

/// What is done where a condition holds.
public struct Branch: Sendable {
    public let condition: Expression
    public let body: [Statement]
}

/// A verb and what follows it; which options take values is known where commands are bound.
public struct Command: Sendable {
    public let verb: Word
    public let arguments: [Argument]
    /// `every interval { body }` behind the arguments.
    public let periodic: Periodic?
}

/// What is done again and again while a command runs.
public struct Periodic: Sendable {
    public let interval: Expression
    public let body: [Statement]
    /// From `every` to the closing brace.
    public let range: SourceRange
}

/// One word after the verb.
public struct Argument: Sendable {
    public let kind: Kind
    public let range: SourceRange
    /// Whether it stands after `--`, and so is never the value of an option before it.
    public let followsTerminator: Bool

    public enum Kind: Sendable {
        case positional(Expression)
        /// `--name` or `--name=value`; the name is without dashes.
        case option(name: String, value: Expression?)
    }

    /// The range of `--name` without its value, for an option; else the whole.
    public var nameRange: SourceRange {
        guard case .option(let name, _) = kind else { return range }
        return SourceRange(start: range.start, end: range.start + 2 + name.utf8.count)
    }
}

/// What a `for` runs over.
public enum IterationSource: Sendable {
    /// `lower..upper`, both ends included.
    case range(lower: Expression, upper: Expression)
    /// A list.
    case values(Expression)

    /// Where it stands.
    public var range: SourceRange {
        switch self {
        case .range(let lower, let upper): lower.range.union(upper.range)
        case .values(let expression): expression.range
        }
    }
}

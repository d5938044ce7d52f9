/// The variables that expressions see.
public struct Environment: Sendable {
    public var variables: [String: Value]
    /// The value of a name that no variable has; names may have dots.
    public var result: @Sendable (String) -> Value? = { _ in nil }
    /// Such names, for messages.
    public var resultNames: @Sendable () -> [String] = { [] }
    /// What a name without a value may have meant, where no name is near.
    public var suggestion: @Sendable (String) -> String? = { _ in nil }

    public init(variables: [String: Value] = [:]) {
        self.variables = variables
    }
}

/// Returns the value of `expression`; throws a diagnostic that points at the part that has none.
public func evaluate(
    _ expression: Expression, in environment: Environment, source: SourceText
) throws(Diagnostic) -> Value {
    try Evaluator(environment: environment, source: source).value(of: expression)
}

/// Returns the text of `expression`: bare words as written, numbers in shortest digits; no lists.
public func evaluateText(
    _ expression: Expression, in environment: Environment, source: SourceText
) throws(Diagnostic) -> String {
    try Evaluator(environment: environment, source: source).text(of: expression)
}

/// Returns whether the condition of an `if` holds.
public func evaluateCondition(
    _ expression: Expression, in environment: Environment, source: SourceText
) throws(Diagnostic) -> Bool {
    try Evaluator(environment: environment, source: source).truth(of: expression)
}

/// Returns the count of a `repeat`: a whole number from 0 to `maximumIterations`.
public func evaluateCount(
    _ expression: Expression, in environment: Environment, source: SourceText
) throws(Diagnostic) -> Int {
    try Evaluator(environment: environment, source: source).count(of: expression)
}

/// Returns what a `for` runs over; ranges are not expanded.
public func evaluate(
    _ sequence: IterationSource, in environment: Environment, source: SourceText
) throws(Diagnostic) -> IterationValues {
    let evaluator = Evaluator(environment: environment, source: source)
    switch sequence {
    case .range(let lower, let upper): return try evaluator.range(from: lower, through: upper)
    case .values(let expression): return try evaluator.elements(of: expression)
    }
}

/// Most passes of one `repeat` or `for`.
public let maximumIterations = 10_000_000

/// The values that the variable of a `for` takes, one after another.
public struct IterationValues: RandomAccessCollection, Sendable {
    private let storage: Storage

    private enum Storage {
        case range(lower: Int, count: Int)
        case list([Value])
    }

    init(lower: Int, count: Int) {
        storage = .range(lower: lower, count: count)
    }

    init(_ values: [Value]) {
        storage = .list(values)
    }

    public var startIndex: Int { 0 }

    public var endIndex: Int {
        switch storage {
        case .range(_, let count): count
        case .list(let values): values.count
        }
    }

    public subscript(position: Int) -> Value {
        precondition(indices.contains(position), "expected an index in \(indices); got \(position)")
        switch storage {
        case .range(let lower, _): return .number(Double(lower + position))
        case .list(let values): return values[position]
        }
    }
}

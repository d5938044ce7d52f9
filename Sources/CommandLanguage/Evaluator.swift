/// Computes values of expressions; depth of recursion is bounded by the parser.
struct Evaluator {
    /// Longest text that pieces of a word may make together, so that no loop doubles one for ever.
    static let longestText = 1 << 20

    /// Largest magnitude up to which every whole number is a `Double`.
    static let largestWhole = 9_007_199_254_740_992.0

    let environment: Environment
    let source: SourceText

    func value(of expression: Expression) throws(Diagnostic) -> Value {
        switch expression.kind {
        case .text(let text, let quoted):
            return quoted ? .string(text) : Value(word: text)
        case .number(let number):
            return .number(number)
        case .variable(let name):
            return try variable(name, at: expression.range)
        case .word(let pieces, let quoted):
            let text = try joined(pieces, at: expression.range)
            return quoted ? .string(text) : Value(word: text)
        case .list(let elements):
            return .list(try listElements(elements))
        case .negation(let operand):
            return .number(-(try number(of: operand, for: "-")))
        case .chain(let first, let rest):
            return .number(try result(of: first, rest))
        case .element(let list, let index):
            return try element(of: list, at: index)
        case .call(let function, let arguments):
            return try call(function, arguments)
        case .comparison(let left, let symbol, let right):
            return .number(try compare(left, symbol, right) ? 1 : 0)
        case .not(let operand):
            return .number(try truth(of: operand) ? 0 : 1)
        case .all(let operands):
            for operand in operands where !(try truth(of: operand)) { return .number(0) }
            return .number(1)
        case .any(let operands):
            for operand in operands where try truth(of: operand) { return .number(1) }
            return .number(0)
        }
    }

    /// Whether a condition holds: what a comparison gives, or another number that is not 0.
    func truth(of expression: Expression) throws(Diagnostic) -> Bool {
        let value = try value(of: expression)
        guard let number = value.number, !number.isNaN else {
            throw failure(
                .expected("a condition such as loss < 1", got: value.summary), at: expression.range)
        }
        return number != 0
    }

    private func compare(
        _ left: Expression, _ symbol: Expression.Comparison, _ right: Expression
    ) throws(Diagnostic) -> Bool {
        let (one, other) = (try value(of: left), try value(of: right))
        switch (one, other) {
        case (.number(let one), .number(let other)): return symbol.holds(one, other)
        case (.string(let one), .string(let other)) where symbol == .equal: return one == other
        case (.string(let one), .string(let other)) where symbol == .unequal: return one != other
        case (.string, .string):
            throw failure(
                .wrongType(of: symbol.rawValue, expected: "numbers", got: one.summary), at: left.range)
        default:
            throw failure(
                .wrongType(
                    of: symbol.rawValue, expected: "two numbers or two strings",
                    got: "\(one.summary) and \(other.summary)"),
                at: left.range.union(right.range))
        }
    }

    func text(of expression: Expression) throws(Diagnostic) -> String {
        switch expression.kind {
        case .text(let text, _):
            return text
        case .word(let pieces, _):
            return try joined(pieces, at: expression.range)
        default:
            let value = try value(of: expression)
            if case .list = value {
                throw failure(.expected("one value", got: "\(value.summary)"), at: expression.range)
            }
            return value.description
        }
    }

    func failure(_ error: LanguageError, at range: SourceRange) -> Diagnostic {
        Diagnostic(error, at: range, in: source)
    }

    private func variable(_ name: String, at range: SourceRange) throws(Diagnostic) -> Value {
        if let value = environment.variables[name] ?? environment.result(name) { return value }
        let near =
            nearestName(
                to: name, among: environment.variables.keys.sorted() + environment.resultNames())
            ?? environment.suggestion(name)
        throw failure(.unknownVariable(name, near: near), at: range)
    }

    private func joined(_ pieces: [Expression], at range: SourceRange) throws(Diagnostic) -> String {
        var result = ""
        for piece in pieces {
            if case .text(let text, _) = piece.kind {
                result += text
            } else {
                let value = try value(of: piece)
                if case .list = value { throw failure(.listInWord, at: piece.range) }
                result += value.description
            }
            guard result.utf8.count <= Self.longestText else {
                throw failure(.tooLongText(limit: Self.longestText), at: range)
            }
        }
        return result
    }

    /// The first element is at 0, the last at -1, too.
    private func element(of list: Expression, at index: Expression) throws(Diagnostic) -> Value {
        let value = try value(of: list)
        guard case .list(let elements) = value else {
            throw failure(.wrongType(of: "[ ]", expected: "a list", got: value.summary), at: list.range)
        }
        let place = try whole(index)
        guard (-elements.count..<elements.count).contains(place) else {
            throw failure(.noElement(place, count: elements.count), at: index.range)
        }
        return elements[place < 0 ? elements.count + place : place]
    }

    private func listElements(_ elements: [Expression]) throws(Diagnostic) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            let value = try value(of: element)
            if case .list = value { throw failure(.nestedList, at: element.range) }
            values.append(value)
        }
        return values
    }

    // MARK: - Arithmetic

    func number(of expression: Expression, for operation: String) throws(Diagnostic) -> Double {
        let value = try value(of: expression)
        if case .number(let number) = value { return number }
        throw failure(
            .wrongType(of: operation, expected: "a number", got: value.summary), at: expression.range)
    }

    private func result(of first: Expression, _ rest: [Expression.Operation]) throws(Diagnostic) -> Double {
        guard let symbol = rest.first?.symbol else { return try number(of: first, for: "+") }
        var result = try number(of: first, for: String(symbol.rawValue))
        for step in rest {
            let right = try number(of: step.operand, for: String(step.symbol.rawValue))
            if right == 0, step.symbol == .divide || step.symbol == .remainder {
                throw failure(.divisionByZero(step.symbol), at: step.operand.range)
            }
            result = Self.apply(step.symbol, result, right)
            guard result.isFinite else {
                throw failure(
                    .notFinite(of: String(step.symbol.rawValue)), at: first.range.union(step.operand.range))
            }
        }
        return result
    }

    /// The remainder has the sign of the divisor, so that `k % n` counts in a circle for negative `k` too.
    private static func apply(_ symbol: Expression.Operator, _ left: Double, _ right: Double) -> Double {
        switch symbol {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide: return left / right
        case .remainder:
            let remainder = left.truncatingRemainder(dividingBy: right)
            return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder
        }
    }
}

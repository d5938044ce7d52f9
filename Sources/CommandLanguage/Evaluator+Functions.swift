/// The functions that expressions know, sorted by name.
public let functionNames = ["len", "max", "min", "round"]

extension Evaluator {
    func call(_ function: Word, _ arguments: [Expression]) throws(Diagnostic) -> Value {
        switch function.text {
        case "len":
            let argument = try onlyArgument(of: function, arguments)
            let value = try value(of: argument)
            guard case .list(let elements) = value else {
                throw failure(
                    .wrongType(of: "len", expected: "a list", got: value.summary), at: argument.range)
            }
            return .number(Double(elements.count))
        case "round":
            // Halves go away from zero.
            let argument = try onlyArgument(of: function, arguments)
            return .number(try number(of: argument, for: "round").rounded())
        case "min", "max":
            let numbers = try numbers(of: function.text, arguments)
            guard let result = function.text == "min" ? numbers.min() : numbers.max() else {
                throw failure(
                    .wrongCount(function: function.text, expected: "numbers or a list of numbers", got: 0),
                    at: function.range)
            }
            return .number(result)
        default:
            let near = nearestName(to: function.text, among: functionNames)
            throw failure(.unknownFunction(function.text, near: near), at: function.range)
        }
    }

    private func onlyArgument(
        of function: Word, _ arguments: [Expression]
    ) throws(Diagnostic) -> Expression {
        guard let first = arguments.first, arguments.count == 1 else {
            throw failure(
                .wrongCount(function: function.text, expected: "one value", got: arguments.count),
                at: function.range)
        }
        return first
    }

    /// The numbers among which `min` and `max` choose: the arguments, or the elements of the only one.
    private func numbers(
        of function: String, _ arguments: [Expression]
    ) throws(Diagnostic) -> [Double] {
        if let first = arguments.first, arguments.count == 1, case .list(let elements) = try value(of: first)
        {
            var numbers: [Double] = []
            for element in elements {
                guard let number = element.number else {
                    throw failure(
                        .wrongType(of: function, expected: "numbers", got: element.summary), at: first.range)
                }
                numbers.append(number)
            }
            return numbers
        }
        var numbers: [Double] = []
        for argument in arguments {
            numbers.append(try number(of: argument, for: function))
        }
        return numbers
    }
}

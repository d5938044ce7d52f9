/// What can be wrong with a source text or with the evaluation of an expression; the place is kept beside it.
enum LanguageError: Error, Equatable {
    // Characters
    case control(Unicode.Scalar)
    case tooLong(bytes: Int, limit: Int)
    case oddBlank(Unicode.Scalar)
    case curlyQuote(Character)
    case strayBackslash
    case missingContinuation

    // Words
    case unclosedQuote(Character)
    case unknownEscape(String)
    case badScalar(String)
    case badInterpolation
    case textAfterList(String)
    case nestedList

    // Statements
    case expected(String, got: String)
    case unclosed(String, closer: String)
    case strayBrace(Character)
    case reservedName(String)
    case assignmentWithoutLet(name: String)
    case severalValues(name: String)
    case badOptionName(String)
    case missingOptionValue(String)
    case incompleteRange(String)
    case tooDeep(limit: Int)

    // Evaluation
    case unknownVariable(String, near: String?)
    case unknownFunction(String, near: String?)
    case wrongCount(function: String, expected: String, got: Int)
    case wrongType(of: String, expected: String, got: String)
    case divisionByZero(Expression.Operator)
    case notFinite(of: String)
    case tooLongText(limit: Int)
    case listInWord
    case noElement(Int, count: Int)
    case fallingRange(lower: Int, upper: Int)
    case tooManyIterations(limit: Int, got: String)
}

extension LanguageError: CustomStringConvertible {
    var description: String {
        switch self {
        case .control(let scalar):
            "control character U+\(hexadecimal(scalar)) in the source"
        case .tooLong(let bytes, let limit):
            "expected a source of at most \(limit) bytes; got \(bytes)"
        case .oddBlank(let scalar):
            "expected a plain space; got U+\(hexadecimal(scalar))"
        case .curlyQuote(let quote):
            "expected a straight quote; got '\(quote)'"
        case .strayBackslash:
            "expected the end of the line after '\\'"
        case .missingContinuation:
            "expected another line after '\\'"
        case .unclosedQuote(let quote):
            "expected a closing \(quote) before the end of the line"
        case .unknownEscape(let escape):
            "unknown escape '\(escape)'; expected \\\" \\\\ \\n \\t \\$ or \\u{…}"
        case .badScalar(let text):
            "expected a character number from 1 to 10ffff in '\\u{…}'; got '\(text)'"
        case .badInterpolation:
            "expected a name or '(' after '$'"
        case .textAfterList(let got):
            "expected the end of the word after ']'; got \(got)"
        case .nestedList:
            "a list cannot hold a list"
        case .expected(let expected, let got):
            "expected \(expected); got \(got)"
        case .unclosed(let opener, let closer):
            "'\(opener)' is never closed; expected '\(closer)'"
        case .strayBrace("{"):
            "expected '{' only after 'repeat', 'for', 'if' or 'every'"
        case .strayBrace(let brace):
            "'\(brace)' closes nothing"
        case .reservedName(let name):
            "expected a name; got the reserved word '\(name)'"
        case .assignmentWithoutLet(let name):
            "expected a command; got an assignment to '\(name)'"
        case .severalValues(let name):
            "expected one value for '\(name)'; got more"
        case .badOptionName(let text):
            "expected an option such as '--name'; got '\(text)'"
        case .missingOptionValue(let name):
            "expected a value after '--\(name)='"
        case .incompleteRange(let text):
            "expected a range such as 1..3; got '\(text)'"
        case .tooDeep(let limit):
            "more than \(limit) blocks, lists and parentheses inside each other"
        case .unknownVariable(let name, _):
            "unknown variable '\(name)'"
        case .unknownFunction(let name, _):
            "unknown function '\(name)'"
        case .wrongCount(let function, let expected, let got):
            "'\(function)' takes \(expected); got \(got)"
        case .wrongType(let operation, let expected, let got):
            "'\(operation)' expected \(expected); got \(got)"
        case .divisionByZero(let symbol):
            "'\(symbol.rawValue)' by zero"
        case .notFinite(let operation):
            "'\(operation)' gives a number that is too large"
        case .tooLongText(let limit):
            "expected a text of at most \(limit) bytes"
        case .listInWord:
            "a list cannot be a part of a word"
        case .noElement(let index, let count):
            count == 0
                ? "expected a list with elements; got an empty one"
                : "expected an index from \(-count) to \(count - 1); got \(index)"
        case .fallingRange(let lower, let upper):
            "expected a rising range; got \(lower)..\(upper)"
        case .tooManyIterations(let limit, let got):
            "expected at most \(limit) repetitions; got \(got)"
        }
    }

    /// What to do next, where there is something to say.
    var notes: [String] {
        switch self {
        case .control(let scalar) where scalar != "\0":
            ["inside double quotes it is written \\u{\(String(scalar.value, radix: 16))}"]
        case .strayBackslash:
            ["a text that holds '\\' needs quotes: '…'"]
        case .unclosedQuote("'"):
            ["a text that holds ' needs double quotes: \"…\""]
        case .badInterpolation:
            ["a text that holds '$' is written '…' or \"\\$\""]
        case .strayBrace(let brace):
            ["a text that holds '\(brace)' needs quotes"]
        case .assignmentWithoutLet(let name):
            ["to name a value, write: let \(name) = …"]
        case .severalValues:
            ["a text with spaces needs quotes; a calculation is written $(…)"]
        case .unknownVariable(_, .some(let near)):
            ["did you mean '\(near)'?"]
        case .unknownFunction(_, .some(let near)):
            ["did you mean '\(near)'?"]
        default:
            []
        }
    }
}

private func hexadecimal(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

extension Diagnostic {
    init(_ error: LanguageError, at range: SourceRange, in source: SourceText) {
        self.init(message: error.description, range: range, source: source, notes: error.notes)
    }
}

import CommandLanguage
import Files
import Foundation

/// A typed result of a statement, written so that it reads back exactly.
public enum ResultValue: Sendable, Equatable {
    case boolean(Bool)
    case integer(Int)
    case float(Float)
    case double(Double)
    case text(String)
    case list([ResultValue])
    /// As a transcript has it; which kind it was is not known.
    case recorded(String)

    /// Equal where a transcript would have the same.
    public static func == (one: ResultValue, other: ResultValue) -> Bool {
        one.description == other.description
    }
}

extension ResultValue: CustomStringConvertible {
    /// The text behind `=` in a transcript: shortest decimal that reads back to the same bits; text bare where it is one
    /// plain word, quoted as in JSON otherwise.
    public var description: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .float(let value): Self.text(value)
        case .double(let value): Self.text(value)
        case .text(let text): Self.isPlain(text) ? text : JSONText.quoted(text)
        case .list(let values): "[" + values.map(\.nested).joined(separator: ", ") + "]"
        case .recorded(let text): text
        }
    }

    /// Reads the text of a setting: a boolean, a number, or text.
    init(reading text: String) {
        switch text {
        case "true", "false": self = .boolean(text == "true")
        default: self = Int(text).map { .integer($0) } ?? Double(text).map { .double($0) } ?? .text(text)
        }
    }

    /// Inside a list text is always quoted.
    private var nested: String {
        if case .text(let text) = self { return JSONText.quoted(text) }
        return description
    }

    /// As a JSON value; nan and inf are strings, since JSON has no other way.
    var json: String {
        switch self {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .float(let value): value.isFinite ? "\(value)" : "\"\(Self.text(value))\""
        case .double(let value): value.isFinite ? "\(value)" : "\"\(Self.text(value))\""
        case .text(let text): JSONText.quoted(text)
        case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .recorded(let text):
            text.hasPrefix("[") || text.hasPrefix("\"") || text == "true" || text == "false"
                || Double(text)?.isFinite == true
                ? text : JSONText.quoted(text)
        }
    }

    /// Every nan reads "nan": its sign and payload differ from processor to processor.
    private static func text(_ value: some BinaryFloatingPoint & CustomStringConvertible) -> String {
        value.isNaN ? "nan" : value.description
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    }
}

/// JSON strings.
enum JSONText {
    /// What `ResultValue` wrote of a text: bare, or between quotes.
    static func unquoted(_ text: String) -> String {
        guard text.hasPrefix("\"") else { return text }
        return (try? JSONDecoder().decode(String.self, from: Data(text.utf8))) ?? text
    }

    /// The text between quotes, with quotes, backslashes and all that could steer a terminal escaped.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            default:
                if escapedForDisplay(String(scalar)) != String(scalar) {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}

import Files
import Foundation

/// A JSON object read from a file, with typed access that names the field when something is wrong.
struct JSONObject {
    let path: String
    private let fields: [String: Any]

    /// Largest configuration file read, in bytes; larger ones are not configurations.
    private static let limit = 16 << 20

    /// - Throws: `FileError`; `CLIPError.unreadable` when it is not a JSON object.
    init(file path: String) throws {
        let bytes = try ReadOnlyFile.bytes(path, limit: Self.limit)
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)),
            let fields = object as? [String: Any]
        else {
            throw CLIPError.unreadable(
                path: path, reason: StandIn.reason(bytes) ?? "not a JSON object")
        }
        self.init(path: path, fields: fields)
    }

    init(empty path: String) {
        self.init(path: path, fields: [:])
    }

    private init(path: String, fields: [String: Any]) {
        self.path = path
        self.fields = fields
    }

    /// Whether the field is present and not null.
    func has(_ name: String) -> Bool {
        fields[name].map { !($0 is NSNull) } ?? false
    }

    /// Names of all fields, sorted.
    var names: [String] { fields.keys.sorted() }

    /// A field's value as errors show it, nil where it is absent, null or an empty list or object.
    func literal(_ name: String) -> String? {
        switch fields[name] {
        case nil, is NSNull: nil
        case let list as [Any] where list.isEmpty: nil
        case let object as [String: Any] where object.isEmpty: nil
        case let value: Self.literal(value)
        }
    }

    private static func literal(_ value: Any?) -> String {
        switch value {
        case let text as String: "'\(text.prefix(40))'"
        case let number as NSNumber: isBoolean(number) ? "\(number.boolValue)" : "\(number)"
        case is [Any]: "a list"
        case is [String: Any]: "an object"
        default: "nothing"
        }
    }

    func object(_ name: String) throws -> JSONObject? {
        guard has(name), let value = fields[name] else { return nil }
        guard let nested = value as? [String: Any] else { throw bad(name, expected: "an object") }
        return JSONObject(path: path, fields: nested)
    }

    func string(_ name: String, _ fallback: String?) throws -> String? {
        guard has(name), let value = fields[name] else { return fallback }
        guard let text = value as? String else { throw bad(name, expected: "a string") }
        return text
    }

    func number(_ name: String, _ fallback: Double) throws -> Double {
        guard has(name), let value = fields[name] else { return fallback }
        guard let number = value as? NSNumber, !Self.isBoolean(number), number.doubleValue.isFinite else {
            throw bad(name, expected: "a number")
        }
        return number.doubleValue
    }

    func boolean(_ name: String, _ fallback: Bool) throws -> Bool {
        guard has(name), let value = fields[name] else { return fallback }
        guard let number = value as? Bool else { throw bad(name, expected: "true or false") }
        return number
    }

    /// A whole number from 1 to `limit`.
    func size(_ name: String, _ fallback: Int, limit: Int = 1 << 16) throws -> Int {
        let value = try number(name, Double(fallback))
        guard value.rounded() == value, value >= 1, value <= Double(limit) else {
            throw bad(name, expected: "a whole number from 1 to \(limit)")
        }
        return Int(value)
    }

    func numbers(_ name: String, _ fallback: [Double]) throws -> [Double] {
        guard has(name), let value = fields[name] else { return fallback }
        guard let list = value as? [NSNumber], !list.contains(where: Self.isBoolean) else {
            throw bad(name, expected: "a list of numbers")
        }
        return list.map(\.doubleValue)
    }

    /// The error for a field whose value is not what was expected.
    func bad(_ name: String, expected: String) -> CLIPError {
        .badField(name, file: path, expected: expected, got: Self.literal(fields[name]))
    }

    /// Foundation hands out true and false as numbers as well.
    private static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}

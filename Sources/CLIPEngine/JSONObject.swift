import Foundation

/// A JSON object read from a file, with typed access that names the field when something is wrong.
struct JSONObject {
    let path: String
    private let fields: [String: Any]

    /// Largest configuration file read, in bytes; larger ones are not configurations.
    private static let limit = 16 << 20

    /// - Throws: `CLIPError.unreadable` when the file is absent, too large, or not a JSON object.
    init(file path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CLIPError.unreadable(path: path, reason: "no such file, or no permission")
        }
        guard data.count <= Self.limit else {
            throw CLIPError.unreadable(path: path, reason: "larger than \(Self.limit) bytes")
        }
        guard let object = try? JSONSerialization.jsonObject(with: data),
            let fields = object as? [String: Any]
        else {
            throw CLIPError.unreadable(path: path, reason: "not a JSON object")
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

    func object(_ name: String) throws -> JSONObject? {
        guard has(name), let value = fields[name] else { return nil }
        guard let nested = value as? [String: Any] else { throw bad(name, "an object", value) }
        return JSONObject(path: path, fields: nested)
    }

    func string(_ name: String, _ fallback: String?) throws -> String? {
        guard has(name), let value = fields[name] else { return fallback }
        guard let text = value as? String else { throw bad(name, "a string", value) }
        return text
    }

    func number(_ name: String, _ fallback: Double) throws -> Double {
        guard has(name), let value = fields[name] else { return fallback }
        guard let number = value as? NSNumber, number.doubleValue.isFinite else {
            throw bad(name, "a number", value)
        }
        return number.doubleValue
    }

    func boolean(_ name: String, _ fallback: Bool) throws -> Bool {
        guard has(name), let value = fields[name] else { return fallback }
        guard let number = value as? Bool else { throw bad(name, "true or false", value) }
        return number
    }

    /// A whole number from 1 to `limit`.
    func size(_ name: String, _ fallback: Int, limit: Int = 1 << 16) throws -> Int {
        let value = try number(name, Double(fallback))
        guard value.rounded() == value, value >= 1, value <= Double(limit) else {
            throw CLIPError.badField(
                name, file: path, expected: "a whole number from 1 to \(limit)", got: "\(value)")
        }
        return Int(value)
    }

    func numbers(_ name: String, _ fallback: [Double]) throws -> [Double] {
        guard has(name), let value = fields[name] else { return fallback }
        guard let list = value as? [NSNumber] else { throw bad(name, "a list of numbers", value) }
        return list.map(\.doubleValue)
    }

    private func bad(_ name: String, _ expected: String, _ value: Any) -> CLIPError {
        .badField(name, file: path, expected: expected, got: String("\(value)".prefix(40)))
    }
}

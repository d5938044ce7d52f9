import Foundation

/// A JSON value that may be wrong: keys may repeat, and a leaf is any text.
public indirect enum JSONTree: Sendable {
    case text(String)
    case list([JSONTree])
    case object([(key: String, value: JSONTree)])

    /// What `JSONSerialization` writes, with sorted keys.
    public init(_ value: Any) {
        switch value {
        case let fields as [String: Any]:
            self = .object(fields.sorted { $0.key < $1.key }.map { ($0.key, JSONTree($0.value)) })
        case let values as [Any]: self = .list(values.map(JSONTree.init))
        case let string as String: self = .text(Self.quoted(string))
        case let flag as Bool where "\(type(of: value))" == "Bool": self = .text("\(flag)")
        default: self = .text("\(value)")
        }
    }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        write(to: &result)
        return result
    }

    private func write(to result: inout [UInt8]) {
        switch self {
        case .text(let text): result += text.utf8
        case .list(let values):
            result.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                value.write(to: &result)
            }
            result.append(UInt8(ascii: "]"))
        case .object(let fields):
            result.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                result += Self.quoted(field.key).utf8
                result.append(UInt8(ascii: ":"))
                field.value.write(to: &result)
            }
            result.append(UInt8(ascii: "}"))
        }
    }

    /// A string as JSON writes it.
    public static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONTree {
    /// Numbers at borders, other types, halves of values, and a string of every odd kind.
    private static let hostile = [
        "null", "true", "false", "0", "-0", "-1", "1", "2", "3", "7", "0.5", "1e300", "-1e300", "1e-300",
        "1e400", "65536", "1048575", "1048576", "16777216", "2147483647", "2147483648", "4294967295",
        "4611686018427387904", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551616", "99999999999999999999999999", "007", "+1", ".5", "1.", "0x10", "NaN",
        "Infinity", "\"\"", "\"24\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\q\"",
        "\"e\u{301}\u{1F469}\u{200D}\u{1F680}\"", "\"", "[]", "[1,2,3]", "[[1]]", "{}", "{\"height\":12}",
        "{\"\":null}", "", ",", "]", "}", "//", "tru",
    ]

    /// Changes one to three places.
    public mutating func mutate(_ random: inout FuzzRandom) {
        for _ in 0...random.below(3) { mutateOnce(&random) }
    }

    /// Walks down to a random place and changes it there.
    private mutating func mutateOnce(_ random: inout FuzzRandom) {
        switch self {
        case .text:
            self = Self.hostileValue(&random)
        case .list(var values):
            if values.isEmpty || random.once(in: 8) {
                self = random.once(in: 2) ? Self.hostileValue(&random) : .list(values + [.text("0")])
                return
            }
            let at = random.below(values.count)
            switch random.below(8) {
            case 0: values.remove(at: at)
            case 1: values.insert(values[at], at: random.below(values.count))
            case 2: values.swapAt(at, random.below(values.count))
            case 3: values = Array(repeating: values[at], count: random.below(2000))
            default: values[at].mutateOnce(&random)
            }
            self = .list(values)
        case .object(var fields):
            if fields.isEmpty || random.once(in: 12) {
                self = Self.hostileValue(&random)
                return
            }
            let at = random.below(fields.count)
            switch random.below(9) {
            case 0: fields.remove(at: at)
            case 1: fields.append(fields[at])
            case 2: fields.append((fields[at].key, Self.hostileValue(&random)))
            case 3: fields[at].value = fields[random.below(fields.count)].value
            case 4: fields[at].key = fields[random.below(fields.count)].key
            case 5: fields[at].key = random.pick(["", "\u{0}", fields[at].key + " ", "Ä", "A\u{308}", "x"])
            default: fields[at].value.mutateOnce(&random)
            }
            self = .object(fields)
        }
    }

    /// A leaf, or seldom a nest of brackets with or without its end.
    public static func hostileValue(_ random: inout FuzzRandom) -> JSONTree {
        guard random.once(in: 12) else { return .text(random.pick(hostile)) }
        let depth = random.pick([10, 500, 520, 5000, 100_000])
        let open = random.pick(["[", "{\"a\":", "[[],"])
        let close = random.once(in: 2) ? "" : String(repeating: open.first == "[" ? "]" : "}", count: depth)
        return .text(String(repeating: open, count: depth) + "0" + close)
    }
}

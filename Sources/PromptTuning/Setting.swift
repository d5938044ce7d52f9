/// What may be given for a setting.
public enum SettingKind: Sendable, Equatable {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case choice([String])
    /// One of a few words, or a whole number in a range.
    case choiceOrInteger([String], ClosedRange<Int>)
    /// One of a few words, or a number in a range.
    case choiceOrNumber([String], ClosedRange<Double>)
    case text
    /// One text or a list of them.
    case texts
    case path
    /// On, unless it is switched off with `--no-NAME`.
    case on

    /// Every number above 0.
    public static let positive = SettingKind.number(Double.leastNonzeroMagnitude...Double.infinity)
    public static let atLeastZero = SettingKind.number(0...Double.infinity)
}

/// The value of a setting.
public enum SettingValue: Sendable, Equatable {
    case integer(Int)
    case number(Double)
    case text(String)
    case texts([String])
    case flag(Bool)
}

extension SettingValue: CustomStringConvertible {
    /// Numbers are written so that they read back exactly.
    public var description: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let text): text
        case .texts(let texts): texts.joined(separator: " | ")
        case .flag(let value): "\(value)"
        }
    }
}

/// A setting as options, help, completion, error texts and records know it.
public struct SettingKey: Sendable {
    /// As it is recorded.
    public let name: String
    public let kind: SettingKind
    /// Its value where none is given; nil where that means nothing is set.
    public let standard: SettingValue?
    /// What a record says where nothing is set.
    public let absent: String
    /// What help shows in place of a value; the default where there is one.
    public let placeholder: String
    public let help: String

    /// The name of the option that changes it.
    public var option: String { kind == .on ? "no-" + name : name }
}

/// A setting whose values have a type.
public struct Setting<Value: Sendable>: Sendable {
    public let key: SettingKey
    let read: @Sendable (SettingValue?) -> Value

    /// - Parameter read: makes a value of what was given, or of the default; both fit the kind.
    public init(
        _ name: String, _ kind: SettingKind, default standard: SettingValue? = nil, absent: String = "none",
        placeholder: String? = nil, _ help: String, read: @escaping @Sendable (SettingValue?) -> Value
    ) {
        key = SettingKey(
            name: name, kind: kind, standard: standard, absent: absent,
            placeholder: placeholder ?? Self.placeholder(kind, standard), help: help)
        self.read = read
    }

    private static func placeholder(_ kind: SettingKind, _ standard: SettingValue?) -> String {
        switch (kind, standard) {
        case (_, let standard?): standard.description
        case (.choice(let words), _): words.joined(separator: "|")
        case (.choiceOrNumber(let words, _), _), (.choiceOrInteger(let words, _), _):
            (words + ["N"]).joined(separator: "|")
        case (.path, _): "PATH"
        case (.text, _), (.texts, _): "TEXT"
        default: "N"
        }
    }
}

extension Setting where Value == Int {
    public static func integer(
        _ name: String, _ range: ClosedRange<Int>, default standard: Int, _ help: String
    ) -> Setting {
        Setting(name, .integer(range), default: .integer(standard), help) { value in
            if case .integer(let value)? = value { value } else { standard }
        }
    }
}

extension Setting where Value == Double {
    /// - Parameter kind: a `.number`.
    public static func number(
        _ name: String, _ kind: SettingKind = .positive, default standard: Double, _ help: String
    ) -> Setting {
        Setting(name, kind, default: .number(standard), help) { value in
            switch value {
            case .number(let value)?: value
            case .integer(let value)?: Double(value)
            default: standard
            }
        }
    }
}

extension Setting where Value == Bool {
    /// Something that is on unless `--no-NAME` is given.
    public static func on(_ name: String, _ help: String) -> Setting {
        Setting(name, .on, default: .flag(true), placeholder: "", help) { $0 != .flag(false) }
    }
}

extension Setting where Value == String {
    public static func choice(
        _ name: String, _ words: [String], default standard: String, _ help: String
    ) -> Setting {
        Setting(
            name, .choice(words), default: .text(standard), placeholder: words.joined(separator: "|"), help
        ) {
            if case .text(let text)? = $0 { text } else { standard }
        }
    }
}

extension Setting where Value == String? {
    /// A text or path that may be missing.
    public static func optional(
        _ name: String, _ kind: SettingKind, absent: String = "none", placeholder: String, _ help: String
    ) -> Setting {
        Setting(name, kind, absent: absent, placeholder: placeholder, help) { value in
            if case .text(let text)? = value { text } else { nil }
        }
    }
}

extension Setting where Value == Int? {
    /// A whole number that may be missing.
    public static func optional(
        _ name: String, _ range: ClosedRange<Int>, absent: String = "none", placeholder: String,
        _ help: String
    ) -> Setting {
        Setting(name, .integer(range), absent: absent, placeholder: placeholder, help) { value in
            if case .integer(let value)? = value { value } else { nil }
        }
    }
}

extension Setting where Value == [String] {
    public static func texts(_ name: String, default standard: [String], _ help: String) -> Setting {
        Setting(name, .texts, default: .texts(standard), placeholder: "TEXT", help) { value in
            switch value {
            case .texts(let texts)?: texts
            case .text(let text)?: [text]
            default: standard
            }
        }
    }
}

/// The settings of a method that were given, and its defaults for the others.
public struct MethodSettings: Sendable, Equatable {
    private var given: [String: SettingValue]

    /// - Parameter given: by the names of their keys; each fits its key's kind.
    public init(_ given: [String: SettingValue] = [:]) {
        self.given = given
    }

    public subscript<Value>(_ setting: Setting<Value>) -> Value {
        setting.read(given[setting.key.name] ?? setting.key.standard)
    }

    public func isGiven<Value>(_ setting: Setting<Value>) -> Bool { given[setting.key.name] != nil }

    /// Sets what follows from other settings, so that the record has what was used.
    mutating func set<Value>(_ setting: Setting<Value>, _ value: SettingValue) {
        given[setting.key.name] = value
    }

    /// Names and values of some keys as text, in their order.
    public func described(_ keys: [SettingKey]) -> [(name: String, value: String)] {
        keys.map { ($0.name, (given[$0.name] ?? $0.standard)?.description ?? $0.absent) }
    }
}

/// The values of a sweep's variables; every combination is a point.
public struct SweepGrid: Sendable, Equatable {
    /// A variable and its values, in the order given.
    public struct Axis: Sendable, Equatable, Codable {
        public var name: String
        public var values: [String]

        public init(name: String, values: [String]) {
            (self.name, self.values) = (name, values)
        }
    }

    public var axes: [Axis]
    /// Most points of a sweep.
    public static let most = 100_000

    /// Reads `name=1..3` and `name=a,b`.
    ///
    /// - Throws: `SweepError.badAxis`, `.repeatedAxis`, `.tooManyPoints`.
    public init(_ texts: [String]) throws {
        let axes = try texts.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, Self.isName(parts[0]) else { throw SweepError.badAxis(text) }
            let values = try parts[1].split(separator: ",", omittingEmptySubsequences: false).flatMap {
                value in
                try Self.values(value, of: text)
            }
            return Axis(name: String(parts[0]), values: values)
        }
        try self.init(axes: axes)
    }

    /// - Throws: `SweepError`, as for what is written.
    init(axes: [Axis]) throws {
        self.axes = axes
        for axis in axes {
            var seen: Set<String> = []
            if let value = axis.values.first(where: { !seen.insert($0).inserted }) {
                throw SweepError.repeatedValue(axis: axis.name, value: value)
            }
        }
        for axis in axes where !Self.isName(axis.name) || axis.values.isEmpty {
            throw SweepError.badAxis(axis.name)
        }
        for (index, axis) in axes.enumerated() where axes[..<index].contains(where: { $0.name == axis.name })
        {
            throw SweepError.repeatedAxis(axis.name)
        }
        let count = axes.reduce(1.0) { $0 * Double($1.values.count) }
        guard count <= Double(Self.most) else { throw SweepError.tooManyPoints(limit: Self.most) }
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        guard let first = text.first, first.isASCII, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }

    private static func values(_ text: Substring, of axis: String) throws -> [String] {
        guard !text.isEmpty else { throw SweepError.badAxis(axis) }
        guard let dots = text.firstRange(of: "..") else { return [String(text)] }
        guard let first = Int(text[..<dots.lowerBound]), let last = Int(text[dots.upperBound...]) else {
            return [String(text)]
        }
        guard first <= last, last - first < most else { throw SweepError.badAxis(axis) }
        return (first...last).map { "\($0)" }
    }

    /// All combinations; the last axis changes fastest.
    public var points: [[(name: String, value: String)]] {
        axes.reduce([[]]) { points, axis in
            points.flatMap { point in axis.values.map { point + [(axis.name, $0)] } }
        }
    }
}

/// Why there is no sweep.
public enum SweepError: Error, Equatable {
    case badAxis(String)
    case repeatedAxis(String)
    case repeatedValue(axis: String, value: String)
    case tooManyPoints(limit: Int)
    /// A folder that holds something else.
    case otherSweep(folder: String, what: String)
    case noSweep(folder: String)
    case noPoint(Int, count: Int)
    /// A program that is not there, or said no.
    case engine(String)
}

extension SweepError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badAxis(let text): "expected name=1..3 or name=a,b for '--grid'; got '\(text)'"
        case .repeatedAxis(let name): "'--grid' has '\(name)' twice"
        case .repeatedValue(let axis, let value): "'--grid' has '\(value)' twice for '\(axis)'"
        case .tooManyPoints(let limit): "more than \(limit) points"
        case .otherSweep(let folder, let what):
            "'\(folder)' is a sweep of another \(what): '--out' names another folder"
        case .noSweep(let folder): "no sweep in '\(folder)': expected a folder that '--out' named"
        case .noPoint(let index, let count): "no point \(index): the sweep has \(count)"
        case .engine(let message): message
        }
    }
}

import CommandLanguage

/// How a replay compares what comes out with what is recorded.
public enum ReplayComparison: Sendable, Equatable {
    /// Every typed result and every plot's pixels are equal.
    case strict
    /// Numbers may differ; digests of parameters and of pixels are not compared.
    case tolerant(Tolerances)
    /// Nothing is compared.
    case none

    /// How far numbers may be from the recorded ones.
    public struct Tolerances: Sendable, Equatable {
        /// Of numbers with a fraction: relative to the larger of both, absolute below 1.
        public var standard: Double
        /// Absolute, by a result's name without the number of an inner statement.
        public private(set) var named: [String: Double]

        public init(standard: Double = 0.01, named: [String: Double] = [:]) {
            self.standard = standard
            self.named = named.reduce(into: [:]) { $0[ReplayComparison.plainName($1.key)] = $1.value }
        }
    }

    /// A cell of a transcript with the lines of its results and outputs.
    typealias RecordedCell = (cell: Cell, resultLines: [Int], outputLines: [Int])

    /// The differences between a recorded cell and what its input gave.
    func compare(
        _ entry: RecordedCell, line: Int, with cells: [Cell], _ compared: inout Int
    ) -> [Replay.Mismatch] {
        guard self != .none else { return [] }
        guard let ran = cells.last, cells.count == 1 else {
            return [
                Replay.Mismatch(line: line, message: "expected one statement; got \(cells.count)")
            ]
        }
        let recorded = entry.cell
        let loads = recorded.results.contains { Self.isProvenance($0.key) }
        // What could not be written then may be writable now; nothing of it is in the state.
        if case .failed(let failure) = recorded.status, ran.status == .ok,
            failure.text.contains(": error: cannot write '")
        {
            return []
        }
        if ran.status.word != recorded.status.word {
            var message = "recorded as \(recorded.status.word); now \(ran.status.word)"
            if case .failed(let failure) = ran.status { message += ": \(failure.message)" }
            return [
                Replay.Mismatch(
                    line: line, message: message, isProvenance: loads && recorded.status == .ok)
            ]
        }
        return compareResults(entry, line: line, ran, &compared)
            + comparePlots(entry, line: line, ran, &compared)
    }

    private func compareResults(_ entry: RecordedCell, line: Int, _ ran: Cell, _ compared: inout Int)
        -> [Replay.Mismatch]
    {
        var mismatches: [Replay.Mismatch] = []
        var results: [String: String] = [:]
        for result in ran.results { results[result.key] = result.value.description }
        for (line, result) in zip(entry.resultLines, entry.cell.results) {
            compared += 1
            let now = results.removeValue(forKey: result.key)
            let recorded = result.value.description
            if let now, agree(recorded, now, key: result.key) { continue }
            mismatches.append(
                Replay.Mismatch(
                    line: line,
                    message: "'\(result.key)' recorded \(recorded); got \(now ?? "nothing")"
                        + (now.map { Self.firstItem(recorded, $0) } ?? ""),
                    isProvenance: Self.isProvenance(result.key)))
        }
        for key in results.keys.sorted() {
            mismatches.append(
                Replay.Mismatch(
                    line: line, message: "'\(key)' is not recorded; got \(results[key] ?? "")"))
        }
        return mismatches
    }

    private func comparePlots(_ entry: RecordedCell, line: Int, _ ran: Cell, _ compared: inout Int)
        -> [Replay.Mismatch]
    {
        let drawn = ran.plots
        let recorded = zip(entry.outputLines, entry.cell.outputs).compactMap { line, output in
            output.plot.map { (line, $0) }
        }
        var mismatches: [Replay.Mismatch] = []
        for (index, (line, plot)) in recorded.enumerated() {
            compared += 1
            let now = index < drawn.count ? drawn[index] : nil
            if case .tolerant = self, let now, now.width == plot.width, now.height == plot.height { continue }
            guard now?.digest != plot.digest else { continue }
            mismatches.append(
                Replay.Mismatch(
                    line: line,
                    message:
                        "pixels of \(ResultValue.text(plot.path)) recorded \(plot.digest); got \(now?.digest ?? "nothing")",
                    plots: now.map { (plot, $0) }))
        }
        if drawn.count > recorded.count {
            mismatches.append(
                Replay.Mismatch(
                    line: line, message: "\(drawn.count) plots drawn; \(recorded.count) recorded"))
        }
        return mismatches
    }
}

extension ReplayComparison {
    /// Whether two results, as a transcript has them, are the same under this comparison.
    private func agree(_ recorded: String, _ now: String, key: String) -> Bool {
        guard recorded != now else { return true }
        guard case .tolerant(let tolerances) = self else { return false }
        if let (one, other) = Self.items(recorded, now) {
            return one.count == other.count && zip(one, other).allSatisfy { agree($0, $1, key: key) }
        }
        if recorded.hasPrefix("sha256:"), now.hasPrefix("sha256:") { return Self.isProvenance(key) == false }
        guard let one = Self.number(recorded), let other = Self.number(now) else { return false }
        if let bound = tolerances.named[Self.plainName(key)] { return abs(one - other) <= bound }
        // Counts are exact.
        guard Int(recorded) == nil || Int(now) == nil else { return false }
        return abs(one - other) <= tolerances.standard * max(1, abs(one), abs(other))
    }

    /// A finite number; hexadecimal digits are none.
    private static func number(_ text: String) -> Double? {
        text.contains("x") ? nil : Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The items of two lists; nil where one is none. Only numbers are told apart, for text may hold a comma.
    private static func items(_ one: String, _ other: String) -> ([String], [String])? {
        guard one.hasPrefix("["), other.hasPrefix("["), !one.contains("\""), !other.contains("\"") else {
            return nil
        }
        func items(_ text: String) -> [String] {
            text.dropFirst().dropLast().split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        }
        return (items(one), items(other))
    }

    /// Which item of two lists differs first.
    private static func firstItem(_ recorded: String, _ now: String) -> String {
        guard let (one, other) = items(recorded, now),
            let index = zip(one, other).enumerated().first(where: { $1.0 != $1.1 })?.offset
        else { return "" }
        return "; item \(index + 1) differs first: \(one[index]) and \(other[index])"
    }

    /// A result's name without the number of an inner statement.
    static func plainName(_ key: String) -> String {
        let parts = key.split(separator: ".", maxSplits: 1)
        return parts.count == 2 && Int(parts[0]) != nil ? String(parts[1]) : key
    }

    /// Results that say which model, data and other files a session used.
    static func isProvenance(_ key: String) -> Bool {
        let name = plainName(key)
        return name.hasPrefix("model.") || name.hasPrefix("data.")
    }
}

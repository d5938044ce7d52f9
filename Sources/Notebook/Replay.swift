import CommandLanguage
import Foundation

/// Runs a transcript's inputs in a fresh notebook and compares every typed result and every plot's pixels.
public struct Replay {
    /// One difference between the recording and the replay.
    public struct Mismatch: Sendable {
        /// Line of the transcript.
        public var line: Int
        public var message: String
        /// The model or the data is not the recorded one.
        public var isProvenance: Bool
    }

    /// What a replay found.
    public struct Report: Sendable {
        public var mismatches: [Mismatch] = []
        /// Cells whose recording is complete and that were run.
        public var cells = 0
        /// Typed results and plots compared.
        public var compared = 0
        /// Line of a cell that has no end, if there is one.
        public var torn: Int?
        /// Whether a person ended the replay.
        public var isInterrupted = false
    }

    private let transcript: Transcript
    private let notebook: Notebook

    public init(_ transcript: Transcript, host: NotebookHost) {
        self.transcript = transcript
        notebook = Notebook(host: host, settings: transcript.settings)
    }

    /// Replays all cells; stops early only where the model or the data is not the recorded one.
    public func run() throws -> Report {
        var report = Report()
        report.mismatches = transcript.problems.map {
            Mismatch(line: $0.line, message: $0.message, isProvenance: false)
        }
        report.torn = transcript.tornLine
        for entry in transcript.entries {
            guard !entry.isTorn else {
                report.torn = entry.line
                continue
            }
            let ran = try notebook.evaluate(entry.cell.input, name: "input", stop: entry.stop)
            if case .interrupted? = ran.last?.status, entry.stop == nil {
                report.isInterrupted = true
                break
            }
            report.cells += 1
            let found = Self.compare(entry, with: ran, &report.compared)
            report.mismatches += found
            if found.contains(where: \.isProvenance) { break }
        }
        return report
    }

    static func compare(_ entry: Transcript.Entry, with cells: [Cell], _ compared: inout Int) -> [Mismatch] {
        guard let ran = cells.last, cells.count == 1 else {
            return [
                Mismatch(
                    line: entry.line, message: "expected one statement; got \(cells.count)",
                    isProvenance: false)
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
                Mismatch(
                    line: entry.line, message: message, isProvenance: loads && recorded.status == .ok)
            ]
        }
        var mismatches: [Mismatch] = []
        var results: [String: String] = [:]
        for result in ran.results { results[result.key] = result.value.description }
        for (line, result) in zip(entry.resultLines, recorded.results) {
            compared += 1
            let now = results.removeValue(forKey: result.key)
            guard now != result.value.description else { continue }
            mismatches.append(
                Mismatch(
                    line: line, message: "'\(result.key)' recorded \(result.value); got \(now ?? "nothing")",
                    isProvenance: Self.isProvenance(result.key)))
        }
        for key in results.keys.sorted() {
            mismatches.append(
                Mismatch(
                    line: entry.line, message: "'\(key)' is not recorded; got \(results[key] ?? "")",
                    isProvenance: false))
        }
        return mismatches + comparePlots(entry, ran, &compared)
    }

    private static func comparePlots(_ entry: Transcript.Entry, _ ran: Cell, _ compared: inout Int)
        -> [Mismatch]
    {
        let digests = ran.plots.map(\.digest)
        let recorded = zip(entry.outputLines, entry.cell.outputs).compactMap { line, output in
            output.plot.map { (line, $0) }
        }
        var mismatches: [Mismatch] = []
        for (index, (line, plot)) in recorded.enumerated() {
            compared += 1
            let now = index < digests.count ? digests[index] : "nothing"
            if now != plot.digest {
                mismatches.append(
                    Mismatch(
                        line: line,
                        message:
                            "pixels of \(ResultValue.text(plot.path)) recorded \(plot.digest); got \(now)",
                        isProvenance: false))
            }
        }
        if digests.count > recorded.count {
            mismatches.append(
                Mismatch(
                    line: entry.line,
                    message: "\(digests.count) plots drawn; \(recorded.count) recorded", isProvenance: false))
        }
        return mismatches
    }

    /// Results that say which model and data a session used.
    static func isProvenance(_ key: String) -> Bool {
        // Behind the number of an inner statement, where there is one.
        let parts = key.split(separator: ".")
        let name = parts.first.map { Int($0) != nil } == true ? parts.dropFirst().first : parts.first
        return parts.count > 1 && (name == "model" || name == "data")
    }
}

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
        for cell in transcript.cells {
            guard let status = cell.status else {
                report.torn = cell.line
                continue
            }
            let ran = try notebook.evaluate(cell.input, name: "input", stopAfter: cell.points)
            report.cells += 1
            let found = compare(cell, status: status, with: ran, &report.compared)
            report.mismatches += found
            if found.contains(where: \.isProvenance) { break }
        }
        return report
    }

    private func compare(
        _ cell: Transcript.Cell, status: String, with reports: [CellReport], _ compared: inout Int
    ) -> [Mismatch] {
        guard let ran = reports.last, reports.count == 1 else {
            return [
                Mismatch(
                    line: cell.line, message: "expected one statement; got \(reports.count)",
                    isProvenance: false)
            ]
        }
        let loads = cell.results.contains { Self.isProvenance($0.key) }
        if ran.status.word != status {
            var message = "recorded as \(status); now \(ran.status.word)"
            if case .failed(let diagnostic) = ran.status { message += ": \(diagnostic.message)" }
            return [Mismatch(line: cell.line, message: message, isProvenance: loads && status == "ok")]
        }
        var mismatches: [Mismatch] = []
        var results: [String: String] = [:]
        for result in ran.results { results[result.key] = result.value.description }
        for (line, key, value) in cell.results {
            compared += 1
            let now = results.removeValue(forKey: key)
            guard now != value else { continue }
            mismatches.append(
                Mismatch(
                    line: line, message: "'\(key)' recorded \(value); got \(now ?? "nothing")",
                    isProvenance: Self.isProvenance(key)))
        }
        for key in results.keys.sorted() {
            mismatches.append(
                Mismatch(
                    line: cell.line, message: "'\(key)' is not recorded; got \(results[key] ?? "")",
                    isProvenance: false))
        }
        return mismatches + comparePlots(cell, ran, &compared)
    }

    private func comparePlots(_ cell: Transcript.Cell, _ ran: CellReport, _ compared: inout Int) -> [Mismatch]
    {
        let digests = ran.events.compactMap { event -> String? in
            if case .plot(_, _, _, let digest) = event { return digest }
            return nil
        }
        var mismatches: [Mismatch] = []
        for (index, plot) in cell.plots.enumerated() {
            compared += 1
            let now = index < digests.count ? digests[index] : "nothing"
            if now != plot.digest {
                mismatches.append(
                    Mismatch(
                        line: plot.line,
                        message: "pixels of \(plot.path) recorded \(plot.digest); got \(now)",
                        isProvenance: false))
            }
        }
        if digests.count > cell.plots.count {
            mismatches.append(
                Mismatch(
                    line: cell.line,
                    message: "\(digests.count) plots drawn; \(cell.plots.count) recorded", isProvenance: false
                ))
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

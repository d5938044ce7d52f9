import CommandLanguage

/// A transcript with some of its cells replaced by what their inputs gave, the rest as it was to the byte.
public struct TranscriptUpdate {
    /// The whole new file.
    public private(set) var text = ""
    /// For each changed cell its number and the lines that went and came, each behind `-` or `+`.
    public private(set) var changes: [(cell: Int, lines: [String])] = []

    /// - Parameters:
    ///   - ran: for each of the first entries what its input gave; nil leaves it as it is.
    public init(_ transcript: Transcript, ran: [Cell?]) {
        let lines = TranscriptText.lines(of: transcript.text)
        var result: [String] = []
        var next = 0
        for (entry, ran) in zip(transcript.entries, ran) {
            guard var ran, !entry.isTorn, !Self.isSame(entry.read().cell, ran) else { continue }
            ran.number = entry.read().cell.number
            let old = Array(lines[(entry.line - 1)..<entry.endLine])
            let new = TranscriptRecorder.lines(of: ran)
            changes.append((entry.read().cell.number, Self.difference(old, new)))
            result += lines[next..<(entry.line - 1)] + new
            next = entry.endLine
        }
        result += lines[next...]
        if !changes.isEmpty, let index = result.prefix(8).firstIndex(where: { $0.hasPrefix("@prov ") }) {
            result[index] = TranscriptRecorder.provenance
        }
        self.text = result.joined(separator: "\n")
    }

    private static func isSame(_ old: Cell, _ ran: Cell) -> Bool {
        old.outputs == ran.outputs && old.results == ran.results && old.status == ran.status
    }

    /// The lines of a cell that went and came; what both have, and the durations, are left out.
    private static func difference(_ old: [String], _ new: [String]) -> [String] {
        let difference = new.difference(from: old)
        return (difference.removals + difference.insertions).compactMap { change in
            switch change {
            case .remove(_, let line, _): line.hasPrefix("@end ") ? nil : "- " + line
            case .insert(_, let line, _): line.hasPrefix("@end ") ? nil : "+ " + line
            }
        }
    }
}

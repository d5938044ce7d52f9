import CommandLanguage

/// A transcript with some of its cells replaced by what their inputs gave, the rest as it was to the byte.
public struct TranscriptUpdate {
    /// The whole new file.
    public private(set) var bytes: [UInt8] = []
    /// For each changed cell its number and the lines that went and came, each behind `-` or `+`.
    public private(set) var changes: [(cell: Int, lines: [String])] = []

    /// - Parameters:
    ///   - ran: for each of the first entries what its input gave; nil leaves it as it is.
    public init(_ transcript: Transcript, ran: [Cell?]) {
        let lines = transcript.lines
        var result: [ArraySlice<UInt8>] = []
        var next = 0
        for (entry, ran) in zip(transcript.entries, ran) {
            let recorded = entry.read().cell
            guard var ran, !entry.isTorn, !Self.isSame(recorded, ran) else { continue }
            ran.number = recorded.number
            let old = lines[(entry.line - 1)..<entry.endLine].map { String(decoding: $0, as: UTF8.self) }
            let new = TranscriptRecorder.lines(of: ran)
            changes.append((recorded.number, Self.difference(old, new)))
            result += lines[next..<(entry.line - 1)] + new.map { Array($0.utf8)[...] }
            next = entry.endLine
        }
        result += lines[next...]
        if !changes.isEmpty,
            let index = result.prefix(8).firstIndex(where: { $0.starts(with: "@prov ".utf8) })
        {
            result[index] = Array(TranscriptRecorder.provenance.utf8)[...]
        }
        bytes = Array(result.joined(separator: [UInt8(ascii: "\n")]))
    }

    /// What was shown, without what differs from run to run.
    private static func outputs(_ cell: Cell) -> [CellOutput] {
        cell.outputs.filter { $0.line?.hasPrefix(ComparisonReport.speedStart) != true }
    }

    private static func isSame(_ old: Cell, _ ran: Cell) -> Bool {
        outputs(old) == outputs(ran) && old.results == ran.results && old.status == ran.status
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

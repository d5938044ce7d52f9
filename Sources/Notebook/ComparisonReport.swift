import CommandLanguage
import Files
import Foundation
import PromptTuning

/// How a comparison reads: as a table, and as results.
enum ComparisonReport {
    static func lines(_ table: ComparisonTable) -> [String] {
        var lines: [String] = []
        for task in table.tasks {
            let seeds = task.seeds.map { "\($0)" }.joined(separator: ", ")
            lines += ["\(task.name): \(task.testImages) test images, seeds \(seeds)"]
            lines += rows(task.rows, table, hasTargets: true)
            lines += verdict(task.rows)
        }
        if !table.overall.isEmpty {
            lines += ["mean of \(DisplayNumber.count(table.tasks.count, "task"))"]
            lines += rows(table.overall, table, hasTargets: false)
            lines += verdict(table.overall)
        }
        let level =
            table.target.map { DisplayNumber.percent($0) }
            ?? "the smallest of the methods' best, seed by seed"
        return lines + [
            "accuracy: mean ± deviation over seeds. behind the best: 95 % interval over "
                + (table.overall.isEmpty ? "" : "tasks, ") + "seeds and test images.",
            "to target: queries until the training (validation) accuracy, smoothed over 200 queries, is at",
            level + ". area: mean validation accuracy.",
        ]
    }

    /// How a line begins that differs from run to run.
    static let speedStart = "queries a second: "

    /// What each method did in a second, with its evaluations.
    static func speed(_ table: ComparisonTable) -> [String] {
        var seen: [String: (queries: Double, seconds: Double)] = [:]
        for row in table.tasks.flatMap(\.rows) where row.queriesPerSecond > 0 && row.seconds > 0 {
            seen[row.variant, default: (0, 0)].queries += row.queriesPerSecond * row.seconds
            seen[row.variant, default: (0, 0)].seconds += row.seconds
        }
        guard !seen.isEmpty else { return [] }
        return [
            speedStart
                + seen.sorted { $0.key < $1.key }.map {
                    "\($0.key) \(whole($0.value.queries / $0.value.seconds))"
                }
                .joined(separator: ", ")
        ]
    }

    private static func rows(_ rows: [ComparisonTable.Row], _ table: ComparisonTable, hasTargets: Bool)
        -> [String]
    {
        var cells = [
            ["", "accuracy"] + table.marks.map { "at \($0)" } + ["behind the best"]
                + (hasTargets ? ["to target"] : []) + ["area"]
        ]
        for row in rows {
            cells.append(
                [row.variant, spread(row.accuracy)] + row.atMarks.map(points)
                    + [row.behindBest.map(interval) ?? "–"]
                    + (hasTargets
                        ? [reached(row.toTarget) + " (" + reached(row.toTargetOnValidation) + ")"] : [])
                    + [points(row.area)])
        }
        let widths = cells[0].indices.map { column in cells.map { displayWidth(of: $0[column]) }.max() ?? 0 }
        return cells.map { row in
            let parts = row.enumerated().map { column, text in
                let blanks = String(repeating: " ", count: widths[column] - displayWidth(of: text))
                return column == 0 ? text + blanks : blanks + text
            }
            return "  " + parts.joined(separator: "  ")
        }
    }

    /// Winner and ties, only where the intervals say so.
    private static func verdict(_ rows: [ComparisonTable.Row]) -> [String] {
        guard let best = rows.first, rows.count > 1 else { return [] }
        let ties = rows.dropFirst().filter { !$0.isBehind }.map(\.variant)
        return [
            "  best: \(best.variant)"
                + (ties.isEmpty
                    ? "; all others are behind it"
                    : "; not told from it: " + ties.joined(separator: ", "))
        ]
    }

    private static func points(_ value: Double) -> String {
        value.isFinite ? String(format: "%.1f", value) : "–"
    }
    private static func whole(_ value: Double) -> String { String(format: "%.0f", value) }

    private static func spread(_ spread: ComparisonTable.Spread) -> String {
        points(spread.mean) + (spread.deviation.map { " ± " + points($0) } ?? "")
    }

    private static func interval(_ interval: PairedBootstrap) -> String {
        "\(points(interval.mean)) [\(points(interval.lower)), \(points(interval.upper))]"
    }

    private static func reached(_ queries: [Int?]) -> String {
        let known = queries.compactMap { $0 }
        guard !known.isEmpty else { return "–" }
        let mean = whole(Double(known.reduce(0, +)) / Double(known.count))
        return known.count == queries.count ? mean : "\(mean), \(known.count) of \(queries.count)"
    }

    /// The table's figures under `compare.TASK.VARIANT`, without times.
    static func results(_ table: ComparisonTable) -> [CellResult] {
        var results: [CellResult] = []
        func add(_ task: String?, _ row: ComparisonTable.Row) {
            let key = (task.map { "compare." + word($0) } ?? "compare-mean") + "." + word(row.variant)
            func set(_ name: String, _ value: ResultValue) {
                results.append(CellResult(key: "\(key).\(name)", value: value))
            }
            set("accuracy", .double(row.accuracy.mean))
            if let deviation = row.accuracy.deviation { set("deviation", .double(deviation)) }
            if let behind = row.behindBest {
                set("behind", .list([.double(behind.mean), .double(behind.lower), .double(behind.upper)]))
            }
            if !row.toTarget.isEmpty {
                set("to-target", .list(row.toTarget.map { .integer($0 ?? -1) }))
                set("to-target-validation", .list(row.toTargetOnValidation.map { .integer($0 ?? -1) }))
            }
            set("area", .double(row.area))
        }
        for task in table.tasks { for row in task.rows { add(task.name, row) } }
        for row in table.overall { add(nil, row) }
        return results
    }

    /// A name as a part of a key or of a run's name: letters, digits and dashes; what is lost shows as a digest.
    static func word(_ name: String, atMost length: Int = 80) -> String {
        let word = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }
            .joined(separator: "-")
        // Blanks, dashes and dots are what options and paths are written with.
        let isWhole = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_- ./".contains($0)) }
        guard !isWhole || word.count > length || word.isEmpty else { return word }
        let digest = SHA256Digest.hex(Array(name.utf8)).prefix(6)
        return (word.isEmpty ? "" : word.prefix(length - 7) + "-") + digest
    }
}

import Foundation

/// Numbers for people; exact ones are in the typed results.
package enum DisplayNumber {
    /// A loss or norm: four significant digits.
    package static func figure(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : "\(value)" }
        let magnitude = abs(value)
        if magnitude != 0, magnitude < 0.001 || magnitude >= 100_000 { return String(format: "%.3e", value) }
        let decimals = magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : magnitude >= 1 ? 3 : 4
        return String(format: "%.\(decimals)f", value)
    }

    /// A percentage with one decimal.
    package static func percent(_ value: Double) -> String { String(format: "%.1f %%", value) }

    /// A count with its noun: "1 step", "2 steps"; "1 class", "2 classes".
    package static func count(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
    }

    /// "1 query", "2 queries".
    package static func queries(_ count: Int) -> String { Self.count(count, "query", "queries") }

    /// A large count: "2.4 M".
    package static func large(_ count: Int) -> String {
        if count >= 1_000_000 { return String(format: "%.1f M", Double(count) / 1e6) }
        if count >= 10_000 { return String(format: "%.0f k", Double(count) / 1e3) }
        return "\(count)"
    }
}

/// A curve in one line of text.
public enum Sparkline {
    private static let levels: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// At most `width` characters from ▁ (smallest) to █ (largest).
    ///
    /// Where there are more values than characters, each character stands for a bucket of neighbours and
    /// shows the one farthest from the mean of all, so the smallest and the largest value are always seen.
    /// A value that is not finite makes its bucket '×'. Equal values give ▄.
    public static func text(_ values: [Double], width: Int) -> String {
        guard width > 0, !values.isEmpty else { return "" }
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else {
            return String(repeating: "×", count: min(width, values.count))
        }
        let count = Double(finite.count)
        let mean = finite.reduce(0) { $0 + $1 / count }
        let columns = min(width, values.count)
        var text = ""
        for column in 0..<columns {
            let bucket = values[share(column, of: columns, in: values.count)]
            text.append(character(for: bucket, low: low, high: high, mean: mean))
        }
        return text
    }

    /// The part of `count` values that one of `columns` characters stands for.
    private static func share(_ column: Int, of columns: Int, in count: Int) -> Range<Int> {
        let (quotient, remainder) = count.quotientAndRemainder(dividingBy: columns)
        let start = column * quotient + min(column, remainder)
        return start..<start + quotient + (column < remainder ? 1 : 0)
    }

    private static func character(
        for bucket: ArraySlice<Double>, low: Double, high: Double, mean: Double
    ) -> Character {
        var shown = mean
        for value in bucket {
            guard value.isFinite else { return "×" }
            if (value / 2 - mean / 2).magnitude > (shown / 2 - mean / 2).magnitude { shown = value }
        }
        guard high > low else { return levels[3] }
        // Halves keep the difference of two huge values finite.
        let position = (shown / 2 - low / 2) / (high / 2 - low / 2)
        // Denormal halves may round to an empty range.
        guard position.isFinite else { return shown > low ? levels[7] : levels[0] }
        return levels[min(7, max(0, Int(position * 8)))]
    }
}

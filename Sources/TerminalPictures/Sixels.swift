internal import Raster

extension TerminalPicture {
    /// The picture as sixels of at most 256 colours.
    static func sixels(of picture: Bitmap) -> String {
        let quantized = QuantizedPicture(picture)
        // Pixels are square (1;1), and what is not drawn stays as it is.
        var text = "\u{1B}P0;1q\"1;1;\(picture.width);\(picture.height)"
        for (index, color) in quantized.palette.enumerated() {
            func percent(_ part: UInt8) -> Int { (Int(part) * 100 + 127) / 255 }
            text += "#\(index);2;\(percent(color.red));\(percent(color.green));\(percent(color.blue))"
        }
        for top in stride(from: 0, to: picture.height, by: 6) {
            text += band(quantized, top: top)
        }
        return text + "\u{1B}\\"
    }

    /// Six rows: for each colour in them a row of characters, then "-".
    private static func band(_ picture: QuantizedPicture, top: Int) -> String {
        var masks: [Int: [UInt8]] = [:]
        for row in 0..<min(6, picture.height - top) {
            for x in 0..<picture.width {
                let color = Int(picture.indices[(top + row) * picture.width + x])
                masks[color, default: [UInt8](repeating: 0, count: picture.width)][x] |= 1 << row
            }
        }
        let rows = masks.sorted { $0.key < $1.key }.map { "#\($0.key)" + runs($0.value) }
        return rows.joined(separator: "$") + "-"
    }

    /// Characters 63 + mask; a run of four or more is counted.
    private static func runs(_ masks: [UInt8]) -> String {
        var text = ""
        var start = 0
        // Blank ends are not written.
        let end = (masks.lastIndex { $0 != 0 } ?? -1) + 1
        while start < end {
            var next = start + 1
            while next < end, masks[next] == masks[start] { next += 1 }
            let character = String(UnicodeScalar(63 + masks[start]))
            let count = next - start
            text += count > 3 ? "!\(count)\(character)" : String(repeating: character, count: count)
            start = next
        }
        return text
    }
}

/// A picture of at most 256 colours, chosen by median cut over its colours in 15 bits.
struct QuantizedPicture {
    let width: Int
    let height: Int
    let palette: [Color]
    /// Of each pixel, row by row.
    let indices: [UInt8]

    /// Pixels of one colour in 15 bits.
    private struct Bin {
        var key: Int
        var count = 0
        var sums = (red: 0, green: 0, blue: 0)

        func part(_ axis: Int) -> Int { key >> (10 - 5 * axis) & 31 }
    }

    init(_ picture: Bitmap) {
        (width, height) = (picture.width, picture.height)
        var bins = (0..<32_768).map { Bin(key: $0) }
        var keys: [Int] = []
        keys.reserveCapacity(width * height)
        for start in stride(from: 0, to: picture.pixels.count, by: 3) {
            let (red, green, blue) = (
                Int(picture.pixels[start]), Int(picture.pixels[start + 1]), Int(picture.pixels[start + 2])
            )
            let key = (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3
            keys.append(key)
            bins[key].count += 1
            bins[key].sums.red += red
            bins[key].sums.green += green
            bins[key].sums.blue += blue
        }
        var boxes = [bins.filter { $0.count > 0 }]
        while boxes.count < 256, let (box, axis) = Self.widest(boxes) {
            let sorted = boxes[box].sorted { ($0.part(axis), $0.key) < ($1.part(axis), $1.key) }
            let half = sorted.reduce(0) { $0 + $1.count } / 2
            var (seen, cut) = (0, 0)
            while cut < sorted.count - 1, seen + sorted[cut].count <= half || cut == 0 {
                seen += sorted[cut].count
                cut += 1
            }
            boxes[box] = Array(sorted[..<cut])
            boxes.append(Array(sorted[cut...]))
        }
        var places = [UInt8](repeating: 0, count: 32_768)
        palette = boxes.enumerated().map { index, box in
            for bin in box { places[bin.key] = UInt8(index) }
            let count = box.reduce(0) { $0 + $1.count }
            func mean(_ sum: (Bin) -> Int) -> UInt8 {
                UInt8((box.reduce(0) { $0 + sum($1) } + count / 2) / count)
            }
            return Color(mean(\.sums.red), mean(\.sums.green), mean(\.sums.blue))
        }
        indices = keys.map { places[$0] }
    }

    /// The box to cut and the axis to cut it along: the longest by its pixels; nil where each has one colour.
    private static func widest(_ boxes: [[Bin]]) -> (box: Int, axis: Int)? {
        var best: (box: Int, axis: Int, weight: Int)?
        for (index, box) in boxes.enumerated() where box.count > 1 {
            let count = box.reduce(0) { $0 + $1.count }
            for axis in 0..<3 {
                let parts = box.map { $0.part(axis) }
                let span = (parts.max() ?? 0) - (parts.min() ?? 0)
                let weight = span * span * count
                if span > 0, weight > best?.weight ?? 0 { best = (index, axis, weight) }
            }
        }
        return best.map { ($0.box, $0.axis) }
    }
}

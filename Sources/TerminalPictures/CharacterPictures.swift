internal import Raster

extension TerminalPicture {
    /// Lines of upper half blocks: the foreground is the upper pixel, the background the lower one.
    func blockText(_ picture: Bitmap) -> [String] {
        stride(from: 0, to: picture.height, by: 2).map { y in
            var line = ""
            var last: [Color] = []
            for x in 0..<picture.width {
                let pair = [picture[x, y], picture[x, y + 1]]
                if last != pair {
                    line += "\u{1B}[38;\(code(pair[0]));48;\(code(pair[1]))m"
                    last = pair
                }
                line += "▀"
            }
            return line + "\u{1B}[0m"
        }
    }

    private func code(_ color: Color) -> String {
        hasTrueColor
            ? "2;\(color.red);\(color.green);\(color.blue)" : "5;\(Self.nearest256(color))"
    }

    /// The nearest of the 240 colours that all terminals of 256 share: a cube of 6³ and 24 greys.
    static func nearest256(_ color: Color) -> Int {
        let levels = [0, 95, 135, 175, 215, 255]
        let parts = [color.red, color.green, color.blue].map(Int.init)
        func distance(_ other: [Int]) -> Int {
            zip(parts, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let steps = parts.map { part in
            levels.indices.min { abs(levels[$0] - part) < abs(levels[$1] - part) } ?? 0
        }
        let grey = min(23, max(0, (parts.reduce(0, +) / 3 - 3) / 10))
        return distance(steps.map { levels[$0] }) <= distance([Int](repeating: 8 + 10 * grey, count: 3))
            ? 16 + 36 * steps[0] + 6 * steps[1] + steps[2] : 232 + grey
    }

    /// Lines of braille dots: a dot where a pixel is brighter than its place in a 4 × 4 ordered dither.
    static func brailleText(_ picture: Bitmap) -> [String] {
        let thresholds = [[1, 9, 3, 11], [13, 5, 15, 7], [4, 12, 2, 10], [16, 8, 14, 6]]
        let bits = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        return stride(from: 0, to: picture.height, by: 4).map { y in
            var line = ""
            for x in stride(from: 0, to: picture.width, by: 2) {
                var dots: UInt32 = 0
                for row in 0..<4 {
                    for column in 0..<2 {
                        let color = picture[x + column, y + row]
                        let (red, green, blue) = (Int(color.red), Int(color.green), Int(color.blue))
                        // ITU-R BT.601, of 255 000.
                        let brightness = 299 * red + 587 * green + 114 * blue
                        let threshold = thresholds[(y + row) % 4][(x + column) % 4]
                        if brightness * 17 > 255_000 * threshold { dots |= UInt32(bits[row][column]) }
                    }
                }
                line.unicodeScalars.append(Unicode.Scalar(0x2800 + dots) ?? " ")
            }
            return line
        }
    }
}

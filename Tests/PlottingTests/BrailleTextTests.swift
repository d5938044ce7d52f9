import Plotting
import Testing

/// Charts of braille dots.
@Suite struct BrailleTextTests {
    private func chart(_ points: [Point]) -> LineChart {
        LineChart(title: "", xLabel: "queries", series: [Series(name: "", points: points)])
    }

    /// The dots of a text, counted from the top left; read back bit by bit.
    private func dots(_ lines: [String], rows: Int) -> Set<[Int]> {
        let bits: [(UInt32, Int, Int)] = [
            (1, 0, 0), (2, 0, 1), (4, 0, 2), (8, 1, 0), (16, 1, 1), (32, 1, 2), (64, 0, 3), (128, 1, 3),
        ]
        var found: Set<[Int]> = []
        for (row, line) in lines.prefix(rows).enumerated() {
            guard let start = line.firstIndex(of: "┤") else { continue }
            for (column, character) in line[line.index(after: start)...].enumerated() {
                let code = character.unicodeScalars.first?.value ?? 0
                guard code >= 0x2800 else { continue }
                for (bit, x, y) in bits where (code - 0x2800) & bit != 0 {
                    found.insert([2 * column + x, 4 * row + y])
                }
            }
        }
        return found
    }

    @Test func aDiagonal() throws {
        var straight = chart([Point(x: 0, y: 0), Point(x: 10, y: 10)])
        straight.xRange = 0...10
        straight.yRange = 0...10
        let lines = straight.braille(columns: 20, rows: 10)
        #expect(lines.count == 11)
        #expect(lines[0].hasPrefix("10 ┤") && lines[9].hasPrefix(" 0 ┤"))
        #expect(lines[10].contains("queries") && lines[10].hasSuffix("10"))
        // 40 × 40 dots: one in each column, from the bottom left to the top right.
        #expect(dots(lines, rows: 10) == Set((0..<40).map { [$0, 39 - $0] }))
    }

    @Test func gapsLevelsAndNothing() {
        #expect(chart([]).braille().isEmpty)
        var broken = chart([
            Point(x: 0, y: 1), Point(x: 1, y: .nan), Point(x: 2, y: 1), Point(x: 3, y: .infinity),
            Point(x: 4, y: 1),
        ])
        broken.yRange = 0...2
        broken.xRange = 0...4
        #expect(dots(broken.braille(columns: 10, rows: 5), rows: 5).count == 3)
        broken.referenceLines = [.init(label: "", y: 0), .init(label: "", y: 9)]
        #expect(dots(broken.braille(columns: 10, rows: 5), rows: 5).count == 13)
        var far = chart([Point(x: 0, y: 1e30), Point(x: 1, y: -1e299), Point(x: 2, y: 0)])
        far.yRange = 0...1
        #expect(far.braille().count == 15)
        for line in chart((0..<5000).map { Point(x: Double($0), y: Double($0 % 7)) }).braille() {
            #expect(line.count <= 64 + 12)
        }
    }
}

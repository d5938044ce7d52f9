import CommandLanguage
import Testing

/// Lines broken at blanks, for a terminal or a page.
@Suite struct WrappingTests {
    static let samples: [(line: String, columns: Int, expected: [String])] = [
        ("", 10, [""]),
        ("short", 5, ["short"]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("  one two three", 9, ["  one two", "  three"]),
        ("name  what it is for", 14, ["name  what it", "      is for"]),
        // The second column may not take more than half of the room.
        ("a long first column  and text", 12, ["a long first", "      column", "      and", "      text"]),
        ("0123456789", 4, ["0123", "4567", "89"]),
        ("ab 0123456789", 6, ["ab", "012345", "6789"]),
        ("一二三四", 5, ["一二", "三四"]),
        ("x", 0, ["x"]),
    ]

    @Test(arguments: samples)
    func lines(_ sample: (line: String, columns: Int, expected: [String])) {
        #expect(wrapped(sample.line, columns: sample.columns) == sample.expected)
    }

    /// No line is too wide, and no word is lost, whatever the text is.
    @Test func everyWordIsKept() {
        var state: UInt64 = 7
        func draw(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        for _ in 0..<2000 {
            let line = (0..<draw(60)).map { _ in ["a", "bc", " ", "  ", "é", "字", "-"][draw(7)] }.joined()
            let columns = 4 + draw(20)
            let lines = wrapped(line, columns: columns)
            #expect(lines.allSatisfy { displayWidth(of: $0) <= columns }, "'\(line)' in \(columns)")
            #expect(lines.joined().filter { $0 != " " } == line.filter { $0 != " " })
        }
    }
}

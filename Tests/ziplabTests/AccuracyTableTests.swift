import Foundation
import Testing

/// `Examples/accuracy-table.sh`, which makes the tables of the documents.
@Suite struct AccuracyTableTests {
    private static func table(_ arguments: [String]) throws -> (status: Int32, lines: [String]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["bash", Program.root + "/Examples/accuracy-table.sh"] + arguments
        let folder = try Folder()
        process.environment = Program.environment(in: folder).merging(["ZIPLAB": Program.path]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return withExtendedLifetime(folder) {
            (process.terminationStatus, text.components(separatedBy: "\n"))
        }
    }

    /// Two data sets whose paths end alike keep a row each, and rows agree with the means below them.
    @Test func aRowForEachDataSet() throws {
        let data = ["stamps", "flags"].map { Program.root + "/Assets/Data/\($0)/images" }
        let (status, lines) = try Self.table(["-s", "1 2"] + data)
        #expect(status == 0)
        let rows = lines.filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        try #require(rows.count == 3 && rows.allSatisfy { $0.count == 13 })
        #expect(rows[0].prefix(4) == ["images", "7", "175", "14.3"])
        #expect(rows[1].prefix(4) == ["images", "4", "100", "25.0"])
        // Test images are drawn by the seed here, so every figure has a spread.
        #expect(rows[0][4].contains(" ± "))
        for column in 4..<12 {
            let figures = rows.map { Double($0[column].components(separatedBy: " ")[0]) ?? .nan }
            #expect(abs((figures[0] + figures[1]) / 2 - figures[2]) < 0.11, "column \(column)")
        }
    }

    @Test(arguments: [["-s", ""], ["-s", "one"], ["-x"]]) func wrongUsage(_ arguments: [String]) throws {
        let (status, lines) = try Self.table(arguments)
        #expect(status == 2 && lines == [""])
    }

    @Test func failedStatements() throws {
        let (status, lines) = try Self.table(["-s", "1", "no/such/data"])
        #expect(status == 1 && lines == [""])
    }
}

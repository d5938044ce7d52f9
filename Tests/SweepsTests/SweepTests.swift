import Files
import Foundation
import Sweeps
import Testing

/// A sweep as its files say it stands.
@Suite struct SweepTests {
    /// A new empty folder.
    private static func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("sweep-tests-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func points() throws {
        let grid = try SweepGrid(["seed=1..3", "method=zip,bar", "x=-2..-1,0.5,a..b"])
        #expect(grid.points.count == 3 * 2 * 4)
        #expect(grid.points[0].map(\.value) == ["1", "zip", "-2"])
        #expect(grid.points[1].map(\.value) == ["1", "zip", "-1"])
        #expect(grid.points[3].map(\.value) == ["1", "zip", "a..b"])
        #expect(grid.points[23].map(\.value) == ["3", "bar", "a..b"])
        #expect(try SweepGrid([]).points.count == 1)
    }

    @Test(arguments: [
        (["seed"], SweepError.badAxis("seed")), (["=1"], .badAxis("=1")), (["1x=1"], .badAxis("1x=1")),
        (["x=1,,2"], .badAxis("x=1,,2")), (["x="], .badAxis("x=")), (["x=3..1"], .badAxis("x=3..1")),
        (["x=1", "x=2"], .repeatedAxis("x")), (["x=0..999", "y=0..999"], .tooManyPoints(limit: 100_000)),
        (["x=0..99999999"], .badAxis("x=0..99999999")),
    ])
    func badGrids(_ texts: [String], _ error: SweepError) {
        #expect(throws: error) { try SweepGrid(texts) }
    }

    @Test func statesAndFolders() throws {
        let place = try Self.folder()
        defer { try? FileManager.default.removeItem(atPath: place) }
        let folder = place + "/out"
        let grid = try SweepGrid(["p=a/b,../x", "seed=1..2"])
        func sweep(_ script: String = "show", _ grid: SweepGrid? = nil, _ folder: String? = nil) throws
            -> Sweep
        {
            try Sweep(
                grid ?? (try SweepGrid(["p=a/b,../x", "seed=1..2"])), script: script, path: "/s.zl",
                workingFolder: "/w", folder: folder ?? place + "/out")
        }
        let first = try sweep()
        #expect(first.open == [0, 1, 2, 3] && first.points.count == grid.points.count)
        // Whatever the values, a folder lies right below the sweep's.
        #expect(
            (0..<4).map { first.folder(of: $0) } == [
                folder + "/0-p-a-b-seed-1", folder + "/1-p-a-b-seed-2", folder + "/2-p-..-x-seed-1",
                folder + "/3-p-..-x-seed-2",
            ])
        for index in 0..<3 { try Folder.create(first.folder(of: index)) }
        try first.finish(0, failure: nil)
        try first.finish(1, failure: "no such file")
        try NewFile.write([], to: first.session(of: 2))
        let again = try sweep()
        #expect(again.state(of: 0) == .done && again.state(of: 1) == .failed("failed: no such file"))
        #expect(again.state(of: 2) == .begun && again.state(of: 3) == .waiting)
        #expect(again.open == [1, 2, 3])
        // A job has the session that it writes under a lock.
        var stream: OpenStream? = try OpenStream(path: first.session(of: 2))
        #expect(stream?.lock() == true)
        #expect(again.isRunning(2) && !again.isRunning(3))
        stream = nil
        #expect(!again.isRunning(2))
        #expect(try Sweep(folder: folder).scriptPath == "/s.zl")
        #expect(throws: SweepError.otherSweep(folder: folder, what: "script")) { try sweep("step") }
        #expect(throws: SweepError.otherSweep(folder: folder, what: "grid")) {
            try sweep("show", try SweepGrid(["seed=1..2"]))
        }
        #expect(throws: SweepError.otherSweep(folder: place, what: "kind")) { try sweep("show", nil, place) }
        #expect(throws: SweepError.noSweep(folder: place)) { try Sweep(folder: place) }
    }
}

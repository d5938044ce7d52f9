import Files
import Foundation

/// A script at the points of a grid, each a job with a folder of its own below the sweep's.
///
/// What is done is what the files say: a point whose folder has `end` is done, one with a session goes on from it. So jobs
/// may be started in any order, by anybody, more than once.
public struct Sweep: Sendable {
    /// What is written down of a sweep.
    private struct Plan: Codable, Equatable {
        var axes: [SweepGrid.Axis]
        /// The script as it was when the sweep began, and its path.
        var script: String
        var path: String
        /// Where its relative paths count from.
        var workingFolder: String
    }

    /// How a point stands.
    public enum State: Sendable, Equatable {
        case waiting
        /// It has a session that is not at its end: a job is at it, which `isRunning` tells, or was ended.
        case begun
        case done
        case failed(String)
    }

    /// The absolute path of the folder.
    public let folder: String
    private let plan: Plan

    public var script: String { plan.script }
    public var scriptPath: String { plan.path }
    public var workingFolder: String { plan.workingFolder }
    /// Variables and values of each point.
    public let points: [[(name: String, value: String)]]

    private static let name = "sweep.json"

    /// Begins a sweep in a folder, or takes up the same one.
    ///
    /// - Parameters:
    ///   - path: of the script, absolute.
    ///   - workingFolder: absolute.
    /// - Throws: `SweepError.otherSweep`, `FileError`.
    public init(_ grid: SweepGrid, script: String, path: String, workingFolder: String, folder: String) throws
    {
        let plan = Plan(axes: grid.axes, script: script, path: path, workingFolder: workingFolder)
        if let other = try? Self.read(folder) {
            guard other.axes == plan.axes else { throw SweepError.otherSweep(folder: folder, what: "grid") }
            guard other.script == script else { throw SweepError.otherSweep(folder: folder, what: "script") }
            self.plan = other
        } else {
            if let names = try? Folder.list(folder).names, !names.isEmpty {
                throw SweepError.otherSweep(folder: folder, what: "kind")
            }
            try Folder.create(folder)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try NewFile.write(Array(try encoder.encode(plan)), to: folder + "/" + Self.name)
            self.plan = plan
        }
        self.folder = folder
        points = grid.points
    }

    /// Takes up the sweep of a folder.
    ///
    /// - Throws: `SweepError.noSweep`.
    public init(folder: String) throws {
        guard let plan = try? Self.read(folder) else { throw SweepError.noSweep(folder: folder) }
        self.folder = folder
        self.plan = plan
        guard let grid = try? SweepGrid(axes: plan.axes) else { throw SweepError.noSweep(folder: folder) }
        points = grid.points
    }

    private static func read(_ folder: String) throws -> Plan {
        let bytes = try ReadOnlyFile.bytes(folder + "/" + name, limit: 64 << 20)
        return try JSONDecoder().decode(Plan.self, from: Data(bytes))
    }

    /// A point's folder: its number and values.
    public func folder(of index: Int) -> String {
        let values = points[index].map { name, value in
            let word = value.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".")) }
                .joined(separator: "-")
            return name + "-" + word.prefix(40)
        }
        return "\(folder)/" + (["\(index)"] + values).joined(separator: "-").prefix(200)
    }

    /// Where a point's session is recorded.
    public func session(of index: Int) -> String { folder(of: index) + "/session.zlt" }

    private func end(of index: Int) -> String { folder(of: index) + "/end" }

    public func state(of index: Int) -> State {
        if let bytes = try? ReadOnlyFile.bytes(end(of: index), limit: 1 << 16) {
            let text = String(decoding: bytes, as: UTF8.self)
            return text.hasPrefix("done")
                ? .done : .failed(text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return FileKind(session(of: index)) == .file ? .begun : .waiting
    }

    /// Whether a job writes a point's session now.
    public func isRunning(_ index: Int) -> Bool { FileLock.isHeld(session(of: index)) }

    /// Points that are not done; those that failed are tried again.
    public var open: [Int] { points.indices.filter { state(of: $0) != .done } }

    /// Takes back that a point failed, before it is tried again.
    public func reopen(_ index: Int) {
        if case .failed = state(of: index) { Folder.removeFile(end(of: index)) }
    }

    /// Says that a point is at its end.
    ///
    /// - Parameter failure: nil where all went well.
    /// - Throws: `FileError`.
    public func finish(_ index: Int, failure: String?) throws {
        try NewFile.write(
            Array((failure.map { "failed: " + $0 } ?? "done").utf8) + [0x0A], to: end(of: index))
    }
}

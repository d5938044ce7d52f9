public import CommandLanguage

/// One thing a statement showed or made.
public enum CellEvent: Sendable, Equatable {
    /// A line for a person.
    case line(String)
    /// A plot was drawn; the digest is of its decoded pixels.
    case plot(path: String, width: Int, height: Int, digest: String)
}

/// A named value a statement computed.
public struct CellResult: Sendable, Equatable {
    public var key: String
    public var value: ResultValue
}

/// How a cell ended.
public enum CellStatus: Sendable {
    case ok
    case failed(Diagnostic)
    /// A person stopped it after so many interruption points; what was done is kept.
    case interrupted(points: Int)

    /// The word in `@end`.
    var word: String {
        switch self {
        case .ok: "ok"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}

/// A finished cell.
public struct CellReport: Sendable {
    /// Number in the session, from 1.
    public var number: Int
    /// The statement as written.
    public var input: String
    public var events: [CellEvent]
    public var results: [CellResult]
    public var status: CellStatus
    /// Wall time.
    public var seconds: Double
}

/// Sees cells as they run: a terminal, a transcript, a JSON printer.
public protocol NotebookObserver: AnyObject {
    /// A cell is about to run; `comments` are the lines before it.
    func began(number: Int, input: String, comments: [String]) throws
    func saw(_ event: CellEvent) throws
    func ended(_ report: CellReport) throws
}

/// What a running cell collects.
final class CellRecorder {
    private(set) var events: [CellEvent] = []
    private(set) var results: [CellResult] = []
    private var innerStatements = 0
    /// What stands before the keys of an inner statement.
    private var prefix = ""
    /// Index of each key in the results.
    private var places: [String: Int] = [:]
    /// Interruption points passed.
    private(set) var points = 0
    /// Replay of an interrupted cell: stop after so many points.
    let stopAfter: Int?
    private let host: NotebookHost
    private let observe: (CellEvent) -> Void

    init(host: NotebookHost, stopAfter: Int?, observe: @escaping (CellEvent) -> Void) {
        self.host = host
        self.stopAfter = stopAfter
        self.observe = observe
    }

    func emit(_ event: CellEvent) {
        // A line must not be written into a progress bar.
        host.show(nil)
        events.append(event)
        observe(event)
    }

    /// From here on results belong to the next statement of a block or a sourced file: `3.accuracy`.
    func beginInnerStatement() {
        innerStatements += 1
        prefix = "\(innerStatements)."
    }

    /// Sets a result; a later value of the same key in the same statement replaces the earlier one.
    func set(_ name: String, _ value: ResultValue) {
        let key = prefix + name
        if let index = places[key] {
            results[index].value = value
        } else {
            places[key] = results.count
            results.append(CellResult(key: key, value: value))
        }
    }

    /// A place where a person's interrupt takes effect; everything before it is kept.
    ///
    /// - Throws: `Interruption`.
    func interruptionPoint() throws {
        points += 1
        // A replay stops where the recording stopped, and nowhere else.
        let stop = stopAfter.map { points >= $0 } ?? host.takeInterrupt()
        if stop { throw Interruption() }
    }
}

/// A person asked to stop.
struct Interruption: Error {}

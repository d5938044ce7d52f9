import BlackBox
public import CommandLanguage
import PromptTuning

/// One thing a statement showed or made.
public enum CellOutput: Sendable, Equatable {
    /// A line for a person.
    case line(String)
    case plot(CellPlot)
    /// For the eye alone: recorded nowhere.
    case picture(CellPicture)
}

/// A picture that was asked to be seen and is written to no file.
public struct CellPicture: Sendable, Equatable {
    public var png: [UInt8]
    /// What stands where it cannot be shown.
    public var words: String
}

/// A plot that was drawn.
public struct CellPlot: Sendable, Equatable {
    /// Where it was written, as the statement has it.
    public var path: String
    public var width: Int
    public var height: Int
    /// SHA-256 of its decoded pixels, in hexadecimal digits.
    public var digest: String
    /// The file; empty where the cell was read from a transcript.
    public var png: [UInt8] = []
    /// Whether a person asked to see it at once.
    public var isShown = false
    /// A drawing of characters for a terminal without pixels; empty where there is none.
    public var sketch: [String] = []

    /// What stands where the picture cannot be shown.
    public var words: String { "\(path), \(width) × \(height) pixels" }

    /// Equal where a transcript would have the same.
    public static func == (one: CellPlot, other: CellPlot) -> Bool {
        (one.path, one.width, one.height, one.digest)
            == (other.path, other.width, other.height, other.digest)
    }
}

extension CellOutput {
    /// The plot, where it is one.
    var plot: CellPlot? {
        if case .plot(let plot) = self { plot } else { nil }
    }

    /// The line, where it is one.
    var line: String? {
        if case .line(let line) = self { line } else { nil }
    }
}

extension Cell {
    /// The plots that were drawn.
    var plots: [CellPlot] { outputs.compactMap(\.plot) }
}

/// A named value a statement computed.
public struct CellResult: Sendable, Equatable {
    public var key: String
    public var value: ResultValue
}

/// Why a cell failed.
public struct CellFailure: Sendable, Equatable {
    /// As a person saw it, over several lines.
    public var text: String
    /// Nil where the cell was read from a transcript.
    public var diagnostic: Diagnostic?

    init(_ diagnostic: Diagnostic) {
        text = diagnostic.rendered()
        self.diagnostic = diagnostic
    }

    init(text: String) { self.text = text }

    /// Equal where a person saw the same.
    public static func == (one: CellFailure, other: CellFailure) -> Bool { one.text == other.text }

    /// Its first line without the place.
    public var message: String {
        diagnostic?.message ?? text.split(separator: "\n").first.map(String.init) ?? text
    }
}

/// How a cell ended.
public enum CellStatus: Sendable, Equatable {
    case ok
    case failed(CellFailure)
    /// A person stopped it there; what was done is kept.
    case interrupted(StopPlace)

    /// The word in `@end`.
    var word: String {
        switch self {
        case .ok: "ok"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}

/// A finished cell, as it ran or as a transcript has it.
public struct Cell: Sendable, Equatable {
    /// Number in the session, from 1.
    public var number: Int
    /// Comment lines before the statement.
    public var comments: [String] = []
    /// The statement as written.
    public var input: String
    public var outputs: [CellOutput] = []
    public var results: [CellResult] = []
    public var status = CellStatus.ok
    /// Wall time; a transcript has hundredths.
    public var seconds = 0.0
}

/// Sees cells as they run: a terminal, a transcript, a JSON printer.
public protocol NotebookObserver: AnyObject {
    /// A cell is about to run; `comments` are the lines before it.
    func began(number: Int, input: String, comments: [String]) throws
    func saw(_ event: CellOutput) throws
    func ended(_ report: Cell) throws
}

/// What a running cell collects.
final class CellRecorder {
    private(set) var outputs: [CellOutput] = []
    private(set) var results: [CellResult] = []
    /// What stands before the keys of an inner statement.
    private var prefix = ""
    /// Index of each key in the results.
    private var places: [String: Int] = [:]
    /// How far it came.
    private(set) var place = StopPlace()
    /// Replay of an interrupted cell: stop there.
    private let stop: StopPlace?
    private let host: NotebookHost
    private let session: QueryAccount
    private var lines = 0
    private let observe: (CellOutput) -> Void

    init(
        host: NotebookHost, session: QueryAccount, stop: StopPlace?, observe: @escaping (CellOutput) -> Void
    ) {
        self.host = host
        self.session = session
        self.stop = stop
        self.observe = observe
    }

    func emit(_ event: CellOutput) {
        // A line must not be written into a progress bar.
        host.show(nil)
        lines += 1
        outputs.append(event)
        observe(event)
    }

    /// Shows a picture that nothing keeps.
    func show(_ picture: CellPicture) {
        host.show(nil)
        observe(.picture(picture))
    }

    /// From here on results belong to the next statement of a block or a sourced file: `3.accuracy`.
    func beginInnerStatement() {
        place.beginStatement()
        prefix = "\(place.statement)."
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

    /// Lines that a statement of a stranger's session shows at most.
    private static let mostLines = 200_000

    /// Queries that a stranger's session asks the box in all: two hundred times what ZIP's paper spends on a task.
    private static let mostQueries = 1_000_000

    /// Places that a statement of a stranger's session passes at most; a run of 5 000 queries passes some thousand.
    private static let mostPoints = 5_000_000

    private func checkLimits() throws {
        guard place.total <= Self.mostPoints else {
            throw NotebookError.untrusted("a statement of so many steps")
        }
        guard lines <= Self.mostLines else { throw NotebookError.untrusted("so many lines of output") }
        let spent = session.spent
        guard spent.training + spent.evaluation <= Self.mostQueries else {
            throw NotebookError.untrusted("more than \(DisplayNumber.queries(Self.mostQueries))")
        }
    }

    /// Counts a step.
    func finishedStep() { place.finishStep() }

    /// Whether a person asked to stop within a step, which is first taken to its end.
    private var isAskedToStop = false

    /// A place within a step: a person who asks once lets the step end, who asks twice gives it up.
    ///
    /// - Throws: `Interruption`.
    func pauseInStep() throws {
        place.pass()
        if host.isLimited { try checkLimits() }
        if stop?.isReached(place) == true { throw Interruption() }
        guard host.takeInterrupt() else { return }
        if isAskedToStop { throw Interruption() }
        isAskedToStop = true
        host.show(nil)
        host.notify("stopping after this step; ^C again drops it")
    }

    /// A place where a person's interrupt takes effect; everything before it is kept.
    ///
    /// - Throws: `Interruption`.
    func interruptionPoint() throws {
        place.pass()
        if host.isLimited { try checkLimits() }
        // A replay stops where the recording stopped, or where a person ends it.
        if stop?.isReached(place) == true || isAskedToStop || host.takeInterrupt() { throw Interruption() }
    }
}

/// A person asked to stop.
struct Interruption: Error {}

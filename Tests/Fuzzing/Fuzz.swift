import Foundation
import Synchronization

/// What a library did with a mutated file; anything else it throws is a problem.
public enum FuzzOutcome: Sendable {
    /// It opened or decoded.
    case accepted
    /// It threw the library's own error.
    case refused
}

/// What a run over mutated files found.
public struct FuzzReport: Sendable, CustomStringConvertible {
    public let name: String
    public fileprivate(set) var accepted = 0
    public fileprivate(set) var refused = 0
    /// Seconds of the slowest file, and its number.
    public fileprivate(set) var slowest = (seconds: 0.0, round: 0)
    /// What took too long, threw another error than the library's, or was all accepted or all refused.
    public fileprivate(set) var problems: [String] = []

    public var description: String {
        let seconds = (slowest.seconds * 1000).rounded() / 1000
        let found = problems.isEmpty ? "" : "; \(problems.joined(separator: "; "))"
        return "\(name): \(accepted + refused) files, \(accepted) accepted, \(refused) refused, "
            + "slowest \(seconds) s (file \(slowest.round))\(found)"
    }
}

/// Tries mutated files one after the other.
///
/// `ZIPLAB_FUZZ_ROUNDS` sets their number, `ZIPLAB_FUZZ_SEED` makes others of them, and with
/// `ZIPLAB_FUZZ_TRACE` each file's number is printed before it is tried, so that a crash has a number.
/// A file that takes longer than `secondsAllowed` is a problem; one that takes twelve times as long ends the
/// program, with its number.
public func fuzz(
    _ name: String, rounds usual: Int, _ body: (inout FuzzRandom) throws -> FuzzOutcome
) -> FuzzReport {
    let environment = ProcessInfo.processInfo.environment
    let rounds = environment["ZIPLAB_FUZZ_ROUNDS"].flatMap(Int.init) ?? usual
    let seed = environment["ZIPLAB_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    let traces = environment["ZIPLAB_FUZZ_TRACE"] != nil
    var report = FuzzReport(name: name)
    let watch = Watch(name: name, seed: seed)
    defer { watch.stop() }
    for round in 0..<rounds {
        if traces { FileHandle.standardError.write(Data("\(name) \(round) of seed \(seed)\n".utf8)) }
        var random = FuzzRandom(seed: seed, name: name, round: round)
        watch.begin(round)
        let start = ContinuousClock.now
        do {
            switch try body(&random) {
            case .accepted: report.accepted += 1
            case .refused: report.refused += 1
            }
        } catch {
            report.problems.append("file \(round) of seed \(seed) threw \(error)")
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        if seconds > report.slowest.seconds { report.slowest = (seconds, round) }
        if seconds > secondsAllowed {
            report.problems.append("file \(round) of seed \(seed) took \(seconds) s")
        }
    }
    // Mutations that only break files, or never do, try nothing.
    if rounds >= 100, report.accepted == 0 || report.refused == 0 {
        report.problems.append("expected some files to be accepted and some to be refused")
    }
    print("fuzz \(report)")
    return report
}

/// Most seconds that one file may take, some hundred times what the slowest takes.
public let secondsAllowed = 10.0

/// Ends the program when a file takes far too long, for a hang would otherwise show no number.
private final class Watch: Sendable {
    private let current = Mutex<(round: Int, start: ContinuousClock.Instant)?>(nil)
    private let isDone = Atomic(false)

    init(name: String, seed: UInt64) {
        Thread.detachNewThread { [self] in
            while !isDone.load(ordering: .relaxed) {
                Thread.sleep(forTimeInterval: 1)
                guard let (round, start) = current.withLock({ $0 }),
                    ContinuousClock.now - start > .seconds(12 * secondsAllowed)
                else { continue }
                FileHandle.standardError.write(
                    Data("fuzz \(name): file \(round) of seed \(seed) hangs\n".utf8))
                abort()
            }
        }
    }

    func begin(_ round: Int) { current.withLock { $0 = (round, ContinuousClock.now) } }

    func stop() {
        current.withLock { $0 = nil }
        isDone.store(true, ordering: .relaxed)
    }
}

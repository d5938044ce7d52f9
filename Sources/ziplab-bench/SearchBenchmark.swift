import BlackBox
import CLIPEngine
import Datasets
import Foundation
import PromptTuning
import Synchronization
import Tensors

/// How much of a `gauss-newton` run is the box's time, and how much its own.
struct SearchBenchmark {
    let model: CLIPModel
    let data: String

    /// A box that tells how long its answers took.
    private final class TimedOracle: Oracle {
        let oracle: any Oracle
        private let total = Mutex(0.0)

        init(_ oracle: any Oracle) { self.oracle = oracle }

        var facts: OracleFacts { oracle.facts }
        var seconds: Double { total.withLock { $0 } }

        func prepare(_ queries: [Query], progress: (_ done: Int, _ total: Int) throws -> Void) throws {
            try oracle.prepare(queries, progress: progress)
        }

        func answer(
            _ queries: [Query], paid: consuming QueryAccount.Receipt, pause: () throws -> Void
        ) throws -> [Answer] {
            let start = ContinuousClock.now
            let answers = try oracle.answer(queries, paid: paid, pause: pause)
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            total.withLock { $0 += elapsed }
            return answers
        }
    }

    func run(classCount: Int) throws {
        let set = try DataSet(path: data, shots: 16, seed: 1)
        let names = ClassNames.list(max(classCount, set.classNames.count))
        heading("gauss-newton: \(names.count) classes, 128 images at most")
        for contexts in ["shared", "class"] {
            let store = ImageStore(model: model)
            let oracle = TimedOracle(CLIPOracle(store: store, classNames: names))
            let settings = MethodSettings(["budget": .integer(150), "contexts": .text(contexts)])
            var run = try TuningRun(
                GaussNewtonMethod.self, settings,
                problem: TuningProblem(
                    facts: oracle.facts, train: set.train, common: settings,
                    encoder: { _ in CLIPImageEncoder(store: store) }), oracle: oracle)
            try run.prepare { _, _ in }
            var (queries, asked, whole) = (0, oracle.seconds, 0.0)
            for mark in [50, 100, 150] {
                let start = ContinuousClock.now
                _ = try run.carryOut(RunPlan(.queries(mark)))
                whole = (ContinuousClock.now - start) / .seconds(1)
                let box = oracle.seconds - asked
                report(
                    "\(contexts), queries \(queries + 1) to \(run.queries)",
                    String(
                        format:
                            "%.2f s, of them the box %.2f s; its own share %.0f %%, beside the box's time %.0f %%",
                        whole, box, 100 * (whole - box) / whole, 100 * (whole - box) / box))
                (queries, asked) = (run.queries, oracle.seconds)
            }
        }
    }
}

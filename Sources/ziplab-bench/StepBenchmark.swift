import BlackBox
import CLIPEngine
import Datasets
import Foundation
import PromptTuning
import Tensors

/// Where the time of a ZIP step goes.
struct StepBenchmark {
    let model: CLIPModel
    let data: String
    let repetitions: Int

    func run(classCount: Int) throws {
        let set = try DataSet(path: data, shots: 16, seed: 1)
        let names = ClassNames.list(max(classCount, set.classNames.count))
        let store = ImageStore(model: model)
        let oracle = CLIPOracle(store: store, classNames: names)
        // Enough for every repetition.
        let settings = MethodSettings(["budget": .integer(1_000_000)])
        var run = try TuningRun(
            ZIPMethod.self, settings,
            problem: TuningProblem(
                facts: oracle.facts, train: set.train, common: settings,
                encoder: { _ in CLIPImageEncoder(store: store) }), oracle: oracle)
        try run.step()
        let count = run.method.queriesPerStep
        let batch = run.problem.plan.batch(step: 1)
        heading(
            "a ZIP step: \(count) queries, \(names.count) classes, minibatches of \(batch.count) images")
        let shape = ZIPParameterization.Shape()
        let parameterization = try ZIPParameterization(
            shape: shape,
            initial: TuningProblem.randomContext(tokens: shape.tokens, width: model.text.width, seed: 1),
            seed: 1)
        let parameters = parameterization.initialParameters
        let encoder = try PromptEncoder(
            model: model, classNames: names, contextTokens: shape.tokens)
        let contexts = (0..<count).map { _ in parameterization.context(parameters) }
        var failure: (any Error)?
        let whole = Measurement(repetitions: repetitions) {
            do { try run.step() } catch { failure = error }
        }
        if let failure { throw failure }
        let projection = Measurement(repetitions: repetitions) {
            for _ in 0..<count { _ = parameterization.context(parameters) }
        }
        let text = Measurement(repetitions: repetitions) { _ = encoder.features(contexts) }
        let features = try store.features(set.train)
        let rows = Matrix(
            rows: batch.count, columns: features.columns, values: batch.flatMap { features.row($0) })
        let texts = encoder.features(contexts)
        let logits = Measurement(repetitions: repetitions) {
            let packed = PackedWeights(texts.values, outputs: texts.rows, inputs: texts.columns)
            _ = packed.apply(rows)
        }
        func share(_ name: String, _ seconds: Double) {
            report(
                name,
                String(format: "%.3f ms, %.1f %%", 1e3 * seconds, 100 * seconds / whole.median))
        }
        report("whole", String(format: "%.3f ms (median of \(repetitions))", 1e3 * whole.median))
        share("contexts from w (Fastfood)", projection.median)
        share("text features", text.median)
        share("images × texts", logits.median)
        share(
            "losses, perturbations, update",
            max(0, whole.median - projection.median - text.median - logits.median))
    }
}

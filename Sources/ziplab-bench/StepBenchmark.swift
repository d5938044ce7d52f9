import CLIPEngine
import Foundation
import PromptTuning
import Tensors

/// Where the time of a ZIP step goes.
struct StepBenchmark {
    let model: CLIPModel
    let data: String
    let repetitions: Int

    func run(classCount: Int) throws {
        let settings = PromptSettings()
        let set = try DataSet(path: data, shots: 16, seed: 1)
        let names = ClassNames.list(max(classCount, set.classNames.count))
        let store = ImageFeatureStore(model: model)
        var run = try TuningRun(
            settings, initial: nil, store: store, classNames: names, train: set.train)
        try run.step()
        heading(
            "a ZIP step: \(settings.directions * 2) queries, \(names.count) classes, "
                + "minibatches of \(run.plan.batch(step: 1).count) images")
        let parameterization = try ZIPParameterization(
            shape: settings.shape,
            initial: ZIPParameterization.randomContext(
                tokens: settings.shape.tokens, width: model.text.width, seed: 1), seed: 1)
        let parameters = parameterization.initialParameters
        let encoder = try PromptEncoder(
            model: model, classNames: names, contextTokens: settings.shape.tokens)
        let count = 2 * settings.directions
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
            rows: run.plan.batch(step: 1).count, columns: features.columns,
            values: run.plan.batch(step: 1).flatMap { features.row($0) })
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

import CLIPEngine
import Foundation
import Tensors

/// Text features of soft prompts by the shared-prefix path; the plain path, every row of every class, is the
/// yardstick.
struct OracleBenchmark {
    let model: CLIPModel
    let repetitions: Int
    private let contextTokens = 8

    init(model: CLIPModel, repetitions: Int) {
        self.model = model
        self.repetitions = repetitions
    }

    func run(classCount: Int) throws {
        let names = ClassNames.list(classCount)
        let encoder = try PromptEncoder(model: model, classNames: names, contextTokens: contextTokens)
        let contexts = contexts(10)
        let tokens = names.map { model.tokenizer.classNameTokens($0).count - 1 }
        heading(
            "\(classCount) classes with names of \(String(format: "%.2f", Double(tokens.reduce(0, +)) / Double(classCount))) "
                + "tokens: \(encoder.rowsPerPrompt) token rows a query, \(classCount * model.text.contextLength) on the plain path"
        )
        let features = names.map { plainSequence($0, context: contexts[0]) }
        let plain = {
            // The plain path has no threads of its own; classes are its work items.
            Parallel.forEach(features.count) { index in
                _ = model.text.features(
                    embeddings: features[index].embeddings, pooled: features[index].pooled)
            }
        }
        // A plain query of a large model takes many seconds.
        let rounds = max(3, repetitions / 2)
        let (single, slow) = Measurement.pair(
            repetitions: rounds, { _ = encoder.features([contexts[0]]) }, plain)
        report("one query", "\(single.rate(1).text) queries/s")
        report("one query, plain path", "\(slow.rate(1).text) queries/s")
        report("one query against the plain path", "\(single.speedup(over: slow).text) ×")
        let many = Measurement(repetitions: repetitions) { _ = encoder.features(contexts) }
        report("a step's ten queries at once", "\(many.rate(10).text) queries/s")
        let operations = self.operations(encoder)
        let kernel = kernelRate(rows: encoder.rowsPerPrompt)
        for (name, rate) in [
            ("one query", single.rate(operations)), ("ten at once", many.rate(10 * operations)),
        ] {
            report(
                "\(name), products that remain",
                "\(Spread.short(1e-9 * rate.median)) GFLOP/s, "
                    + String(
                        format: "%.0f %% of the kernel's %.0f", 100 * rate.median / kernel, 1e-9 * kernel))
        }
    }

    /// Time per evaluation and class over class counts and evaluations in one call.
    func runScaling() throws {
        heading(
            "time per evaluation and class in µs (token rows each); rows: classes, columns: evaluations at once"
        )
        let counts = [2, 10, 40]
        report("classes", counts.map { "\($0)".leftPadded(18) }.joined())
        for classCount in [10, 100, 1000] {
            let encoder = try PromptEncoder(
                model: model, classNames: ClassNames.list(classCount), contextTokens: contextTokens)
            let cells = counts.map { count -> String in
                let contexts = contexts(count)
                let time = Measurement(repetitions: max(3, repetitions / 2)) {
                    _ = encoder.features(contexts)
                }
                let each = time.best / Double(count * classCount) * 1e6
                let rows = Double(encoder.rowsPerPrompt) / Double(classCount)
                return "\(Spread.short(each)) (\(String(format: "%.1f", rows)))".leftPadded(18)
            }
            report("\(classCount)", cells.joined())
        }
    }

    private func contexts(_ count: Int) -> [Matrix] {
        let width = model.text.width
        return (0..<count).map { index in
            let values = RandomStream(seed: 1, purpose: RandomPurpose("context"), index: UInt64(index))
                .normals(contextTokens * width)
            return Matrix(rows: contextTokens, columns: width, values: values.map { 0.02 * $0 })
        }
    }

    /// Floating-point operations of one query's matrix products: the context's rows without what follows the last
    /// layer's keys and values, and the classes' rows without what only their last row needs in the last layer.
    private func operations(_ encoder: PromptEncoder) -> Double {
        let tower = model.configuration.text
        let (width, hidden) = (Double(tower.width), Double(tower.hidden))
        let projections = 3 * width * width
        let rest = width * width + 2 * width * hidden
        let rows = Double(encoder.rowsPerPrompt)
        let layers = Double(tower.layers)
        let classes = Double(encoder.classCount)
        return 2 * (rows * layers * projections + rows * (layers - 1) * rest + classes * rest)
            + 2 * classes * width * Double(model.configuration.projection)
    }

    /// The kernel's own rate over the shapes of a layer, every thread with its own share of the rows.
    private func kernelRate(rows: Int) -> Double {
        let tower = model.configuration.text
        let share = max(1, min(192, rows / Parallel.threads))
        var operations = 0.0
        var seconds = 0.0
        for (inputs, outputs) in [
            (tower.width, 3 * tower.width), (tower.width, tower.width), (tower.width, tower.hidden),
            (tower.hidden, tower.width),
        ] {
            let weight = [Float](repeating: 0.5, count: inputs * outputs)
            let packed = PackedWeights(weight, outputs: outputs, inputs: inputs)
            let count = 2 * Double(share * inputs * outputs)
            let inner = max(1, Int(2e9 / count))
            let time = Measurement(repetitions: repetitions) {
                Parallel.forEach(Parallel.threads) { _ in
                    let input = [Float](repeating: 0.25, count: share * inputs)
                    var output = [Float](repeating: 0, count: share * outputs)
                    for _ in 0..<inner {
                        packed.apply(input, rows: share, stride: inputs, into: &output, outputStride: outputs)
                    }
                }
            }
            // Each shape as often as a layer has it.
            operations += count * Double(Parallel.threads)
            seconds += time.median / Double(inner)
        }
        return operations / seconds
    }

    /// Embeddings of the whole context length for one class, padded with the end token, and the pooled row.
    private func plainSequence(_ name: String, context: Matrix) -> (embeddings: Matrix, pooled: Int) {
        let tokenizer = model.tokenizer
        let suffix = tokenizer.classNameTokens(name) + [tokenizer.endOfText]
        let pooled = contextTokens + suffix.count
        let padding = model.configuration.contextLength - 1 - contextTokens - suffix.count
        let tokens = suffix + Array(repeating: tokenizer.endOfText, count: padding)
        var rows = [model.text.embedding(of: tokenizer.startOfText)]
        rows += (0..<contextTokens).map { Array(context.row($0)) }
        rows += tokens.map { model.text.embedding(of: $0) }
        return (Matrix(rows: rows), pooled)
    }
}

extension String {
    fileprivate func leftPadded(_ length: Int) -> String {
        String(repeating: " ", count: max(0, length - count)) + self
    }
}

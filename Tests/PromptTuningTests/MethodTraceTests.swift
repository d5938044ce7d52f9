import BlackBox
import CLIPEngine
import Datasets
import Foundation
import PromptTuning
import Tensors
import TestData
import Testing

/// Steps of the methods on the embedded model, recomputed from their traces by plain loops in double precision, and their
/// losses by asking the towers directly.
@Suite struct MethodTraceTests {
    /// A run of some steps, its trace, and the model it ran on.
    struct Traced {
        let world: World
        let run: TuningRun
        let trace: PlainTrace
        var model: CLIPModel { world.store.model }

        init(_ method: any TuningMethod.Type, _ given: [String: SettingValue], steps: Int) throws {
            world = try World.embedded("textures")
            var run = try world.run(method, given)
            for _ in 0..<steps { try run.step() }
            self.run = run
            trace = try PlainTrace(AuditTrace(run).serialized(modelDigest: "", version: ""))
        }

        /// Crops of some training images in 0…1, [3, side, side].
        func crops(_ indices: [Int], side: Int) throws -> [[Float]] {
            try world.store.unitPixels(
                Minibatch(list: run.train, indices: indices), at: Array(indices.indices), side: side)
        }

        /// Probabilities of the labels of some training images whose pixels and texts are given.
        func probabilities(_ images: Matrix, _ texts: Matrix, _ indices: [Int]) -> [Double] {
            (0..<images.rows).map { row in
                let logits = (0..<texts.rows).map { label in
                    Double(model.logitScale)
                        * zip(images.row(row), texts.row(label)).reduce(0) {
                            $0 + Double($1.0) * Double($1.1)
                        }
                }
                let top = logits.max() ?? 0
                let sum = logits.reduce(0) { $0 + exp($1 - top) }
                return exp(logits[run.train.labels[indices[row]]] - top) / sum
            }
        }

        /// Text features of "a photo of a {}.".
        func templateFeatures() throws -> Matrix {
            let tokens = try run.classNames.map { name in
                try model.tokens("a photo of a " + name.replacingOccurrences(of: "_", with: " ") + ".")
            }
            return model.text.features(tokens: tokens)
        }
    }

    private func close(_ got: [Double], _ wanted: [Double], _ tolerance: Double = 1e-5) -> Bool {
        let scale = wanted.map(abs).max() ?? 0
        return got.count == wanted.count && !zip(got, wanted).contains { abs($0 - $1) > tolerance * scale }
    }

    @Test func stepsOfBAR() throws {
        let traced = try Traced(BARMethod.self, ["batch": .integer(12), "directions": .integer(3)], steps: 3)
        let trace = traced.trace
        let texts = try traced.templateFeatures()
        let count = 3 * 64 * 64
        for k in 1...3 {
            let w = try trace.floats("step.\(k).w")
            let u = try trace.floats("step.\(k).u")
            let loss = try trace.floats("step.\(k).loss")
            #expect(w.count == count && trace.shape("step.\(k).u") == [3, count] && loss.count == 4)
            var gradient = [Double](repeating: 0, count: count)
            for i in 0..<3 {
                let own = u[(i * count)..<((i + 1) * count)]
                #expect(abs(own.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
                for (j, value) in own.enumerated() {
                    gradient[j] += Double(count) / 3 * value * (loss[i + 1] - loss[0]) / 0.01
                }
            }
            #expect(close(try trace.floats("step.\(k).gradient"), gradient))
            // 160 images in minibatches of 12: 13 an epoch, 1 000 epochs, of which 0.9.
            let a = (10 - 0.1) * pow(1 - Double(k) / (0.9 * 13_000), 0.9) + 0.1
            #expect(abs(try trace.floats("step.\(k).step_size")[0] - a) < 1e-6 * a)
            #expect(close(try trace.floats("step.\(k).w_next"), zip(w, gradient).map { $0 - a * $1 }))
            // The pivot's loss and that of the first direction, from pictures framed by hand.
            let batch = try trace.integers("step.\(k).batch")
            for (place, shift) in [(0, 0.0), (1, 0.01)] {
                let program = w.enumerated().map { $1 + shift * u[$0] }
                let images = try traced.crops(batch, side: 56).map { crop in
                    var pixels = [Float](repeating: 0, count: count)
                    for channel in 0..<3 {
                        for y in 0..<64 {
                            for x in 0..<64 {
                                let at = (channel * 64 + y) * 64 + x
                                let inside = (4..<60).contains(y) && (4..<60).contains(x)
                                pixels[at] =
                                    inside
                                    ? crop[(channel * 56 + y - 4) * 56 + x - 4]
                                    : Float(1 / (1 + exp(-program[at])))
                            }
                        }
                    }
                    return traced.model.preprocessing.normalized(pixels)
                }
                let p = traced.probabilities(traced.model.vision.features(images), texts, batch)
                let focal = p.reduce(0) { $0 + (1 - $1) * (1 - $1) * -log($1) } / Double(p.count)
                #expect(abs(focal - loss[place]) < 1e-4 * focal, "\(focal) \(loss[place])")
            }
        }
        #expect(try trace.floats("step.3.w_next") == traced.run.method.parameters.map(Double.init))
    }

    /// The first generation has C = I; its update is written out from the tutorial's equations.
    @Test func generationsOfBPTVLM() throws {
        let given: [String: SettingValue] = [
            "batch": .integer(40), "dim": .integer(60), "visual-dim": .integer(40), "population": .integer(6),
        ]
        let traced = try Traced(BPTVLMMethod.self, given, steps: 2)
        let trace = traced.trace
        let (n, population) = (100, 6)
        let weights = (1...3).map { log(3.5) - log(Double($0)) }
        let total = weights.reduce(0, +)
        let w = weights.map { $0 / total }
        let selection = 1 / w.reduce(0) { $0 + $1 * $1 }
        // 160 images in minibatches of 40: four queries a candidate.
        #expect(trace.shape("step.1.loss") == [6, 4] && traced.run.method.queriesPerStep == 24)
        let z = try trace.floats("step.1.z")
        let losses = try trace.floats("step.1.loss")
        let fitness = (0..<population).map { i in (0..<4).reduce(0) { $0 + losses[4 * i + $1] } / 4 }
        let order = (0..<population).sorted { fitness[$0] < fitness[$1] }
        let mean = (0..<n).map { j in (0..<3).reduce(0.0) { $0 + w[$1] * z[order[$1] * n + j] } }
        #expect(close(try trace.floats("step.1.mean_next"), mean))
        #expect(try trace.floats("step.1.mean").allSatisfy { $0 == 0 })
        let rate = (selection + 2) / (Double(n) + selection + 5)
        let damping = 1 + 2 * max(0, ((selection - 1) / Double(n + 1)).squareRoot() - 1) + rate
        let length = (rate * (2 - rate) * selection * mean.reduce(0) { $0 + $1 * $1 }).squareRoot()
        let expected = Double(n).squareRoot() * (1 - 1 / (4 * Double(n)) + 1 / (21 * Double(n * n)))
        let sigma = exp(rate / damping * (length / expected - 1))
        #expect(abs(try trace.floats("step.1.sigma_next")[0] - sigma) < 1e-6)
        #expect(try trace.floats("step.2.sigma")[0] == trace.floats("step.1.sigma_next")[0])

        // A candidate's prompt is A z, its tokens behind the patches; its losses are the towers' own.
        let (text, visual) = (try trace.floats("A_text"), try trace.floats("A_visual"))
        #expect(trace.shape("A_text") == [5 * 128, 60] && trace.shape("A_visual") == [5 * 128, 40])
        let encoder = try PromptEncoder(
            model: traced.model, classNames: traced.run.classNames, contextTokens: 5)
        let batches = try trace.integers("step.2.batch")
        let second = try trace.floats("step.2.z")
        for (candidate, batch) in [(0, 0), (5, 3)] {
            let point = Array(second[(candidate * n)..<((candidate + 1) * n)])
            func product(_ matrix: [Double], _ part: [Double]) -> Matrix {
                Matrix(
                    rows: 5, columns: 128,
                    values: (0..<(5 * 128)).map { row in
                        Float(part.indices.reduce(0.0) { $0 + matrix[row * part.count + $1] * part[$1] })
                    })
            }
            let texts = encoder.features([product(text, Array(point[..<60]))])
            let start = (candidate * 4 + batch) * 40
            let indices = Array(batches[start..<(start + 40)])
            let images = try traced.crops(indices, side: 64).map { traced.model.preprocessing.normalized($0) }
            let features = traced.model.vision.features(images, tokens: product(visual, Array(point[60...])))
            let p = traced.probabilities(features, texts, indices)
            let loss = p.reduce(0) { $0 - log($1) } / 40
            let told = try trace.floats("step.2.loss")[candidate * 4 + batch]
            #expect(abs(loss - told) < 1e-4 * loss, "\(loss) \(told)")
        }
        // The spread of the projections: σ_emb/√60 and about μ·3072/40, σ·√(3072/40).
        func spread(_ values: [Double]) -> (mean: Double, deviation: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (
                mean,
                (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
            )
        }
        let facts = traced.run.problem.facts
        let textSpread = spread(text)
        #expect(abs(textSpread.deviation / (facts.embeddingDeviation() / 60.0.squareRoot()) - 1) < 0.02)
        let visualSpread = spread(visual)
        let wide = facts.patchKernel.deviation * (3072.0 / 40).squareRoot()
        #expect(abs(visualSpread.deviation / wide - 1) < 0.02)
        #expect(abs(visualSpread.mean - facts.patchKernel.mean * 3072 / 40) < 4 * wide / 160)
    }

    /// m ← 0.8 m + ĝ, w ← w − a_k (ĝ + 0.8 m); averages gathered over the passes in turn.
    @Test func stepsOfBlackVIP() throws {
        let traced = try Traced(
            BlackVIPMethod.self, ["batch": .integer(10), "directions": .integer(2)], steps: 2)
        let trace = traced.trace
        let decoder = try BlackVIPDecoder(featureLength: 128, side: 64)
        var m = [Double](repeating: 0, count: decoder.parameterCount)
        var statistics = decoder.initialStatistics
        let texts = try traced.templateFeatures()
        for k in 1...2 {
            let w = try trace.floats("step.\(k).w")
            let z = try trace.floats("step.\(k).z")
            let plus = try trace.floats("step.\(k).loss_plus")
            let minus = try trace.floats("step.\(k).loss_minus")
            let count = w.count
            #expect(count == 9248)
            let a = 0.01 / pow(Double(k) + 1, 0.4)
            let c = 0.01 / pow(Double(k), 0.1)
            var gradient = [Double](repeating: 0, count: count)
            for i in 0..<2 {
                for j in 0..<count {
                    gradient[j] += (plus[i] - minus[i]) / (2 * c * z[i * count + j]) / 2
                }
            }
            #expect(close(try trace.floats("step.\(k).gradient"), gradient, 1e-4))
            m = zip(m, gradient).map { 0.8 * $0 + $1 }
            let next = w.indices.map { w[$0] - a * (gradient[$0] + 0.8 * m[$0]) }
            #expect(close(try trace.floats("step.\(k).w_next"), next, 1e-4))

            let batch = try trace.integers("step.\(k).batch")
            let crops = try traced.crops(batch, side: 64)
            let normalized = crops.map { traced.model.preprocessing.normalized($0) }
            let states = traced.model.vision.classStates(normalized)
            for i in 0..<2 {
                for (sign, told) in [(1.0, plus[i]), (-1.0, minus[i])] {
                    let moved = (0..<count).map { Float(w[$0] + sign * c * z[i * count + $0]) }
                    let pass = decoder.train(moved, features: states)
                    statistics.take(pass.moments)
                    // x + ε · prompt on normalised pixels, clipped to what pixels can be.
                    let preprocessing = traced.model.preprocessing
                    let images = normalized.enumerated().map { row, pixels in
                        pixels.indices.map { at -> Float in
                            let channel = at / 4096
                            let low = (0 - preprocessing.mean[channel]) / preprocessing.deviation[channel]
                            let high = (1 - preprocessing.mean[channel]) / preprocessing.deviation[channel]
                            return min(high, max(low, pixels[at] + pass.prompts[row, at]))
                        }
                    }
                    let p = traced.probabilities(traced.model.vision.features(images), texts, batch)
                    let loss = p.reduce(0) { $0 - log($1) } / Double(p.count)
                    #expect(abs(loss - told) < 1e-4 * loss, "\(loss) \(told)")
                }
            }
            let means = statistics.means.flatMap { $0 }.map(Double.init)
            let variances = statistics.variances.flatMap { $0 }.map(Double.init)
            #expect(close(try trace.floats("step.\(k).running_means"), means))
            #expect(close(try trace.floats("step.\(k).running_variances"), variances))
        }
    }

    /// Evaluation by running averages does not depend on how it is batched.
    @Test func blackVIPsEvaluationIsNotBatched() throws {
        var scores: [Score] = []
        for size in [7, 40] {
            let world = try World.embedded("textures")
            var run = try world.run(BlackVIPMethod.self, ["batch": .integer(40), "directions": .integer(1)])
            try run.step()
            scores.append(
                try evaluateClassifier(
                    run.method.deployed, on: world.data.validation, batchSize: size, oracle: world.oracle,
                    account: run.account))
        }
        #expect(scores[0] == scores[1])
    }

    /// A saved head gives the logits that are deployed.
    @Test(arguments: ["bias", "calibrate"]) func headsOfTheTrace(_ name: String) throws {
        let method = try #require(MethodTable.standard.method(name))
        let traced = try Traced(method, ["batch": .integer(100)], steps: 1)
        let trace = traced.trace
        #expect(traced.run.method.queriesPerStep == 2 && traced.run.account.spent.training == 2)
        let logits = try trace.floats("step.1.logits")
        let classes = traced.run.classNames.count
        #expect(try trace.integers("step.1.labels") == traced.run.train.labels)
        let bias = try trace.floats("step.1.head.bias")
        let head = try #require(traced.run.method.deployed.head)
        let deployed = head.apply(
            Matrix(rows: traced.run.train.count, columns: classes, values: logits.map { Float($0) }))
        var loss = 0.0
        for image in 0..<traced.run.train.count {
            let row = Array(logits[(image * classes)..<((image + 1) * classes)])
            var wanted: [Double]
            if name == "bias" {
                let scale = try trace.floats("step.1.head.scale")[0]
                wanted = (0..<classes).map { scale * row[$0] + bias[$0] }
            } else {
                let map = try trace.floats("step.1.head.map")
                wanted = (0..<classes).map { c in
                    bias[c] + (0..<classes).reduce(0.0) { $0 + map[c * classes + $1] * row[$1] }
                }
            }
            // Equal but for a constant an image, which no prediction and no loss sees.
            let shift = wanted[0] - Double(deployed[image, 0])
            wanted = wanted.map { $0 - shift }
            #expect(close(deployed.row(image).map(Double.init), wanted, 1e-3))
            let top = wanted.max() ?? 0
            loss +=
                log(wanted.reduce(0) { $0 + exp($1 - top) }) + top - wanted[traced.run.train.labels[image]]
        }
        let told = traced.run.history.steps[0].measures[0].double
        #expect(abs(loss / Double(traced.run.train.count) - told) < 1e-3)
        #expect(told < traced.run.history.steps[0].loss)
    }
}

import BlackBox
import CLIPEngine
import Datasets
import Files
import Foundation
import PromptTuning
import Tensors
import TestData
import Testing

/// Ten steps of ZIP on real images, checked from their audit trace by plain loops in double precision that
/// share nothing with the program but the formulas.
@Suite struct AuditTraceTests {
    /// A run on textures and what its trace says.
    struct Traced {
        let run: TuningRun
        let trace: PlainTrace
        let settings: [String: String]

        init(steps: Int, _ given: [String: SettingValue] = [:]) throws {
            let world = try World.embedded("textures")
            var run = try world.run(ZIPMethod.self, given)
            for _ in 0..<steps { try run.step() }
            self.run = run
            trace = try PlainTrace(
                AuditTrace(run).serialized(
                    modelDigest: world.store.model.weightDigest, version: "1.2.3"))
            self.settings = try trace.json("settings") as? [String: String] ?? [:]
        }

        func number(_ name: String) -> Double { settings[name].flatMap(Double.init) ?? .nan }
    }

    /// The largest differences found, relative: gradients and parameters to their own size, contexts to their
    /// row's.
    struct Worst {
        var gradient = 0.0
        var next = 0.0
        var context = 0.0
        var loss = 0.0
    }

    @Test func tenStepsOfTheDefaults() throws {
        let world = try Traced(steps: 10)
        #expect(world.trace.shape("step.1.w") == [417])
        let (worst, _) = try check(world, steps: 10)
        print("ten steps recomputed, worst relative differences: \(worst)")
    }

    /// A large step size makes long gradients, so that clipping is seen too.
    @Test func clippedStepsOfOtherSettings() throws {
        let world = try Traced(
            steps: 6,
            [
                "seed": .integer(3), "tokens": .integer(4), "dim": .integer(203), "rank": .integer(3),
                "directions": .integer(2), "batch": .integer(20), "a": .number(1), "c": .number(0.5),
                "clip": .number(0.5),
            ])
        let (worst, clipped) = try check(world, steps: 6)
        #expect(clipped > 0)
        print("six clipped steps recomputed, worst relative differences: \(worst)")
    }

    @Test func saysWhatTheRunWas() throws {
        let world = try Traced(steps: 1)
        let trace = world.trace
        #expect(trace.metadata["method"] == "zip" && trace.metadata["ziplab_version"] == "1.2.3")
        let file = try SHA256Digest.hex(ofFile: Repository.model + "/model.safetensors")
        #expect(trace.metadata["model_sha256"] == file)
        #expect(try trace.json("classes") as? [String] == world.run.classNames)
        let images = try trace.json("train_images") as? [[Any]] ?? []
        #expect(images.count == 160 && images.count == world.run.train.count)
        for (image, listed) in zip(world.run.train.images, images) {
            #expect(listed.first as? String == image.path && listed.last as? Int == image.label)
        }
        #expect(world.settings["tokens"] == "8" && world.settings["clip"] == "auto")
        #expect(world.settings.count == world.run.described.count)
    }

    /// Recomputes every step of a trace.
    private func check(_ world: Traced, steps: Int) throws -> (Worst, clipped: Int) {
        let trace = world.trace
        let m = Int(world.number("tokens"))
        let directions = Int(world.number("directions"))
        let d = trace.shape("ctx0").last ?? 0
        let zip = PlainZIP(
            tokens: m, columns: Int(world.number("dim")) / m, rank: Int(world.number("rank")), width: d,
            initial: try trace.floats("ctx0"), trace: trace)
        var shape = ZIPParameterization.Shape()
        shape.tokens = m
        shape.dimensions = Int(world.number("dim"))
        shape.rank = Int(world.number("rank"))
        let production = try ZIPParameterization(
            shape: shape,
            initial: Matrix(rows: m, columns: d, values: try trace.floats("ctx0").map { Float($0) }),
            seed: world.run.problem.seed)
        var worst = Worst()
        var clippedSteps = 0
        var previous = production.initialParameters.map(Double.init)
        for k in 1...steps {
            let w = try trace.floats("step.\(k).w")
            let z = try trace.floats("step.\(k).z")
            let plus = try trace.floats("step.\(k).loss_plus")
            let minus = try trace.floats("step.\(k).loss_minus")
            let recorded = try trace.floats("step.\(k).gradient")
            let next = try trace.floats("step.\(k).w_next")
            let count = w.count
            #expect(w == previous && trace.shape("step.\(k).z") == [directions, count])
            #expect(count == m * zip.rank + zip.rank + zip.columns * zip.rank + zip.columns)
            #expect(z.allSatisfy { (0.5...1).contains(abs($0)) })
            previous = next

            let a = world.number("a") / pow(Double(k) + world.number("o"), world.number("alpha"))
            let c = world.number("c") / pow(Double(k), world.number("gamma"))
            var gradient = [Double](repeating: 0, count: count)
            for i in 0..<directions {
                for j in 0..<count {
                    gradient[j] += (plus[i] - minus[i]) / (2 * c * z[i * count + j]) / Double(directions)
                }
            }
            var length = 0.0
            for j in 0..<count { length += gradient[j] * gradient[j] }
            length = length.squareRoot()
            for j in 0..<count {
                worst.gradient = max(
                    worst.gradient, abs(recorded[j] - gradient[j]) / max(abs(gradient[j]), 1e-3 * length))
            }
            let limit = world.settings["clip"] == "auto" ? Double(count).squareRoot() : world.number("clip")
            let factor = length >= limit ? limit / length : 1
            clippedSteps += factor < 1 ? 1 : 0
            #expect(world.run.history.steps[k - 1].measures[1] == .flag(factor < 1))
            for j in 0..<count {
                let step = a * gradient[j] * factor
                worst.next = max(
                    worst.next, abs(next[j] - (w[j] - step)) / max(abs(w[j] - step), abs(w[j]), abs(step)))
            }
            let batch = try trace.integers("step.\(k).batch")
            #expect(batch == world.run.problem.plan.batch(step: k) && Set(batch).count == batch.count)
            for i in 0..<directions {
                for (sign, loss) in [(1.0, plus[i]), (-1.0, minus[i])] {
                    let moved = (0..<count).map { w[$0] + sign * c * z[i * count + $0] }
                    let plain = zip.context(moved)
                    let context = production.context(moved.map { Float($0) })
                    worst.context = max(worst.context, difference(context, plain))
                    // The losses belong to these contexts.
                    let images = Minibatch(list: world.run.train, indices: batch)
                    let values = Matrix(rows: m, columns: d, values: plain.joined().map { Float($0) })
                    let answers = try QueryAccount(budget: 1).ask(
                        world.run.oracle, [Query(Prompt(text: .context(values)), images)], for: .training)
                    let again = Double(answers[0].meanLoss(labels: images.labels))
                    worst.loss = max(worst.loss, abs(again - loss) / loss)
                }
            }
        }
        #expect(previous == world.run.method.parameters.map(Double.init))
        worst.context = max(worst.context, difference(world.run.context, zip.context(previous)))
        #expect(worst.gradient <= 1e-5 && worst.next <= 1e-5 && worst.context <= 1e-5 && worst.loss <= 1e-4)
        let parts = ["w", "batch", "z", "loss_plus", "loss_minus", "gradient", "w_next"]
        let expected =
            ["ctx0"] + (0..<m).flatMap { i in ["B", "P", "G"].map { "fastfood.\(i).\($0)" } }
            + (1...steps).flatMap { k in parts.map { "step.\(k).\($0)" } }
        #expect(trace.names == Set(expected))
        return (worst, clippedSteps)
    }

    /// The largest difference of a context vector's entries, relative to its largest entry.
    private func difference(_ context: Matrix, _ plain: [[Double]]) -> Double {
        plain.enumerated().map { row, wanted in
            let scale = wanted.reduce(0) { max($0, abs($1)) }
            return Swift.zip(context.row(row), wanted).map { abs(Double($0) - $1) / scale }.max() ?? 0
        }.max() ?? 0
    }
}

/// ZIP's map from parameters to context vectors by loops over a trace's tensors.
struct PlainZIP {
    let tokens: Int
    let columns: Int
    let rank: Int
    let width: Int
    let initial: [Double]
    let trace: PlainTrace

    /// θ_i = θ₀,i + [H·G·Π·H·B·pad(W_i)] / (√(L·ΣG²)·√(d/L)) with W = U·diag(s)·Vᵀ + 1·uᵀ.
    func context(_ w: [Double]) -> [[Double]] {
        let (s, v) = (tokens * rank, tokens * rank + rank)
        let u = v + columns * rank
        return (0..<tokens).map { i -> [Double] in
            let signs = (try? trace.floats("fastfood.\(i).B")) ?? []
            let order = (try? trace.integers("fastfood.\(i).P")) ?? []
            let gauss = (try? trace.floats("fastfood.\(i).G")) ?? []
            let length = signs.count
            var x = [Double](repeating: 0, count: length)
            for j in 0..<columns {
                var entry = w[u + j]
                for k in 0..<rank { entry += w[i * rank + k] * w[s + k] * w[v + j * rank + k] }
                x[j] = entry * signs[j]
            }
            let mixed = hadamard(x)
            let y = hadamard((0..<length).map { gauss[$0] * mixed[order[$0]] })
            var squares = 0.0
            for g in gauss { squares += g * g }
            let divisor =
                (Double(length) * squares).squareRoot() * (Double(width) / Double(length)).squareRoot()
            return (0..<width).map { initial[i * width + $0] + y[$0] / divisor }
        }
    }

    /// H x by its definition, H_jk = (−1)^(number of ones that j and k share).
    private func hadamard(_ x: [Double]) -> [Double] {
        (0..<x.count).map { j in
            var sum = 0.0
            for k in 0..<x.count { sum += (j & k).nonzeroBitCount % 2 == 0 ? x[k] : -x[k] }
            return sum
        }
    }
}

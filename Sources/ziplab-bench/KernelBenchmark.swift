import Foundation
import Tensors

/// Matrix products at each level of kernels; the scalar level is the yardstick.
enum KernelBenchmark {
    static func run() throws {
        let level = KernelLevel.current
        for (rows, inputs, outputs) in [(9, 512, 2048), (64, 512, 2048), (192, 128, 512), (512, 768, 3072)] {
            let weights = PackedWeights(
                RandomStream(seed: 1, purpose: RandomPurpose("weights")).normals(inputs * outputs),
                outputs: outputs, inputs: inputs)
            let input = Matrix(
                rows: rows, columns: inputs,
                values: RandomStream(seed: 1, purpose: RandomPurpose("input")).normals(rows * inputs))
            let operations = 2e-9 * Double(rows * inputs * outputs)
            let times = try KernelLevel.available.map { level in
                try KernelLevel.select(level)
                return (level, Measurement(repetitions: 9) { _ = weights.apply(input) })
            }
            let scalar = times.first { $0.0 == .scalar }?.1.median ?? .nan
            for (level, time) in times {
                report(
                    "product \(rows) × \(inputs) → \(outputs), \(level)",
                    time.rate(operations, unit: "GFLOP/s")
                        + String(format: ", %.1f × scalar", scalar / time.median))
            }
        }
        try KernelLevel.select(level)
    }
}

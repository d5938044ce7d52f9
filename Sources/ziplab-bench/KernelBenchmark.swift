import CYardsticks
import Foundation
import Tensors

/// Matrix products beside OpenBLAS `sgemm` and the peak of the processor's multiply-add units.
struct KernelBenchmark {
    let openBLAS: String
    let repetitions: Int

    private static let rows = [9, 64, 512, 4096]
    /// (k, n): the linear layers of ViT-B's text and vision towers.
    private static let layers = [(512, 2048), (2048, 512), (768, 3072), (512, 1536)]

    func run() {
        let hasOpenBLAS = zl_openblas_open(openBLAS)
        heading(
            hasOpenBLAS
                ? "matrix products [m, k] · [k, n]; OpenBLAS uses its \(String(cString: zl_openblas_kernels())) kernels"
                : "matrix products [m, k] · [k, n]; no OpenBLAS ('\(openBLAS)') to compare with")
        let threads = Parallel.threads
        defer { Parallel.threads = threads }
        for count in Set([1, min(2, threads)]).sorted() {
            Parallel.threads = count
            if hasOpenBLAS { zl_openblas_set_threads(Int32(count)) }
            for rows in Self.rows {
                for (inputs, outputs) in Self.layers {
                    compare(rows, inputs, outputs, threads: count, hasOpenBLAS: hasOpenBLAS)
                }
            }
        }
    }

    private func compare(_ rows: Int, _ inputs: Int, _ outputs: Int, threads: Int, hasOpenBLAS: Bool) {
        func uniform(_ count: Int, _ name: String) -> [Float] {
            let stream = RandomStream(seed: 1, purpose: RandomPurpose(name))
            return (0..<count).map { Float(stream.bounded($0, below: 2001)) / 1000 - 1 }
        }
        let weight = uniform(outputs * inputs, "weights")
        let packed = PackedWeights(weight, outputs: outputs, inputs: inputs)
        let input = uniform(rows * inputs, "input")
        var ours = [Float](repeating: 0, count: rows * outputs)
        var theirs = ours
        let operations = 2 * Double(rows * inputs * outputs)
        // Small products are repeated until the clock can tell them apart.
        let inner = max(1, Int(2e9 / operations))
        let rounds = 400_000 / KernelLevel.current.lanes
        let product = {
            for _ in 0..<inner { packed.applyInParallel(input, rows: rows, into: &ours) }
        }
        let peak = Measurement(repetitions: repetitions) {
            _ = zl_peak(Int32(KernelLevel.current.lanes), rounds)
        }
        let peakRate = zl_peak(Int32(KernelLevel.current.lanes), 1) * Double(rounds) / peak.best * 1e-9
        let yardstick = {
            guard hasOpenBLAS else { return }
            for _ in 0..<inner {
                zl_openblas_product(Int32(rows), Int32(outputs), Int32(inputs), input, weight, &theirs)
            }
        }
        let (own, other) = Measurement.pair(repetitions: repetitions, product, yardstick)
        let rate = own.rate(operations * Double(inner) * 1e-9)
        var line = "\(rate.text) GFLOP/s"
        if hasOpenBLAS { line += ", \(own.speedup(over: other).text) × OpenBLAS" }
        if threads == 1 {
            line += String(
                format: ", %.0f–%.0f–%.0f %% of the peak %.0f", 100 * rate.smallest / peakRate,
                100 * rate.median / peakRate, 100 * rate.largest / peakRate, peakRate)
        }
        report("m \(rows), k \(inputs), n \(outputs), \(threads) thread\(threads == 1 ? "" : "s")", line)
    }
}

import BlackBox
import Datasets
import Tensors
import ZerothOrder

/// Some prompts asked on all images before the first step of `gauss-newton`, so that a minibatch speaks for all of them.
///
/// The queries of a round: what the search asks of the minibatch, the start on the other minibatches, then each further
/// prompt on the minibatch and on the others.
struct GaussNewtonSurvey: Sendable {
    /// Prompts that are asked on all images, the start with them.
    static let prompts = 4

    /// The images beyond the minibatch, in parts of its size at most.
    let others: [Minibatch]

    /// - Parameters:
    ///   - most: images in all; no survey where the minibatch has as many.
    init?(_ problem: TuningProblem, batch: Minibatch, most: Int) {
        let all = GaussNewtonMethod.stratified(
            problem.train.labels, classes: problem.facts.classCount, most: most, seed: problem.seed)
        let own = Set(batch.indices)
        let rest = all.filter { !own.contains($0) }
        guard !rest.isEmpty else { return nil }
        others = stride(from: 0, to: rest.count, by: batch.indices.count).map { start in
            Minibatch(
                list: problem.train,
                indices: Array(rest[start..<min(rest.count, start + batch.indices.count)]))
        }
    }

    /// Queries beyond those of the search.
    var queries: Int { Self.prompts * others.count + Self.prompts - 1 }

    var labels: [Int] { others.flatMap(\.labels) }

    /// The further points ξ [blocks, n] that are asked: drawn like directions, as far from the start as the region reaches.
    static func points(blocks: Int, weights: [Double], radius: Double, seed: UInt64) -> [[Double]] {
        (1..<prompts).map { index in
            let draws = RandomStream(seed: seed, purpose: .gaussNewtonSurvey, index: UInt64(index))
                .normals(blocks * weights.count)
            var point = draws.enumerated().map { Double($1) * weights[$0 % weights.count] }
            for block in 0..<blocks {
                let range = (block * weights.count)..<((block + 1) * weights.count)
                let length = point[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
                for at in range { point[at] *= radius / length }
            }
            return point
        }
    }

    /// The queries behind those of the search.
    func asked(start: Prompt, further: [Prompt], _ batch: Minibatch) -> [Query] {
        others.map { Query(start, $0) }
            + further.flatMap { prompt in ([batch] + others).map { Query(prompt, $0) } }
    }

    /// The map that the answers make.
    ///
    /// - Parameters:
    ///   - start: logits [B, C] of the start on the minibatch.
    ///   - readings: of the queries of `asked`.
    func map(start: [Float], readings: ArraySlice<Float>, batch: Minibatch, classes: Int) -> ImageMap {
        let count = others.reduce(0) { $0 + $1.indices.count }
        var rest = readings
        func take(_ images: Int) -> Matrix {
            let values = Array(rest.prefix(images * classes))
            rest = rest.dropFirst(images * classes)
            return Matrix(rows: images, columns: classes, values: values)
        }
        let own = batch.indices.count
        var references = [Matrix(rows: own, columns: classes, values: start)]
        var extended = [take(count)]
        for _ in 1..<Self.prompts {
            references.append(take(own))
            extended.append(take(count))
        }
        return ImageMap(references: references, others: extended)
    }
}

extension RandomPurpose {
    /// Prompts that are asked on all images; the index counts them from 1.
    static let gaussNewtonSurvey = RandomPurpose("gauss-newton.survey")
}

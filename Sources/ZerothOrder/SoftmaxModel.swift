import Tensors

/// A linear model of logits under cross-entropy: f + A x + b, with a quadratic penalty on x and b.
///
/// N images, C classes. Logits are class by class, [C, N]. Coordinates x come in G groups of p: either one group moves all
/// logits, or each class has a group that moves its own alone, so A is G dense blocks [p, C N / G] and a solve costs what
/// its blocks do. A bias b a class may follow them. Minimises the mean cross-entropy plus Σ_j λ_j/2 (x_j − c_j)², biases among the x_j, which is
/// convex, by damped Newton steps; a step is solved by conjugate gradients under `SoftmaxPreconditioner`. Gradients, products and
/// values are in double precision.
package struct SoftmaxModel: Sendable {
    /// f, [C, N].
    package let base: [Double]
    /// The blocks of A, [G, p, C N / G].
    package let blocks: [[Float]]
    package let labels: [Int]
    package let classes: Int
    /// Whether there is a bias a class.
    package let biased: Bool
    /// p
    let each: Int
    /// Logits that a group moves.
    let length: Int

    /// - Parameter blocks: one, or one a class; all of one shape.
    package init(base: [Double], blocks: [[Float]], biased: Bool = false, labels: [Int], classes: Int) {
        precondition(base.count == labels.count * classes, "\(base.count) logits for \(labels.count) images")
        precondition(
            blocks.count == 1 || blocks.count == classes, "\(blocks.count) groups of \(classes) classes")
        (self.base, self.blocks, self.biased) = (base, blocks, biased)
        (self.labels, self.classes) = (labels, classes)
        length = base.count / blocks.count
        each = blocks[0].count / max(1, length)
        precondition(blocks.allSatisfy { $0.count == each * length }, "blocks of several shapes")
    }

    /// G p, and C with biases.
    package var coordinates: Int { blocks.count * each + (biased ? classes : 0) }

    /// What a solve found.
    package struct Solution: Sendable {
        /// x, [G, p], and b, [C].
        package var point: [Double]
        /// f + A x + b, [C, N].
        package var logits: [Double]
        /// Cross-entropy and penalty.
        package var value: Double
    }

    /// Mean cross-entropy of logits [C, N], and their probabilities [C, N].
    package static func crossEntropy(_ logits: [Double], labels: [Int], classes: Int)
        -> (loss: Double, probabilities: [Double])
    {
        let images = labels.count
        precondition(logits.count == images * classes, "\(logits.count) logits for \(images) images")
        var largest = Array(logits[..<images])
        for at in images..<max(images, logits.count) {
            largest[at % images] = max(largest[at % images], logits[at])
        }
        var sums = [Double](repeating: 0, count: images)
        var probabilities = logits
        for at in probabilities.indices {
            let power = Elementary.exp(logits[at] - largest[at % images])
            probabilities[at] = power
            sums[at % images] += power
        }
        for at in probabilities.indices { probabilities[at] /= sums[at % images] }
        var loss = 0.0
        for (image, label) in labels.enumerated() {
            loss += Elementary.log(sums[image]) + largest[image] - logits[label * images + image]
        }
        return (loss / Double(images), probabilities)
    }

    /// The minimum, or as near as some Newton steps come.
    ///
    /// - Parameters:
    ///   - ridges: λ, [G, p] and [C] of biases, above 0.
    ///   - centres: c, of the same length.
    ///   - start: nil for zeros.
    ///   - tolerance: ends where a step gains less, relative to the value.
    package func minimum(
        ridges: [Double], centres: [Double], from start: [Double]? = nil, steps: Int = 25,
        tolerance: Double = 1e-7
    ) -> Solution {
        let count = coordinates
        precondition(
            ridges.count == count && centres.count == count,
            "\(ridges.count) ridges and \(centres.count) centres for \(count) coordinates")
        var point = start ?? [Double](repeating: 0, count: count)
        var logits = zip(base, moved(by: point)).map { $0 + $1 }
        func penalty(_ point: [Double]) -> Double {
            point.indices.reduce(0) { sum, index in
                let distance = point[index] - centres[index]
                return sum + ridges[index] / 2 * distance * distance
            }
        }
        var (loss, probabilities) = Self.crossEntropy(logits, labels: labels, classes: classes)
        var best = loss + penalty(point)
        // They steer the conjugate gradients of all steps: a step changes the curvature, but not its scale.
        guard let preconditioner = SoftmaxPreconditioner(self, probabilities, ridges: ridges) else {
            return Solution(point: point, logits: logits, value: best)
        }
        for _ in 0..<steps {
            let pulls = point.indices.map { ridges[$0] * (point[$0] - centres[$0]) }
            guard let direction = newtonStep(probabilities, pulls: pulls, ridges, preconditioner) else {
                break
            }
            let change = moved(by: direction.step)
            var length = 1.0
            var (nextPoint, nextLogits) = (point, logits)
            var next = best
            while true {
                nextPoint = zip(point, direction.step).map { $0 + length * $1 }
                nextLogits = zip(logits, change).map { $0 + length * $1 }
                (loss, probabilities) = Self.crossEntropy(nextLogits, labels: labels, classes: classes)
                next = loss + penalty(nextPoint)
                if next <= best - 1e-4 * length * direction.fall || length < 1e-4 { break }
                length /= 2
            }
            guard next < best else { break }
            let gain = best - next
            (point, logits, best) = (nextPoint, nextLogits, next)
            if gain < tolerance * max(1, abs(best)) { break }
        }
        return Solution(point: point, logits: logits, value: best)
    }
}

extension SoftmaxModel {
    /// A x + b, [C, N].
    private func moved(by x: [Double]) -> [Double] {
        let images = labels.count
        var result = [Double](repeating: 0, count: base.count)
        for (group, block) in blocks.enumerated() {
            for row in 0..<each where x[group * each + row] != 0 {
                RowArithmetic.add(
                    x[group * each + row], block, from: row * length, to: &result, at: group * length,
                    count: length)
            }
        }
        guard biased else { return result }
        let biases = x.suffix(classes)
        for at in result.indices { result[at] += biases[biases.startIndex + at / images] }
        return result
    }

    /// Aᵀ v, [G, p], and the sums of v by class, [C], with biases.
    private func pulled(_ v: [Double]) -> [Double] {
        let images = labels.count
        var result = [Double](repeating: 0, count: coordinates)
        for (group, block) in blocks.enumerated() {
            for row in 0..<each {
                result[group * each + row] = RowArithmetic.dot(
                    block, from: row * length, v, from: group * length, count: length)
            }
        }
        guard biased else { return result }
        for at in v.indices { result[blocks.count * each + at / images] += v[at] }
        return result
    }

    /// The Hessian's product with x, biases among it: Aᵀ (P (A x) − P Pᵀ (A x))/N + λ x.
    private func curved(_ x: [Double], _ probabilities: [Double], _ ridges: [Double]) -> [Double] {
        let images = labels.count
        var change = moved(by: x)
        var means = [Double](repeating: 0, count: images)
        for at in change.indices { means[at % images] += probabilities[at] * change[at] }
        let share = 1 / Double(images)
        for at in change.indices {
            change[at] = share * probabilities[at] * (change[at] - means[at % images])
        }
        let product = pulled(change)
        return product.indices.map { product[$0] + ridges[$0] * x[$0] }
    }

    /// −H⁻¹g and gᵀH⁻¹g, about; nil where no step is left.
    private func newtonStep(
        _ probabilities: [Double], pulls: [Double], _ ridges: [Double],
        _ preconditioner: SoftmaxPreconditioner
    ) -> (step: [Double], fall: Double)? {
        let images = labels.count
        var residuals = probabilities.map { $0 / Double(images) }
        for (image, label) in labels.enumerated() { residuals[label * images + image] -= 1 / Double(images) }
        let gradient = zip(pulled(residuals), pulls).map { $0 + $1 }
        // Conjugate gradients on H s = −g.
        var step = [Double](repeating: 0, count: gradient.count)
        var rest = gradient.map { -$0 }
        var z = preconditioner.apply(rest)
        var direction = z
        var size = RowArithmetic.dot(rest, z)
        let enough = Self.accuracy * size
        var rounds = 0
        while size > enough, size > 0, rounds < Self.mostRounds {
            let product = curved(direction, probabilities, ridges)
            let curvature = RowArithmetic.dot(direction, product)
            guard curvature > 0 else { break }
            let length = size / curvature
            for at in step.indices {
                step[at] += length * direction[at]
                rest[at] -= length * product[at]
            }
            z = preconditioner.apply(rest)
            let next = RowArithmetic.dot(rest, z)
            for at in direction.indices { direction[at] = z[at] + next / size * direction[at] }
            size = next
            rounds += 1
        }
        let fall = -RowArithmetic.dot(gradient, step)
        return fall > 0 ? (step, fall) : nil
    }

    /// Conjugate gradients end where rᵀM⁻¹r has fallen to this share of its start, or after so many rounds.
    private static var accuracy: Double { 1e-6 }
    private static var mostRounds: Int { 60 }
}

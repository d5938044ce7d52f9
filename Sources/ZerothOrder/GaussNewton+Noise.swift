import Tensors

/// How a search measures its noise, and what it does about it.
extension GaussNewton {
    /// Length of the next differences: such that the change stands well above the noise.
    var difference: Double {
        guard noise > 0, slope > 0 else { return settings.difference }
        return max(settings.difference, min(Self.clearance * noise / slope, longest))
    }

    /// How many noises a difference should be.
    private static var clearance: Double { 16 }
    /// How long a difference may be for that: half of the way over which answers forget each other.
    private var longest: Double { settings.scale / 2 }

    /// σ²/s², with s the change that a way of ℓ makes; without noise little beside what a difference tells.
    var nugget: Double {
        let (change, share) = (slope * settings.scale, settings.difference / settings.scale)
        let noisy = noise > 0 && change > 0 ? min(1, noise * noise / (change * change)) : 0
        return max(1e-10, 1e-3 * share * share) + noisy
    }

    /// Mean square of logits [C, N] less each image's mean.
    func meanSquare(_ values: [Double]) -> Double {
        centred(values).values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    }

    /// Logits [C, N] less each image's mean, and those means, [N].
    func centred(_ values: [Double]) -> (values: [Double], means: [Double]) {
        var means = [Double](repeating: 0, count: labels.count)
        for at in values.indices { means[at % labels.count] += values[at] / Double(classes) }
        return (values.indices.map { values[$0] - means[$0 % labels.count] }, means)
    }

    /// σ from the repeated answers at the start, as they were told, and from what is known of their rounding.
    mutating func measureNoise(_ answers: [[Float]]) {
        var variance = 0.0
        for answer in answers.dropFirst() {
            let squares = zip(answer, answers[0]).reduce(0.0) {
                $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
            }
            variance += squares / Double(2 * answer.count * (answers.count - 1))
        }
        switch rounding {
        case nil: break
        case .logits(let step): variance += step * step / 12
        case .probabilities(let step):
            // Where a probability is small, its logarithm jumps; an image's classes count by what they weigh.
            let sum = answers[0].reduce(0.0) { sum, logit in
                let p = Elementary.exp(Double(logit))
                return sum + p * min(0.25, step * step / (12 * p * p))
            }
            variance += sum / Double(labels.count)
        }
        noise = variance.squareRoot()
    }

    /// A region narrower than what the noise lets differences see is of no use.
    var leastRadius: Double {
        noise > 0 ? max(settings.leastRadius, 0.75 * difference) : settings.leastRadius
    }
}

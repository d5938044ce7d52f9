import BlackBox
import Tensors
import ZerothOrder

extension Examination.Agreement {
    /// - Parameters:
    ///   - answers: to a hand-written template on images with those labels.
    ///   - seed: of the folds.
    init(
        _ answers: [Answer], labels: [Int], seed: UInt64, pause: () throws -> Void
    ) throws {
        let classes = answers.first?.logits.columns ?? 0
        let logits = Matrix(rows: labels.count, columns: classes, values: answers.flatMap(\.logits.values))
        self.init(
            images: labels.count,
            template: zip(answers.flatMap(\.predictions), labels).count { $0 == $1 },
            isFinite: logits.values.allSatisfy(\.isFinite), contrast: Self.contrast(logits))
        var counts = [Int](repeating: 0, count: classes)
        for label in labels { counts[label] += 1 }
        guard counts.min() ?? 0 >= LogitMap.foldCount, isFinite,
            let fitted = try LogitMap.heldOut(logits, labels: labels, seed: seed, passing: pause)
        else { return }
        var (right, between) = (0, 0.0)
        for (image, label) in labels.enumerated() {
            let row = fitted.row(image)
            let own = row[row.startIndex + label]
            let above = row.count { $0 > own }
            if above == 0 { right += 1 }
            if above > 0, classes > 2 { between += Double(above - 1) / Double(classes - 2) }
        }
        map = right
        if classes > 2, right < labels.count { displacement = between / Double(labels.count - right) }
    }

    /// The root of the mean over classes of a logit's variance over images, divided by that of all centred logits.
    private static func contrast(_ logits: Matrix) -> Double {
        guard logits.rows > 1 else { return 1 }
        let centred = StandardLogits.centred(logits)
        var (between, all) = (0.0, 0.0)
        for label in 0..<logits.columns {
            let column = (0..<logits.rows).map { centred[$0 * logits.columns + label] }
            let mean = column.reduce(0, +) / Double(column.count)
            for value in column {
                between += (value - mean) * (value - mean)
                all += value * value
            }
        }
        return all > 0 ? (between / all).squareRoot() : 0
    }
}

extension Examination.Motion {
    /// The standard deviation of a loss: what second differences at the smallest distances show (Moré & Wild 2011),
    /// where the loss is straight and ℓ⁺ + ℓ⁻ − 2ℓ is noise alone, but no less than what rounding makes.
    func noise(loss: Double) -> Double {
        let seconds = decades.prefix(2).flatMap { differences in
            zip(differences.plus, differences.minus).map { $0 + $1 - 2 * loss }
        }
        let mean = seconds.reduce(0) { $0 + $1 * $1 } / Double(max(1, seconds.count))
        // No float32 is nearer to another one.
        return max((mean / 6).squareRoot(), rounding, abs(loss) * 3e-8)
    }

    /// The distance at which noise and curvature are a small share of the slopes; the smallest of several that are good.
    ///
    /// Noise at one decade hides what the loss's curvature does to the next, so the largest are trusted least.
    func bestDistance(loss: Double) -> Double {
        let noise = noise(loss: loss)
        let errors = (1..<decades.count).map { place -> Double in
            let (below, here) = (decades[place - 1], decades[place])
            let difference = Self.root(zip(here.slopes, below.slopes).map { $0 - $1 })
            let before = noise / (below.distance * 2.0.squareRoot())
            let now = noise / (here.distance * 2.0.squareRoot())
            // Of the difference, what noise does not explain.
            let bend = max(0, difference * difference - before * before - now * now).squareRoot()
            let slope = Self.root(here.slopes)
            return (now + bend) / max(slope * slope - 4 * now * now, 1e-30).squareRoot()
        }
        let least = errors.min() ?? 0
        let place = errors.firstIndex { $0 <= max(2 * least, 0.01) } ?? 0
        return decades[place + 1].distance
    }

    /// Slopes along the directions at one of the decades.
    func slopes(at distance: Double) -> [Double] {
        decades.first { $0.distance == distance }?.slopes ?? own.slopes
    }

    /// What noise makes of slopes at a distance, as a share of the best ones.
    func noiseShare(at distance: Double, loss: Double) -> Double {
        let best = Self.root(slopes(at: bestDistance(loss: loss)))
        return noise(loss: loss) / (distance * 2.0.squareRoot()) / max(best, 1e-30)
    }

    /// What is left of the best slopes over a distance that the loss is curved over: 1 where it is straight, near 0 where
    /// the loss has long turned.
    func slopeLeft(at differences: Examination.Differences, loss: Double) -> Double {
        Self.root(differences.slopes) / max(Self.root(slopes(at: bestDistance(loss: loss))), 1e-30)
    }

    /// Decades at which neither noise nor curvature spoils the slopes.
    func goodDistances(loss: Double) -> [Double] {
        decades.filter {
            noiseShare(at: $0.distance, loss: loss) <= 0.15 && slopeLeft(at: $0, loss: loss) >= 0.3
        }.map(\.distance)
    }

    /// Root of the mean square.
    static func root(_ values: [Double]) -> Double {
        (values.reduce(0) { $0 + $1 * $1 } / Double(max(1, values.count))).squareRoot()
    }
}

extension BoxView {
    /// The standard deviation that rounding adds to the mean loss of an answer: each number is off by up to half a unit of its
    /// last decimal, evenly.
    func lossRounding(_ answer: Answer, labels: [Int]) -> Double {
        guard let decimals else { return 0 }
        let unit = (0..<decimals).reduce(1.0) { unit, _ in unit / 10 }
        var squares = 0.0
        for (image, label) in labels.enumerated() {
            let row = answer.logits.row(image).map { Double($0) }
            let most = row.max() ?? 0
            let powers = row.map { Elementary.exp($0 - most) }
            let sum = powers.reduce(0, +)
            for (place, power) in powers.enumerated() {
                // The slope of −log p(label) in a logit, or in a probability.
                let slope: Double =
                    switch numbers {
                    case .logits: power / sum - (place == label ? 1 : 0)
                    case .logProbabilities: place == label ? 1.0 : 0.0
                    case .probabilities: place == label ? 1 / max(power / sum, unit / 2) : 0
                    }
                squares += slope * slope
            }
        }
        return unit / 12.0.squareRoot() * squares.squareRoot() / Double(max(1, labels.count))
    }
}

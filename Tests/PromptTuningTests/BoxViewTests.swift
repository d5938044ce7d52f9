import BlackBox
import Foundation
import Tensors
import Testing

/// What a view shows, against plain loops and by hand.
@Suite struct BoxViewTests {
    /// What `view` shows of one image's logits, without noise.
    private func shown(_ view: BoxView, _ logits: [Float]) -> [Float] {
        let answer = Answer(logits: Matrix(rows: 1, columns: logits.count, values: logits))
        return view.shown(answer, stream: RandomStream(seed: 1, purpose: RandomPurpose("tests.view")))
            .logits.values
    }

    /// The same by loops over classes: the largest of those not yet taken, again and again.
    private func plain(_ view: BoxView, _ logits: [Float]) -> [Double] {
        let classes = logits.count
        var numbers = logits.map { Double($0) }
        if view.numbers != .logits {
            var sum = 0.0
            for logit in logits { sum += exp(Double(logit)) }
            for label in 0..<classes {
                let share = exp(Double(logits[label])) / sum
                numbers[label] = view.numbers == .probabilities ? share : log(share)
            }
        }
        if let decimals = view.decimals {
            for label in 0..<classes {
                numbers[label] = rint(numbers[label] * pow(10, Double(decimals))) / pow(10, Double(decimals))
            }
        }
        if let top = view.top, top < classes {
            var isShown = [Bool](repeating: false, count: classes)
            var (least, sum) = (0.0, 0.0)
            for _ in 0..<top {
                var best = -1
                for label in 0..<classes where !isShown[label] {
                    if best < 0 || logits[label] > logits[best] { best = label }
                }
                isShown[best] = true
                least = numbers[best]
                sum += view.numbers == .logProbabilities ? exp(numbers[best]) : numbers[best]
            }
            var hidden = least
            if view.numbers == .probabilities {
                hidden = min(least, max(0, 1 - sum) / Double(classes - top))
            } else if view.numbers == .logProbabilities {
                hidden = min(least, log(max(1e-12, 1 - sum) / Double(classes - top)))
            }
            for label in 0..<classes where !isShown[label] { numbers[label] = hidden }
        }
        guard view.numbers == .probabilities else { return numbers }
        let floor = view.decimals.map { 0.5 * pow(10, Double(-$0)) } ?? 1e-12
        return numbers.map { log($0 < floor ? floor : $0) }
    }

    @Test(arguments: [nil, 0, 1, 2, 5, 12], [nil, 1, 2, 4, 6, 7, 50])
    func plainLoops(_ decimals: Int?, _ top: Int?) {
        for numbers in BoxView.Numbers.allCases {
            let view = BoxView(numbers: numbers, decimals: decimals, top: top)
            for image in 0..<200 {
                let stream = RandomStream(
                    seed: UInt64(image), purpose: RandomPurpose("tests.view.logits"))
                // Some of few values, so that there are ties.
                let logits = stream.normals(7).map { image % 3 == 0 ? ($0 * 2).rounded() : $0 * 4 }
                let (shown, plain) = (shown(view, logits), plain(view, logits))
                for (left, right) in zip(shown, plain) {
                    #expect(abs(Double(left) - right) <= 1e-6 * max(1, abs(right)), "\(view) \(logits)")
                }
            }
        }
    }

    @Test func theStandardViewShowsEveryBit() {
        let logits: [Float] = [1.1, -0, 0, 25.123_456, -3e38, .leastNonzeroMagnitude]
        #expect(shown(.standard, logits).map(\.bitPattern) == logits.map(\.bitPattern))
        #expect(BoxView.standard.isStandard && !BoxView(decimals: 12).isStandard)
    }

    @Test func logitsByHand() {
        // Halves go to the even neighbour, on both sides of zero.
        #expect(shown(BoxView(decimals: 0), [0.5, 1.5, 2.5, -0.5, -1.5]) == [0, 2, 2, 0, -2])
        #expect(shown(BoxView(decimals: 2), [0.125, 0.375, -0.125]) == [0.12, 0.38, -0.12])
        // Hidden classes get the least that is shown.
        #expect(shown(BoxView(top: 2), [1, 5, 3, 4]) == [4, 5, 4, 4])
        #expect(shown(BoxView(decimals: 0, top: 3), [1.4, 5.6, 3.3, 3.4]) == [3, 6, 3, 3])
        for top in [4, 5] { #expect(shown(BoxView(top: top), [1, 5, 3, 4]) == [1, 5, 3, 4]) }
        // Numbers that are none stay so.
        #expect(shown(BoxView(decimals: 1, top: 2), [1, .infinity, 3])[1] == .infinity)
        #expect(shown(BoxView(numbers: .probabilities), [1, .nan, 3])[1].isNaN)
    }

    @Test func probabilitiesByHand() {
        func of(_ shares: [Double], decimals: Int?, top: Int? = nil) -> [Double] {
            let view = BoxView(numbers: .probabilities, decimals: decimals, top: top)
            return shown(view, shares.map { Float(log($0)) }).map {
                (exp(Double($0)) * 1e5).rounded() / 1e5
            }
        }
        #expect(of([0.624, 0.251, 0.125], decimals: 1) == [0.6, 0.3, 0.1])
        #expect(of([0.624, 0.251, 0.125], decimals: nil) == [0.624, 0.251, 0.125])
        // A zero stands for half a unit of the last decimal.
        #expect(of([0.98, 0.018, 0.002], decimals: 2) == [0.98, 0.02, 0.005])
        // Hidden classes share the rest; of equals the first is shown.
        #expect(of([0.475, 0.175, 0.175, 0.175], decimals: 1, top: 2) == [0.5, 0.2, 0.15, 0.15])
        #expect(of([0.1, 0.1, 0.6, 0.1, 0.1], decimals: 2, top: 1) == [0.1, 0.1, 0.6, 0.1, 0.1])
        // Never more than the least that is shown, nor less than nothing.
        #expect(of([0.34, 0.33, 0.33], decimals: 1, top: 1) == [0.3, 0.3, 0.3])
        #expect(of([0.56, 0.36, 0.08], decimals: 1, top: 2) == [0.6, 0.4, 0.05])
    }

    /// 200 000 draws: each bound is five standard errors or more.
    @Test func noiseIsNormal() {
        let clean = Matrix(rows: 2000, columns: 100, values: (0..<200_000).map { Float($0 % 7) })
        let view = BoxView(noise: 0.5)
        let stream = RandomStream(seed: 3, purpose: RandomPurpose("tests.view.noise"))
        let noisy = view.shown(Answer(logits: clean), stream: stream).logits
        let noise = zip(noisy.values, clean.values).map { Double($0) - Double($1) }
        let count = Double(noise.count)
        let mean = noise.reduce(0, +) / count
        let deviation = (noise.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        #expect(abs(mean) < 0.006 && abs(deviation - 0.5) < 0.005, "\(mean) \(deviation)")
        #expect(abs(noise.count { abs($0) < 0.5 } - 136_538) < 1100)
        // Neighbours have nothing to do with each other.
        let product = zip(noise, noise.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / count
        #expect(abs(product) < 0.003, "\(product)")
        // Before anything else: ranks and shares are those of the noisy logits.
        let both = BoxView(numbers: .probabilities, decimals: 2, top: 3, noise: 0.5)
        let quiet = BoxView(numbers: .probabilities, decimals: 2, top: 3)
        let part = Matrix(rows: 1, columns: 100, values: Array(clean.values.prefix(100)))
        let seen = view.shown(Answer(logits: part), stream: stream)
        let expected = quiet.shown(seen, stream: stream).logits.values
        let direct = both.shown(Answer(logits: part), stream: stream).logits.values
        #expect(zip(direct, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    }
}

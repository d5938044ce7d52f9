import Tensors
import Testing
import ZerothOrder

@Suite struct TemperatureFitTests {
    @Test func gradientEqualsFiniteDifferences() {
        let sample = LogitSamples(23, classes: 5)
        let g = StandardLogits(sample.logits).values
        let point = [0.7, 0.1, -0.4, 0.3, 0, 0.9]
        let gradient = TemperatureFit.objective(point, g, labels: sample.labels).gradient
        for index in point.indices {
            let sides = [1e-5, -1e-5].map { step in
                var moved = point
                moved[index] += step
                return TemperatureFit.objective(moved, g, labels: sample.labels).value
            }
            #expect(abs((sides[0] - sides[1]) / 2e-5 - gradient[index]) < 1e-9)
        }
    }

    @Test func logitsAreStandardised() {
        let sample = LogitSamples(11, classes: 4)
        let standard = StandardLogits(sample.logits)
        for row in 0..<11 {
            #expect(abs(standard.values.values[4 * row..<4 * row + 4].reduce(0, +)) < 1e-12)
        }
        #expect(abs(standard.values.values.reduce(0) { $0 + $1 * $1 } - 43) < 1e-10)
    }

    @Test func lowersTheLossAndSeesNoConstant() throws {
        let sample = LogitSamples(60, classes: 4)
        let fit = try TemperatureFit(sample.logits, labels: sample.labels)
        let calibrated = fit.apply(sample.logits)
        #expect(meanLoss(calibrated, sample.labels) < meanLoss(sample.logits, sample.labels))
        // Each row: scale times the centred logits, plus the biases.
        let mean = sample.logits.row(3).reduce(0) { $0 + Double($1) } / 4
        let wanted = fit.scale * (Double(sample.logits[3, 2]) - mean) + fit.biases[2]
        #expect(abs(Double(calibrated[3, 2]) - wanted) < 1e-6)
        let other = try TemperatureFit(sample.shifted, labels: sample.labels).apply(sample.shifted)
        let worst = zip(calibrated.values, other.values).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-5, "\(worst)")
    }

    /// Logits that are best turned round get the least temperature, and biases that are best with it.
    @Test func theTemperatureHasABound() throws {
        let sample = LogitSamples(40, classes: 4, signal: -3)
        let g = StandardLogits(sample.logits).values
        let (temperature, biases) = try TemperatureFit.fit(g, labels: sample.labels)
        #expect(temperature == 0.05)
        let gradient = TemperatureFit.objective([temperature] + biases, g, labels: sample.labels).gradient
        #expect(gradient[0] > 0 && gradient[1...].allSatisfy { abs($0) < 1e-7 })
        #expect(try TemperatureFit.temperature(g, labels: sample.labels) == 0.05)
    }

    @Test func everyAnswerRight() throws {
        let fit = try TemperatureFit(Matrix(rows: 2, columns: 2, values: [1, 0, 0, 1]), labels: [0, 1])
        #expect(fit.scale.isFinite && fit.scale > 1 && fit.biases.allSatisfy { abs($0) < 1e-6 })
    }

    @Test(arguments: OddLogits.all) func oddLogits(_ sample: OddLogits) throws {
        let fit = try TemperatureFit(sample.logits, labels: sample.labels)
        #expect(
            fit.scale.isFinite && fit.scale > 0 && fit.biases.allSatisfy { $0.isFinite }, "\(sample.name)")
        #expect(fit.apply(sample.logits).values.allSatisfy { $0.isFinite }, "\(sample.name)")
    }
}

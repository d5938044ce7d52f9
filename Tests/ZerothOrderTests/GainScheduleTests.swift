import Testing
import ZerothOrder

@Suite struct GainScheduleTests {
    struct Sample: Sendable {
        let schedule: GainSchedule
        let step: Int
        let stepSize: Float
        let perturbationSize: Float

        init(_ schedule: GainSchedule, _ step: Int, _ stepSize: Float, _ perturbationSize: Float) {
            self.schedule = schedule
            self.step = step
            self.stepSize = stepSize
            self.perturbationSize = perturbationSize
        }
    }

    private static let published = GainSchedule()
    private static let other = GainSchedule(
        stepSize: 0.5, perturbationSize: 0.03, offset: 10, stepDecay: 0.602, perturbationDecay: 0.101)

    /// Values of Python's `decimal` with 50 digits, rounded to the nearest float32:
    ///
    ///     from decimal import Decimal as D, getcontext
    ///     import numpy as np
    ///     getcontext().prec = 50
    ///     def f32(x):
    ///         a = np.float32(float(x))
    ///         near = [np.nextafter(a, np.float32(-9)), a, np.nextafter(a, np.float32(9))]
    ///         return min(near, key=lambda v: abs(D(float(v)) - x))
    ///     for a, c, o, alpha, gamma in [("0.01", "0.01", "1", "0.4", "0.1"),
    ///                                   ("0.5", "0.03", "10", "0.602", "0.101")]:
    ///         for k in [1, 2, 3, 10, 77, 500, 12345]:
    ///             print(k, repr(f32(D(a) / (D(k) + D(o)) ** D(alpha)).item()),
    ///                   repr(f32(D(c) / D(k) ** D(gamma)).item()))
    static let samples = [
        Sample(published, 1, 0.007578582968562841, 0.009999999776482582),
        Sample(published, 2, 0.006443940103054047, 0.009330329485237598),
        Sample(published, 3, 0.005743491929024458, 0.00895958486944437),
        Sample(published, 10, 0.003832153743132949, 0.007943281903862953),
        Sample(published, 77, 0.0017505001742392778, 0.006476657465100288),
        Sample(published, 500, 0.0008318881154991686, 0.005371591541916132),
        Sample(published, 12345, 0.00023088169109541923, 0.0038980813696980476),
        Sample(other, 1, 0.11804609000682831, 0.029999999329447746),
        Sample(other, 2, 0.11202189326286316, 0.027971593663096428),
        Sample(other, 3, 0.10675202310085297, 0.02684924006462097),
        Sample(other, 10, 0.08236637711524963, 0.023775039240717888),
        Sample(other, 77, 0.033992212265729904, 0.019345754757523537),
        Sample(other, 500, 0.011722298339009285, 0.016014939174056053),
        Sample(other, 12345, 0.0017206029733642936, 0.011584589257836342),
    ]

    @Test(arguments: samples) func equalsTheRecordedValue(_ sample: Sample) {
        #expect(sample.schedule.stepSize(at: sample.step) == sample.stepSize)
        #expect(sample.schedule.perturbationSize(at: sample.step) == sample.perturbationSize)
    }

    @Test func withoutDecayNothingChanges() {
        let schedule = GainSchedule(
            stepSize: 0.25, perturbationSize: 0.125, offset: 0, stepDecay: 0, perturbationDecay: 0)
        for step in [1, 7, 1_000_000] {
            #expect(schedule.stepSize(at: step) == 0.25)
            #expect(schedule.perturbationSize(at: step) == 0.125)
        }
    }
}

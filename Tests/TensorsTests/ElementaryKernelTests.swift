import CKernels
import Files
import Foundation
import Tensors
import Testing

struct ElementaryKernelTests {
    struct Function: Sendable, CustomTestStringConvertible {
        let name: String
        let kernel: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
        let reference: @Sendable (Double) -> Double
        /// Worst error allowed, in units of the last place of the result.
        let ulps: Double
        /// SHA-256 of the results of `sweep` that are no NaN, little-endian; recorded sessions rest on
        /// these bits.
        let digest: String
        var testDescription: String { name }

        func callAsFunction(_ x: [Float]) -> [Float] {
            var y = x
            kernel(x, &y, x.count)
            return y
        }
    }

    static let functions = [
        Function(
            name: "exp", kernel: { zl_exp($0, $1, $2) }, reference: { Foundation.exp($0) }, ulps: 1.02,
            digest: "12b718b80826fdbbdc73aeeb9ac13a5904f30567c8070c9cf5f63ebcd427d5ba"),
        Function(
            name: "log", kernel: { zl_log($0, $1, $2) }, reference: { Foundation.log($0) }, ulps: 1,
            digest: "f318d4b86dc949e662a4cd25b267d174153ae4b4f159866fc71a7105ae0c853d"),
        Function(
            name: "erf", kernel: { zl_erf($0, $1, $2) }, reference: { Foundation.erf($0) }, ulps: 1.25,
            digest: "b467a69bb7d9aac770ec0f9ec44b6a9b49a8f271522917862da2a54101dd78ef"),
    ]

    /// Every 9973rd of all bit patterns.
    static let sweep: [Float] = stride(from: UInt32(0), through: .max, by: 9973).map {
        Float(bitPattern: $0)
    }

    @Test(arguments: functions)
    func `errors are within bounds and levels agree`(_ function: Function) throws {
        let results = try atEachLevel { function(Self.sweep) }
        let first = results[0].value
        for (level, values) in results { #expect(sameBits(values, first), "\(level)") }
        var worst = (error: 0.0, at: Float(0))
        for (x, y) in zip(Self.sweep, first) {
            let wanted = function.reference(Double(x))
            let rounded = Float(wanted)
            if rounded.isNaN || rounded.isInfinite || y.isNaN || y.isInfinite {
                #expect(rounded == y || (rounded.isNaN && y.isNaN), "\(function.name)(\(x)) = \(y)")
                continue
            }
            let error = abs(Double(y) - wanted) / Double(rounded.ulp)
            if error > worst.error { worst = (error, x) }
        }
        print("\(function.name): worst error \(worst.error) ulp at \(worst.at)")
        #expect(worst.error <= function.ulps)
        let bytes = first.filter { !$0.isNaN }.flatMap { value in
            withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
        }
        #expect(SHA256Digest.hex(bytes) == function.digest)
    }

    @Test(arguments: functions, 1...40)
    func `a value does not depend on its place`(_ function: Function, _ count: Int) throws {
        let x = samples(count + 3, "x", scale: 2).map(abs)
        let alone = x.map { function([$0])[0] }
        for (level, got) in try atEachLevel({
            (0..<4).map { offset -> [Float] in
                var y = [Float](repeating: 0, count: count)
                x.withUnsafeBufferPointer {
                    function.kernel($0.baseAddress.unsafelyUnwrapped + min(offset, 3), &y, count)
                }
                return y
            }
        }) {
            for offset in 0..<4 {
                #expect(sameBits(got[offset], Array(alone[min(offset, 3)...].prefix(count))), "\(level)")
            }
        }
    }

    @Test func `edges`() {
        let (exp, log, erf) = (Self.functions[0], Self.functions[1], Self.functions[2])
        let infinity = Float.infinity
        #expect(
            exp([0, -0.0, infinity, -infinity, 88.72283, 88.72284, -103.97, -104]) == [
                1, 1, infinity, 0, 0x1.ffff08p+127, infinity, .leastNonzeroMagnitude, 0,
            ])
        #expect(exp([.nan])[0].isNaN && log([.nan])[0].isNaN && erf([.nan])[0].isNaN)
        #expect(log([1, 0, -0.0, infinity]) == [0, -infinity, -infinity, infinity])
        #expect(log([-1])[0].isNaN && log([-infinity])[0].isNaN)
        #expect(erf([0, infinity, -infinity, 10]) == [0, 1, -1, 1])
        #expect(erf([-0.0])[0].sign == .minus)
    }

    @Test(arguments: [1, 2])
    func `activations agree with their formulas`(_ code: Int32) throws {
        let x = Self.sweep.filter { abs($0) < 40 }
        let results = try atEachLevel {
            var y = x
            zl_activate(code, x, &y, x.count)
            return y
        }
        var worst = 0.0
        for (level, values) in results {
            #expect(sameBits(values, results[0].value), "\(level)")
        }
        for (x, y) in zip(x.map(Double.init), results[0].value) {
            let wanted =
                code == 1
                ? x / (1 + Foundation.exp(-1.702 * x))
                : 0.5 * x * Foundation.erfc(-x / 2.0.squareRoot())
            worst = max(worst, abs(Double(y) - wanted) / max(1, abs(x)))
        }
        print("activation \(code): worst relative error \(worst)")
        #expect(worst < 2e-7)
    }

    @Test func `half and brain floats widen exactly`() throws {
        struct Record: Decodable {
            let patterns: [UInt16]
            let float16, bfloat16: [UInt32]
        }
        let record = try JSONDecoder().decode(Record.self, from: Data(contentsOf: fixture("half.json")))
        let count = record.patterns.count
        var half = [Float](repeating: 0, count: count)
        var brain = half
        zl_widen_f16(record.patterns, &half, count)
        zl_widen_bf16(record.patterns, &brain, count)
        #expect(half.map(\.bitPattern) == record.float16)
        #expect(brain.map(\.bitPattern) == record.bfloat16)
    }
}

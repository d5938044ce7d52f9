import CKernels
import Foundation
import Tensors

/// Runs a computation once at every level of this processor, one level at a time.
///
/// Other tests may run meanwhile at any level: they get the same bits.
func atEachLevel<Value>(_ body: () throws -> Value) throws -> [(level: KernelLevel, value: Value)] {
    levelLock.lock()
    defer { levelLock.unlock() }
    let before = KernelLevel.current
    var results: [(level: KernelLevel, value: Value)] = []
    for level in KernelLevel.available {
        try KernelLevel.select(level)
        results.append((level, try body()))
    }
    try KernelLevel.select(before)
    return results
}

private let levelLock = NSLock()

/// Reproducible test numbers of mixed size and sign.
func samples(_ count: Int, _ name: String, scale: Float = 1) -> [Float] {
    RandomStream(seed: 7, purpose: RandomPurpose(name)).normals(count).map { $0 * scale }
}

/// Equal bits, where all NaN count as equal.
func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
}

/// Rows laid out with a stride, in front of and behind which `guardValue` stands.
struct StridedRows {
    static let guardValue: Float = 12345
    let rows: Int
    let columns: Int
    let stride: Int
    let offset: Int
    var storage: [Float]

    init(_ values: [Float], rows: Int, columns: Int, stride: Int, offset: Int) {
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.offset = offset
        storage = [Float](repeating: Self.guardValue, count: offset + rows * stride + 24)
        for r in 0..<rows {
            for c in 0..<columns { storage[offset + r * stride + c] = values[r * columns + c] }
        }
    }

    var values: [Float] {
        (0..<rows).flatMap { r in (0..<columns).map { storage[offset + r * stride + $0] } }
    }

    /// Whether nothing but the rows was written.
    var isIntactOutside: Bool {
        storage.indices.allSatisfy { i in
            let at = i - offset
            let inside = at >= 0 && at < rows * stride && at % stride < columns
            return inside || storage[i] == Self.guardValue
        }
    }

    mutating func withPointer<Result>(_ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
        storage.withUnsafeMutableBufferPointer { body($0.baseAddress.unsafelyUnwrapped + offset) }
    }
}

func fixture(_ name: String) throws -> URL {
    guard let folder = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
    return folder.appendingPathComponent("Fixtures").appendingPathComponent(name)
}

/// The distance of two doubles in units of the last place of the second.
func ulps(_ got: Double, _ wanted: Double) -> Double {
    got == wanted ? 0 : abs(got - wanted) / wanted.ulp
}

import Foundation
import Tensors

/// Places of the repository, found from this file's own place.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The embedded model.
    static let model = root.appendingPathComponent("Assets/Model").path

    static func fixture(_ name: String) throws -> String {
        guard let folder = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
        return folder.appendingPathComponent("Fixtures").appendingPathComponent(name).path
    }
}

/// Reproducible standard normals.
func normals(_ count: Int, _ name: String, scale: Float = 1) -> [Float] {
    RandomStream(seed: 11, purpose: RandomPurpose(name)).normals(count).map { $0 * scale }
}

/// Whether two lists have the same bits.
func sameBits(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
}

import Foundation

/// Places of the repository, found from this file's own place.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The embedded model.
    static let model = root.appendingPathComponent("Assets/Model").path
    /// A random model of width 24 that reads 25 tokens.
    static let tinyModel = root.appendingPathComponent("Tests/CLIPEngineTests/Fixtures/tiny-quick-f32").path

    static func data(_ name: String) -> String { root.appendingPathComponent("Assets/Data/" + name).path }

    static func fixture(_ name: String) throws -> URL {
        guard let folder = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
        return folder.appendingPathComponent("Fixtures").appendingPathComponent(name)
    }
}

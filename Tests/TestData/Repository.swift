public import Foundation

/// Places of the repository, found from this file's own place.
public enum Repository {
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The embedded model.
    public static let model = root.appendingPathComponent("Assets/Model").path
    /// A random model of width 24 that reads 25 tokens.
    public static let tinyModel =
        root.appendingPathComponent("Tests/CLIPEngineTests/Fixtures/tiny-quick-f32").path

    public static func data(_ name: String) -> String {
        root.appendingPathComponent("Assets/Data/" + name).path
    }

    /// A recorded file beside the tests of a target.
    public static func fixture(_ name: String, of target: String) -> URL {
        root.appendingPathComponent("Tests/\(target)/Fixtures/\(name)")
    }
}

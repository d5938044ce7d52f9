import Foundation
import Raster
import Tensors

/// A folder of small pictures that goes away with its owner.
public final class TemporaryData {
    public let path: String

    public init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    public func write(_ name: String, text: String) throws { try write(name, text.utf8) }

    /// A picture that depends on its name alone.
    public func picture(_ name: String) throws { try write(name, Self.png(name)) }

    public static func png(_ name: String) throws -> [UInt8] {
        let words = RandomStream(seed: 1, purpose: RandomPurpose(name))
        let pixels = (0..<(9 * 8 * 3)).map { UInt8(truncatingIfNeeded: words.word($0)) }
        return try Bitmap(width: 9, height: 8, pixels: pixels).pngData()
    }

    /// Folders of pictures, one a class.
    public static func folders(_ classes: [String: Int], below: String = "") throws -> TemporaryData {
        let data = try TemporaryData()
        for (name, count) in classes {
            for index in 0..<count { try data.picture("\(below)\(name)/\(index).png") }
        }
        return data
    }
}

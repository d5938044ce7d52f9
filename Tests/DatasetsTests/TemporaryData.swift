import Foundation
import PromptTuning
import Raster
import Tensors

/// A folder of small pictures that goes away with its owner.
final class TemporaryData {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func write(_ name: String, text: String) throws { try write(name, text.utf8) }

    /// A picture that depends on its name alone.
    func picture(_ name: String) throws { try write(name, Self.png(name)) }

    static func png(_ name: String) throws -> [UInt8] {
        let words = RandomStream(seed: 1, purpose: RandomPurpose(name))
        let pixels = (0..<(9 * 8 * 3)).map { UInt8(truncatingIfNeeded: words.word($0)) }
        return try Bitmap(width: 9, height: 8, pixels: pixels).pngData()
    }

    /// Folders of pictures, one a class.
    static func folders(_ classes: [String: Int], below: String = "") throws -> TemporaryData {
        let data = try TemporaryData()
        for (name, count) in classes {
            for index in 0..<count { try data.picture("\(below)\(name)/\(index).png") }
        }
        return data
    }
}

extension DataSet {
    /// Images for training, validation and test.
    var counts: [Int] { [train.count, validation.count, test.count] }
}

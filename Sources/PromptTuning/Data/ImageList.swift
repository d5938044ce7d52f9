import Dispatch
import Foundation
import Raster
import Synchronization
import Tensors

/// Images of one split, each known by the digest of its file.
public struct ImageList: Sendable, Equatable {
    /// What the list is: "training", "validation" or "test".
    public let name: String
    public let images: [LabelledImage]
    /// Where to read each image.
    let files: [String]
    /// SHA-256 of each file.
    public let digests: [String]
    /// SHA-256 over paths, labels and file digests, in order.
    public let digest: String

    public var count: Int { images.count }
    public var labels: [Int] { images.map(\.label) }

    /// Reads and decodes every file once, so that a bad one is known before any work is done.
    ///
    /// - Throws: `TuningError.image` for the first file that is not a whole image.
    init(name: String, root: String, images: [LabelledImage]) throws {
        self.name = name
        self.images = images
        let files = images.map { $0.path.hasPrefix("/") ? $0.path : root + "/" + $0.path }
        self.files = files
        let results = Mutex<[Result<String, TuningError>?]>(Array(repeating: nil, count: files.count))
        DispatchQueue.concurrentPerform(iterations: files.count) { index in
            let result = Self.verifiedDigest(files[index])
            results.withLock { $0[index] = result }
        }
        digests = try results.withLock { $0 }.compactMap { $0 }.map { try $0.get() }
        let lines = zip(images, digests).map { "\($0.path)\t\($0.label)\t\($1)\n" }
        digest = SHA256Digest.hex(Array(lines.joined().utf8))
    }

    private static func verifiedDigest(_ file: String) -> Result<String, TuningError> {
        do {
            let bytes = try bytes(of: file)
            _ = try Bitmap.decode(bytes, name: file)
            return .success(SHA256Digest.hex(bytes))
        } catch let error as TuningError {
            return .failure(error)
        } catch {
            return .failure(.image(path: file, reason: "\(error)"))
        }
    }

    /// Bytes of an image file.
    static func bytes(of file: String) throws -> [UInt8] {
        guard let kind = FileKind(file) else { throw TuningError.noSuchPath(file) }
        guard kind == .file, let data = FileManager.default.contents(atPath: file) else {
            throw TuningError.image(path: file, reason: "cannot read '\(file)' as a file")
        }
        return [UInt8](data)
    }
}

import Files
package import Raster
import Synchronization
import Tensors

/// Images of one split, each known by the digest of its file.
public struct ImageList: Sendable, Equatable {
    /// What the list is: the name of a split, or "given" for loose pictures.
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

    /// Images that were all checked.
    init(name: String, images: [LabelledImage], checks: ImageChecks) {
        self.name = name
        self.images = images
        files = images.map { Self.file($0.path, checks.root) }
        digests = images.map { image in
            guard let good = checks.good[image.path] else {
                preconditionFailure("'\(image.path)' was not checked")
            }
            return good.digest
        }
        // The length stands before the path, so that no path can look like several entries.
        let lines = zip(images, digests).map { "\($0.path.utf8.count):\($0.path) \($0.label) \($1)\n" }
        digest = SHA256Digest.hex(Array(lines.joined().utf8))
    }

    /// Loose pictures without labels, in the order of their paths.
    ///
    /// - Throws: `DatasetError.badImages` where a file is not a whole image.
    public init(files: [String]) throws {
        let images = files.map { LabelledImage(path: $0, label: 0) }
        var checks = ImageChecks(root: ".")
        let bad = try checks.check(images, isKnown: { _ in false }, checked: { _, _ in })
        guard bad.isEmpty else { throw DatasetError.badImages(bad, of: images.count) }
        self.init(name: "given", images: images, checks: checks)
    }

    /// Where the image of a path is.
    static func file(_ path: String, _ root: String) -> String {
        path.hasPrefix("/") || root == "." ? path : root + "/" + path
    }

    /// What `body` makes of the pictures at `indices`, in that order; files are read on all threads.
    ///
    /// - Parameter body: is given a picture's place in `indices` and the picture.
    ///
    /// - Throws: `DatasetError` for the first file that can no longer be read or has changed, or what `body` throws.
    package func values<Value: Sendable>(
        at indices: [Int], _ body: @Sendable (_ place: Int, _ picture: Bitmap) throws -> Value
    ) throws -> [Value] {
        let results = parallelMap(indices.count) { place in
            Result {
                do {
                    return try body(place, picture(indices[place]))
                } catch let error as DatasetError {
                    throw error
                } catch {
                    throw DatasetError.image(path: files[indices[place]], reason: "\(error)")
                }
            }
        }
        return try results.map { try $0.get() }
    }

    /// A picture, whose file must still be the one that was checked.
    private func picture(_ index: Int) throws -> Bitmap {
        let file = files[index]
        let bytes = try ReadOnlyFile.bytes(file, limit: Bitmap.maximumFileBytes)
        guard SHA256Digest.hex(bytes) == digests[index] else {
            throw DatasetError.image(
                path: file, reason: "'\(file)' has changed since the data set was loaded")
        }
        return try Bitmap.decode(bytes, name: file)
    }
}

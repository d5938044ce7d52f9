import Foundation
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

    /// Reads and decodes every file once, so that a bad one is known before any work is done.
    ///
    /// - Parameter checked: called now and then with the number of files checked; what it throws ends the work.
    /// - Throws: `DatasetError.image` for the first file that is not a whole image.
    init(
        name: String, root: String, images: [LabelledImage],
        checked: (_ done: Int, _ total: Int) throws -> Void
    ) throws {
        self.name = name
        self.images = images
        let files = images.map { $0.path.hasPrefix("/") ? $0.path : root + "/" + $0.path }
        self.files = files
        var digests: [String] = []
        for start in stride(from: 0, to: files.count, by: Self.blockSize) {
            let block = Array(files[start..<min(start + Self.blockSize, files.count)])
            digests += try Self.values(of: block) { _, file in
                let bytes = try Self.bytes(of: file)
                _ = try Bitmap.decode(bytes, name: file)
                return SHA256Digest.hex(bytes)
            }
            try checked(digests.count, files.count)
        }
        self.digests = digests
        // The length stands before the path, so that no path can look like several entries.
        let lines = zip(images, digests).map { "\($0.path.utf8.count):\($0.path) \($0.label) \($1)\n" }
        digest = SHA256Digest.hex(Array(lines.joined().utf8))
    }

    /// Files checked between two calls of `checked`.
    private static let blockSize = 64

    /// What `body` makes of every file, in their order; files are read on all threads.
    ///
    /// - Throws: `DatasetError` for the first file that `body` fails on; `.image` stands for other errors.
    static func values<Value: Sendable>(
        of files: [String], _ body: @Sendable (_ index: Int, _ file: String) throws -> Value
    ) throws -> [Value] {
        let results = Mutex<[Int: Result<Value, DatasetError>]>([:])
        Parallel.forEach(files.count) { index in
            let file = files[index]
            let result: Result<Value, DatasetError>
            do {
                result = .success(try body(index, file))
            } catch let error as DatasetError {
                result = .failure(error)
            } catch {
                result = .failure(.image(path: file, reason: "\(error)"))
            }
            results.withLock { $0[index] = result }
        }
        let found = results.withLock { $0 }
        return try files.indices.compactMap { try found[$0]?.get() }
    }

    /// Loose pictures without labels, in the order of their paths.
    ///
    /// - Throws: `DatasetError` for the first file that is not a whole image.
    public init(files: [String]) throws {
        let images = files.map { LabelledImage(path: $0, label: 0) }
        try self.init(name: "given", root: ".", images: images, checked: { _, _ in })
    }

    /// What `body` makes of the pictures at `indices`, in that order; files are read on all threads.
    ///
    /// - Parameter body: is given a picture's place in `indices` and the picture.
    ///
    /// - Throws: `DatasetError` when a file can no longer be read or has changed, or what `body` throws.
    package func values<Value: Sendable>(
        at indices: [Int], _ body: @Sendable (_ place: Int, _ picture: Bitmap) throws -> Value
    ) throws -> [Value] {
        try Self.values(of: indices.map { files[$0] }) { place, file in
            try body(place, Self.bitmap(of: file, digest: digests[indices[place]]))
        }
    }

    /// The picture of a file that must still be the one that was checked.
    ///
    /// - Throws: `DatasetError`, or what decoding throws.
    static func bitmap(of file: String, digest: String) throws -> Bitmap {
        let bytes = try bytes(of: file)
        guard SHA256Digest.hex(bytes) == digest else {
            throw DatasetError.image(
                path: file, reason: "'\(file)' has changed since the data set was loaded")
        }
        return try Bitmap.decode(bytes, name: file)
    }

    /// Bytes of an image file.
    static func bytes(of file: String) throws -> [UInt8] {
        guard let kind = FileKind(file) else { throw DatasetError.noSuchPath(file) }
        guard FileKind.size(file) <= Bitmap.maximumFileBytes else {
            let error = RasterError.fileTooLarge(name: file, limit: Bitmap.maximumFileBytes)
            throw DatasetError.image(path: file, reason: "\(error)")
        }
        guard kind == .file, let data = FileManager.default.contents(atPath: file) else {
            throw DatasetError.image(path: file, reason: "cannot read '\(file)' as a file")
        }
        return [UInt8](data)
    }
}

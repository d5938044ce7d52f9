import Files
import Raster
import Tensors

/// What is known of files that were read and checked once.
struct ImageChecks {
    /// A file that is a whole picture.
    struct Good: Sendable {
        var digest: String
        var traits: PictureTraits
    }

    /// Folder that relative paths start from.
    let root: String
    private(set) var good: [String: Good] = [:]

    /// Files checked between two calls of `checked`.
    private static let blockSize = 64

    init(root: String) { self.root = root }

    /// Reads and decodes files that were not checked before, and returns what is wrong, by path.
    ///
    /// - Parameter isKnown: whether a file of a digest was decoded before; it is then not decoded again.
    mutating func check(
        _ images: [LabelledImage], isKnown: @Sendable (String) -> Bool,
        checked: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> [BadImage] {
        var bad: [BadImage] = []
        var paths: [String] = []
        var seen: Set<String> = []
        for image in images where good[image.path] == nil && seen.insert(image.path).inserted {
            paths.append(image.path)
        }
        for start in stride(from: 0, to: paths.count, by: Self.blockSize) {
            let block = Array(paths[start..<min(start + Self.blockSize, paths.count)])
            let results = parallelMap(block.count) { [root] index in
                Result { try Self.check(ImageList.file(block[index], root), isKnown) }
            }
            for (path, result) in zip(block, results) {
                switch result {
                case .success(let found): good[path] = found
                case .failure(let error): bad.append(BadImage(path, error))
                }
            }
            try checked(start + block.count, paths.count)
        }
        return bad
    }

    private static func check(_ file: String, _ isKnown: (String) -> Bool) throws -> Good {
        let bytes = try ReadOnlyFile.bytes(file, limit: Bitmap.maximumFileBytes)
        let digest = SHA256Digest.hex(bytes)
        if !isKnown(digest) { _ = try Bitmap.decode(bytes, name: file) }
        return Good(digest: digest, traits: PictureTraits(bytes))
    }
}

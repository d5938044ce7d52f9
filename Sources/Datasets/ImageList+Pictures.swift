package import Raster

extension ImageList {
    /// Longest side of a picture to look at: the weights of a resize take memory in its proportion.
    private static let largestSide = 1 << 20
    /// Pictures read between two calls of `progress`.
    private static let pictureBlock = 32

    /// The pictures at `indices`, in that order, each changed by `change` as soon as it is read.
    ///
    /// - Parameter progress: called now and then with the number of pictures read; what it throws ends the work.
    /// - Throws: `DatasetError` when a file can no longer be read, has changed, or has too long a side.
    package func pictures(
        at indices: [Int], change: @Sendable (Bitmap) -> Bitmap,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> [Bitmap] {
        var pictures: [Bitmap] = []
        for start in stride(from: 0, to: indices.count, by: Self.pictureBlock) {
            let block = Array(indices[start..<min(start + Self.pictureBlock, indices.count)])
            pictures += try values(at: block) { place, bitmap in
                let file = files[block[place]]
                guard max(bitmap.width, bitmap.height) <= Self.largestSide else {
                    throw DatasetError.image(
                        path: file,
                        reason: "'\(file)' has \(bitmap.width)x\(bitmap.height) pixels; "
                            + "at most \(Self.largestSide) a side can be drawn")
                }
                return change(bitmap)
            }
            try progress(pictures.count, indices.count)
        }
        return pictures
    }
}

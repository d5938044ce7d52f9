package import Raster
import Synchronization
import Tensors

extension ImageList {
    /// Longest side of a picture to look at: the weights of a resize take memory in its proportion.
    private static let largestSide = 1 << 20
    /// Pictures read between two calls of `progress`.
    private static let pictureBlock = 32

    /// The pictures at `indices`, in that order, each changed by `change` as soon as it is read.
    ///
    /// - Parameter progress: called now and then with the number of pictures read; what it throws ends the work.
    /// - Throws: `TuningError` when a file can no longer be read, has changed, or has too long a side.
    package func pictures(
        at indices: [Int], change: @Sendable (Bitmap) -> Bitmap,
        progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> [Bitmap] {
        var pictures: [Bitmap] = []
        for start in stride(from: 0, to: indices.count, by: Self.pictureBlock) {
            let block = Array(indices[start..<min(start + Self.pictureBlock, indices.count)])
            let results = Mutex<[Int: Result<Bitmap, TuningError>]>([:])
            Parallel.forEach(block.count) { index in
                let result = picture(at: block[index]).map(change)
                results.withLock { $0[index] = result }
            }
            let found = results.withLock { $0 }
            pictures += try block.indices.compactMap { try found[$0]?.get() }
            try progress(pictures.count, indices.count)
        }
        return pictures
    }

    private func picture(at index: Int) -> Result<Bitmap, TuningError> {
        let file = files[index]
        do {
            let bitmap = try Self.bitmap(of: file, digest: digests[index])
            guard max(bitmap.width, bitmap.height) <= Self.largestSide else {
                return .failure(
                    .image(
                        path: file,
                        reason: "'\(file)' has \(bitmap.width)x\(bitmap.height) pixels; "
                            + "at most \(Self.largestSide) a side can be drawn"))
            }
            return .success(bitmap)
        } catch let error as TuningError {
            return .failure(error)
        } catch {
            return .failure(.image(path: file, reason: "\(error)"))
        }
    }
}

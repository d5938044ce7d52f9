public import CLIPEngine
public import Raster
import Synchronization
public import Tensors

/// Features of images under one model, computed once for each content and kept.
///
/// Image features do not depend on a text prompt, so no loss evaluation hides here: queries are counted by the oracle
/// whether or not its images were seen before.
public final class ImageFeatureStore: Sendable {
    public let model: CLIPModel
    /// By the SHA-256 of the image file.
    private let known = Mutex<[String: [Float]]>([:])
    /// By the digest of the list.
    private let assembled = Mutex<[String: Matrix]>([:])

    /// Images encoded between two calls of the progress function: about a second of work for two cores, a
    /// number that depends on the model alone, since a transcript counts these calls.
    let blockSize: Int

    public init(model: CLIPModel) {
        self.model = model
        blockSize = max(4, min(32, Int(3e11 / model.vision.operationsPerImage)))
    }

    /// Features of a list, [images, features], each row of length one.
    ///
    /// - Throws: `TuningError.image` when a file can no longer be read or has changed; what `progress` throws, which
    ///   keeps the features computed so far.
    public func features(
        _ list: ImageList, progress: ((_ done: Int, _ total: Int) throws -> Void)? = nil
    ) throws -> Matrix {
        if let matrix = assembled.withLock({ $0[list.digest] }) { return matrix }
        let missing = known.withLock { known in list.digests.indices.filter { known[list.digests[$0]] == nil }
        }
        var done = 0
        while done < missing.count {
            let block = Array(missing[done..<min(done + blockSize, missing.count)])
            let pixels = try ImageList.values(of: block.map { list.files[$0] }) { index, file in
                try model.preprocessing.pixels(
                    ImageList.bitmap(of: file, digest: list.digests[block[index]]))
            }
            let features = model.vision.features(pixels)
            known.withLock { known in
                for (row, index) in block.enumerated() {
                    known[list.digests[index]] = Array(features.row(row))
                }
            }
            done += block.count
            try progress?(done, missing.count)
        }
        let rows = known.withLock { known in list.digests.compactMap { known[$0] } }
        let matrix = Matrix(
            rows: rows.count, columns: model.vision.featureLength, values: rows.flatMap { $0 })
        assembled.withLock { $0[list.digest] = matrix }
        return matrix
    }

    /// Features of one image already decoded, [features].
    ///
    /// - Throws: `CLIPError.tooElongated`.
    public func features(_ bitmap: Bitmap) throws -> [Float] {
        Array(model.vision.features([try model.preprocessing.pixels(bitmap)]).row(0))
    }
}

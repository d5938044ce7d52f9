public import CLIPEngine
public import Datasets
import Raster
import Synchronization
public import Tensors

/// What does not depend on a prompt about images under one model, computed once for each content and kept.
///
/// Image features do not depend on a text prompt, so no loss evaluation hides here: queries are counted by their account
/// whether or not their images were seen before.
public final class ImageStore: Sendable {
    /// What is kept of an image.
    private enum Kind: Hashable {
        /// The normalised feature.
        case feature
        /// The class token's last state.
        case state
        /// The normalised feature of a random view.
        case view(Int, seed: UInt64)
    }

    private struct Key: Hashable {
        var kind: Kind
        /// SHA-256 of the image file.
        var image: String
    }

    public let model: CLIPModel
    private let known = Mutex<[Key: [Float]]>([:])
    /// Whole lists, by their digests and kinds.
    private let assembled = Mutex<[Key: Matrix]>([:])
    private let crops = CropStore()

    /// Images encoded between two calls of the progress function: about a second of work for two cores, a
    /// number that depends on the model alone, since a transcript counts these calls.
    let blockSize: Int

    public init(model: CLIPModel) {
        self.model = model
        blockSize = max(4, min(32, Int(3e11 / model.vision.operationsPerImage)))
    }

    /// Features of a list, [images, features], each row of length one.
    ///
    /// - Throws: `DatasetError.image` when a file can no longer be read or has changed; what `progress` throws, which
    ///   keeps the features computed so far.
    public func features(
        _ list: ImageList, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Matrix {
        try rows(.feature, list, progress) { model.vision.features($0) }
    }

    /// The class token's last state of each image of a list, before the final LayerNorm, [images, d].
    public func states(
        _ list: ImageList, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Matrix {
        try rows(.state, list, progress) { model.vision.classStates($0) }
    }

    /// Features of the random views of a list's images, [images, features] a view.
    ///
    /// View v of an image is drawn from (seed, image, v), the image known by its content.
    public func views(
        _ count: Int, seed: UInt64, of list: ImageList,
        progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> [Matrix] {
        try (0..<count).map { view in
            try rows(
                .view(view, seed: seed), list,
                { done, total in try progress(view * total + done, count * total) },
                encode: { model.vision.features($0) })
        }
    }

    private func rows(
        _ kind: Kind, _ list: ImageList, _ progress: (_ done: Int, _ total: Int) throws -> Void,
        encode: ([[Float]]) -> Matrix
    ) throws -> Matrix {
        let listKey = Key(kind: kind, image: list.digest)
        if let matrix = assembled.withLock({ $0[listKey] }) { return matrix }
        let keys = list.digests.map { Key(kind: kind, image: $0) }
        let missing = known.withLock { known in keys.indices.filter { known[keys[$0]] == nil } }
        var done = 0
        while done < missing.count {
            let block = Array(missing[done..<min(done + blockSize, missing.count)])
            let rows = encode(try pixels(kind, list, block))
            known.withLock { known in
                for (row, index) in block.enumerated() { known[keys[index]] = Array(rows.row(row)) }
            }
            done += block.count
            try progress(done, missing.count)
        }
        let rows = known.withLock { known in keys.compactMap { known[$0] } }
        let matrix = Matrix(
            rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
        assembled.withLock { $0[listKey] = matrix }
        return matrix
    }

    /// What the vision tower takes of some images.
    private func pixels(_ kind: Kind, _ list: ImageList, _ indices: [Int]) throws -> [[Float]] {
        let preprocessing = model.preprocessing
        guard case .view(let view, let seed) = kind else {
            return try list.values(at: indices) { try preprocessing.pixels($1) }
        }
        return try list.values(at: indices) { index, bitmap in
            let purpose = RandomPurpose("augment." + list.digests[index])
            let stream = RandomStream(seed: seed, purpose: purpose, index: UInt64(view))
            let crop = preprocessing.randomResizedCrop(bitmap, stream: stream)
            return preprocessing.normalized(preprocessing.unitPixels(ofCropped: crop))
        }
    }

    /// Pixels of some images in 0…1, [3, side, side] each, before normalisation.
    ///
    /// - Parameter side: of the crop; the shortest side is resized to it. The model's own where it is that.
    public func unitPixels(_ list: ImageList, at indices: [Int], side: Int) throws -> [[Float]] {
        let preprocessing = model.preprocessing
        // The model's own crop may be of a larger picture than its side.
        let resized = side == model.vision.imageSize ? nil : side
        return try crops.crops(list, at: indices, side: side) { try preprocessing.cropped($0, side: resized) }
            .map { preprocessing.unitPixels(ofCropped: $0) }
    }
}

/// Crops of images in 8 bits, kept within a limit, so that a step with changed pixels reads no file.
final class CropStore: Sendable {
    /// Most bytes that are kept; crops beyond are made anew each time.
    private static let limit = 512 << 20

    private struct Key: Hashable {
        var image: String
        var side: Int
    }

    private let known = Mutex<(crops: [Key: Bitmap], bytes: Int)>(([:], 0))

    func crops(
        _ list: ImageList, at indices: [Int], side: Int, _ crop: @Sendable (Bitmap) throws -> Bitmap
    ) throws -> [Bitmap] {
        let keys = indices.map { Key(image: list.digests[$0], side: side) }
        var crops = known.withLock { known in keys.map { known.crops[$0] } }
        let missing = crops.indices.filter { crops[$0] == nil }
        if !missing.isEmpty {
            let made = try list.values(at: missing.map { indices[$0] }) { try crop($1) }
            for (place, bitmap) in zip(missing, made) { crops[place] = bitmap }
            known.withLock { known in
                for (place, bitmap) in zip(missing, made) where known.crops[keys[place]] == nil {
                    guard known.bytes + bitmap.pixels.count <= Self.limit else { continue }
                    known.crops[keys[place]] = bitmap
                    known.bytes += bitmap.pixels.count
                }
            }
        }
        return crops.compactMap { $0 }
    }
}

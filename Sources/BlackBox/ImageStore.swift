public import CLIPEngine
public import Datasets
import Files
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
    }

    /// A random crop in place of an image.
    struct View: Hashable {
        var seed: UInt64
        /// Which of the image's crops.
        var index: Int

        /// What the crop of an image is drawn from, the image known by its content.
        func stream(image: String) -> RandomStream {
            RandomStream(seed: seed, purpose: RandomPurpose("augment." + image), index: UInt64(index))
        }
    }

    private struct Key: Hashable {
        var kind: Kind
        var view: View?
        /// SHA-256 of the image file, or the digest of a list.
        var image: String
    }

    public let model: CLIPModel
    private let known = Mutex<[Key: [Float]]>([:])
    /// Whole lists, by their digests and kinds.
    private let assembled = Mutex<[Key: Matrix]>([:])
    private let crops = CropStore()
    private let cache: FeatureCache?
    /// Sections of the cache by their kind.
    private let sections = Mutex<[String: FeatureShards]>([:])

    /// Images encoded between two calls of the progress function: about a second of work for two cores, a
    /// number that depends on the model alone, since a transcript counts these calls.
    let blockSize: Int

    /// - Parameter cache: keeps rows on disk, for other sessions and processes.
    public init(model: CLIPModel, cache: FeatureCache? = nil) {
        self.model = model
        self.cache = cache
        blockSize = max(4, min(32, Int(3e11 / model.vision.operationsPerImage)))
    }

    /// Features of a list, [images, features], each row of length one.
    ///
    /// - Throws: `DatasetError.image` when a file can no longer be read or has changed; what `progress` throws, which
    ///   keeps the features computed so far.
    public func features(
        _ list: ImageList, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Matrix {
        try rows(.feature, list, view: nil, progress)
    }

    /// Features of the images or views of a minibatch, [B, features]; whole lists are encoded at a time.
    func features(
        of batch: Minibatch, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws -> Matrix {
        try rows(.feature, of: batch, progress)
    }

    /// The class token's last state of each image or view of a minibatch, before the final LayerNorm, [B, d].
    func states(
        of batch: Minibatch, progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Matrix {
        try rows(.state, of: batch, progress)
    }

    private func rows(
        _ kind: Kind, of batch: Minibatch, _ progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Matrix {
        let lists: [Matrix]
        if let views = batch.views {
            lists = try (0..<views.count).map { index in
                try rows(kind, batch.list, view: View(seed: views.seed, index: index)) { done, total in
                    try progress(index * total + done, views.count * total)
                }
            }
        } else {
            lists = [try rows(kind, batch.list, view: nil, progress)]
        }
        let values = batch.indices.enumerated().flatMap { place, index in
            lists[batch.views?.chosen[place] ?? 0].row(index)
        }
        return Matrix(rows: batch.indices.count, columns: lists[0].columns, values: values)
    }

    private func rows(
        _ kind: Kind, _ list: ImageList, view: View?,
        _ progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> Matrix {
        let listKey = Key(kind: kind, view: view, image: list.digest)
        if let matrix = assembled.withLock({ $0[listKey] }) { return matrix }
        let keys = list.digests.map { Key(kind: kind, view: view, image: $0) }
        let missing = known.withLock { known in keys.indices.filter { known[keys[$0]] == nil } }
        try encode(missing, of: list, kind, view, progress)
        let rows = known.withLock { known in keys.compactMap { known[$0] } }
        let matrix = Matrix(
            rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
        assembled.withLock { $0[listKey] = matrix }
        return matrix
    }

    /// Blocks that are claimed and written together: some fifteen seconds of two cores.
    private static let blocksAtOnce = 16

    /// Makes rows of the images at `missing` known, from the disk or by encoding them.
    ///
    /// `progress` is called once a block wherever its rows come from: transcripts count these calls.
    private func encode(
        _ missing: [Int], of list: ImageList, _ kind: Kind, _ view: View?,
        _ progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws {
        guard !missing.isEmpty else { return }
        let shards = shards(kind, view)
        // Of a few images smaller units, so that a second program finds some to take.
        let blocks = (missing.count + blockSize - 1) / blockSize
        let size = blockSize * max(1, min(Self.blocksAtOnce, blocks / 8))
        var units = stride(from: 0, to: missing.count, by: size)
            .map { Array(missing[$0..<min($0 + size, missing.count)]) }[...]
        var done = 0
        // Units that another process is at come last, when it may have written them.
        var put = 0
        var hasWritten = false
        while let unit = units.popFirst() {
            shards?.refresh()
            let images = unit.map { list.digests[$0] }
            let found = shards?.rows(of: images, length: rowLength(kind)) ?? [:]
            let isWhole = images.allSatisfy { found[$0] != nil }
            let claim = isWhole ? nil : shards?.claim(images)
            if !isWhole, shards != nil, claim == nil, put < units.count {
                put += 1
                units.append(unit)
                continue
            }
            var made: [(image: String, values: [Float])] = []
            // An interrupted unit is kept as far as it came.
            defer {
                if let shards, !made.isEmpty {
                    shards.write(made)
                    hasWritten = true
                }
                withExtendedLifetime(claim) {}
            }
            for start in stride(from: 0, to: unit.count, by: blockSize) {
                let block = Array(unit[start..<min(start + blockSize, unit.count)])
                let open = block.filter { found[list.digests[$0]] == nil }
                var rows = found
                if !open.isEmpty {
                    let pixels = try pixels(list, open, view: view)
                    let new =
                        kind == .feature ? model.vision.features(pixels) : model.vision.classStates(pixels)
                    for (row, index) in open.enumerated() {
                        rows[list.digests[index]] = Array(new.row(row))
                        made.append((list.digests[index], Array(new.row(row))))
                    }
                }
                known.withLock { known in
                    for index in block {
                        known[Key(kind: kind, view: view, image: list.digests[index])] =
                            rows[list.digests[index]]
                    }
                }
                done += block.count
                try progress(done, missing.count)
            }
        }
        if hasWritten { cache?.trim() }
    }

    private func rowLength(_ kind: Kind) -> Int {
        kind == .feature ? model.vision.featureLength : model.vision.width
    }

    /// What the disk has of a kind of rows; nil without a cache, or where the model is too small for one.
    private func shards(_ kind: Kind, _ view: View?) -> FeatureShards? {
        let name = "\(kind)" + (view.map { "-view-\($0.seed)-\($0.index)" } ?? "")
        return sections.withLock { sections in
            if let section = sections[name] { return section }
            let key = SHA256Digest.hex(
                Array(model.sources.map { "\($0.name) \($0.digest)\n" }.joined().utf8))
            let section = cache?.section(
                model: String(key.prefix(32)), kind: name, operations: model.vision.operationsPerImage)
            sections[name] = section
            return section
        }
    }

    /// Tells whether the disk has the feature of an image of a digest, which was therefore read and decoded before.
    public func featuresOnDisk() -> @Sendable (_ digest: String) -> Bool {
        guard let shards = shards(.feature, nil) else { return { _ in false } }
        shards.refresh()
        return { shards.has($0) }
    }

    /// What is to be said of the cache since this was asked last.
    public func takeNotices() -> [String] { cache?.takeNotices() ?? [] }

    /// What the vision tower takes of some images.
    private func pixels(_ list: ImageList, _ indices: [Int], view: View?) throws -> [[Float]] {
        let preprocessing = model.preprocessing
        return try list.values(at: indices) { place, bitmap in
            guard let view else { return try preprocessing.pixels(bitmap) }
            let crop = preprocessing.randomResizedCrop(
                bitmap, stream: view.stream(image: list.digests[indices[place]]))
            return preprocessing.normalized(preprocessing.unitPixels(ofCropped: crop))
        }
    }

    /// Pixels of some images or views of a minibatch in 0…1, [3, side, side] each, before normalisation.
    ///
    /// - Parameter side: of the crop; the shortest side is resized to it. The model's own where it is that.
    public func unitPixels(_ batch: Minibatch, at places: [Int], side: Int) throws -> [[Float]] {
        let preprocessing = model.preprocessing
        let list = batch.list
        // The model's own crop may be of a larger picture than its side.
        let resized = side == model.vision.imageSize ? nil : side
        let keys = places.map { place in
            CropStore.Key(
                image: batch.indices[place], side: side,
                view: batch.views.map { View(seed: $0.seed, index: $0.chosen[place]) })
        }
        return try crops.crops(list, keys) { key, bitmap in
            guard let view = key.view else { return try preprocessing.cropped(bitmap, side: resized) }
            return preprocessing.randomResizedCrop(
                bitmap, side: resized, stream: view.stream(image: list.digests[key.image]))
        }
        .map { preprocessing.unitPixels(ofCropped: $0) }
    }
}

/// Crops of images in 8 bits, kept within a limit, so that a step with changed pixels reads no file.
final class CropStore: Sendable {
    /// Most bytes that are kept; crops beyond are made anew each time.
    private static let limit = 512 << 20

    /// A crop of an image of a list.
    struct Key: Hashable {
        /// Place in the list.
        var image: Int
        var side: Int
        var view: ImageStore.View?
    }

    private struct Content: Hashable {
        /// SHA-256 of the image file.
        var image: String
        var side: Int
        var view: ImageStore.View?
    }

    private let known = Mutex<(crops: [Content: Bitmap], bytes: Int)>(([:], 0))

    func crops(
        _ list: ImageList, _ keys: [Key], _ crop: @Sendable (Key, Bitmap) throws -> Bitmap
    ) throws -> [Bitmap] {
        let contents = keys.map { Content(image: list.digests[$0.image], side: $0.side, view: $0.view) }
        var crops = known.withLock { known in contents.map { known.crops[$0] } }
        let missing = crops.indices.filter { crops[$0] == nil }
        if !missing.isEmpty {
            let made = try list.values(at: missing.map { keys[$0].image }) { place, bitmap in
                try crop(keys[missing[place]], bitmap)
            }
            for (place, bitmap) in zip(missing, made) { crops[place] = bitmap }
            known.withLock { known in
                for (place, bitmap) in zip(missing, made) where known.crops[contents[place]] == nil {
                    guard known.bytes + bitmap.pixels.count <= Self.limit else { continue }
                    known.crops[contents[place]] = bitmap
                    known.bytes += bitmap.pixels.count
                }
            }
        }
        return crops.compactMap { $0 }
    }
}

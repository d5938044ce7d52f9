import Files
import Synchronization
import Tensors

/// Rows of one kind under one model on disk, found by the digests of their images.
final class FeatureShards: Sendable {
    /// Where a row is.
    private struct Place {
        var shard: String
        var row: Int
    }

    private struct Index {
        /// Shards whose images are known, or that cannot be read.
        var seen: Set<String> = []
        var places: [String: Place] = [:]
    }

    private let folder: String
    private let note: @Sendable (String) -> Void
    private let index = Mutex(Index())

    private static let ending = ".safetensors"
    private static let tensor = "rows"
    private static let digestLength = 64

    init(folder: String, note: @escaping @Sendable (String) -> Void) {
        self.folder = folder
        self.note = note
    }

    /// Whether an image's row was seen on disk.
    func has(_ image: String) -> Bool { index.withLock { $0.places[image] != nil } }

    /// Looks for shards that were written since, by this or another process.
    func refresh() {
        let names = ((try? Folder.list(folder).names) ?? []).filter { $0.hasSuffix(Self.ending) }
        let fresh = index.withLock { index in names.filter { index.seen.insert($0).inserted } }
        for name in fresh {
            guard let images = images(of: name) else { continue }
            index.withLock { index in
                for (row, image) in images.enumerated() { index.places[image] = Place(shard: name, row: row) }
            }
        }
    }

    /// The digests of a shard's images as its metadata have them; a shard that has none is removed.
    private func images(of name: String) -> [String]? {
        let file: SafeTensorsFile
        do {
            file = try SafeTensorsFile(path: folder + "/" + name)
        } catch {
            drop(name, error)
            return nil
        }
        let text = Array((file.metadata["images"] ?? "").utf8)
        guard !text.isEmpty, text.count % Self.digestLength == 0,
            let shape = file.entry(Self.tensor)?.shape, shape.count == 2,
            shape[0] == text.count / Self.digestLength
        else {
            drop(name, nil)
            return nil
        }
        return stride(from: 0, to: text.count, by: Self.digestLength).map {
            String(decoding: text[$0..<$0 + Self.digestLength], as: UTF8.self)
        }
    }

    /// A shard that was removed meanwhile is no news; a damaged one is.
    private func drop(_ name: String, _ error: (any Error)?) {
        if (error as? FileError)?.isMissing == true { return }
        Folder.removeFile(folder + "/" + name)
        note("a damaged file of the feature cache was removed; its images are encoded again")
    }

    /// The rows of some images that are on disk, each from a shard whose digest is right.
    ///
    /// - Parameter length: of a row.
    func rows(of images: [String], length: Int) -> [String: [Float]] {
        let places = index.withLock { index in
            images.compactMap { image in index.places[image].map { (image, $0) } }
        }
        var rows: [String: [Float]] = [:]
        for (shard, wanted) in Dictionary(grouping: places, by: { $0.1.shard }) {
            guard let values = verified(shard, length: length) else {
                index.withLock { index in
                    for (image, _) in wanted where index.places[image]?.shard == shard {
                        index.places[image] = nil
                    }
                }
                continue
            }
            for (image, place) in wanted {
                rows[image] = Array(values[(place.row * length)..<((place.row + 1) * length)])
            }
        }
        return rows
    }

    private func verified(_ name: String, length: Int) -> [Float]? {
        do {
            let file = try SafeTensorsFile(path: folder + "/" + name)
            let values = try file.floats(Self.tensor)
            let images = file.metadata["images"] ?? ""
            guard file.entry(Self.tensor)?.shape == [images.utf8.count / Self.digestLength, length],
                file.metadata["sha256"] == Self.digest(images, values)
            else {
                drop(name, nil)
                return nil
            }
            FileKind.touch(folder + "/" + name)
            return values
        } catch {
            drop(name, error)
            return nil
        }
    }

    /// SHA-256 over the images' digests and the values as little-endian float32.
    private static func digest(_ images: String, _ values: [Float]) -> String {
        var bytes = Array(images.utf8)
        bytes.reserveCapacity(bytes.count + 4 * values.count)
        for value in values {
            let bits = value.bitPattern
            for shift in stride(from: 0, to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return SHA256Digest.hex(bytes)
    }

    /// Writes rows as a new shard; what cannot be written is said, and nothing else is lost.
    func write(_ rows: [(image: String, values: [Float])]) {
        guard let length = rows.first?.values.count else { return }
        let images = rows.map(\.image).joined()
        let values = rows.flatMap(\.values)
        do {
            var writer = SafeTensorsWriter()
            writer.metadata = ["images": images, "sha256": Self.digest(images, values)]
            try writer.add(Self.tensor, shape: [rows.count, length], floats: values)
            try Folder.create(folder)
            let name = SHA256Digest.hex(Array(images.utf8)).prefix(32) + Self.ending
            try NewFile.write(try writer.serialized(), to: folder + "/" + name)
        } catch {
            // Another process writes the very same rows.
            if (error as? FileError)?.cause == .inUse { return }
            note("features are not kept on disk: \(error)")
        }
    }

    /// The right to encode some images while this lives; nil where another process has it.
    func claim(_ images: [String]) -> FileLock? {
        guard (try? Folder.create(folder)) != nil else { return nil }
        return FileLock(folder + "/.claim-" + SHA256Digest.hex(Array(images.joined().utf8)).prefix(32))
    }
}

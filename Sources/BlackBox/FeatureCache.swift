import Files
import Synchronization
import Tensors

/// Image features on disk, shared by all processes of a person.
///
/// A shard is a safetensors file of up to a few hundred rows with the SHA-256 of the images and of itself in its metadata.
/// Shards are written whole or not at all and never changed; a damaged one is removed and its images are encoded again.
/// Nothing of it shows in a bit of a result: what is read is what would be computed.
public final class FeatureCache: Sendable {
    public let folder: String
    /// Most bytes of all shards; the least recently used go first.
    public let limit: Int
    /// Models whose images take fewer operations are not worth a file.
    private let leastOperations: Double
    private let notices = Mutex<[String]>([])

    /// Bytes where nothing else is said: 4 GiB, the features of two million images of ViT-B/16.
    public static let standardLimit = 4 << 30

    public init(folder: String, limit: Int = standardLimit, leastOperations: Double = 1e9) {
        self.folder = folder
        self.limit = limit
        self.leastOperations = leastOperations
    }

    /// The place below the user's cache folder, `$XDG_CACHE_HOME/ziplab` or `~/.cache/ziplab`; nil where there is no home.
    public static func standardFolder(environment: [String: String]) -> String? {
        func absolute(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        return (absolute("XDG_CACHE_HOME") ?? absolute("HOME").map { $0 + "/.cache" }).map { $0 + "/ziplab" }
    }

    /// What is kept for one model and kind of features; nil where that is not worth it.
    func section(model: String, kind: String, operations: Double) -> FeatureShards? {
        guard operations >= leastOperations else { return nil }
        return FeatureShards(folder: "\(folder)/features/\(model)/\(kind)") { [self] in note($0) }
    }

    /// What a person should know of files that were damaged or could not be written; each is said once.
    public func takeNotices() -> [String] {
        notices.withLock { notices in
            defer { notices = [] }
            return notices
        }
    }

    private func note(_ text: String) {
        notices.withLock { if !$0.contains(text) { $0.append(text) } }
    }

    /// A shard on disk.
    private struct Entry {
        var path: String
        var bytes: Int
        var used: Int
    }

    private func entries() -> [Entry] {
        let models = folder + "/features"
        func names(_ path: String) -> [String] { (try? Folder.list(path).names) ?? [] }
        return names(models).flatMap { model in
            names(models + "/" + model).flatMap { kind -> [Entry] in
                let section = "\(models)/\(model)/\(kind)"
                return names(section).compactMap { name in
                    let path = section + "/" + name
                    guard let (bytes, used) = FileKind.sizeAndTime(path) else { return nil }
                    return Entry(path: path, bytes: bytes, used: used)
                }
            }
        }
    }

    /// Models, shards and bytes on disk.
    public func contents() -> (models: Int, files: Int, bytes: Int) {
        let entries = entries()
        let models = Set(entries.map { entry in Folder.parent(Folder.parent(entry.path) ?? "") ?? "" })
        return (models.count, entries.count, entries.reduce(0) { $0 + $1.bytes })
    }

    /// Removes shards until no more than `limit` bytes are left, the least recently used first.
    func trim() { remove(downTo: limit) }

    /// Removes everything.
    public func clear() { remove(downTo: 0) }

    private func remove(downTo limit: Int) {
        var entries = entries().sorted { ($0.used, $0.path) < ($1.used, $1.path) }[...]
        var bytes = entries.reduce(0) { $0 + $1.bytes }
        while bytes > limit, let oldest = entries.popFirst() {
            Folder.removeFile(oldest.path)
            bytes -= oldest.bytes
        }
    }
}

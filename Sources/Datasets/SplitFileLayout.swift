import Files
import Foundation

/// CoOp's split file: `{"train": [[path, label, class name], …], "val": …, "test": …}`.
///
/// Given a file, or a folder with one: `split.json`, `split_….json`. Image paths start at the file's folder, or at a
/// folder in it where they are not found otherwise.
enum SplitFileLayout: DataLayout {
    static let name = "CoOp split file"
    private static let limit = 256 << 20

    static func read(_ path: String) throws -> DataSource? {
        guard let file = try file(path) else { return nil }
        let bytes = try ReadOnlyFile.bytes(file, limit: limit)
        guard let splits = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else {
            throw DatasetError.badSplit(
                file: file, entry: "the text",
                reason: StandIn.reason(bytes) ?? "expected a JSON object of splits")
        }
        var names: [Int: String] = [:]
        let train = try read(splits, "train", file, &names)
        let validation = try read(splits, "val", file, &names)
        let test = try read(splits, "test", file, &names)
        guard train != nil || test != nil else {
            throw DatasetError.badSplit(
                file: file, entry: "the object", reason: "expected a list 'train' or 'test'")
        }
        let classNames = try (0..<names.count).map { label -> String in
            guard let name = names[label] else {
                throw DatasetError.badSplit(
                    file: file, entry: "the labels",
                    reason: "no image has label \(label) of \(names.count) classes")
            }
            return name
        }
        let folder = Folder.parent(file) ?? "/"
        var source = DataSource(
            layout: name, root: folder, classNames: classNames, train: train ?? [], validation: validation,
            test: test, known: KnownDataSet.ofSplitFile(file))
        guard let first = (source.train + (test ?? []) + (validation ?? [])).first,
            let inner = try place(of: first.path, in: folder)
        else { return source }
        guard test == nil, FileKind(folder + "/test") == .folder else {
            source.root += "/" + inner
            return source
        }
        // Training images by a list, test images by their folders, as SVHN has it.
        func below(_ images: [LabelledImage]) -> [LabelledImage] {
            images.map { LabelledImage(path: inner + "/" + $0.path, label: $0.label) }
        }
        source.train = below(source.train)
        source.validation = validation.map(below)
        let labels = Dictionary(classNames.enumerated().map { ($1, $0) }) { first, _ in first }
        let folders = try ClassFolders(folder + "/test")
        source.test = folders.images(below: "test/", labels: labels, &source)
        source.remarks += folders.remarks("test")
        return source
    }

    /// The split file at a path or in the folder there.
    private static func file(_ path: String) throws -> String? {
        guard FileKind(path) == .folder else {
            return path.lowercased().hasSuffix(".json") ? path : nil
        }
        let names = try Folder.list(path).names.filter {
            ($0 == "split.json" || $0.hasPrefix("split_")) && $0.hasSuffix(".json")
                && FileKind(path + "/" + $0) != .folder
        }
        guard names.count < 2 else {
            throw DatasetError.badSplit(
                file: path, entry: "the folder",
                reason: "it has several split files: load one of \(listed(names))")
        }
        return names.first.map { path + "/" + $0 }
    }

    /// The folder in `folder` that an image's path starts from; nil where that is `folder` itself or nowhere.
    private static func place(of image: String, in folder: String) throws -> String? {
        guard !image.hasPrefix("/"), FileKind(folder + "/" + image) == nil else { return nil }
        // A set with its test images in folders may have the same names there.
        return (["images", "train"] + (try Folder.list(folder).names)).first {
            FileKind(folder + "/" + $0 + "/" + image) != nil
        }
    }

    private static func read(
        _ splits: [String: Any], _ split: String, _ file: String, _ names: inout [Int: String]
    ) throws -> [LabelledImage]? {
        guard let value = splits[split] else { return nil }
        guard let entries = value as? [Any] else {
            throw DatasetError.badSplit(file: file, entry: "'\(split)'", reason: "expected a list")
        }
        return try entries.enumerated().map { index, entry in
            let place = "entry \(index + 1) of '\(split)'"
            guard let parts = entry as? [Any], parts.count == 3, let path = parts[0] as? String,
                let label = parts[1] as? Int, let name = parts[2] as? String
            else {
                throw DatasetError.badSplit(
                    file: file, entry: place, reason: "expected [path, label, class name]")
            }
            guard label >= 0, label < 1_000_000, !name.isEmpty, !path.isEmpty else {
                throw DatasetError.badSplit(
                    file: file, entry: place, reason: "expected a path, a label of 0 or more and a class name"
                )
            }
            if let known = names[label], known != name {
                throw DatasetError.badSplit(
                    file: file, entry: place, reason: "label \(label) is '\(known)' before and '\(name)' here"
                )
            }
            names[label] = name
            return LabelledImage(path: path, label: label)
        }
    }
}

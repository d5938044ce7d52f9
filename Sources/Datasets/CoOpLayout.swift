import Foundation

/// CoOp's split file: `{"train": [[path, label, class name], …], "val": …, "test": …}`.
///
/// Given a file, or a folder with a `split.json`. Image paths start at the file's folder, or at its folder `images`
/// where they are not found otherwise.
enum CoOpLayout: DataLayout {
    static let name = "CoOp split file"
    private static let limit = 256 << 20

    static func read(_ path: String) throws -> DataSource? {
        var file = path
        if FileKind(path) == .folder {
            file = path + "/split.json"
            guard FileManager.default.fileExists(atPath: file) else { return nil }
        }
        guard file.lowercased().hasSuffix(".json"), FileKind(file) == .file else { return nil }
        guard FileKind.size(file) <= limit, let data = try? Data(contentsOf: URL(fileURLWithPath: file)),
            let splits = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        else {
            throw DatasetError.badSplit(
                file: file, entry: "the text", reason: "expected a JSON object of splits")
        }
        var names: [Int: String] = [:]
        guard let train = try read(splits, "train", file, &names) else {
            throw DatasetError.badSplit(file: file, entry: "the object", reason: "expected a list 'train'")
        }
        let validation = try read(splits, "val", file, &names)
        let test = try read(splits, "test", file, &names)
        let classNames = try (0..<names.count).map { label -> String in
            guard let name = names[label] else {
                throw DatasetError.badSplit(
                    file: file, entry: "the labels",
                    reason: "no image has label \(label) of \(names.count) classes")
            }
            return name
        }
        var root = (file as NSString).deletingLastPathComponent
        if root.isEmpty { root = "." }
        if let first = train.first, !FileManager.default.fileExists(atPath: root + "/" + first.path),
            FileManager.default.fileExists(atPath: root + "/images/" + first.path)
        {
            root += "/images"
        }
        return DataSource(
            layout: name, root: root, classNames: classNames, train: train, validation: validation, test: test
        )
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

import Foundation

/// Folders of images: `root/<class>/<image>`, or the same below `root/train`, `root/val` and `root/test`.
///
/// Class names are folder names, in byte order; so are images.
enum FolderLayout: DataLayout {
    static let name = "folders"
    private static let extensions: Set<String> = ["png", "jpg", "jpeg"]

    static func read(_ path: String) throws -> DataSource? {
        guard FileKind(path) == .folder else { return nil }
        var skipped: [Int: [String: Int]] = [:]
        let splits = path + "/train"
        guard FileKind(splits) == .folder else {
            let names = try folders(in: path)
            let train = try images(root: path, below: "", classes: names, &skipped)
            return DataSource(
                layout: name, root: path, classNames: names, train: train, validation: nil, test: nil,
                skipped: skipped)
        }
        let names = try folders(in: splits)
        func split(_ candidates: [String]) throws -> [LabelledImage]? {
            guard let folder = candidates.first(where: { FileKind(path + "/" + $0) == .folder }) else {
                return nil
            }
            if let extra = try folders(in: path + "/" + folder).first(where: { !names.contains($0) }) {
                throw DatasetError.badSplit(
                    file: path + "/" + folder, entry: "folder '\(extra)'",
                    reason: "there is no such class in 'train'")
            }
            return try images(root: path, below: folder + "/", classes: names, &skipped)
        }
        let train = try images(root: path, below: "train/", classes: names, &skipped)
        let validation = try split(["val", "validation"])
        let test = try split(["test"])
        return DataSource(
            layout: name, root: path, classNames: names, train: train, validation: validation, test: test,
            skipped: skipped)
    }

    /// The images of all classes; whatever else their folders hold is counted in `skipped`.
    private static func images(
        root: String, below: String, classes: [String], _ skipped: inout [Int: [String: Int]]
    ) throws -> [LabelledImage] {
        try classes.enumerated().flatMap { label, className -> [LabelledImage] in
            let folder = below + className
            guard FileKind(root + "/" + folder) == .folder else { return [] }
            var images: [LabelledImage] = []
            for entry in try entries(in: root + "/" + folder) {
                let path = folder + "/" + entry
                if extensions.contains((entry as NSString).pathExtension.lowercased()) {
                    images.append(LabelledImage(path: path, label: label))
                } else {
                    skipped[label, default: [:]][kind(of: root + "/" + path), default: 0] += 1
                }
            }
            return images
        }
    }

    /// What a skipped entry is called.
    private static func kind(of path: String) -> String {
        if FileKind(path) == .folder { return "folder" }
        let end = (path as NSString).pathExtension.lowercased()
        let isPlain =
            !end.isEmpty && end.utf8.count <= 8
            && end.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return isPlain ? "." + end : "other"
    }

    private static func folders(in path: String) throws -> [String] {
        try entries(in: path).filter { FileKind(path + "/" + $0) == .folder }
    }

    /// Visible entries in byte order, whatever the file system's order is.
    private static func entries(in path: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw DatasetError.noSuchPath(path)
        }
        return names.filter { !$0.hasPrefix(".") }.sorted {
            Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
        }
    }
}

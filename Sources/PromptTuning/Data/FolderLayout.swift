import Foundation

/// Folders of images: `root/<class>/<image>`, or the same below `root/train`, `root/val` and `root/test`.
///
/// Class names are folder names, in byte order; so are images.
enum FolderLayout: DataLayout {
    static let name = "folders"
    private static let extensions: Set<String> = ["png", "jpg", "jpeg"]

    static func read(_ path: String) throws -> DataSource? {
        guard FileKind(path) == .folder else { return nil }
        let splits = path + "/train"
        guard FileKind(splits) == .folder else {
            let names = try folders(in: path)
            return DataSource(
                layout: name, root: path, classNames: names,
                train: try images(root: path, below: "", classes: names), validation: nil, test: nil)
        }
        let names = try folders(in: splits)
        func split(_ candidates: [String]) throws -> [LabelledImage]? {
            guard let folder = candidates.first(where: { FileKind(path + "/" + $0) == .folder }) else {
                return nil
            }
            if let extra = try folders(in: path + "/" + folder).first(where: { !names.contains($0) }) {
                throw TuningError.badSplit(
                    file: path + "/" + folder, entry: "folder '\(extra)'",
                    reason: "there is no such class in 'train'")
            }
            return try images(root: path, below: folder + "/", classes: names)
        }
        return DataSource(
            layout: name, root: path, classNames: names,
            train: try images(root: path, below: "train/", classes: names),
            validation: try split(["val", "validation"]), test: try split(["test"]))
    }

    private static func images(root: String, below: String, classes: [String]) throws -> [LabelledImage] {
        try classes.enumerated().flatMap { label, className -> [LabelledImage] in
            let folder = below + className
            guard FileKind(root + "/" + folder) == .folder else { return [] }
            return try entries(in: root + "/" + folder)
                .filter { extensions.contains(($0 as NSString).pathExtension.lowercased()) }
                .map { LabelledImage(path: folder + "/" + $0, label: label) }
        }
    }

    private static func folders(in path: String) throws -> [String] {
        try entries(in: path).filter { FileKind(path + "/" + $0) == .folder }
    }

    /// Visible entries in byte order, whatever the file system's order is.
    private static func entries(in path: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw TuningError.noSuchPath(path)
        }
        return names.filter { !$0.hasPrefix(".") }.sorted {
            Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
        }
    }
}

import Files

/// ImageNet and its shifted test sets: a folder a synset (or a number), with the names in `classnames.txt`.
///
/// The classes are those with a folder, in the order of the file: sets of 200 classes are told apart by their own 200.
enum ImageNetLayout: DataLayout {
    static let name = "ImageNet"
    private static let namesFile = "classnames.txt"
    private static let limit = 16 << 20

    /// Where test images may lie, and whose they are.
    private static let testFolders = [
        ("images/val", "ImageNet"), ("imagenetv2-matched-frequency-format-val", "ImageNetV2"),
        ("imagenet-a", "ImageNetA"), ("imagenet-r", "ImageNetR"), ("images", "ImageNetSketch"),
    ]

    static func read(_ path: String) throws -> DataSource? {
        guard FileKind(path) == .folder,
            let (folder, known) = testFolders.first(where: { FileKind(path + "/" + $0.0) == .folder }),
            let file = namesFile(path)
        else { return nil }
        let entries = try names(file)
        let test = try ClassFolders(path + "/" + folder)
        let train =
            known == "ImageNet" && FileKind(path + "/images/train") == .folder
            ? try ClassFolders(path + "/images/train") : nil
        let isNumbered = known == "ImageNetV2"
        let present = Set((train ?? test).classes)
        let kept = entries.enumerated().filter {
            present.contains(isNumbered ? "\($0.offset)" : $0.element.folder)
        }
        // Another data set beside an ImageNet.
        guard !kept.isEmpty || present.isEmpty else { return nil }
        let labels = Dictionary(
            uniqueKeysWithValues: kept.enumerated().map { label, entry in
                (isNumbered ? "\(entry.offset)" : entry.element.folder, label)
            })
        if let unknown = (test.classes + (train?.classes ?? [])).first(where: { labels[$0] == nil }) {
            throw DatasetError.badSplit(
                file: path + "/" + folder, entry: "folder '\(unknown)'",
                reason: "'\(namesFile)' has no name for it, or it has no training images")
        }
        var source = DataSource(
            layout: known, root: path, classNames: kept.map(\.element.name), known: .named(known))
        source.train = train?.images(below: "images/train/", labels: labels, &source) ?? []
        source.test = test.images(below: folder + "/", labels: labels, &source)
        source.remarks = (train?.remarks("images/train") ?? []) + test.remarks(folder)
        if known == "ImageNet" {
            source.remarks.append("the test images are those of 'images/val', as in published results")
        }
        return source
    }

    /// The names beside the images, or those of an ImageNet beside the folder.
    private static func namesFile(_ path: String) -> String? {
        [path + "/" + namesFile, (Folder.parent(path) ?? "/") + "/imagenet/" + namesFile]
            .first { FileKind($0) == .file }
    }

    private static func names(_ file: String) throws -> [(folder: String, name: String)] {
        var seen: Set<String> = []
        return try TextLines.of(try ReadOnlyFile.text(file, limit: limit)).enumerated().compactMap {
            index, line in
            if line.isEmpty { return nil }
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2, seen.insert(parts[0]).inserted else {
                throw DatasetError.badSplit(
                    file: file, entry: "line \(index + 1)",
                    reason: "expected a synset, once in the file, and its name; got '\(line.prefix(80))'")
            }
            return (parts[0], parts[1])
        }
    }
}

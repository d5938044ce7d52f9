import Files

/// Folders of images: `root/<class>/<image>`, or the same below folders of splits.
///
/// A folder that holds pictures is a class. Class names are folder names, in byte order; so are images.
enum FolderLayout: DataLayout {
    static let name = "folders"

    /// What folders of splits are called, in any letter case.
    private static let splitNames: [(split: Split, names: Set<String>)] = [
        (.train, ["train", "training"]), (.val, ["val", "valid", "validation", "dev"]),
        (.test, ["test", "testing"]),
    ]

    static func read(_ path: String) throws -> DataSource? {
        guard FileKind(path) == .folder else { return nil }
        return try read(root: path, below: "", mayDescend: true)
    }

    private static func read(root: String, below: String, mayDescend: Bool) throws -> DataSource {
        let place = below.isEmpty ? root : root + "/" + below.dropLast()
        let top = try ClassFolders(place)
        var splits: [Split: (name: String, folders: ClassFolders)] = [:]
        var named: [String] = []
        for name in top.beside.folders {
            guard let split = splitNames.first(where: { $0.names.contains(name.lowercased()) })?.split else {
                continue
            }
            let folders = try ClassFolders(place + "/" + name)
            named.append(name)
            // A folder 'train' with pictures in it is the class of trains, unless it holds classes.
            guard !folders.classes.isEmpty else { continue }
            if let other = splits[split]?.name {
                throw DatasetError.badSplit(
                    file: place, entry: "folder '\(name)'",
                    reason: "it and '\(other)' are both the \(split.name) split")
            }
            splits[split] = (name, folders)
        }
        var source = DataSource(layout: name, root: root, classNames: [])
        if let first = splits[.train] ?? splits[.test] ?? splits[.val] {
            try read(splits, classesOf: first, below: below, into: &source)
            let left = top.beside.folders.filter { name in !splits.values.contains { $0.name == name } }
            for name in left {
                let content = try ImageFolder(place + "/" + name)
                let inside =
                    content.images.isEmpty ? "" : " with \(content.images.count) images in no class folder"
                source.remarks.append(
                    "folder '\(name)'\(inside) is not one of the splits train, val and test, left out")
            }
            if !top.beside.images.isEmpty { source.remarks += top.remarks(Folder.name(place)).prefix(1) }
            return source
        }
        let (classNames, labels) = names(of: top.classes, &source)
        source.classNames = classNames
        source.train = top.images(below: below, labels: labels, &source)
        source.remarks += top.remarks(Folder.name(place))
        if top.classes.isEmpty, !top.beside.images.isEmpty {
            source.remarks.append(
                "is '\(Folder.name(place))' itself a class? Then load the folder that it lies in")
        }
        // One folder of class folders, as archives unpack.
        if top.classes.isEmpty, mayDescend {
            let inner = try top.others.filter { try !ClassFolders(place + "/" + $0).classes.isEmpty }
            if inner.count == 1 {
                var found = try read(root: root, below: below + inner[0] + "/", mayDescend: false)
                found.remarks.insert("the images are those of its folder '\(inner[0])'", at: 0)
                return found
            }
            if inner.count > 1 {
                source.remarks.append(
                    "class folders lie one level deeper, in \(listed(inner)): load one of these")
            }
        }
        return source
    }

    private static func read(
        _ splits: [Split: (name: String, folders: ClassFolders)],
        classesOf first: (name: String, folders: ClassFolders), below: String, into source: inout DataSource
    ) throws {
        let (classNames, labels) = names(of: first.folders.classes, &source)
        source.classNames = classNames
        for split in Split.allCases {
            guard let (name, folders) = splits[split] else { continue }
            if let extra = folders.classes.first(where: { labels[$0] == nil && !ignored($0, source) }) {
                throw DatasetError.badSplit(
                    file: source.root + "/" + below + name, entry: "folder '\(extra)'",
                    reason: "there is no such class in '\(first.name)'")
            }
            let images = folders.images(below: below + name + "/", labels: labels, &source)
            switch split {
            case .train: source.train = images
            case .val: source.validation = images
            case .test: source.test = images
            }
            source.remarks += folders.remarks(name)
        }
    }

    private static func ignored(_ folder: String, _ source: DataSource) -> Bool {
        source.known?.ignored.contains(folder) ?? false
    }

    /// Class names and labels of folders: the published names where these are a known data set's.
    private static func names(
        of folders: [String], _ source: inout DataSource
    ) -> (names: [String], labels: [String: Int]) {
        source.known = KnownDataSet.ofClassFolders(folders)
        let kept = folders.filter { [source] in !ignored($0, source) }
        if let known = source.known {
            let left = folders.filter { known.ignored.contains($0) }
            if !left.isEmpty { source.remarks.append("left out as in published results: \(listed(left))") }
            let changed = kept.filter { known.renamed[$0].map { [name = $0] new in new != name } ?? false }
            if !changed.isEmpty {
                source.remarks.append("named as in published results: \(listed(changed))")
            }
        }
        let names = kept.map { source.known?.renamed[$0] ?? $0 }
        return (names, Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) }))
    }
}

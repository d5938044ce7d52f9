import Files

/// What lies in one folder: images, folders, and things that are neither.
struct ImageFolder {
    /// Names of PNG and JPEG files, in byte order.
    var images: [String] = []
    /// Names of folders.
    var folders: [String] = []
    /// Other things, counted by kind: ".gif", "folder", "other".
    var others: [String: Int] = [:]
    /// Names that are not UTF-8, escaped.
    var unreadable: [String] = []

    /// Endings of files that are read.
    private static let endings: Set<String> = ["png", "jpg", "jpeg", "jpe", "jfif"]
    /// Endings of pictures that are not.
    private static let foreignEndings: Set<String> = [
        "webp", "bmp", "gif", "tif", "tiff", "heic", "heif", "avif", "jxl", "ppm", "pgm", "dng", "svg",
    ]

    /// - Throws: `FileError`.
    init(_ path: String) throws {
        let listing = try Folder.list(path)
        unreadable = listing.unreadable
        for name in listing.names {
            if FileKind(path + "/" + name) == .folder {
                folders.append(name)
            } else if Self.endings.contains(Folder.pathExtension(name)) {
                images.append(name)
            } else {
                others[Self.kind(of: name), default: 0] += 1
            }
        }
    }

    /// Whether pictures lie here, of any kind: such a folder is a class.
    var holdsPictures: Bool {
        !images.isEmpty || Self.foreignEndings.contains { others["." + $0] != nil }
            || unreadable.contains { Self.endings.contains(Folder.pathExtension($0)) }
    }

    /// What a skipped file is called.
    private static func kind(of name: String) -> String {
        let end = Folder.pathExtension(name)
        let isPlain =
            !end.isEmpty && end.utf8.count <= 8
            && end.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        return isPlain ? "." + end : "other"
    }

    /// What was skipped where this is the folder of a class.
    var skipped: [String: Int] {
        var result = others
        if !folders.isEmpty { result["folder", default: 0] += folders.count }
        return result
    }
}

/// Class folders below one folder.
struct ClassFolders {
    /// Folders with pictures, in byte order.
    var classes: [String] = []
    var contents: [String: ImageFolder] = [:]
    /// Folders without any.
    var others: [String] = []
    /// What lies beside the folders.
    var beside: ImageFolder

    /// - Throws: `FileError`.
    init(_ path: String) throws {
        beside = try ImageFolder(path)
        for name in beside.folders {
            let content = try ImageFolder(path + "/" + name)
            if content.holdsPictures {
                classes.append(name)
                contents[name] = content
            } else {
                others.append(name)
            }
        }
    }

    /// The images of the folders in `labels`; whatever else these hold is counted in the source.
    func images(below: String, labels: [String: Int], _ source: inout DataSource) -> [LabelledImage] {
        classes.flatMap { name -> [LabelledImage] in
            guard let label = labels[name], let content = contents[name] else { return [] }
            source.skipped[label, default: [:]].merge(content.skipped, uniquingKeysWith: +)
            if !content.unreadable.isEmpty {
                source.remarks.append(
                    "names that are not UTF-8 in '\(name)', left out: \(listed(content.unreadable))")
            }
            return content.images.map { LabelledImage(path: below + name + "/" + $0, label: label) }
        }
    }

    /// Sentences on what is left out here.
    func remarks(_ place: String) -> [String] {
        var remarks: [String] = []
        let count = beside.images.count
        if count > 0 {
            remarks.append(
                "\(count) image\(count == 1 ? " lies" : "s lie") right in '\(place)' and not in a class folder, left out"
            )
        }
        if !others.isEmpty {
            remarks.append("folders without images in '\(place)', left out: \(listed(others))")
        }
        if !beside.unreadable.isEmpty {
            remarks.append("names that are not UTF-8 in '\(place)', left out: \(listed(beside.unreadable))")
        }
        return remarks
    }
}

/// The first few names, and how many more there are.
func listed(_ names: [String], most: Int = 5) -> String {
    let shown = names.prefix(most).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > most ? shown + " and \(names.count - most) more" : shown
}

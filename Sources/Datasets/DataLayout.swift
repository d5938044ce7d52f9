import Foundation

/// A way to lay out a data set on disk.
protocol DataLayout: Sendable {
    /// Name shown to people.
    static var name: String { get }
    /// Lists the data set at `path`, or nil where it has another layout.
    static func read(_ path: String) throws -> DataSource?
}

/// The known layouts, in the order they are tried.
let dataLayouts: [any DataLayout.Type] = [CoOpLayout.self, CSVLayout.self, FolderLayout.self]

/// One labelled image file.
public struct LabelledImage: Sendable, Equatable {
    /// Path below the data set's root, or absolute.
    public let path: String
    /// Index into the class names.
    public let label: Int
}

/// Everything a data set offers, before few-shot sampling.
struct DataSource {
    var layout: String
    /// Folder that relative paths start from.
    var root: String
    var classNames: [String]
    var train: [LabelledImage]
    /// Nil where the layout has no such split; it is then drawn from the training images.
    var validation: [LabelledImage]?
    var test: [LabelledImage]?
    /// What lay among the images of a label and was left out: how many of each kind, such as ".gif" or "folder".
    var skipped: [Int: [String: Int]] = [:]

    /// What was left out, over all labels.
    var allSkipped: [String: Int] {
        skipped.values.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
    }

    /// Lists the data set at `path` by the first layout that knows it.
    ///
    /// - Throws: `DatasetError` naming the path or the entry that is wrong.
    static func read(_ path: String) throws -> DataSource {
        guard FileManager.default.fileExists(atPath: path) else { throw DatasetError.noSuchPath(path) }
        for layout in dataLayouts {
            guard let source = try layout.read(path) else { continue }
            guard !source.train.isEmpty, !source.classNames.isEmpty else {
                throw DatasetError.noImages(path, skipped: source.allSkipped)
            }
            try ClassList.check(source.classNames, file: path)
            return source
        }
        throw DatasetError.noLayout(path)
    }

    /// Keeps the classes whose labels are in `kept`, renumbered from 0.
    func keeping(_ kept: Range<Int>) -> DataSource {
        func filter(_ images: [LabelledImage]) -> [LabelledImage] {
            images.filter { kept.contains($0.label) }
                .map { LabelledImage(path: $0.path, label: $0.label - kept.lowerBound) }
        }
        return DataSource(
            layout: layout, root: root, classNames: Array(classNames[kept]), train: filter(train),
            validation: validation.map(filter), test: test.map(filter),
            skipped: Dictionary(
                uniqueKeysWithValues: kept.map { ($0 - kept.lowerBound, skipped[$0, default: [:]]) }))
    }
}

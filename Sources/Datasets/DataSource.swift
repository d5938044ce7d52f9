import Files

/// Everything a data set offers, before few-shot sampling.
struct DataSource {
    var layout: String
    /// Folder that relative paths start from.
    var root: String
    var classNames: [String]
    var train: [LabelledImage] = []
    /// Nil where the layout has no such split; it is then drawn from the training images.
    var validation: [LabelledImage]?
    var test: [LabelledImage]?
    /// The data set of the papers that this is.
    var known: KnownDataSet?
    /// What lay among the images of a label and was left out: how many of each kind, such as ".gif" or "folder".
    var skipped: [Int: [String: Int]] = [:]
    /// What else was left out or read in another way than it stands, in sentences.
    var remarks: [String] = []

    /// What was left out, over all labels.
    var allSkipped: [String: Int] {
        skipped.values.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
    }

    /// Lists the data set at `path` by the first layout that knows it.
    ///
    /// - Throws: `FileError`, `DatasetError` naming the path or the entry that is wrong.
    static func read(_ path: String) throws -> DataSource {
        _ = try FileKind.at(path)
        for layout in dataLayouts {
            guard let source = try layout.read(path) else { continue }
            let lists = [source.train, source.validation ?? [], source.test ?? []]
            guard lists.contains(where: { !$0.isEmpty }), !source.classNames.isEmpty else {
                throw DatasetError.noImages(path, found: source.remarks, skipped: source.allSkipped)
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
        var result = self
        result.classNames = Array(classNames[kept])
        result.train = filter(train)
        result.validation = validation.map(filter)
        result.test = test.map(filter)
        result.skipped = Dictionary(
            uniqueKeysWithValues: kept.map { ($0 - kept.lowerBound, skipped[$0, default: [:]]) })
        return result
    }

    /// Leaves images out.
    mutating func remove(_ paths: Set<String>) {
        train.removeAll { paths.contains($0.path) }
        validation?.removeAll { paths.contains($0.path) }
        test?.removeAll { paths.contains($0.path) }
    }
}

import Tensors

/// A few-shot data set: class names and the images drawn for training, validation and test.
public struct DataSet: Sendable, Equatable {
    /// Which classes of the data set are used.
    public enum ClassSelection: String, Sendable, CaseIterable {
        case all
        /// The first ⌈n/2⌉ classes.
        case base
        /// The rest.
        case new
    }

    public let layout: String
    public let selection: ClassSelection
    public let classNames: [String]
    public let train: ImageList
    public let validation: ImageList
    public let test: ImageList
    /// The data set of the papers that this is, where it is one.
    public let known: KnownDataSet?
    /// What lay in the class folders and is no PNG or JPEG by its name: how many of each kind, such as ".gif" or "folder".
    public let skipped: [String: Int]
    /// What a person should know of the data, in sentences.
    public let notes: [String]

    /// How to load a data set.
    public struct Options: Sendable {
        /// Training images a class; nil for all.
        public var shots: Int?
        /// Which images are drawn.
        public var seed: UInt64
        public var classes = ClassSelection.all
        /// Whether files that are no whole PNG or JPEG are left out.
        public var skipsBad = false
        /// Whether images that are in two places where they should not be are an error.
        public var isStrict = false
        /// Whether a file of a digest was decoded before; it is then not decoded again.
        public var isKnown: @Sendable (_ digest: String) -> Bool = { _ in false }

        public init(shots: Int?, seed: UInt64, classes: ClassSelection = .all) {
            self.shots = shots
            self.seed = seed
            self.classes = classes
        }
    }

    /// Loads a data set and draws the few-shot set.
    ///
    /// Training images of a class are the first `shots` of a permutation keyed by (seed, class); validation has
    /// min(shots, 4) a class. Where the data set has no validation or test images of its own, these come from the
    /// training images behind those drawn. With `shots` nil every image is used. A data set without training images
    /// has those of its other splits.
    ///
    /// - Parameter checked: called now and then while files are read and checked; what it throws ends the work.
    /// - Throws: `FileError`; `DatasetError` when a class has too few images or a file is no image.
    public init(
        path: String, _ options: Options,
        checked: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        var source = try DataSource.read(path)
        let base = (source.classNames.count + 1) / 2
        switch options.classes {
        case .all: break
        case .base: source = source.keeping(0..<base)
        case .new:
            guard base < source.classNames.count else { throw DatasetError.emptySplit("new-class") }
            source = source.keeping(base..<source.classNames.count)
        }
        var checks = ImageChecks(root: source.root)
        var leftOut: [BadImage] = []
        while true {
            let drawn = try FewShotDraw(source, options)
            let images = drawn.train + drawn.validation + drawn.test
            let bad = try checks.check(images, isKnown: options.isKnown, checked: checked)
            if bad.isEmpty {
                train = ImageList(name: Split.train.name, images: drawn.train, checks: checks)
                validation = ImageList(name: Split.val.name, images: drawn.validation, checks: checks)
                test = ImageList(name: Split.test.name, images: drawn.test, checks: checks)
                source.remarks += drawn.remarks
                break
            }
            guard options.skipsBad else {
                throw DatasetError.badImages(bad, of: images.count)
            }
            leftOut += bad
            source.remove(Set(bad.map(\.path)))
        }
        layout = source.layout
        selection = options.classes
        known = source.known
        skipped = source.allSkipped
        classNames = source.classNames
        let overlaps = Self.overlaps(train, validation, test, source.classNames)
        if options.isStrict, let first = overlaps.first { throw DatasetError.overlap(first) }
        notes =
            source.remarks + overlaps + Self.repeats([train, validation, test])
            + Self.traits(source, [train, validation, test], checks)
            + (leftOut.first.map { first in
                [
                    "\(leftOut.count) image\(leftOut.count == 1 ? "" : "s") that cannot be read left out "
                        + "(\(BadImage.kinds(leftOut))), the first: \(first.reason)"
                ]
            } ?? [])
    }
}

extension DataSet {
    /// Loads a data set with the usual options.
    public init(path: String, shots: Int?, seed: UInt64, classes: ClassSelection = .all) throws {
        try self.init(path: path, Options(shots: shots, seed: seed, classes: classes))
    }
}

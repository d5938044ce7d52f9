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
    /// What lay in the class folders and is no PNG or JPEG by its name: how many of each kind, such as ".gif" or "folder".
    public let skipped: [String: Int]

    /// Draws the few-shot set.
    ///
    /// Training images of a class are the first `shots` of a permutation keyed by (seed, class); validation has
    /// min(shots, 4) a class. Where the data set has no validation or test images of its own, these come from the
    /// training images behind those drawn. With `shots` nil every image is used.
    ///
    /// - Parameter checked: called now and then while files are read and checked; what it throws ends the work.
    /// - Throws: `DatasetError` when a class has too few images or a file is no image.
    public init(
        path: String, shots: Int?, seed: UInt64, classes: ClassSelection = .all,
        checked: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) throws {
        var source = try DataSource.read(path)
        let base = (source.classNames.count + 1) / 2
        switch classes {
        case .all: break
        case .base: source = source.keeping(0..<base)
        case .new:
            guard base < source.classNames.count else { throw DatasetError.emptySplit("new-class") }
            source = source.keeping(base..<source.classNames.count)
        }
        let names = source.classNames
        let validationShots = shots.map { min($0, 4) }
        var pool = Self.shuffled(source.train, classes: names.count, seed: seed, "few-shot.train")
        func draw(_ count: Int, _ split: String) throws -> [LabelledImage] {
            try names.indices.flatMap { label -> [LabelledImage] in
                guard pool[label].count >= count else {
                    throw DatasetError.tooFewImages(
                        className: names[label], split: split, found: pool[label].count, asked: count,
                        skipped: source.skipped[label, default: [:]])
                }
                defer { pool[label].removeFirst(count) }
                return Array(pool[label].prefix(count))
            }
        }
        let train = try shots.map { try draw($0, "training") } ?? source.train
        let validation: [LabelledImage]
        if let listed = source.validation, !listed.isEmpty {
            validation =
                try validationShots.map { count in
                    try Self.sample(
                        listed, names: names, count: count, seed: seed, skipped: source.skipped)
                } ?? listed
        } else {
            validation = try validationShots.map { try draw($0, "validation") } ?? []
        }
        let rest = shots == nil ? [] : pool.flatMap { $0 }
        let test = source.test.flatMap { $0.isEmpty ? nil : $0 } ?? rest
        self.layout = source.layout
        self.selection = classes
        self.skipped = source.allSkipped
        self.classNames = names
        self.train = try ImageList(name: Split.train.name, root: source.root, images: train, checked: checked)
        self.validation = try ImageList(
            name: Split.val.name, root: source.root, images: validation, checked: checked)
        self.test = try ImageList(name: Split.test.name, root: source.root, images: test, checked: checked)
    }

    /// The images of each class in the order of a permutation keyed by (seed, class).
    private static func shuffled(
        _ images: [LabelledImage], classes: Int, seed: UInt64, _ purpose: String
    ) -> [[LabelledImage]] {
        var groups = [[LabelledImage]](repeating: [], count: classes)
        for image in images { groups[image.label].append(image) }
        return groups.enumerated().map { label, own in
            let stream = RandomStream(seed: seed, purpose: RandomPurpose(purpose), index: UInt64(label))
            return stream.permutation(own.count).map { own[Int($0)] }
        }
    }

    private static func sample(
        _ images: [LabelledImage], names: [String], count: Int, seed: UInt64, skipped: [Int: [String: Int]]
    ) throws -> [LabelledImage] {
        let groups = shuffled(images, classes: names.count, seed: seed, "few-shot.validation")
        return try names.indices.flatMap { label -> [LabelledImage] in
            let drawn = groups[label].prefix(count)
            guard drawn.count == count else {
                throw DatasetError.tooFewImages(
                    className: names[label], split: "validation", found: drawn.count, asked: count,
                    skipped: skipped[label, default: [:]])
            }
            return Array(drawn)
        }
    }
}

import Tensors

/// The images of a few-shot set, before any file is read.
struct FewShotDraw {
    let train: [LabelledImage]
    let validation: [LabelledImage]
    let test: [LabelledImage]
    /// Where a split of its own has fewer images than asked for, in sentences.
    private(set) var remarks: [String] = []

    /// A split that is listed on its own gives what it has where that is less than asked for, as CoOp's reader does;
    /// of images that must serve two splits there have to be enough.
    ///
    /// - Throws: `DatasetError.tooFewImages`.
    init(_ source: DataSource, _ options: DataSet.Options) throws {
        let names = source.classNames
        let (shots, seed) = (options.shots, options.seed)
        // Data that is there to be tested on only.
        let hasTraining = !source.train.isEmpty
        let isListed = !(source.validation ?? []).isEmpty && !(source.test ?? []).isEmpty
        let validationShots = shots.map { min($0, 4) }
        var pool = Self.shuffled(source.train, classes: names.count, seed: seed, "few-shot.train")
        func draw(_ count: Int, _ split: String) throws -> [LabelledImage] {
            guard hasTraining else { return [] }
            return try names.indices.flatMap { label -> [LabelledImage] in
                guard pool[label].count >= count || (isListed && !pool[label].isEmpty) else {
                    throw DatasetError.tooFewImages(
                        className: names[label], split: split, found: pool[label].count, asked: count,
                        skipped: source.skipped[label, default: [:]])
                }
                defer { pool[label].removeFirst(min(count, pool[label].count)) }
                return Array(pool[label].prefix(count))
            }
        }
        train = try shots.map { try draw($0, "training") } ?? source.train
        if let listed = source.validation, !listed.isEmpty {
            validation =
                validationShots.map { Self.sample(listed, classes: names.count, count: $0, seed: seed) }
                ?? listed
        } else {
            validation = try validationShots.map { try draw($0, "validation") } ?? []
        }
        let rest = shots == nil ? [] : pool.flatMap { $0 }
        test = source.test.flatMap { $0.isEmpty ? nil : $0 } ?? rest
        guard let shots, let validationShots else { return }
        for (list, asked, split) in [(train, shots, Split.train), (validation, validationShots, .val)] {
            var counts = [Int](repeating: 0, count: names.count)
            for image in list { counts[image.label] += 1 }
            let short = list.isEmpty ? [] : counts.indices.filter { counts[$0] < asked }
            guard let first = short.first else { continue }
            remarks.append(
                "\(short.count) class\(short.count == 1 ? " has" : "es have") fewer than \(asked) \(split.name) images, "
                    + "such as '\(names[first])' with \(counts[first])")
        }
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
        _ images: [LabelledImage], classes: Int, count: Int, seed: UInt64
    ) -> [LabelledImage] {
        shuffled(images, classes: classes, seed: seed, "few-shot.validation").flatMap { $0.prefix(count) }
    }
}

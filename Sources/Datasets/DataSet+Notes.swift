import Raster

extension DataSet {
    /// Images that are in two splits, or of two classes, by the bytes of their files.
    static func overlaps(
        _ train: ImageList, _ validation: ImageList, _ test: ImageList, _ classNames: [String]
    ) -> [String] {
        var notes: [String] = []
        var firstPath: [String: String] = [:]
        for list in [train, validation, test] {
            let shared = list.digests.indices.filter { firstPath[list.digests[$0]] != nil }
            if let first = shared.first, let other = firstPath[list.digests[first]] {
                let count = shared.count
                notes.append(
                    "\(count) \(list.name) image\(count == 1 ? " is" : "s are") also in \(list.name == test.name ? "training or validation" : "training") "
                        + "(same bytes), such as '\(list.images[first].path)' and '\(other)'")
            }
            for (image, digest) in zip(list.images, list.digests) where firstPath[digest] == nil {
                firstPath[digest] = image.path
            }
        }
        var labels: [String: LabelledImage] = [:]
        var twice: [(LabelledImage, LabelledImage)] = []
        for list in [train, validation, test] {
            for (image, digest) in zip(list.images, list.digests) {
                if let other = labels[digest] {
                    if other.label != image.label { twice.append((other, image)) }
                } else {
                    labels[digest] = image
                }
            }
        }
        if let (one, other) = twice.first {
            notes.append(
                "\(twice.count) image\(twice.count == 1 ? " has" : "s have") two classes (same bytes): '\(one.path)' is "
                    + "'\(classNames[one.label])', '\(other.path)' is '\(classNames[other.label])'")
        }
        return notes
    }

    /// Images that a split has more than once.
    static func repeats(_ lists: [ImageList]) -> [String] {
        lists.compactMap { list in
            let count = list.count - Set(list.digests).count
            return count == 0
                ? nil
                : "\(count) \(list.name) image\(count == 1 ? " is" : "s are") there more than once (same bytes)"
        }
    }

    /// Kinds of pictures that look other in a viewer than to the model.
    static func traits(_ source: DataSource, _ lists: [ImageList], _ checks: ImageChecks) -> [String] {
        let traits = Set(lists.flatMap { $0.images.map(\.path) }).compactMap { checks.good[$0]?.traits }
        func count(_ has: KeyPath<PictureTraits, Bool>, _ one: String, _ many: String, _ what: String)
            -> String?
        {
            let count = traits.count { $0[keyPath: has] }
            return count == 0 ? nil : "\(count) \(count == 1 ? one : many) \(what)"
        }
        return [
            count(
                \.hasAlpha, "image has", "images have",
                "transparency, which is dropped: the colours under it are seen"),
            count(
                \.isDeepGrey, "image is", "images are",
                "grey of 16 bits, where values above 255 are seen as white"),
            count(
                \.isTurned, "image is", "images are",
                "marked as turned (EXIF), which is ignored: the stored pixels are seen"),
        ].compactMap { $0 }
    }
}

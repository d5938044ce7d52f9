/// A part of a data set.
public enum Split: String, Sendable, CaseIterable {
    case train
    case val
    case test

    /// What the part is called in sentences and records.
    public var name: String {
        switch self {
        case .train: "training"
        case .val: "validation"
        case .test: "test"
        }
    }
}

extension DataSet {
    public subscript(split: Split) -> ImageList {
        switch split {
        case .train: train
        case .val: validation
        case .test: test
        }
    }
}

import Foundation

/// What is at a path.
enum FileKind {
    case folder
    case file
    /// A pipe, a device or a socket: reading it might never end.
    case other

    /// Nil where there is nothing. Links are followed.
    init?(_ path: String) {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard
            let type = try? FileManager.default.attributesOfItem(atPath: resolved)[.type]
                as? FileAttributeType
        else { return nil }
        switch type {
        case .typeDirectory: self = .folder
        case .typeRegular: self = .file
        default: self = .other
        }
    }
}

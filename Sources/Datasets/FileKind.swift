import Foundation

/// What is at a path.
package enum FileKind {
    case folder
    case file
    /// A pipe, a device or a socket: reading it might never end.
    case other

    /// Nil where there is nothing. Links are followed.
    package init?(_ path: String) {
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

    /// Bytes of a file, asked before it is read; links are followed.
    static func size(_ path: String) -> Int {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}

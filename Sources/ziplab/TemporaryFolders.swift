import Files
import Foundation

/// Folders for what a replayed or resumed session writes, named after the program that uses them.
enum TemporaryFolders {
    private static let root = FileManager.default.temporaryDirectory.path

    /// The place of a new folder.
    static func make(_ purpose: String) -> String {
        "\(root)/ziplab-\(purpose)-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)"
    }

    /// Removes what programs left that were ended.
    static func removeAbandoned() {
        for name in (try? Folder.list(root).names) ?? [] where name.hasPrefix("ziplab-") {
            let parts = name.split(separator: "-", maxSplits: 3)
            guard parts.count == 4, ["replay", "resume"].contains(parts[1]), let process = Int32(parts[2]),
                kill(process, 0) != 0, errno == ESRCH
            else { continue }
            try? FileManager.default.removeItem(atPath: root + "/" + name)
        }
    }
}

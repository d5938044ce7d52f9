import Foundation

/// Finds the folder with the embedded model and data sets.
enum AssetsFolder {
    /// Looks beside the program and in the folders above it, then in the working folder and those above.
    static func find(from workingFolder: String) -> String? {
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent().path
        for start in [program, workingFolder].compactMap({ $0 }) {
            var folder = start
            while true {
                let assets = (folder == "/" ? "" : folder) + "/Assets"
                if FileManager.default.fileExists(atPath: assets + "/Model/config.json") { return assets }
                guard folder != "/", !folder.isEmpty else { break }
                folder = (folder as NSString).deletingLastPathComponent
            }
        }
        return nil
    }
}

import Files
import Foundation

/// What tells Jupyter how to start this kernel: a folder `kernels/ziplab` with a file and a picture.
public enum KernelSpecification {
    /// Where a user's kernels are: `$JUPYTER_DATA_DIR`, `$XDG_DATA_HOME/jupyter`, or `~/.local/share/jupyter`.
    static func dataFolder(environment: [String: String]) -> String? {
        func absolute(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        if let folder = absolute("JUPYTER_DATA_DIR") { return folder }
        #if os(macOS)
            return absolute("HOME").map { $0 + "/Library/Jupyter" }
        #else
            return (absolute("XDG_DATA_HOME") ?? absolute("HOME").map { $0 + "/.local/share" }).map {
                $0 + "/jupyter"
            }
        #endif
    }

    /// Writes the folder, over an older one.
    ///
    /// - Parameters:
    ///   - program: how the kernel is started, without `--connection FILE`.
    ///   - prefix: a folder such as that of a virtual environment; the user's own kernels where nil.
    /// - Returns: the folder.
    /// - Throws: `FileError`, `KernelError.noHome`.
    public static func install(
        program: [String], prefix: String?, environment: [String: String]
    ) throws -> String {
        guard let data = prefix.map({ $0 + "/share/jupyter" }) ?? dataFolder(environment: environment) else {
            throw KernelError.noHome
        }
        let folder = data + "/kernels/ziplab"
        try Folder.create(folder)
        let fields: [String: Any] = [
            "argv": program + ["--connection", "{connection_file}"],
            "display_name": "ziplab", "language": "ziplab", "interrupt_mode": "message",
        ]
        let json = try JSONSerialization.data(
            withJSONObject: fields, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        try NewFile.write(Array(json) + [UInt8(ascii: "\n")], to: folder + "/kernel.json")
        try NewFile.write(Array(logo.utf8), to: folder + "/logo-svg.svg")
        return folder
    }

    /// A loss that falls, between two teeth of a zip.
    private static let logo = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
        <rect width="64" height="64" rx="10" fill="#17324d"/>
        <path d="M10 12 C 20 50, 30 46, 54 52" fill="none" stroke="#56b4e9" stroke-width="5"/>
        <path d="M22 14 H44 L24 34 H46" fill="none" stroke="#ffffff" stroke-width="6" stroke-linejoin="round"/>
        </svg>

        """
}

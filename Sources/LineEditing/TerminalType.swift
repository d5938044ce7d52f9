internal import Files
internal import Glibc

/// Which entry of the terminal database describes a terminal.
enum TerminalType {
    /// What nearly every terminal of today obeys.
    private static let usual = ["xterm-256color", "xterm", "vt100", "ansi"]

    /// The terminal's own type, or where this machine has no entry for it a usual one; nil where there is none at all.
    ///
    /// A terminal that is newer than the database, or that somebody came from with ssh, has no entry.
    static func usable(_ type: String, environment: (String) -> String?) -> String? {
        let folders = folders(environment)
        return ([type] + usual).first { name in
            guard let first = name.utf8.first, !name.utf8.contains(UInt8(ascii: "/")) else { return false }
            let letters = [String(UnicodeScalar(first)), String(first, radix: 16)]
            return folders.contains { folder in
                letters.contains { FileKind("\(folder)/\($0)/\(name)") != nil }
            }
        }
    }

    /// Where ncurses looks.
    private static func folders(_ environment: (String) -> String?) -> [String] {
        var folders: [String] = []
        if let own = environment("TERMINFO") { folders.append(own) }
        if let home = environment("HOME") { folders.append(home + "/.terminfo") }
        folders += environment("TERMINFO_DIRS")?.split(separator: ":").map(String.init) ?? []
        return folders + ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/lib/terminfo"]
    }
}

internal import Glibc

/// Facts about the terminal and its way back to normal.
public enum Terminal {
    /// Whether both ends are terminals and TERM names one that can move its cursor.
    public static func isInteractive(input: Int32 = 0, output: Int32 = 1) -> Bool {
        guard isatty(input) == 1, isatty(output) == 1 else { return false }
        guard let type = environment("TERM") else { return false }
        return type != "" && type != "dumb"
    }

    /// Whether a person types at standard input, whatever their terminal can do and wherever the output goes.
    public static var isTypedOn: Bool { isatty(STDIN_FILENO) == 1 }

    /// Where a prompt is seen: standard output or standard error where one is a terminal.
    public static var promptDescriptor: Int32? {
        [STDOUT_FILENO, STDERR_FILENO].first { isatty($0) == 1 }
    }

    /// The columns of the terminal: what it says, else COLUMNS, else 80.
    public static var width: Int { width(of: STDOUT_FILENO) }

    /// The columns of the terminal at `descriptor`.
    public static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        // The structure lives through the call, which fills it.
        if unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
            return Int(size.ws_col)
        }
        if let text = environment("COLUMNS"), let columns = Int(text), (1...10_000).contains(columns) {
            return columns
        }
        return 80
    }

    /// Pixels of a column of the terminal at standard output; nil where it does not say.
    public static var columnPixels: Int? {
        var size = winsize()
        // The structure lives through the call, which fills it.
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_xpixel > 0
        else { return nil }
        return Int(size.ws_xpixel) / Int(size.ws_col)
    }

    /// Runs `body` while the terminal at standard input echoes nothing: what is typed meanwhile waits for the next read and
    /// mixes with no output.
    ///
    /// - Throws: `LineEditingError.notInteractive` where there is no terminal; what `body` throws.
    public static func withoutEcho<Result>(_ body: () throws -> Result) throws -> Result {
        try TerminalGuard.whileRunning(STDIN_FILENO, body)
    }

    /// Sets the terminal back as it was before the read that is going on, if one is; for exit paths.
    public static func restore() {
        TerminalGuard.restoreTerminal()
    }

    /// The value of an environment variable.
    static func environment(_ name: String) -> String? {
        // getenv's text is copied before anything can change the environment.
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}

internal import Glibc

extension Terminal {
    /// The lines of the terminal at standard output; nil where it does not say.
    public static var height: Int? {
        var size = winsize()
        // The structure lives through the call, which fills it.
        return unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
            ? Int(size.ws_row) : nil
    }

    /// Shows a text in the person's pager, $PAGER or else less, and waits for its end.
    ///
    /// - Returns: false where there is none, and nothing was shown.
    public static func page(_ text: String) -> Bool {
        let pager = environment("PAGER") ?? "less"
        guard !pager.isEmpty, let word = pager.split(separator: " ").first, isInPath(String(word)) else {
            return false
        }
        // As git does: what fits is shown at once, colours are kept, the screen is not cleared.
        unsafe setenv("LESS", "FRX", 0)
        // The stream is used in this function alone and closed at its end.
        guard let stream = unsafe popen(pager, "w") else { return false }
        // A pager that is left early reads no more.
        _ = unsafe fputs(text, stream)
        _ = unsafe pclose(stream)
        // ^C was meant for the pager.
        _ = InterruptSignal.take()
        return true
    }

    private static func isInPath(_ program: String) -> Bool {
        let places =
            program.contains("/") ? [""] : (environment("PATH") ?? "").split(separator: ":").map { $0 + "/" }
        return places.contains { unsafe access($0 + program, X_OK) == 0 }
    }
}

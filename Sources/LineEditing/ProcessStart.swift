internal import Glibc

/// What a program on a terminal sees to before anything else.
public enum ProcessStart {
    /// Opens descriptors 0 to 2 where the caller closed them, and lets ^\ end the program plainly.
    ///
    /// A file opened later would otherwise become standard output. The Swift runtime answers ^\ with a report of a crash
    /// and half a minute of waiting, and leaves the terminal as it is.
    public static func prepare() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free descriptor is taken, which is this one.
            _ = unsafe open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY)
        }
        var action = sigaction()
        // The structure lives through the calls.
        guard unsafe sigaction(SIGQUIT, nil, &action) == 0 else { return }
        // SIG_IGN is the address 1, SIG_DFL 0; what is ignored stays so.
        let address = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
        guard address > 1 else { return }
        var plain = sigaction()
        unsafe plain.__sigaction_handler.sa_handler = nil
        _ = unsafe sigaction(SIGQUIT, &plain, nil)
    }
}

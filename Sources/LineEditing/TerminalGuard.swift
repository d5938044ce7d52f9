internal import Glibc
internal import Synchronization

/// Sets the terminal back when a signal ends or stops the program in the middle of a read.
///
/// Armed for the time of one read, or of one statement. What the handlers touch is allocated beforehand and never freed.
enum TerminalGuard {
    private static let fatalSignals = [
        SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE,
    ]

    /// The descriptor being edited, -1 when none is.
    private static let armed = Atomic<Int32>(-1)

    /// The terminal's settings from before the read.
    // Written only while disarmed and read only while armed.
    private static let settings = unsafe UncheckedPointer(UnsafeMutablePointer<termios>.allocate(capacity: 1))

    /// The actions in force before the read, one slot a signal number.
    // As with the settings.
    private static let previous = unsafe UncheckedPointer(
        UnsafeMutablePointer<sigaction>.allocate(capacity: 65))

    /// A pointer shared with signal handlers; `armed` orders the accesses.
    @unsafe private struct UncheckedPointer<Value>: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<Value>
        init(_ pointer: UnsafeMutablePointer<Value>) { unsafe self.pointer = unsafe pointer }
    }

    /// Runs `body` with the guard up for the terminal at `descriptor`.
    static func whileEditing<Result>(
        _ descriptor: Int32, _ body: () throws -> Result
    ) throws -> Result {
        guard unsafe tcgetattr(descriptor, settings.pointer) == 0 else {
            throw LineEditingError.notInteractive
        }
        armed.store(descriptor, ordering: .sequentiallyConsistent)
        var caught: [Int32] = []
        defer {
            for signal in caught {
                _ = unsafe sigaction(signal, previous.pointer + Int(signal), nil)
            }
            armed.store(-1, ordering: .sequentiallyConsistent)
        }
        for signal in fatalSignals + [SIGWINCH] {
            // The slot is filled first: the handler needs it from its first moment.
            guard unsafe sigaction(signal, nil, previous.pointer + Int(signal)) == 0 else {
                throw LineEditingError.signalFailed(code: errno)
            }
            let handler = signal == SIGWINCH ? noteResize : restoreAndPassOn
            if try SignalWake.handle(signal, with: handler) != nil { caught.append(signal) }
        }
        return try body()
    }

    /// Runs `body` while the terminal echoes nothing of what is typed, which waits for the next read.
    static func whileRunning<Result>(_ descriptor: Int32, _ body: () throws -> Result) throws -> Result {
        try whileEditing(descriptor) {
            isQuiet.store(true, ordering: .sequentiallyConsistent)
            silence(descriptor)
            defer {
                isQuiet.store(false, ordering: .sequentiallyConsistent)
                // What was typed stays.
                _ = unsafe tcsetattr(descriptor, TCSADRAIN, settings.pointer)
            }
            return try body()
        }
    }

    /// Whether the terminal is to echo nothing.
    private static let isQuiet = Atomic<Bool>(false)

    /// Switches the echo off; safe in a handler.
    private static func silence(_ descriptor: Int32) {
        var quiet = unsafe settings.pointer.pointee
        quiet.c_lflag &= ~tcflag_t(ECHO)
        // The structure lives through the call.
        _ = unsafe tcsetattr(descriptor, TCSADRAIN, &quiet)
    }

    /// Sets the terminal back; safe in a handler.
    static func restoreTerminal() {
        let descriptor = armed.load(ordering: .sequentiallyConsistent)
        guard descriptor >= 0 else { return }
        // A stopped program that is ended has lost the terminal, which is as its shell wants it; to set it would stop the
        // program again (SIGTTOU). A terminal that is not this session's has no group, and setting it stops nobody.
        let group = tcgetpgrp(descriptor)
        guard group < 0 || group == getpgrp() else { return }
        // Turns bracketed paste off; the static bytes and the saved settings live for the whole program.
        let pasteOff: StaticString = "\u{1B}[?2004l"
        _ = unsafe write(descriptor, pasteOff.utf8Start, pasteOff.utf8CodeUnitCount)
        _ = unsafe tcsetattr(descriptor, TCSANOW, settings.pointer)
    }

    private static let noteResize: @convention(c) (Int32) -> Void = { _ in
        SignalWake.raise(SignalWake.resized)
    }

    /// Sets the terminal back and lets the signal do what it would have done without the guard.
    private static let restoreAndPassOn: @convention(c) (Int32) -> Void = { signal in
        let kept = errno
        TerminalGuard.restoreTerminal()
        var own = sigaction()
        // The structures live through the calls; the slot was filled before this handler was set.
        _ = unsafe sigaction(signal, TerminalGuard.previous.pointer + Int(signal), &own)
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, signal)
        _ = raise(signal)
        // The signal is blocked in its own handler; here it ends or stops the program.
        _ = unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        // Only a stopped program that was continued, or a handler of the caller's, comes back here.
        _ = unsafe sigaction(signal, &own, nil)
        if TerminalGuard.isQuiet.load(ordering: .sequentiallyConsistent) {
            TerminalGuard.silence(TerminalGuard.armed.load(ordering: .sequentiallyConsistent))
        }
        SignalWake.raise(SignalWake.resumed)
        errno = kept
    }
}

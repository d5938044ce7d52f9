internal import Glibc
internal import Synchronization

/// The SIGINT of ^C as a flag that a running computation polls.
///
/// The handler only sets the flag and wakes a waiting read, which then hands out `.interrupted`
/// and takes the flag. There is one flag for the process, as there is one SIGINT.
public enum InterruptSignal {
    /// Catches SIGINT from now on, unless it is ignored; calling it again does no harm.
    public static func install() throws(LineEditingError) {
        try SignalWake.open()
        try SignalWake.handle(SIGINT) { _ in SignalWake.raise(SignalWake.interrupted) }
    }

    /// Lets ^C pass by; a later `install` leaves it so.
    public static func ignore() { _ = signal(SIGINT, SIG_IGN) }

    /// Also takes TERM and HUP for an interrupt, so that a program can tidy up; `passOn` then ends it by them.
    public static func installForEnds() throws(LineEditingError) {
        try install()
        for signal in [SIGTERM, SIGHUP] {
            try SignalWake.handle(signal) { signal in
                InterruptSignal.end.store(signal, ordering: .releasing)
                SignalWake.raise(SignalWake.interrupted)
            }
        }
    }

    private static let end = Atomic<Int32>(0)

    /// Ends the program by the TERM or HUP that came, if one did.
    public static func passOn() {
        let number = end.load(ordering: .acquiring)
        guard number != 0 else { return }
        _ = signal(number, SIG_DFL)
        _ = raise(number)
    }

    /// Whether ^C came and nobody took it yet.
    public static var isRaised: Bool {
        SignalWake.interrupted.load(ordering: .acquiring)
    }

    /// Takes the interrupt: true once for each ^C or burst of them.
    public static func take() -> Bool {
        SignalWake.interrupted.exchange(false, ordering: .acquiringAndReleasing)
    }
}

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

    /// Whether ^C came and nobody took it yet.
    public static var isRaised: Bool {
        SignalWake.interrupted.load(ordering: .acquiring)
    }

    /// Takes the interrupt: true once for each ^C or burst of them.
    public static func take() -> Bool {
        SignalWake.interrupted.exchange(false, ordering: .acquiringAndReleasing)
    }
}

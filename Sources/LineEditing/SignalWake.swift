internal import Glibc
internal import Synchronization

/// The pipe by which signal handlers wake a waiting read, and the flags that say why.
///
/// A flag and one written byte are all that a handler may do safely. The pipe closes the gap
/// between looking at the flag and blocking, and works whichever thread the signal lands on.
enum SignalWake {
    static let interrupted = Atomic<Bool>(false)
    static let resized = Atomic<Bool>(false)
    static let resumed = Atomic<Bool>(false)

    /// The reading end in the low and the writing end in the high half; -1 before `open`.
    private static let ends = Atomic<Int64>(-1)

    /// The descriptor to poll beside the input, -1 before `open`.
    static var descriptor: Int32 {
        Int32(truncatingIfNeeded: ends.load(ordering: .acquiring))
    }

    /// Makes the pipe once.
    static func open() throws(LineEditingError) {
        guard ends.load(ordering: .acquiring) == -1 else { return }
        var pair: [Int32] = [-1, -1]
        // The array holds the two descriptors that pipe writes.
        guard unsafe pipe(&pair) == 0 else { throw .signalFailed(code: errno) }
        for end in pair {
            // A handler must not block on a full pipe, and started programs have no use for it.
            guard fcntl(end, F_SETFL, O_NONBLOCK) == 0, fcntl(end, F_SETFD, FD_CLOEXEC) == 0 else {
                throw .signalFailed(code: errno)
            }
        }
        let packed = Int64(pair[1]) << 32 | Int64(pair[0])
        let (won, _) = ends.compareExchange(expected: -1, desired: packed, ordering: .acquiringAndReleasing)
        if !won {
            _ = close(pair[0])
            _ = close(pair[1])
        }
    }

    /// Wakes the waiting read; called from handlers, so it allocates nothing and keeps errno.
    static func raise(_ flag: borrowing Atomic<Bool>) {
        let kept = errno
        flag.store(true, ordering: .releasing)
        let packed = ends.load(ordering: .acquiring)
        if packed != -1 {
            var byte: UInt8 = 0
            // A full pipe already wakes the reader, so a failed write loses nothing.
            _ = unsafe write(Int32(truncatingIfNeeded: packed >> 32), &byte, 1)
        }
        errno = kept
    }

    /// Empties the pipe; the flags stay.
    static func drain() {
        let descriptor = self.descriptor
        guard descriptor >= 0 else { return }
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        // The buffer holds the 64 bytes that read may write.
        while unsafe read(descriptor, &bytes, 64) > 0 {}
    }

    /// Sets a handler without SA_RESTART, so that a blocking call ends with EINTR.
    ///
    /// A signal that is ignored (a background job, nohup) stays so.
    ///
    /// - Returns: the action that was in force, nil where the signal is ignored.
    @discardableResult
    static func handle(
        _ signal: Int32, with handler: @convention(c) (Int32) -> Void
    ) throws(LineEditingError) -> sigaction? {
        var action = sigaction()
        var previous = sigaction()
        // Both structures live through the calls, which copy them.
        guard unsafe sigaction(signal, nil, &previous) == 0 else { throw .signalFailed(code: errno) }
        // SIG_IGN is the address 1, which has no name in Swift.
        let address = unsafe unsafeBitCast(previous.__sigaction_handler.sa_handler, to: UInt.self)
        guard address != 1 else { return nil }
        unsafe action.__sigaction_handler.sa_handler = handler
        action.sa_flags = 0
        unsafe sigemptyset(&action.sa_mask)
        guard unsafe sigaction(signal, &action, &previous) == 0 else {
            throw .signalFailed(code: errno)
        }
        return previous
    }
}

/// Why a wait ended.
enum WaitOutcome {
    case readable
    case interrupted
    case resized
    case resumed
    case failed(code: Int32)
}

extension SignalWake {
    /// Waits until the descriptor has input (or its end) or a signal came; an interrupt is taken.
    static func wait(for descriptor: Int32) -> WaitOutcome {
        while true {
            if interrupted.exchange(false, ordering: .acquiringAndReleasing) { return .interrupted }
            if resized.exchange(false, ordering: .acquiringAndReleasing) { return .resized }
            if resumed.exchange(false, ordering: .acquiringAndReleasing) { return .resumed }
            var entries = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            // The array holds the two entries that poll reads and writes; it skips a negative descriptor.
            let ready = unsafe poll(&entries, 2, -1)
            if ready < 0 {
                let code = errno
                guard code == EINTR || code == EAGAIN else { return .failed(code: code) }
                continue
            }
            if entries[1].revents != 0 {
                drain()
                continue
            }
            if entries[0].revents != 0 { return .readable }
        }
    }
}

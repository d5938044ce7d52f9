internal import CLibzmq
internal import Glibc

/// ZeroMQ's context: the sockets of a kernel are made in one, and only those of one see each other's `inproc` addresses.
@safe
package final class ZMQContext: Sendable {
    /// ZeroMQ's contexts, unlike its sockets, may be used by several threads at once.
    fileprivate nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    package init() throws(KernelError) {
        guard let handle = unsafe zmq_ctx_new() else { throw .socket(ZMQSocket.reason(), address: nil) }
        unsafe self.handle = handle
    }

    // Sockets keep their context, so all are closed by now; what is still to be sent is dropped after their linger time.
    deinit { unsafe _ = zmq_ctx_term(handle) }
}

/// A ZeroMQ socket that sends and receives messages of several frames; for one thread at a time.
@safe
package final class ZMQSocket {
    package enum Kind {
        /// Answers each client behind a frame with its address.
        case router
        /// A client of a router.
        case dealer
        /// Publishes, and hears who subscribes.
        case publisher
        case subscriber
        /// One end of a pipe between two threads.
        case push
        case pull

        fileprivate var number: Int32 {
            switch self {
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            case .publisher: ZMQ_XPUB
            case .subscriber: ZMQ_SUB
            case .push: ZMQ_PUSH
            case .pull: ZMQ_PULL
            }
        }
    }

    fileprivate let handle: UnsafeMutableRawPointer
    private let context: ZMQContext

    /// Largest frame that is taken; a client that sends a larger one is disconnected.
    private static let largestFrame: Int64 = 64 << 20
    /// Milliseconds for which a closed socket still sends.
    private static let linger: Int32 = 500

    package init(_ kind: Kind, in context: ZMQContext) throws(KernelError) {
        guard let handle = unsafe zmq_socket(context.handle, kind.number) else {
            throw .socket(Self.reason(), address: nil)
        }
        unsafe self.handle = handle
        self.context = context
        try set(ZMQ_LINGER, Self.linger)
        try set(ZMQ_MAXMSGSIZE, Self.largestFrame)
        switch kind {
        case .publisher:
            // Each client is welcomed, not only the first of a topic; no message is dropped while a client is slow.
            try set(ZMQ_XPUB_VERBOSE, Int32(1))
            try set(ZMQ_SNDHWM, Int32(0))
        case .push, .pull:
            try set(ZMQ_SNDHWM, Int32(0))
            try set(ZMQ_RCVHWM, Int32(0))
        case .router, .dealer, .subscriber: break
        }
    }

    deinit { unsafe _ = zmq_close(handle) }

    private func set<Number: FixedWidthInteger>(_ option: Int32, _ value: Number) throws(KernelError) {
        var value = value
        // The number lives through the call, which copies it.
        guard unsafe zmq_setsockopt(handle, option, &value, MemoryLayout<Number>.size) == 0 else {
            throw .socket(Self.reason(), address: nil)
        }
    }

    package func bind(_ address: String) throws(KernelError) {
        guard unsafe zmq_bind(handle, address) == 0 else { throw .socket(Self.reason(), address: address) }
    }

    package func connect(_ address: String) throws(KernelError) {
        guard unsafe zmq_connect(handle, address) == 0 else { throw .socket(Self.reason(), address: address) }
    }

    /// Takes all topics; for a subscriber.
    package func subscribe() throws(KernelError) {
        guard unsafe zmq_setsockopt(handle, ZMQ_SUBSCRIBE, nil, 0) == 0 else {
            throw .socket(Self.reason(), address: nil)
        }
    }

    /// Sends a message; one to a client that is gone is dropped.
    package func send(_ frames: [[UInt8]]) throws(KernelError) {
        for (index, frame) in frames.enumerated() {
            let flag = index + 1 < frames.count ? ZMQ_SNDMORE : 0
            while true {
                // The bytes live through the call, which copies them.
                let sent = unsafe frame.withUnsafeBytes { bytes in
                    unsafe zmq_send(handle, bytes.baseAddress, bytes.count, flag)
                }
                if sent >= 0 { break }
                guard errno == EINTR else { throw .socket(Self.reason(), address: nil) }
            }
        }
    }

    /// The next message; nil where there is none now, or a signal came.
    ///
    /// - Parameter waits: whether it is waited for.
    package func receive(waits: Bool) throws(KernelError) -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        while true {
            var message = zmq_msg_t()
            // The message lives here from its beginning to its end, and its bytes are copied out.
            unsafe zmq_msg_init(&message)
            defer { unsafe _ = zmq_msg_close(&message) }
            if unsafe zmq_msg_recv(&message, handle, waits ? 0 : ZMQ_DONTWAIT) < 0 {
                // Later frames of a message are there as soon as its first is.
                if errno == EINTR, !frames.isEmpty { continue }
                if errno == EINTR || errno == EAGAIN { return nil }
                throw .socket(Self.reason(), address: nil)
            }
            let bytes = unsafe UnsafeRawBufferPointer(
                start: zmq_msg_data(&message), count: zmq_msg_size(&message))
            unsafe frames.append(Array(bytes))
            if unsafe zmq_msg_more(&message) == 0 { return frames }
        }
    }

    fileprivate static func reason() -> String {
        // A static text of the library.
        guard let text = unsafe zmq_strerror(zmq_errno()) else { return "error \(zmq_errno())" }
        let words = unsafe String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}

extension ZMQSocket {
    /// Waits until a message can be taken from one of several sockets, a time has passed, or a signal came.
    ///
    /// - Returns: for each socket, whether it has one.
    package static func wait(_ sockets: [ZMQSocket], milliseconds: Int) throws(KernelError) -> [Bool] {
        var items = unsafe sockets.map { socket in
            unsafe zmq_pollitem_t(
                socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
        }
        // The array holds as many entries as the call reads and writes.
        let count = unsafe zmq_poll(&items, Int32(items.count), milliseconds)
        guard count >= 0 || errno == EINTR else { throw .socket(reason(), address: nil) }
        return unsafe items.map { unsafe count > 0 && $0.revents & Int16(ZMQ_POLLIN) != 0 }
    }
}

import Foundation
import Synchronization

/// The sockets that face Jupyter, in a thread of their own.
///
/// That thread echoes heartbeats, welcomes subscribers and answers control requests while a statement runs. Requests of
/// the shell go to the evaluating thread over one pipe, and what that one sends comes back over another. Each socket is
/// used by one thread at a time: those that face Jupyter by the channels' thread, the pipe's end for sending under a lock.
package final class KernelChannels: @unchecked Sendable {
    private let context: ZMQContext
    private let facing: [ConnectionFile.Channel: ZMQSocket]
    private let key: [UInt8]
    /// The identity in the headers of this kernel's messages.
    private let session = UUID().uuidString.lowercased()

    /// The pipe to the evaluating thread, which has the end `out`.
    private let requests: (out: ZMQSocket, in: ZMQSocket)
    // The pipe back: the evaluating thread sends, the channels' thread has what was sent.
    private let sending: Mutex<PipeEnd>
    private let sent: ZMQSocket

    private let interrupted = Atomic<Bool>(false)
    private let ending = Atomic<Bool>(false)
    private let finished = DispatchSemaphore(value: 0)

    /// A socket that whichever thread shows progress may use, under a lock. Its pipe shares the context, so the compiler
    /// cannot see that nothing else holds it.
    private struct PipeEnd: @unchecked Sendable {
        var socket: ZMQSocket
    }

    /// Milliseconds between two looks at whether Jupyter is still there.
    private static let patience = 1000

    /// Listens at the addresses of a connection.
    ///
    /// - Throws: `KernelError.socket` where one is taken.
    package init(_ connection: ConnectionFile) throws {
        let context = try ZMQContext()
        self.context = context
        key = connection.key
        var facing: [ConnectionFile.Channel: ZMQSocket] = [:]
        for channel in ConnectionFile.Channel.allCases {
            let socket = try ZMQSocket(channel == .iopub ? .publisher : .router, in: context)
            try socket.bind(connection.address(channel))
            facing[channel] = socket
        }
        self.facing = facing
        func pipe(_ address: String) throws -> (ZMQSocket, ZMQSocket) {
            let pull = try ZMQSocket(.pull, in: context)
            try pull.bind(address)
            let push = try ZMQSocket(.push, in: context)
            try push.connect(address)
            return (pull, push)
        }
        let (out, into) = try pipe("inproc://requests")
        requests = (out, into)
        let (sent, sending) = try pipe("inproc://sent")
        self.sent = sent
        self.sending = Mutex(PipeEnd(socket: sending))
    }

    /// Starts the thread.
    package func start() {
        let thread = Thread { [self] in
            do {
                try loop()
            } catch {
                // Without its sockets a kernel is of no use; Jupyter sees that it ended.
                FileHandle.standardError.write(Data("ziplab: error: \(error)\n".utf8))
                exit(1)
            }
            finished.signal()
        }
        thread.start()
    }

    // MARK: - The evaluating thread

    /// Sends a message to Jupyter, behind those that were sent before.
    package func send(_ message: WireMessage, on channel: ConnectionFile.Channel) throws {
        let frames = message.frames(key: key)
        try sending.withLock { end in try end.socket.send([Array(channel.rawValue.utf8)] + frames) }
    }

    /// Publishes what a request led to.
    package func publish(_ type: String, _ content: [String: Any], parent: [UInt8]) throws {
        try send(published(type, content, parent: parent), on: .iopub)
    }

    /// Answers a request on the channel that it came over.
    package func reply(_ type: String, _ content: [String: Any], to request: WireMessage) throws {
        try send(answer(type, content, to: request), on: .shell)
    }

    /// The next request of the shell; nil once the kernel ends, or where none came in time.
    ///
    /// - Parameter milliseconds: how long it is waited for; for ever where nil.
    package func nextRequest(milliseconds: Int? = nil) throws -> WireMessage? {
        while !isEnding {
            if let milliseconds,
                try !ZMQSocket.wait([requests.out], milliseconds: milliseconds)[0]
            {
                return nil
            }
            guard let frames = try requests.out.receive(waits: true) else { continue }
            if let message = WireMessage(frames, key: key) { return message }
            if !isEnding {
                Self.complain("a message on the shell channel was not signed with the key, or is none")
            }
        }
        return nil
    }

    /// Whether Jupyter asked to interrupt; asking clears it.
    package func takeInterrupt() -> Bool { interrupted.exchange(false, ordering: .acquiringAndReleasing) }

    /// Whether Jupyter asked to end.
    package var isEnding: Bool { ending.load(ordering: .acquiring) }

    /// Ends the thread once everything is sent.
    package func finish() throws {
        try sending.withLock { end in try end.socket.send([[]]) }
        finished.wait()
    }

    // MARK: - The channels' thread

    private func loop() throws {
        let parent = ProcessInfo.processInfo.environment["JPY_PARENT_PID"].flatMap { Int32($0) }
        let order: [ConnectionFile.Channel] = [.control, .shell, .heartbeat, .iopub, .stdin]
        let sockets = order.compactMap { facing[$0] }
        while true {
            let ready = try ZMQSocket.wait([sent] + sockets, milliseconds: Self.patience)
            if ready[0] {
                while let frames = try sent.receive(waits: false) {
                    guard
                        let channel = ConnectionFile.Channel(
                            rawValue: String(decoding: frames[0], as: UTF8.self))
                    else { return }
                    try facing[channel]?.send(Array(frames.dropFirst()))
                }
            }
            for (index, channel) in order.enumerated() where ready[index + 1] {
                guard let frames = try sockets[index].receive(waits: false) else { continue }
                switch channel {
                case .control: try answerControl(frames)
                case .shell: try requests.in.send(frames)
                case .heartbeat: try sockets[index].send(frames)
                case .iopub: try welcome(frames, on: sockets[index])
                // Nothing is asked of a person.
                case .stdin: break
                }
            }
            // A kernel whose Jupyter died would otherwise wait for ever.
            if let parent, parent > 1, getppid() == 1, !isEnding { try end() }
        }
    }

    private func welcome(_ frames: [[UInt8]], on socket: ZMQSocket) throws {
        guard let frame = frames.first, frame.first == 1 else { return }
        let topic = Array(frame.dropFirst())
        let message = WireMessage(
            "iopub_welcome", ["subscription": String(decoding: topic, as: UTF8.self)], session: session,
            addresses: [topic])
        try socket.send(message.frames(key: key))
    }

    private func answerControl(_ frames: [[UInt8]]) throws {
        guard let request = WireMessage(frames, key: key), request.type.hasSuffix("_request") else {
            Self.complain("a message on the control channel was not signed with the key, or is no request")
            return
        }
        func publish(_ state: String) throws {
            try facing[.iopub]?.send(
                published("status", ["execution_state": state], parent: request.header).frames(key: key))
        }
        try publish("busy")
        var content: [String: Any] = ["status": "ok"]
        switch request.type {
        case "kernel_info_request": content = kernelInformation
        case "interrupt_request": interrupted.store(true, ordering: .releasing)
        case "shutdown_request":
            content["restart"] = request.content["restart"] as? Bool ?? false
        default:
            content = [
                "status": "error", "ename": "unsupported", "traceback": [String](),
                "evalue": "this kernel does not answer '\(request.type)'",
            ]
        }
        let type = request.type.dropLast("_request".count) + "_reply"
        try facing[.control]?.send(answer(String(type), content, to: request).frames(key: key))
        try publish("idle")
        if request.type == "shutdown_request" { try end() }
    }

    /// Stops what runs, and wakes the evaluating thread to end.
    private func end() throws {
        ending.store(true, ordering: .releasing)
        interrupted.store(true, ordering: .releasing)
        try requests.in.send([[]])
    }

    // MARK: - Messages

    private func published(_ type: String, _ content: [String: Any], parent: [UInt8]) -> WireMessage {
        WireMessage(type, content, session: session, parent: parent, addresses: [Array(type.utf8)])
    }

    private func answer(_ type: String, _ content: [String: Any], to request: WireMessage) -> WireMessage {
        WireMessage(type, content, session: session, parent: request.header, addresses: request.addresses)
    }

    package static func complain(_ text: String) {
        FileHandle.standardError.write(Data("ziplab: \(text)\n".utf8))
    }
}

import Files
import Foundation
import JupyterKernel
import Notebook
import Synchronization
import TestData
import Testing

/// A kernel in this process and a client of it, over sockets in a folder. What Jupyter's own programs see: `make jupyter`.
struct KernelTests {
    /// What a client sees of a kernel.
    private final class Client {
        private let shell: ZMQSocket
        private let control: ZMQSocket
        private let published: ZMQSocket
        private let key = Array("secret".utf8)
        private let ended = DispatchSemaphore(value: 0)
        private let data: TemporaryData

        init(remember: @escaping @Sendable (String) -> Void = { _ in }) throws {
            data = try TemporaryData()
            let path = data.path + "/c.json"
            try data.write(
                "c.json",
                text: """
                    {"transport": "ipc", "ip": "\(data.path)/k", "key": "secret", "shell_port": 1, "iopub_port": 2,
                    "stdin_port": 3, "control_port": 4, "hb_port": 5}
                    """)
            let connection = try ConnectionFile(path: path)
            let folder = data.path
            let ended = ended
            let ready = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                do {
                    let host = NotebookHost(
                        workingFolder: folder, assetsFolder: Repository.root.path + "/Assets",
                        environment: [:])
                    let kernel = try Kernel(
                        connection, host: host, history: ["say before"], remember: remember)
                    ready.signal()
                    try kernel.run()
                } catch {
                    Issue.record(error)
                    ready.signal()
                }
                ended.signal()
            }
            ready.wait()
            let context = try ZMQContext()
            shell = try ZMQSocket(.dealer, in: context)
            try shell.connect(connection.address(.shell))
            control = try ZMQSocket(.dealer, in: context)
            try control.connect(connection.address(.control))
            published = try ZMQSocket(.subscriber, in: context)
            try published.connect(connection.address(.iopub))
            try published.subscribe()
            // Whoever subscribes is welcomed, so that nothing later is missed.
            while try next(published).type != "iopub_welcome" {}
        }

        private func next(_ socket: ZMQSocket) throws -> WireMessage {
            guard try ZMQSocket.wait([socket], milliseconds: 20_000)[0],
                let frames = try socket.receive(waits: true), let message = WireMessage(frames, key: key)
            else { throw KernelError.socket("nothing came", address: nil) }
            return message
        }

        @discardableResult
        func send(_ type: String, _ content: [String: Any] = [:], onControl: Bool = false) throws -> [UInt8] {
            let message = WireMessage(type, content, session: "client")
            try (onControl ? control : shell).send(message.frames(key: key))
            return message.header
        }

        func reply(onControl: Bool = false) throws -> WireMessage { try next(onControl ? control : shell) }

        /// What was published for a request, up to its end.
        func outputs(of request: [UInt8]) throws -> [WireMessage] {
            var found: [WireMessage] = []
            while true {
                let message = try next(published)
                guard message.parent == request else { continue }
                if message.content["execution_state"] as? String == "idle" { return found }
                found.append(message)
            }
        }

        func ask(_ type: String, _ content: [String: Any] = [:]) throws -> [String: Any] {
            try send(type, content)
            return try reply().content
        }

        /// Whether the kernel ended.
        func waitForEnd() -> Bool { ended.wait(timeout: .now() + 20) == .success }

        deinit {
            _ = try? send("shutdown_request", onControl: true)
            _ = ended.wait(timeout: .now() + 20)
        }
    }

    @Test func `statements, their output and their errors`() throws {
        let kept = Kept()
        let client = try Client { kept.add($0) }
        var request = try client.send("execute_request", ["code": "let x = 2\nsay one\nsay $(x * 3)"])
        var reply = try client.reply()
        #expect(reply.type == "execute_reply")
        #expect(reply.content["status"] as? String == "ok")
        #expect(reply.content["execution_count"] as? Int == 1)
        var outputs = try client.outputs(of: request)
        #expect(outputs.map(\.type) == ["status", "execute_input", "stream", "stream"])
        #expect(outputs.dropFirst(2).map { $0.content["text"] as? String } == ["one\n", "6\n"])

        request = try client.send("execute_request", ["code": "say good\nplot nothing"])
        reply = try client.reply()
        #expect(reply.content["status"] as? String == "error")
        outputs = try client.outputs(of: request)
        #expect(outputs.map(\.type) == ["status", "execute_input", "stream", "error"])
        #expect(outputs.last?.content["evalue"] as? String == reply.content["evalue"] as? String)
        #expect((reply.content["traceback"] as? [String])?[1] == "plot nothing")

        let past = try client.ask("history_request", ["hist_access_type": "tail", "n": 3])
        let lines = (past["history"] as? [[Any]])?.map { $0[2] as? String }
        #expect(lines == ["say before", "let x = 2\nsay one\nsay $(x * 3)", "say good\nplot nothing"])
        #expect(kept.texts.count == 2)
    }

    @Test func `questions about a text`() throws {
        let client = try Client()
        var answer = try client.ask("complete_request", ["code": "say é; checkp", "cursor_pos": 13])
        #expect(answer["matches"] as? [String] == ["checkpoint"])
        #expect(answer["cursor_start"] as? Int == 7)
        answer = try client.ask("complete_request", ["code": "say", "cursor_pos": -4])
        #expect(answer["status"] as? String == "ok")
        answer = try client.ask("inspect_request", ["code": "run --queries 3", "cursor_pos": 1])
        let text = (answer["data"] as? [String: String])?["text/plain"] ?? ""
        #expect(text.hasPrefix("run "))
        answer = try client.ask("is_complete_request", ["code": "repeat 3 {"])
        #expect(answer["status"] as? String == "incomplete")
        #expect(answer["indent"] as? String == "  ")
        #expect(try client.ask("kernel_info_request")["protocol_version"] as? String == "5.4")
        #expect(try client.ask("comm_info_request")["status"] as? String == "ok")
    }

    @Test func `an interrupt ends a cell, those behind it are dropped, and the kernel goes on`() throws {
        let client = try Client()
        let running = try client.send("execute_request", ["code": "repeat 1000000 { say again }"])
        try client.send("execute_request", ["code": "say dropped"])
        Thread.sleep(forTimeInterval: 0.3)
        try client.send("interrupt_request", onControl: true)
        #expect(try client.reply(onControl: true).type == "interrupt_reply")
        let first = try client.reply().content
        #expect(first["ename"] as? String == "interrupted")
        #expect(try client.reply().content["status"] as? String == "aborted")
        #expect(try client.outputs(of: running).last?.type == "error")
        #expect(try client.ask("execute_request", ["code": "say on"])["status"] as? String == "ok")
    }

    @Test func `the kernel ends when asked, also while a cell runs, and by quit`() throws {
        let client = try Client()
        try client.send("execute_request", ["code": "repeat 1000000 { say again }"])
        Thread.sleep(forTimeInterval: 0.2)
        try client.send("shutdown_request", ["restart": true], onControl: true)
        let reply = try client.reply(onControl: true)
        #expect(reply.type == "shutdown_reply")
        #expect(reply.content["restart"] as? Bool == true)
        #expect(client.waitForEnd())
        let second = try Client()
        let payload = try second.ask("execute_request", ["code": "quit"])["payload"] as? [[String: Any]]
        #expect(payload?.first?["source"] as? String == "ask_exit")
        #expect(second.waitForEnd())
    }

    @Test func `an address that cannot be used is named`() throws {
        let data = try TemporaryData()
        let context = try ZMQContext()
        let socket = try ZMQSocket(.router, in: context)
        #expect(
            message { try socket.bind("tcp://256.1.1.1:80") }
                == "cannot listen at 'tcp://256.1.1.1:80': no such device")
        let missing = "ipc://\(data.path)/missing/k"
        #expect(
            message { try socket.bind(missing) } == "cannot listen at '\(missing)': no such file or directory"
        )
    }

    /// Texts from another thread.
    private final class Kept: Sendable {
        private let list = Mutex<[String]>([])
        func add(_ text: String) { list.withLock { $0.append(text) } }
        var texts: [String] { list.withLock { $0 } }
    }
}

import Files
import Foundation

/// What Jupyter writes for a kernel that it starts: addresses, and the key that signs messages.
public struct ConnectionFile: Sendable, Equatable {
    public enum Channel: String, CaseIterable, Sendable {
        case shell, control, iopub, stdin
        case heartbeat = "hb"
    }

    /// `tcp` or `ipc`.
    let transport: String
    let ip: String
    let ports: [Channel: Int]
    /// Empty where messages are not signed.
    let key: [UInt8]

    /// Bytes of the largest file; a real one has about 400.
    private static let limit = 1 << 20

    /// - Throws: `FileError`; `KernelError.connection` with the field that is wrong.
    public init(path: String) throws {
        let bytes = try ReadOnlyFile.bytes(path, limit: Self.limit)
        func wrong(_ problem: String) -> KernelError { .connection(path: path, problem: problem) }
        guard let fields = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else {
            throw wrong("expected the JSON object of a Jupyter connection")
        }
        func text(_ name: String, _ fallback: String?) throws -> String {
            guard let value = fields[name] ?? fallback else { throw wrong("it has no '\(name)'") }
            guard let text = value as? String else { throw wrong("expected a text for '\(name)'") }
            return text
        }
        transport = try text("transport", "tcp")
        guard ["tcp", "ipc"].contains(transport) else {
            throw wrong("expected 'tcp' or 'ipc' for 'transport'; got '\(escapedForDisplay(transport))'")
        }
        ip = try text("ip", "127.0.0.1")
        guard !ip.isEmpty, !ip.unicodeScalars.contains(where: { $0.value < 0x21 }) else {
            throw wrong("expected an address for 'ip'")
        }
        let scheme = try text("signature_scheme", "hmac-sha256")
        guard scheme == "hmac-sha256" else {
            throw wrong("expected 'hmac-sha256' for 'signature_scheme'; got '\(escapedForDisplay(scheme))'")
        }
        key = Array(try text("key", nil).utf8)
        var ports: [Channel: Int] = [:]
        for channel in Channel.allCases {
            let name = channel.rawValue + "_port"
            guard let value = fields[name] else { throw wrong("it has no '\(name)'") }
            guard let port = value as? Int, (1...65535).contains(port) else {
                throw wrong("expected a port from 1 to 65535 for '\(name)'")
            }
            ports[channel] = port
        }
        self.ports = ports
    }

    /// Where a channel listens.
    package func address(_ channel: Channel) -> String {
        "\(transport)://\(ip)\(transport == "tcp" ? ":" : "-")\(ports[channel] ?? 0)"
    }
}

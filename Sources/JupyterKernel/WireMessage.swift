import Files
import Foundation

/// A message as it travels: addresses, a delimiter, a signature, and four JSON objects (Jupyter's messaging
/// specification 5.4, "The wire protocol").
package struct WireMessage {
    /// Addresses that a router put in front, or the topic of a published one.
    package var addresses: [[UInt8]]
    package var type: String
    /// The header as it came, for answers to name their parent.
    package var header: [UInt8]
    package var parent: [UInt8]
    package var content: [String: Any]

    private static let delimiter = Array("<IDS|MSG>".utf8)
    private static let empty = Array("{}".utf8)

    /// A message of the kernel's own.
    ///
    /// - Parameters:
    ///   - session: the identity of the kernel.
    ///   - parent: the header of the request that it answers; empty where there is none.
    package init(
        _ type: String, _ content: [String: Any], session: String, parent: [UInt8] = [],
        addresses: [[UInt8]] = []
    ) {
        self.addresses = addresses
        self.type = type
        self.content = content
        self.parent = parent.isEmpty ? Self.empty : parent
        let date = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        header = Self.json([
            "msg_id": UUID().uuidString.lowercased(), "session": session, "username": "ziplab",
            "date": date, "msg_type": type, "version": protocolVersion,
        ])
    }

    /// Reads a message.
    ///
    /// - Returns: nil where it is none, or is not signed with the key.
    package init?(_ frames: [[UInt8]], key: [UInt8]) {
        guard let start = frames.firstIndex(of: Self.delimiter), frames.count >= start + 6 else { return nil }
        let body = frames[(start + 2)...(start + 5)]
        guard key.isEmpty || Self.isEqual(frames[start + 1], Self.signature(of: Array(body), key)) else {
            return nil
        }
        guard let header = Self.object(frames[start + 2]), let type = header["msg_type"] as? String,
            Self.object(frames[start + 3]) != nil, let content = Self.object(frames[start + 5])
        else { return nil }
        addresses = Array(frames[..<start])
        self.type = type
        self.header = frames[start + 2]
        parent = frames[start + 3]
        self.content = content
    }

    package func frames(key: [UInt8]) -> [[UInt8]] {
        let body = [header, parent, Self.empty, Self.json(content)]
        return addresses + [Self.delimiter, key.isEmpty ? [] : Self.signature(of: body, key)] + body
    }

    private static func signature(of body: [[UInt8]], _ key: [UInt8]) -> [UInt8] {
        Array(SHA256Digest.hex(authenticating: Array(body.joined()), key: key).utf8)
    }

    /// Compares in a time that does not tell where they differ.
    private static func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func object(_ bytes: [UInt8]) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any]
    }

    private static func json(_ object: [String: Any]) -> [UInt8] {
        // What is given is text, numbers, lists and objects; there is no such that cannot be written.
        (try? JSONSerialization.data(withJSONObject: object, options: [.withoutEscapingSlashes])).map(
            Array.init)
            ?? empty
    }
}

/// The version of the messages.
let protocolVersion = "5.4"

import Files
import Foundation
import Fuzzing
import JupyterKernel
import Testing

struct WireMessageTests {
    private let key = Array("a0436f6c-1916-498b-8eb9-e81ab9368e84".utf8)

    /// The signature is that of Python's hmac.new(key, header + parent + metadata + content, hashlib.sha256).
    private var frames: [[UInt8]] {
        [
            "client", "<IDS|MSG>", "472146608b5bc2faef7100d49975c5908df715f7851cf7f7d59816ba4dbaa665",
            #"{"msg_type":"execute_request"}"#, "{}", "{}", #"{"code":"step"}"#,
        ].map { Array($0.utf8) }
    }

    @Test func `a message of another program's is read, and only with its signature`() throws {
        let message = try #require(WireMessage(frames, key: key))
        #expect(message.type == "execute_request")
        #expect(message.content["code"] as? String == "step")
        #expect(message.addresses == [Array("client".utf8)])
        var forged = frames
        forged[6] = Array(#"{"code":"quit"}"#.utf8)
        #expect(WireMessage(forged, key: key) == nil)
        forged = frames
        forged[2] = []
        #expect(WireMessage(forged, key: key) == nil)
        #expect(WireMessage(forged, key: [])?.type == "execute_request")
        #expect(WireMessage(frames, key: Array("another".utf8)) == nil)
    }

    @Test func `what is written reads back, with the parent's header as it came`() throws {
        let request = try #require(WireMessage(frames, key: key))
        let reply = WireMessage(
            "execute_reply", ["status": "ok", "text": "é \u{1F4F7}"], session: "s", parent: request.header,
            addresses: request.addresses)
        let read = try #require(WireMessage(reply.frames(key: key), key: key))
        #expect(read.parent == request.header)
        #expect(read.content["text"] as? String == "é \u{1F4F7}")
        let header = try #require(
            try JSONSerialization.jsonObject(with: Data(read.header)) as? [String: Any])
        #expect(header["version"] as? String == "5.4")
        #expect(Set(header.keys) == ["msg_id", "session", "username", "date", "msg_type", "version"])
    }

    @Test func `frames of any kind are read or refused`() {
        let frames = frames
        let report = fuzz("wire messages", rounds: 2000) { random in
            var damaged = frames
            for _ in 0...random.below(2) {
                let index = random.below(damaged.count)
                if random.once(in: 4) {
                    damaged.remove(at: index)
                } else {
                    random.damage(&damaged[index])
                }
                if damaged.isEmpty { break }
            }
            return WireMessage(damaged, key: []) == nil ? .refused : .accepted
        }
        #expect(report.problems.isEmpty, "\(report)")
    }
}

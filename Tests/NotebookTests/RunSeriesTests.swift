import Foundation
import Notebook
import Testing

/// A run's numbers as JSON and as an event file: the same that the CSV table has.
@Suite struct RunSeriesTests {
    @Test func allFormsHaveTheSameNumbers() throws {
        let fixture = try Fixture()
        let notebook = try fixture.notebook(smallPrompt)
        for statement in [
            "run --queries 60 --eval-every 20 --split test", "export csv r.csv", "export json r.json",
            "export tensorboard logs/zip",
        ] { #expect(try notebook.run(statement).last?.word == "ok") }
        let table = String(decoding: try #require(fixture.bytes("r.csv")), as: UTF8.self)
            .split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        let steps = table.filter { $0[0] == "step" }
        let evaluations = table.filter { $0[0] == "evaluation" }
        #expect(steps.count == 6 && evaluations.count == 4)

        let json =
            try JSONSerialization.jsonObject(with: Data(#require(fixture.bytes("r.json")))) as? [String: Any]
        let jsonSteps = try #require(json?["steps"] as? [[String: Any]])
        #expect(jsonSteps.map { ($0["loss"] as? NSNumber)?.stringValue } == steps.map { Optional($0[3]) })
        #expect(jsonSteps.compactMap { $0["queries"] as? Int }.map(String.init) == steps.map { $0[2] })
        #expect((json?["evaluations"] as? [[String: Any]])?.count == 4)
        #expect((json?["settings"] as? [String: Any])?["method"] as? String == "zip")

        let events = try Self.events(
            #require(fixture.bytes("logs/zip/events.out.tfevents.0000000000.ziplab")))
        #expect(
            events.filter { $0.tag == "loss" }.map(\.value) == steps.map { Double($0[3]).map { Float($0) } })
        #expect(events.filter { $0.tag == "loss" }.map { String($0.step) } == steps.map { $0[2] })
        let accuracies = events.filter { $0.tag == "accuracy/test" }
        #expect(accuracies.map(\.value) == evaluations.map { Double($0[$0.count - 3]).map { Float($0) } })
        #expect(Set(events.map(\.tag)).contains("gradient-norm"))
    }

    private struct Event {
        var step: Int
        var tag: String
        var value: Float?
    }

    /// A plain reader of what the writer makes, with the checksum bit by bit.
    private static func events(_ bytes: [UInt8]) throws -> [Event] {
        func word(_ place: Int, _ count: Int) -> UInt64 {
            (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * $1) }
        }
        func masked(_ part: ArraySlice<UInt8>) -> UInt64 {
            var sum: UInt32 = 0xFFFF_FFFF
            for byte in part {
                sum ^= UInt32(byte)
                for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
            }
            sum = ~sum
            return UInt64((sum >> 15 | sum << 17) &+ 0xA282_EAD8)
        }
        var place = 0
        var events: [Event] = []
        while place < bytes.count {
            let length = Int(word(place, 8))
            #expect(masked(bytes[place..<place + 8]) == word(place + 8, 4))
            let data = bytes[(place + 12)..<(place + 12 + length)]
            #expect(masked(data) == word(place + 12 + length, 4))
            place += 16 + length
            // wall time; then the step, and the summary with its one value.
            var rest = Array(data.dropFirst(9))
            guard rest.first == 0x10 else { continue }
            var (step, shift) = (0, 0)
            rest.removeFirst()
            repeat {
                step |= Int(rest[0] & 0x7F) << shift
                shift += 7
            } while rest.removeFirst() >= 0x80
            let tagLength = Int(rest[5])
            let tag = String(decoding: rest[6..<6 + tagLength], as: UTF8.self)
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(rest[7 + tagLength + $1]) << (8 * $1) }
            events.append(Event(step: step, tag: tag, value: Float(bitPattern: bits)))
        }
        return events
    }
}

import Foundation
import Tensors
import Testing

struct RandomStreamTests {
    /// Known answers of Random123's `kat_vectors`.
    @Test func `Philox gives the known answers`() {
        let zero = Philox4x32.block(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        #expect(zero == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        let ones = Philox4x32.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        let digits = Philox4x32.block(
            counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
            key: SIMD2(0xa409_3822, 0x299f_31d0))
        #expect(digits == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }

    struct Record: Decodable, Sendable {
        let seed, purpose, index: String
        let words: [UInt32]
        let uniforms: [Float]
        let uniformDoubles: [Double]
        let signs: [Float]
        let bounded: [Int]
        let permutation: [Int32]
        let normals: [Float]
    }

    @Test func `draws equal those of the recorded script`() throws {
        let records = try JSONDecoder().decode(
            [Record].self, from: Data(contentsOf: fixture("random.json")))
        #expect(records.count == 3)
        for record in records {
            let stream = RandomStream(
                seed: try #require(UInt64(record.seed)), purpose: RandomPurpose(record.purpose),
                index: try #require(UInt64(record.index)))
            let places = record.words.indices
            #expect(places.map { stream.word($0) } == record.words)
            #expect(places.map { stream.uniform($0) } == record.uniforms)
            #expect(stream.uniforms(places.count) == record.uniforms)
            #expect(places.map { stream.uniformDouble($0) } == record.uniformDoubles)
            #expect(stream.signs(places.count) == record.signs)
            #expect(places.map { stream.bounded($0, below: 1000) } == record.bounded)
            #expect(stream.permutation(places.count) == record.permutation)
            #expect(stream.normals(places.count) == record.normals)
        }
    }

    @Test func `a value depends on its place only`() {
        let stream = RandomStream(seed: 5, purpose: RandomPurpose("place"), index: 9)
        let many = stream.normals(101)
        for count in 0...20 {
            #expect(stream.normals(count) == Array(many.prefix(count)))
        }
    }

    @Test func `streams differ by seed, purpose and index`() {
        let base = RandomStream(seed: 1, purpose: RandomPurpose("a"))
        let others = [
            RandomStream(seed: 2, purpose: RandomPurpose("a")),
            RandomStream(seed: 1 << 32 | 1, purpose: RandomPurpose("a")),
            RandomStream(seed: 1, purpose: RandomPurpose("b")),
            RandomStream(seed: 1, purpose: RandomPurpose("a"), index: 1),
            RandomStream(seed: 1, purpose: RandomPurpose("a"), index: 1 << 32),
        ]
        for other in others { #expect(other.block(0) != base.block(0)) }
        #expect(RandomPurpose("foobar").code == 0xbf9c_f968)
    }

    @Test func `moments and ranges`() {
        let stream = RandomStream(seed: 11, purpose: RandomPurpose("moments"))
        let n = 100_000
        let normals = stream.normals(n).map(Double.init)
        let mean = normals.reduce(0, +) / Double(n)
        let variance = normals.reduce(0) { $0 + $1 * $1 } / Double(n)
        #expect(abs(mean) < 0.015 && abs(variance - 1) < 0.02)
        let uniforms = stream.uniforms(n)
        #expect(uniforms.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(uniforms.reduce(0) { $0 + Double($1) } / Double(n) - 0.5) < 0.005)
        #expect(abs(stream.signs(n).reduce(0, +)) < 1200)
        #expect(stream.permutation(1000).sorted() == (0..<1000).map { Int32($0) })
        #expect(stream.permutation(0).isEmpty && stream.normals(0).isEmpty)
        var counts = [Int](repeating: 0, count: 7)
        for i in 0..<7000 { counts[stream.bounded(i, below: 7)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 1000) < 150 })
    }

    @Test func `filling gives scaled uniforms, whatever the pieces`() {
        let stream = RandomStream(seed: 9, purpose: RandomPurpose("tests.fill"), index: 2)
        let wanted = stream.uniforms(1003).map { 2 + 0.3 * ($0 - 0.5) }
        for (start, count) in [(0, 1003), (4, 1), (400, 603), (8, 0)] {
            var values = [Float](repeating: 0, count: count)
            values.withUnsafeMutableBufferPointer { stream.fill($0, from: start, centre: 2, width: 0.3) }
            #expect(sameBits(values, Array(wanted[start..<start + count])))
        }
    }
}

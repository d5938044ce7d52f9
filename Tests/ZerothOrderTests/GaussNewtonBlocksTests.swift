import Foundation
import Tensors
import Testing
import ZerothOrder

/// Gauss–Newton with a block of coordinates a class.
@Suite struct GaussNewtonBlocksTests {
    static func search(shifted: Bool = false) -> GaussNewton {
        GaussNewton(
            GaussNewtonTests.search().settings, dimensions: 8, labels: GaussNewtonTests.labels, classes: 3,
            blockPerClass: true, shifted: shifted, seed: 5)
    }

    /// Logits at a point with a block a class: class c's are a function of block c alone.
    static func logits(_ point: [Double]) -> [Float] {
        let size = point.count / 3
        let own = (0..<3).map { GaussNewtonTests.logits(Array(point[($0 * size)..<(($0 + 1) * size)])) }
        return (0..<36).map { own[$0 % 3][$0] }
    }

    /// One evaluation a direction measures every block; a trial corrects each block by its own logits.
    @Test func blocksOfClasses() throws {
        var search = Self.search()
        var records: [GaussNewton.Record] = []
        var middle: [NamedTensor] = []
        while records.count < 12 {
            let points = search.ask()
            #expect(points.allSatisfy { $0.count == 24 })
            if points.count == 2 {
                // A direction moves all blocks alike, two forth and one back or the other way round.
                for point in points {
                    let moves = zip(point, search.point).map { $0 - $1 }
                    let ways = (0..<3).map { moves[$0 * 8] * moves[0] > 0 ? 1.0 : -1.0 }
                    #expect(abs(ways.reduce(0, +)) == 1)
                    for j in 0..<24 { #expect(abs(moves[j] - ways[j / 8] * moves[j % 8]) < 1e-12) }
                }
            }
            if let record = try search.tell(points.map(Self.logits)) {
                records.append(record)
                if records.count == 5 { middle = search.state }
                guard case .doubles(let places)? = search.state.first(where: { $0.name == "places" })?.values
                else { continue }
                #expect(places.count % (3 * record.rank) == 0)
            }
        }
        #expect((records.last?.loss ?? 9) < records[0].loss)
        var next = Self.search()
        let fits = next.restore(middle)
        #expect(fits)
        while next.step < 12 { _ = try next.tell(next.ask().map(Self.logits)) }
        #expect(next.state == search.state)
        // It has three times the freedom of a shared block, and uses it.
        var shared = GaussNewtonTests.search()
        let other = try GaussNewtonTests.run(&shared, steps: 12).records
        #expect((records.last?.loss ?? 1) < (other.last?.loss ?? 0))
    }

    /// Takes steps on logits plus a constant of each answer and image; what the steps showed.
    private static func run(_ search: inout GaussNewton, steps: Int, constants: Float) throws
        -> [GaussNewton.Record]
    {
        var draws = RandomStream(seed: 3, purpose: RandomPurpose("tests.shifts")).normals(12 * 400)[...]
        var records: [GaussNewton.Record] = []
        while records.count < steps {
            let answers = search.ask().map { point in
                defer { draws = draws.dropFirst(12) }
                return Self.logits(point).enumerated().map { at, logit in
                    logit + constants * draws[draws.startIndex + at / 3]
                }
            }
            if let record = try search.tell(answers) { records.append(record) }
        }
        return records
    }

    /// Log-probabilities leave a constant an image open: what is found does not depend on it, and is nearly as good.
    @Test func constantsOfImagesDoNotMatter() throws {
        var (plain, moved) = (Self.search(shifted: true), Self.search(shifted: true))
        let one = try Self.run(&plain, steps: 12, constants: 0)
        let two = try Self.run(&moved, steps: 12, constants: 1)
        for (a, b) in zip(one, two) { #expect(abs(a.loss - b.loss) < 1e-3 * a.loss, "\(a.loss), \(b.loss)") }
        var known = Self.search()
        let best = try Self.run(&known, steps: 12, constants: 0)
        // A search that takes the constants for the box's own words is led astray.
        var astray = Self.search()
        let worst = try Self.run(&astray, steps: 12, constants: 1)
        let losses = [best, two, worst].map { $0.last?.loss ?? 9 }
        #expect(losses[1] < 1.2 * losses[0] && losses[1] < losses[2], "\(losses)")
    }
}

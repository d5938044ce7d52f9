import Foundation
import Tensors
import Testing
import ZerothOrder

/// Gauss–Newton with a block of coordinates a class.
@Suite struct GaussNewtonBlocksTests {
    /// - Parameter whole: images whose logits are known as they are.
    static func search(whole: Int? = nil, rounding: GaussNewton.Rounding? = nil) -> GaussNewton {
        GaussNewton(
            GaussNewtonTests.search().settings, dimensions: 8, labels: GaussNewtonTests.labels, classes: 3,
            blockPerClass: true, rounding: rounding, whole: whole, seed: 5)
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
        var (plain, moved) = (Self.search(whole: 0), Self.search(whole: 0))
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

    /// What all classes' derivatives share cancels, for a class count that is odd, too: the model of a measured direction is that
    /// of the known logits.
    @Test func sharedDerivativesAreSeen() throws {
        // Every class's logits move alike with its own block.
        func logits(_ point: [Double]) -> [Float] {
            (0..<36).map { at in
                let own = point[(at % 3 * 8)..<(at % 3 * 8 + 8)]
                let fall = own.enumerated().reduce(0.0) { $0 + sin(Double(at / 3 + $1.0 * 5)) * $1.1 }
                return Float(0.1 * Double((at * 5) % 7) + fall)
            }
        }
        func blocks(_ whole: Int?) throws -> [Double] {
            var search = Self.search(whole: whole)
            _ = try search.tell(search.ask().map(logits))
            _ = try search.tell(search.ask().map(logits))
            return search.ask()[0]
        }
        let (known, settled) = (try blocks(nil), try blocks(0))
        let length = known.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for (a, b) in zip(known, settled) { #expect(abs(a - b) < 1e-3 * length, "\(a), \(b)") }
    }

    /// The noise of rounded probabilities is that of what was told, whatever constants are chosen.
    @Test func roundingIsMeasuredAsTold() throws {
        func noise(blocks: Bool) throws -> Double {
            var search = GaussNewton(
                GaussNewtonTests.search().settings, dimensions: 8, labels: GaussNewtonTests.labels,
                classes: 3,
                blockPerClass: blocks, rounding: .probabilities(0.01), whole: 0, seed: 5)
            let answers = search.ask().map { _ in
                (0..<36).map { Float(log([0.9, 0.09, 0.01][($0 + $0 / 3) % 3])) }
            }
            _ = try search.tell(answers)
            return search.region[2]
        }
        // Σ p min(¼, step²/(12 p²)), by hand.
        let wanted = [0.9, 0.09, 0.01].reduce(0.0) { $0 + $1 * min(0.25, 1e-4 / (12 * $1 * $1)) }
        for blocks in [false, true] {
            #expect(abs(try noise(blocks: blocks) - wanted.squareRoot()) < 1e-6)
        }
    }

    /// A search whose answers have constants goes on from its state.
    @Test func settledSearchesGoOn() throws {
        var whole = Self.search(whole: 4)
        _ = try Self.run(&whole, steps: 6, constants: 0)
        var first = Self.search(whole: 4)
        _ = try Self.run(&first, steps: 3, constants: 0)
        var next = Self.search(whole: 4)
        let fits = next.restore(first.state)
        #expect(fits)
        while next.step < 6 { _ = try next.tell(next.ask().map(Self.logits)) }
        #expect(next.state == whole.state)
    }
}

import Foundation
import Tensors
import Testing
import ZerothOrder

/// The local solve of Gauss–Newton against plain loops.
@Suite struct SoftmaxModelTests {
    /// A model of N images, C classes and p coordinates.
    static func sample(_ images: Int, _ classes: Int, _ count: Int, seed: UInt64) -> SoftmaxModel {
        let stream = RandomStream(seed: seed, purpose: RandomPurpose("tests.softmax-model"))
        let size = images * classes
        let normals = stream.normals(size * (count + 1)).map { Double($0) }
        return SoftmaxModel(
            base: Array(normals[..<size]),
            columns: (0..<count).map { Array(normals[(($0 + 1) * size)..<(($0 + 2) * size)]) },
            labels: (0..<images).map { ($0 * 7) % classes }, classes: classes)
    }

    /// The objective by its definition.
    static func value(_ model: SoftmaxModel, _ x: [Double], _ ridges: [Double], _ centres: [Double]) -> Double
    {
        var sum = 0.0
        for (image, label) in model.labels.enumerated() {
            let logits = (0..<model.classes).map { c -> Double in
                let at = image * model.classes + c
                return x.indices.reduce(model.base[at]) { $0 + x[$1] * model.columns[$1][at] }
            }
            let top = logits.max() ?? 0
            sum += log(logits.reduce(0) { $0 + exp($1 - top) }) + top - logits[label]
        }
        var result = sum / Double(model.labels.count)
        for j in x.indices { result += ridges[j] / 2 * (x[j] - centres[j]) * (x[j] - centres[j]) }
        return result
    }

    @Test(arguments: [(5, 3, 1), (20, 4, 6), (33, 7, 40), (16, 2, 30)])
    func theMinimumHasNoSlope(_ images: Int, _ classes: Int, _ count: Int) {
        let model = Self.sample(images, classes, count, seed: 1)
        let ridges = (0..<count).map { 0.05 + 0.01 * Double($0 % 5) }
        let centres = (0..<count).map { 0.3 * Double($0 % 3) - 0.2 }
        let solution = model.minimum(ridges: ridges, centres: centres, tolerance: 1e-14)
        #expect(abs(solution.value - Self.value(model, solution.point, ridges, centres)) < 1e-10)
        for j in 0..<count {
            var (up, down) = (solution.point, solution.point)
            up[j] += 1e-4
            down[j] -= 1e-4
            let slope =
                (Self.value(model, up, ridges, centres) - Self.value(model, down, ridges, centres)) / 2e-4
            #expect(abs(slope) < 1e-6, "\(slope)")
        }
        // From anywhere the same.
        let other = model.minimum(
            ridges: ridges, centres: centres, from: [Double](repeating: 1, count: count), tolerance: 1e-14)
        for (one, two) in zip(solution.point, other.point) { #expect(abs(one - two) < 1e-5) }
        #expect(
            zip(solution.logits.indices, solution.logits).allSatisfy { at, logit in
                let wanted = (0..<count).reduce(model.base[at]) {
                    $0 + solution.point[$1] * model.columns[$1][at]
                }
                return abs(wanted - logit) < 1e-9
            })
    }

    @Test(arguments: [1, 2, 9, 40]) func factorsSolve(_ n: Int) throws {
        let normals = RandomStream(seed: 2, purpose: RandomPurpose("tests.cholesky"), index: UInt64(n))
            .normals(n * n).map { Double($0) }
        var matrix = [Double](repeating: 0, count: n * n)
        for i in 0..<n {
            for j in 0..<n {
                for k in 0..<n { matrix[i * n + j] += normals[i * n + k] * normals[j * n + k] }
                if i == j { matrix[i * n + j] += 1 }
            }
        }
        let right = (0..<n).map { Double($0 % 4) - 1.5 }
        let x = try #require(CholeskyFactor(matrix, count: n)).solve(right)
        for i in 0..<n {
            let product = (0..<n).reduce(0.0) { $0 + matrix[i * n + $1] * x[$1] }
            #expect(abs(product - right[i]) < 1e-9)
        }
        matrix[0] = .nan
        #expect(CholeskyFactor(matrix, count: n) == nil)
        #expect(CholeskyFactor([Double](repeating: -1, count: n * n), count: n) == nil)
    }
}

/// Gauss–Newton on a box that is a plain function.
@Suite struct GaussNewtonTests {
    /// Logits of 12 images over 3 classes at a point of n dimensions: nearly linear.
    static func logits(_ point: [Double]) -> [Double] {
        (0..<36).map { at in
            var sum = 0.1 * Double((at * 5) % 7)
            for (j, x) in point.enumerated() {
                let weight = sin(Double(at * 3 + j * 11) * 0.7)
                sum += weight * x + 0.02 * x * x * cos(Double(at + j))
            }
            return sum
        }
    }

    static let labels = (0..<12).map { $0 % 3 }

    static func search(_ change: (inout GaussNewton.Settings) -> Void = { _ in }, dimensions: Int = 8)
        -> GaussNewton
    {
        var settings = GaussNewton.Settings()
        settings.difference = 0.01
        settings.radius = 2
        change(&settings)
        return GaussNewton(settings, dimensions: dimensions, labels: labels, classes: 3, seed: 5)
    }

    /// Takes steps; returns what they showed and the evaluations.
    static func run(_ search: inout GaussNewton, steps: Int) throws -> (
        records: [GaussNewton.Record], asked: Int
    ) {
        var records: [GaussNewton.Record] = []
        var asked = 0
        while records.count < steps {
            let most = search.evaluationsPerStep
            var inStep = 0
            while true {
                let points = search.ask()
                #expect(points == search.ask())
                inStep += points.count
                if let record = try search.tell(points.map(logits)) {
                    records.append(record)
                    break
                }
            }
            #expect(inStep <= most)
            asked += inStep
        }
        return (records, asked)
    }

    @Test func findsWhatNewtonFinds() throws {
        var search = Self.search()
        let (records, asked) = try Self.run(&search, steps: 40)
        #expect(records.last?.rank == 8 && asked < 180)
        let losses = records.map(\.loss)
        #expect(zip(losses, losses.dropFirst()).allSatisfy { $1 <= $0 })
        // Coordinate descent by small steps from there finds nothing better.
        func penalised(_ point: [Double], _ bias: [Double]) -> Double {
            let f = Self.logits(point)
            var sum = 0.0
            for (image, label) in Self.labels.enumerated() {
                let row = (0..<3).map { f[image * 3 + $0] + bias[$0] }
                sum += log(row.reduce(0) { $0 + exp($1) }) - row[label]
            }
            return sum / 12 + 0.5e-4 * point.reduce(0) { $0 + $1 * $1 } + 0.005
                * bias.reduce(0) { $0 + $1 * $1 }
        }
        let best = penalised(search.point, search.bias)
        #expect(abs(best - (losses.last ?? 0)) < 1e-9)
        var improved = best
        var point = search.point
        for _ in 0..<20 {
            for j in 0..<8 {
                for shift in [-0.05, 0.05] {
                    var other = point
                    other[j] += shift
                    let value = penalised(other, search.bias)
                    if value < improved { (point, improved) = (other, value) }
                }
            }
        }
        #expect(best - improved < 0.01, "\(best) \(improved)")
    }

    /// Measured directions are orthonormal, their derivatives differences; after a trial the model explains it.
    @Test func roundsEqualPlainLoops() throws {
        var search = Self.search { $0.directions = 3 }
        let start = Self.logits([Double](repeating: 0, count: 8))
        #expect(search.ask() == [[Double](repeating: 0, count: 8)])
        let none = try search.tell([start])
        #expect(none == nil)
        let points = search.ask()
        let directions = points.map { $0.map { $0 / 0.01 } }
        for i in 0..<3 {
            for j in 0..<3 {
                let product = zip(directions[i], directions[j]).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-9)
            }
        }
        let further = try search.tell(points.map(Self.logits))
        #expect(further == nil)
        let trial = search.ask()
        #expect(trial.count == 1)
        let answer = Self.logits(trial[0])
        let before = search.state
        let told = try search.tell([answer])
        let record = try #require(told)
        func values(_ state: [NamedTensor], _ name: String) -> [Double] {
            if case .doubles(let values)? = state.first(where: { $0.name == name })?.values {
                values
            } else {
                []
            }
        }
        #expect(record.accepted && search.point == trial[0] && record.rank == 3)
        // J dx = Δf, by the coordinates of the move and Broyden's update.
        let move = values(search.state, "coordinates")
        let jacobian = values(search.state, "jacobian")
        for at in 0..<36 {
            let explained = (0..<3).reduce(0.0) { $0 + jacobian[$1 * 36 + at] * move[$1] }
            #expect(abs(explained - (answer[at] - start[at])) < 1e-6)
        }
        // Before it the columns were differences.
        let measured = values(before, "jacobian")
        for (index, point) in points.enumerated() {
            for (at, logit) in Self.logits(point).enumerated() {
                #expect(measured[index * 36 + at] == (logit - start[at]) / 0.01)
            }
        }
    }

    @Test(arguments: [nil, 0.01]) func goesOnFromItsState(_ ridge: Double?) throws {
        var whole = Self.search { $0.biasRidge = ridge }
        _ = try Self.run(&whole, steps: 12)
        for stop in 0..<12 {
            var first = Self.search { $0.biasRidge = ridge }
            _ = try Self.run(&first, steps: stop)
            var next = Self.search { $0.biasRidge = ridge }
            let fits = next.restore(first.state)
            #expect(fits)
            _ = try Self.run(&next, steps: 12 - stop)
            #expect(next.state == whole.state, "from step \(stop)")
        }
        // A state that does not fit changes nothing.
        var other = Self.search(dimensions: 9)
        let before = other.state
        let fits = other.restore(whole.state)
        #expect(!fits && other.state == before)
    }

    @Test func answersThatAreNoNumbersChangeNothing() throws {
        var search = Self.search()
        _ = try Self.run(&search, steps: 2)
        let before = search.state
        let points = search.ask()
        #expect(throws: ZerothOrderError.self) {
            _ = try search.tell(points.map { _ in [Double](repeating: .nan, count: 36) })
        }
        #expect(search.state == before && search.ask() == points)
    }

    /// Logits at a point with a block a class: class c's are a function of block c alone.
    private func blockLogits(_ point: [Double]) -> [Double] {
        let size = point.count / 3
        let own = (0..<3).map { Self.logits(Array(point[($0 * size)..<(($0 + 1) * size)])) }
        return (0..<36).map { own[$0 % 3][$0] }
    }

    /// One evaluation a direction measures every block; a trial corrects each block by its own logits.
    @Test func blocksOfClasses() throws {
        var settings = GaussNewton.Settings()
        settings.difference = 0.01
        settings.radius = 2
        func make() -> GaussNewton {
            GaussNewton(
                settings, dimensions: 8, labels: Self.labels, classes: 3, blockPerClass: true, seed: 5)
        }
        var search = make()
        var records: [GaussNewton.Record] = []
        var middle: [NamedTensor] = []
        while records.count < 12 {
            let points = search.ask()
            #expect(points.allSatisfy { $0.count == 24 })
            if points.count == 2 {
                // Both directions move all blocks alike.
                for point in points {
                    let moves = zip(point, search.point).map { $0 - $1 }
                    for j in 0..<16 { #expect(abs(moves[j] - moves[j + 8]) < 1e-12) }
                }
            }
            if let record = try search.tell(points.map(blockLogits)) {
                records.append(record)
                if records.count == 5 { middle = search.state }
                guard record.accepted,
                    case .doubles(let jacobian)? = search.state.first(where: { $0.name == "jacobian" })?
                        .values
                else { continue }
                #expect(jacobian.count == record.rank * 36)
            }
        }
        #expect((records.last?.loss ?? 9) < records[0].loss)
        var next = make()
        let fits = next.restore(middle)
        #expect(fits)
        while next.step < 12 { _ = try next.tell(next.ask().map(blockLogits)) }
        #expect(next.state == search.state)
        // It has three times the freedom of a shared block, and uses it.
        var shared = Self.search()
        let other = try Self.run(&shared, steps: 12).records
        #expect((records.last?.loss ?? 1) < (other.last?.loss ?? 0))
    }
}

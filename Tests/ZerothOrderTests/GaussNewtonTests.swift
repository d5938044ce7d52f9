import Foundation
import Tensors
import Testing
import ZerothOrder

/// Gauss–Newton on a box that is a plain function.
@Suite struct GaussNewtonTests {
    /// Logits of 12 images over 3 classes at a point of n dimensions: nearly linear.
    static func logits(_ point: [Double]) -> [Float] { exactLogits(point).map { Float($0) } }

    static func exactLogits(_ point: [Double]) -> [Double] {
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
        settings.difference = 0.05
        // A ridge of 1e-4 when all eight dimensions are measured.
        settings.prior = 1.25e-5
        settings.radius = 2
        settings.scale = 4
        settings.repeats = 0
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
        // The ridge grows with the directions; afterwards the loss only falls.
        #expect(zip(losses.dropFirst(3), losses.dropFirst(4)).allSatisfy { $1 <= $0 })
        // Coordinate descent by small steps from there finds nothing better.
        func penalised(_ point: [Double], _ bias: [Double]) -> Double {
            let f = Self.logits(point).map { Double($0) }
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

    /// Directions are orthonormal; a trial minimises what a plainly computed model says, with the damping of the state.
    @Test(arguments: [nil, 0.01]) func trialsMinimiseThePlainModel(_ ridge: Double?) throws {
        var search = Self.search {
            $0.directions = 3
            $0.biasRidge = ridge
        }
        let points = [search.point, search.point]
        let none = try search.tell([Self.logits(points[0])])
        #expect(none == nil)
        let asked = search.ask()
        let directions = asked.map { $0.map { $0 / 0.05 } }
        for i in 0..<3 {
            for j in 0..<3 {
                let product = zip(directions[i], directions[j]).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-9)
            }
        }
        _ = try search.tell(asked.map(Self.logits))
        let damping = search.state.last.map { tensor in
            if case .doubles(let values) = tensor.values { values[1] } else { Double.nan }
        }
        let trial = search.ask()[0]
        // Coordinates of the trial along the directions.
        let move = directions.map { direction in zip(direction, trial).reduce(0) { $0 + $1.0 * $1.1 } }
        let nugget = max(1e-10, 1e-3 * (0.05 / 4) * (0.05 / 4))
        var places = [[0.0, 0, 0]]
        for i in 0..<3 { places.append((0..<3).map { $0 == i ? 0.05 : 0 }) }
        let plain = ResponseModelTests.plain(
            places, ([points[0]] + asked).map { Self.logits($0).map { Double($0) } }, at: 0, scale: 4,
            nugget: nugget)
        // The best bias at that move, by plain Newton-free descent: slopes along the move must vanish there.
        func objective(_ a: [Double], _ bias: [Double]) -> Double {
            var sum = 0.0
            for (image, label) in Self.labels.enumerated() {
                let row = (0..<3).map { c -> Double in
                    let at = image * 3 + c
                    return plain.base[at] + bias[c]
                        + (0..<3).reduce(0.0) { $0 + a[$1] * plain.derivatives[$1][at] }
                }
                sum += log(row.reduce(0) { $0 + exp($1) }) - row[label]
            }
            return sum / 12 + (3.75e-5 + (damping ?? 0)) / 2 * a.reduce(0) { $0 + $1 * $1 }
                + (ridge ?? 0) / 2 * bias.reduce(0) { $0 + $1 * $1 }
        }
        var bias = [0.0, 0, 0]
        for _ in 0..<(ridge == nil ? 0 : 4000) {
            for c in 0..<3 {
                var (up, down) = (bias, bias)
                up[c] += 1e-4
                down[c] -= 1e-4
                bias[c] -= 2 * (objective(move, up) - objective(move, down)) / 2e-4
            }
        }
        for j in 0..<3 {
            var (up, down) = (move, move)
            up[j] += 1e-4
            down[j] -= 1e-4
            let slope = (objective(up, bias) - objective(down, bias)) / 2e-4
            // A solve ends where a Newton step gains less than 3e-4 of the loss.
            #expect(abs(slope) < 0.02, "\(slope)")
        }
        let answer = Self.logits(trial)
        let told = try search.tell([answer])
        let record = try #require(told)
        #expect(record.accepted && search.point == trial && record.rank == 3 && search.logits == answer)
    }

    /// A trial is taken where its penalised loss is lower; the region follows its fall over the predicted one.
    @Test func trialsAreJudgedByTheirFall() throws {
        var search = Self.search {
            $0.radius = 60
            $0.scale = 60
        }
        func penalised(_ point: [Double], _ bias: [Double], _ ridge: Double) -> Double {
            let f = Self.logits(point).map { Double($0) }
            var sum = 0.0
            for (image, label) in Self.labels.enumerated() {
                let row = (0..<3).map { f[image * 3 + $0] + bias[$0] }
                sum += log(row.reduce(0) { $0 + exp($1) }) - row[label]
            }
            return sum / 12 + ridge / 2 * point.reduce(0) { $0 + $1 * $1 } + 0.005
                * bias.reduce(0) { $0 + $1 * $1 }
        }
        var (failed, rejected, widened, narrowed) = (0, 0, 0, 0)
        while search.step < 20 {
            let points = search.ask()
            let before = search
            let record = try search.tell(points.map(Self.logits))
            guard let trial = before.trial else { continue }
            let ridge = 1.25e-5 * Double(min(8, 2 * (before.step + 1)))
            let now = penalised(before.point, before.bias, ridge)
            let then = penalised(points[0], trial.bias, ridge)
            let ratio = (now - then) / max(now - trial.predicted, 1e-9)
            let length = zip(points[0], before.point)
                .reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            var radius = before.region[0]
            if ratio < 0.25 {
                radius = max(min(length, radius) / 2, 1e-3)
                narrowed += 1
            } else if ratio > 0.6, length > 0.6 * radius {
                radius *= 2
                widened += 1
            }
            failed = then < now ? 0 : failed + 1
            rejected += then < now ? 0 : 1
            if failed == 3 { radius = max(radius, 0.45) }
            #expect(abs(search.region[0] - radius) < 1e-9 * radius)
            #expect((record != nil) == (failed == 0 || failed == 3))
            #expect((record?.accepted ?? false) == (failed == 0))
            #expect(search.point == (failed == 0 ? points[0] : before.point))
            #expect(search.bias == (failed == 0 ? trial.bias : before.bias))
            if record != nil { failed = 0 }
        }
        #expect(rejected > 0 && widened > 0 && narrowed > 0, "\(rejected) \(widened) \(narrowed)")
    }

    /// Repeats of the start tell the noise; differences grow with it, and the region is not narrower than they can see.
    @Test func noiseIsMeasured() throws {
        var search = Self.search { $0.repeats = 3 }
        var draws = RandomStream(seed: 9, purpose: RandomPurpose("tests.noise")).normals(36 * 400)[...]
        func noisy(_ point: [Double]) -> [Float] {
            defer { draws = draws.dropFirst(36) }
            return zip(Self.logits(point), draws).map { $0 + 0.1 * $1 }
        }
        let starts = search.ask()
        #expect(starts.count == 4)
        _ = try search.tell(starts.map(noisy))
        _ = try search.tell(search.ask().map(noisy))
        var record: GaussNewton.Record?
        while record == nil { record = try search.tell(search.ask().map(noisy)) }
        let noise = try #require(record?.noise)
        #expect(abs(noise - 0.1) < 0.03, "\(noise)")
        let longer = zip(search.ask()[0], search.point).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            .squareRoot()
        #expect(longer > 0.5, "\(longer)")
        #expect((record?.radius ?? 0) >= 0.75 * 0.05)
        // Answers that are noise alone: what shows nothing is made longer, up to half of the scale.
        var blind = Self.search { settings in
            settings.repeats = 3
            settings.tries = 1
        }
        var lengths: [Double] = []
        while lengths.count < 3 {
            let points = blind.ask()
            if points.count == 2 {
                lengths.append(
                    zip(points[0], blind.point).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                        .squareRoot())
            }
            _ = try blind.tell(points.map { _ in noisy([0, 0, 0, 0, 0, 0, 0, 0]) })
        }
        #expect(abs(lengths[0] - 0.05) < 1e-12 && lengths[1] > 0.4 && lengths[2] == 2, "\(lengths)")
        // Rounding is a noise that repeats do not show.
        var rounded = GaussNewton(
            search.settings, dimensions: 8, labels: Self.labels, classes: 3, rounding: .logits(0.12), seed: 5)
        _ = try rounded.tell(rounded.ask().map(Self.logits))
        _ = try rounded.tell(rounded.ask().map(Self.logits))
        var first: GaussNewton.Record?
        while first == nil { first = try rounded.tell(rounded.ask().map(Self.logits)) }
        #expect(abs((first?.noise ?? 0) - 0.12 / 12.0.squareRoot()) < 1e-9)
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
            _ = try search.tell(points.map { _ in [Float](repeating: .nan, count: 36) })
        }
        #expect(search.state == before && search.ask() == points)
    }
}

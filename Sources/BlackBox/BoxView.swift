import Datasets
import Files
public import Tensors

/// What a black box shows of its logits; the standard view shows all of them as they are.
///
/// Noise is added first. Then the classes that are shown are chosen by their logits, the first of equals, and what is
/// shown is rounded. Everything is in double precision until the answer is made.
public struct BoxView: Sendable, Equatable {
    /// The numbers that are shown.
    public enum Numbers: String, Sendable, CaseIterable {
        case logits
        case logProbabilities = "log-probabilities"
        case probabilities
    }

    public let numbers: Numbers
    /// Decimals that the numbers are rounded to; nil where they are not.
    public let decimals: Int?
    /// How many classes of an image are shown; nil for all.
    public let top: Int?
    /// Standard deviation of the noise on every logit.
    public let noise: Double
    /// Share of queries that fail, are charged, and have to be asked again.
    public let failure: Double

    /// Shows every logit as it is.
    public static let standard = BoxView()
    public static let mostDecimals = 12
    /// The least probability that a logarithm is taken of where probabilities are not rounded.
    private static let leastProbability = 1e-12

    /// - Parameters:
    ///   - decimals: 0 to `mostDecimals`.
    ///   - top: from 1.
    ///   - noise: finite, from 0.
    ///   - failure: from 0, below 1.
    public init(
        numbers: Numbers = .logits, decimals: Int? = nil, top: Int? = nil, noise: Double = 0,
        failure: Double = 0
    ) {
        precondition(
            0...Self.mostDecimals ~= decimals ?? 0,
            "expected 0 to \(Self.mostDecimals) decimals; got \(decimals ?? 0)")
        precondition(top ?? 1 >= 1, "expected one class or more; got \(top ?? 1)")
        precondition(noise >= 0 && noise.isFinite, "expected a finite deviation from 0; got \(noise)")
        precondition(failure >= 0 && failure < 1, "expected a share from 0, below 1; got \(failure)")
        (self.numbers, self.decimals, self.top, self.noise) = (numbers, decimals, top, noise)
        self.failure = failure
    }

    public var isStandard: Bool { self == .standard }

    /// The box as it is seen; the box itself under the standard view.
    ///
    /// - Parameter seed: of the noise.
    public func applied(to oracle: any Oracle, seed: UInt64) -> any Oracle {
        isStandard ? oracle : ViewedOracle(oracle, view: self, seed: seed)
    }

    /// What is shown of an answer.
    ///
    /// A hidden class gets the most that it can have: the least logit that is shown. Where probabilities or their logarithms
    /// are shown, hidden classes share evenly what is left to one, up to the least that is shown. The answer to
    /// probabilities has logarithms: of p, or of
    /// half a unit of the last decimal where p is less (1e-12 where nothing is rounded).
    ///
    /// - Parameter stream: what the noise is drawn from: the normal of each logit, row by row.
    public func shown(_ answer: Answer, stream: RandomStream) -> Answer {
        let logits = answer.logits
        let draws = noise > 0 ? stream.normals(logits.values.count) : []
        var values: [Float] = []
        values.reserveCapacity(logits.values.count)
        for image in 0..<logits.rows {
            var row = logits.row(image).map { Double($0) }
            if noise > 0 {
                for label in row.indices { row[label] += noise * Double(draws[image * row.count + label]) }
            }
            values += shown(row).map { Float($0) }
        }
        return Answer(logits: Matrix(rows: logits.rows, columns: logits.columns, values: values))
    }

    /// What is shown of an image's logits, [C].
    private func shown(_ logits: [Double]) -> [Double] {
        // Whoever is told must see that they are no numbers.
        guard logits.allSatisfy(\.isFinite) else { return logits }
        let values = numbers(of: logits).map(rounded)
        let result = top.map { hiding(values, but: Self.largest($0, of: logits)) } ?? values
        guard numbers == .probabilities else { return result }
        let least = decimals.map { 0.5 / Self.powerOfTen($0) } ?? Self.leastProbability
        return result.map { Elementary.log(max($0, least)) }
    }

    /// The numbers of an image, [C], before they are rounded.
    private func numbers(of logits: [Double]) -> [Double] {
        switch numbers {
        case .logits: return logits
        case .probabilities: return Self.softmax(logits)
        case .logProbabilities:
            let largest = logits.max() ?? 0
            let sum = logits.reduce(0) { $0 + Elementary.exp($1 - largest) }
            return logits.map { $0 - largest - Elementary.log(sum) }
        }
    }

    /// Values, [C], with those of all classes but some replaced by what can be known of them.
    ///
    /// - Parameter shown: the classes that are shown, the largest first.
    private func hiding(_ values: [Double], but shown: ArraySlice<Int>) -> [Double] {
        guard shown.count < values.count, let last = shown.last else { return values }
        var hidden = values[last]
        let others = Double(values.count - shown.count)
        switch numbers {
        case .logits: break
        case .probabilities:
            let left = max(0, 1 - shown.reduce(0) { $0 + values[$1] })
            hidden = min(hidden, left / others)
        case .logProbabilities:
            let left = max(Self.leastProbability, 1 - shown.reduce(0) { $0 + Elementary.exp(values[$1]) })
            hidden = min(hidden, Elementary.log(left / others))
        }
        var result = [Double](repeating: hidden, count: values.count)
        for label in shown { result[label] = values[label] }
        return result
    }

    /// Half to even, of the value times the power of ten.
    private func rounded(_ value: Double) -> Double {
        guard let decimals else { return value }
        let scale = Self.powerOfTen(decimals)
        return (value * scale).rounded(.toNearestOrEven) / scale
    }

    /// The classes of the `count` largest values, the first of equals first.
    private static func largest(_ count: Int, of values: [Double]) -> ArraySlice<Int> {
        values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(count)
    }

    private static func softmax(_ logits: [Double]) -> [Double] {
        let largest = logits.max() ?? 0
        let powers = logits.map { Elementary.exp($0 - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// Exact.
    private static func powerOfTen(_ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}

/// A black box of which only a view is seen.
///
/// It keeps nothing: the noise of an answer is drawn by the content of its query and the query's place in the call. So a
/// round that is asked again gets the same answers, and a prompt that stands in a round twice gets two.
public struct ViewedOracle: Oracle {
    private let oracle: any Oracle
    private let view: BoxView
    private let seed: UInt64

    public init(_ oracle: any Oracle, view: BoxView, seed: UInt64) {
        (self.oracle, self.view, self.seed) = (oracle, view, seed)
    }

    public var facts: OracleFacts { oracle.facts }

    public func prepare(_ queries: [Query], progress: (_ done: Int, _ total: Int) throws -> Void) throws {
        try oracle.prepare(queries, progress: progress)
    }

    public func answer(
        _ queries: [Query], paid: consuming QueryAccount.Receipt, pause: () throws -> Void
    ) throws -> [Answer] {
        let answers = try oracle.answer(queries, paid: paid, pause: pause)
        return try zip(answers, queries).enumerated().map { place, pair in
            let index = view.noise > 0 ? try pair.1.contentCode() &+ UInt64(place) : 0
            return view.shown(pair.0, stream: RandomStream(seed: seed, purpose: .boxNoise, index: index))
        }
    }
}

extension ViewedOracle {
    /// How often queries fail before they are answered: each time anew with the view's share, drawn by content and place.
    public func failures(of queries: [Query]) throws -> Int {
        guard view.failure > 0 else { return 0 }
        return try queries.enumerated().reduce(0) { sum, item in
            let index = try item.element.contentCode() &+ UInt64(item.offset)
            let stream = RandomStream(seed: seed, purpose: .boxFailures, index: index)
            let first = (0..<Self.mostFailures).first { stream.uniformDouble($0) >= view.failure }
            return sum + (first ?? Self.mostFailures)
        }
    }

    /// Of one query; nobody asks for ever.
    private static let mostFailures = 1000
}

extension Query {
    /// The first 64 bits of the SHA-256 of all that an answer depends on: the prompt, and which images of which list.
    ///
    /// - Throws: `TensorsError.unwritable` where two tensors of a prompt have one name.
    func contentCode() throws -> UInt64 {
        var content = SafeTensorsWriter()
        for tensor in prompt.tensors { try content.add(tensor, prefix: "prompt.") }
        if case .templates(let templates) = prompt.text {
            for (index, template) in templates.enumerated() {
                content.metadata["template.\(index)"] = template
            }
        }
        content.metadata["list"] = batch.list.digest
        try content.add(NamedTensor("batch.indices", integers: batch.indices))
        if let views = batch.views {
            content.metadata["views"] = "\(views.count) \(views.seed)"
            try content.add(NamedTensor("batch.views", integers: views.chosen))
        }
        let digest = SHA256Digest.hex(try content.serialized())
        guard let code = UInt64(digest.prefix(16), radix: 16) else {
            preconditionFailure("expected hexadecimal digits; got '\(digest)'")
        }
        return code
    }
}

extension RandomPurpose {
    /// Noise on the logits of a query; the index is the code of its content plus its place in the call.
    static let boxNoise = RandomPurpose("box.noise")
    /// Which asking of a query is answered: value i is below the share of failures where asking i fails.
    static let boxFailures = RandomPurpose("box.failures")
}

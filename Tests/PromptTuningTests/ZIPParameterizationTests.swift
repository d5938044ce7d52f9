import PromptTuning
import Tensors
import TestData
import Testing

@Suite struct ZIPParameterizationTests {
    typealias Shape = ZIPParameterization.Shape

    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let shape: Shape
        /// δ at width 128.
        let count: Int

        init(_ name: String, _ count: Int, _ change: (inout Shape) -> Void = { _ in }) {
            var shape = Shape()
            change(&shape)
            testDescription = name
            self.shape = shape
            self.count = count
        }
    }

    static let samples = [
        // 8·5 + 5 + 62·5 + 62
        Sample("defaults", 417),
        Sample("no diagonal", 412) { $0.diagonal = false },
        Sample("no sharing", 355) { $0.sharing = false },
        Sample("full rank", 558) { $0.rank = nil },
        Sample("full rank, no sharing", 496) { ($0.rank, $0.sharing) = (nil, false) },
        // q = d = 128
        Sample("no projection", 813) { $0.projection = false },
        Sample("m 4, D 203, r 3", 4 * 3 + 3 + 50 * 3 + 50) {
            ($0.tokens, $0.dimensions, $0.rank) = (4, 203, 3)
        },
        Sample("m 1, D 128, r 1", 1 + 1 + 128 + 128) { ($0.tokens, $0.dimensions, $0.rank) = (1, 128, 1) },
    ]

    static func make(_ shape: Shape, width: Int = 128, seed: UInt64 = 3) throws -> ZIPParameterization {
        let context = TuningProblem.randomContext(tokens: shape.tokens, width: width, seed: seed)
        return try ZIPParameterization(shape: shape, initial: context, seed: seed)
    }

    @Test(arguments: samples) func countsItsParameters(_ sample: Sample) throws {
        let zip = try Self.make(sample.shape)
        #expect(zip.parameterCount == sample.count)
        #expect(zip.initialParameters.count == sample.count)
        #expect(zip.layout.reduce(0) { $0 + $1.count } == sample.count)
    }

    @Test func layoutOfTheDefaults() throws {
        let zip = try Self.make(Shape())
        #expect(zip.columns == 62)
        #expect(zip.layout.map(\.name) == ["U", "s", "V", "u"])
        #expect(zip.layout.map(\.count) == [40, 5, 310, 62])
        let w = zip.initialParameters
        #expect(w[..<40].allSatisfy { $0 == 0 } && w[40..<45].allSatisfy { $0 == 1 })
        #expect(w[355...].allSatisfy { $0 == 0 })
        // V ~ N(0, 1).
        let v = w[45..<355].map(Double.init)
        let mean = v.reduce(0, +) / 310
        let variance = v.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 309
        #expect(abs(mean) < 4 / 310.0.squareRoot() && abs(variance - 1) < 4 * (2.0 / 309).squareRoot())
    }

    /// W = U·diag(s)·Vᵀ + 1·uᵀ by loops over the vector as laid out.
    @Test(arguments: samples) func matrixEqualsExplicitLoops(_ sample: Sample) throws {
        let zip = try Self.make(sample.shape)
        let w = RandomStream(seed: 6, purpose: RandomPurpose("w")).normals(sample.count)
        let (m, q) = (sample.shape.tokens, zip.columns)
        let matrix = zip.matrix(w)
        #expect(matrix.rows == m && matrix.columns == q)
        var worst = 0.0
        for i in 0..<m {
            for j in 0..<q {
                var wanted = 0.0
                if let r = sample.shape.rank {
                    let v = m * r + (sample.shape.diagonal ? r : 0)
                    for k in 0..<r {
                        let s = sample.shape.diagonal ? Double(w[m * r + k]) : 1
                        wanted += Double(w[i * r + k]) * s * Double(w[v + j * r + k])
                    }
                } else {
                    wanted += Double(w[i * q + j])
                }
                if sample.shape.sharing { wanted += Double(w[sample.count - q + j]) }
                worst = max(worst, abs(Double(matrix[i, j]) - wanted))
            }
        }
        #expect(worst < 1e-5, "\(worst)")
    }

    @Test(arguments: samples) func startPromptIsTheInitialContextExactly(_ sample: Sample) throws {
        for width in [128, 512] {
            let zip = try Self.make(sample.shape, width: width)
            let context = zip.context(zip.initialParameters)
            #expect(context.values.map(\.bitPattern) == zip.initial.values.map(\.bitPattern))
            // Given embeddings are kept as well.
            let words = Matrix(
                rows: sample.shape.tokens, columns: width,
                values: RandomStream(seed: 8, purpose: RandomPurpose("words")).normals(
                    sample.shape.tokens * width))
            let other = try ZIPParameterization(shape: sample.shape, initial: words, seed: 1)
            #expect(other.context(other.initialParameters) == words)
        }
    }

    @Test(arguments: samples) func contextAddsEachTokensProjection(_ sample: Sample) throws {
        let zip = try Self.make(sample.shape)
        let w = RandomStream(seed: 7, purpose: RandomPurpose("w")).normals(sample.count)
        let context = zip.context(w)
        let matrix = zip.matrix(w)
        #expect(zip.projections.count == (sample.shape.projection ? sample.shape.tokens : 0))
        for i in 0..<sample.shape.tokens {
            let row = Array(matrix.row(i))
            let change =
                sample.shape.projection ? FastfoodTests.dense(zip.projections[i], row) : row.map(Double.init)
            for (j, value) in context.row(i).enumerated() {
                let wanted = Double(zip.initial[i, j]) + change[j]
                #expect(abs(Double(value) - wanted) < 1e-5, "token \(i), column \(j)")
            }
        }
    }

    @Test func initialContextIsNormalWithDeviationTwoHundredths() {
        let context = TuningProblem.randomContext(tokens: 8, width: 512, seed: 1)
        let values = context.values.map(Double.init)
        let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
        #expect(abs(variance.squareRoot() / 0.02 - 1) < 4 / (2 * Double(values.count)).squareRoot())
        #expect(context == TuningProblem.randomContext(tokens: 8, width: 512, seed: 1))
        #expect(context != TuningProblem.randomContext(tokens: 8, width: 512, seed: 2))
    }

    @Test(arguments: [
        (7, "expected 8 to 1031 for 8 tokens of width 128 for '--dim'; got 7"),
        (1032, "expected 8 to 1031 for 8 tokens of width 128 for '--dim'; got 1032"),
        (8, nil), (1031, nil),
    ])
    func dimensionsThatDoNotFit(_ dimensions: Int, _ message: String?) throws {
        var shape = Shape()
        shape.dimensions = dimensions
        shape.rank = 1
        do {
            _ = try Self.make(shape)
            #expect(message == nil)
        } catch {
            #expect("\(error)" == message)
        }
    }

    @Test(arguments: [
        (6, 500, 6, nil), (6, 500, 7, 6), (8, 24, 3, nil), (8, 24, 4, 3),
    ])
    func ranksAboveTheSmallerSide(_ tokens: Int, _ dimensions: Int, _ rank: Int, _ limit: Int?) {
        var shape = Shape()
        (shape.tokens, shape.dimensions, shape.rank) = (tokens, dimensions, rank)
        let said = message { _ = try Self.make(shape) }
        let columns = dimensions / tokens
        #expect(
            said
                == (limit.map {
                    "expected 1 to \($0), the smaller side of the \(tokens) × \(columns) matrix, "
                        + "for '--rank'; got \(rank)"
                } ?? ""))
    }
}

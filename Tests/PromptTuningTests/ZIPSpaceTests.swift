import BlackBox
import Datasets
import PromptTuning
import Tensors
import TestData
import Testing

/// `gauss-newton --space zip`: a context that moves as ZIP's does.
@Suite struct ZIPSpaceTests {
    private static func run(_ contexts: String) throws -> (World, TuningRun) {
        let world = try World.embedded("stamps", shots: 4)
        var run = try world.run(
            GaussNewtonMethod.self,
            [
                "space": .text("zip"), "contexts": .text(contexts), "tokens": .integer(4),
                "budget": .integer(40),
            ]
        )
        for _ in 0..<4 { try run.step() }
        return (world, run)
    }

    /// Every context that was asked is that of ZIP's map at w₀ + u ξ.
    @Test(arguments: ["shared", "class"]) func contextsAreThoseOfZIP(_ contexts: String) throws {
        let (world, run) = try Self.run(contexts)
        let trace = try PlainTrace(AuditTrace(run).serialized(modelDigest: "", version: ""))
        let width = world.oracle.facts.width
        let map = try Self.map(trace, width: width)
        let origin = map.initialParameters
        #expect(try trace.floats("w0") == origin.map(Double.init))
        #expect(origin.count == 4 * 4 + 4 + 125 * 4 + 125)
        let unit = try trace.floats("unit")[0]
        var asked = 0
        for step in 1...4 {
            var round = 1
            while let points = try? trace.floats("step.\(step).round.\(round).points") {
                let got = try trace.floats("step.\(step).round.\(round).asked")
                let size = 4 * width
                #expect(points.count / origin.count == got.count / size)
                for index in 0..<(points.count / origin.count) {
                    let wanted = map.context(
                        origin.enumerated().map {
                            Float(Double($1) + unit * points[index * origin.count + $0])
                        }
                    ).values
                    let own = got[(index * size)..<((index + 1) * size)]
                    #expect(zip(own, wanted).allSatisfy { abs($0 - Double($1)) < 1e-5 })
                    asked += 1
                }
                round += 1
            }
        }
        #expect(asked == run.queries * (contexts == "class" ? world.data.classNames.count : 1))
    }

    /// A step of length one in a random direction moves a context by σ √(m/(m + 1)), in the mean of squares; here from ∂θ/∂w, a
    /// parameter at a time.
    @Test func unitIsThatOfTheEmbeddings() throws {
        let (world, run) = try Self.run("shared")
        let trace = try PlainTrace(AuditTrace(run).serialized(modelDigest: "", version: ""))
        let map = try Self.map(trace, width: world.oracle.facts.width)
        let start = map.context(map.initialParameters).values
        var squares = 0.0
        for index in map.initialParameters.indices {
            var moved = map.initialParameters
            moved[index] += 1
            squares += zip(map.context(moved).values, start).reduce(0) {
                $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
            }
        }
        let reach = (squares / Double(map.parameterCount)).squareRoot()
        let wanted = world.oracle.facts.embeddingDeviation() * 0.8.squareRoot() / reach
        let unit = try trace.floats("unit")[0]
        #expect(abs(unit / wanted - 1) < 0.1, "\(unit), \(wanted)")
    }

    /// ZIP's standard map for the trace's context.
    private static func map(_ trace: PlainTrace, width: Int) throws -> ZIPParameterization {
        let start = try trace.floats("ctx0").map { Float($0) }
        var shape = ZIPParameterization.Shape()
        (shape.tokens, shape.rank) = (4, 4)
        return try ZIPParameterization(
            shape: shape, initial: Matrix(rows: 4, columns: width, values: start), seed: 1)
    }
}

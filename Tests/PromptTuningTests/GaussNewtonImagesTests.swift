import BlackBox
import Datasets
import PromptTuning
import Tensors
import Testing

/// `gauss-newton --images`: more images than a minibatch.
@Suite struct GaussNewtonImagesTests {
    private static let settings: [String: SettingValue] = [
        "batch": .integer(32), "images": .integer(80), "budget": .integer(200),
    ]

    /// What the search learns of the other images is near what the box says of them, and queries are counted.
    @Test(arguments: ["shared", "class"]) func mappedLogitsAreNearTheBoxes(_ contexts: String) throws {
        let world = try World.embedded("textures")
        var run = try world.run(
            GaussNewtonMethod.self, Self.settings.merging(["contexts": .text(contexts)]) { $1 })
        // Four prompts on 32, 32 and 16 images; the start twice on the first.
        #expect(run.method.queriesPerStep == 2 + 2 + 3 * 3 + 2 + 3)
        for _ in 0..<12 { try run.step() }
        #expect(run.queries == run.history.steps.last?.queries && run.queries < 80)
        #expect(run.account.spent.training == run.queries)
        let state = run.method.state
        func floats(_ name: String) throws -> [Float] {
            guard case .floats(let values)? = state.tensors.first(where: { $0.name == name })?.values else {
                throw Missing()
            }
            return values
        }
        guard case .doubles(let region)? = state.tensors.first(where: { $0.name == "region" })?.values else {
            throw Missing()
        }
        // The present point's answer, [C, N], beside the box's own answer for the prompt that is deployed.
        let classes = world.data.classNames.count
        let size = 80 * classes
        let answers = try floats("answers")
        let present = Int(region[4]) * size
        let learned = Array(answers[present..<(present + size)])
        let order = try #require(
            try AuditTraceOrder.images(of: run), "the trace says which images they are")
        let list = Minibatch(list: world.data.train, indices: order)
        let box = try #require(
            try QueryAccount(budget: nil).ask(
                world.oracle, [Query(run.method.deployed.prompt, list)], for: .training
            ).first)
        func spread(_ value: (Int, Int) -> Double) -> [Double] {
            (0..<80).flatMap { image -> [Double] in
                let own = (0..<classes).map { value(image, $0) }
                let mean = own.reduce(0, +) / Double(classes)
                return own.map { $0 - mean }
            }
        }
        let ours = spread { Double(learned[$1 * 80 + $0]) }
        let theirs = spread { Double(box.logits[$0, $1]) }
        func error(_ range: Range<Int>) -> Double {
            let rest = range.reduce(0) { $0 + (ours[$1] - theirs[$1]) * (ours[$1] - theirs[$1]) }
            return (rest / range.reduce(0) { $0 + theirs[$1] * theirs[$1] }).squareRoot()
        }
        #expect(error(0..<(32 * classes)) < 1e-5)
        #expect(error((32 * classes)..<size) < 0.35, "\(error((32 * classes)..<size))")
    }

    private struct Missing: Error {}

    /// A saved state goes on to the same bits; one without its map is refused.
    @Test func states() throws {
        let world = try World.embedded("stamps")
        var whole = try world.run(GaussNewtonMethod.self, Self.settings)
        for _ in 0..<3 { try whole.step() }
        var first = try world.run(GaussNewtonMethod.self, Self.settings)
        try first.step()
        var next = try world.run(GaussNewtonMethod.self, Self.settings).method
        try next.restore(first.method.state)
        for record in whole.history.steps.dropFirst() {
            for readings in record.readings { _ = try next.tell(readings) }
        }
        #expect(next.state == whole.method.state)
        for name in ["map", "map.offset"] {
            var damaged = first.method.state
            damaged.tensors.removeAll { $0.name == name }
            #expect(throws: TuningError.self) { try next.restore(damaged) }
        }
        #expect(next.state == whole.method.state)
    }

    /// A minibatch that has all of the images needs no map.
    @Test func nothingBeyondTheMinibatch() throws {
        let world = try World.embedded("flags")
        let given: [String: SettingValue] = ["budget": .integer(40)]
        var plain = try world.run(GaussNewtonMethod.self, given)
        var all = try world.run(GaussNewtonMethod.self, given.merging(["images": .integer(5000)]) { $1 })
        for _ in 0..<3 {
            try plain.step()
            try all.step()
        }
        #expect(plain.method.state == all.method.state)
    }
}

/// The images of a run's logits, in their order, as its trace has them.
private enum AuditTraceOrder {
    static func images(of run: TuningRun) throws -> [Int]? {
        let trace = try PlainTrace(try AuditTrace(run).serialized(modelDigest: "", version: ""))
        return try trace.integers("batch") + trace.integers("step.1.round.1.others")
    }
}

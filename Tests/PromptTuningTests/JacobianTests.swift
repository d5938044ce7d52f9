import BlackBox
import CLIPEngine
import Datasets
import Foundation
import PromptTuning
import Tensors
import TestData
import Testing
import ZerothOrder

/// Differences of the box's logits against derivatives that PyTorch computed; see `Fixtures/README.md`.
@Suite struct JacobianTests {
    /// Differences of the start and of points a little to both sides, and what the model makes of the same points.
    ///
    /// A central difference over ±c is off by its curvature, 3e-3 c² of the largest derivative (0.3 to 0.4) as PyTorch finds,
    /// and by the logits' rounding, 1e-5 at most, over c. At c = 0.2 both are about 1e-4 of it.
    @Test func differencesAndTheModelEqualDerivatives() throws {
        let recording = try PlainTrace(
            Array(Data(contentsOf: Repository.fixture("jacobian.safetensors", of: "PromptTuningTests"))))
        let world = try World.embedded("stamps", shots: 4)
        try #require(
            world.store.model.weightDigest == recording.metadata["model_sha256"],
            "the derivatives were recorded with another model: record them again, see Fixtures/README.md")
        let wanted = try recording.floats("derivatives")
        let shape = recording.shape("derivatives")
        try #require(shape.count == 3)
        let (count, images, classes) = (shape[0], shape[1], shape[2])
        #expect(classes == world.data.classNames.count)
        let start = try recording.floats("start")
        let changes = try recording.floats("changes")
        let length = 0.2

        // The method's own points, at that length: the start twice, then the directions.
        let settings: [String: SettingValue] = [
            "directions": .integer(count), "difference": .number(length), "budget": .integer(20),
        ]
        var method = try world.run(GaussNewtonMethod.self, settings).method
        let account = QueryAccount(budget: nil)
        func ask(_ queries: [Query]) throws -> [[Float]] {
            try account.ask(world.oracle, queries, for: .training).map(\.logits.values)
        }
        let first = try method.ask()
        let zero = try ask(first)
        let told = try method.tell(zero.flatMap { $0 })
        #expect(told == nil)
        let forward = try method.ask()
        try #require(forward.count == count)
        let plus = try ask(forward)
        // And the same ways back.
        let minus = try ask(
            forward.map { query in
                guard case .context(let context) = query.prompt.text else { return query }
                let mirrored = zip(start, context.values).map { Float(2 * $0 - Double($1)) }
                return Query(
                    Prompt(
                        text: .context(
                            Matrix(rows: context.rows, columns: context.columns, values: mirrored))),
                    query.batch)
            })
        for (index, query) in forward.enumerated() {
            guard case .context(let context) = query.prompt.text else { continue }
            #expect(context.values.count == start.count)
            for (at, value) in context.values.enumerated() {
                let change = changes[index * start.count + at]
                #expect(abs(Double(value) - start[at] - length * change) < 1e-5)
            }
        }

        // The model takes logits class by class.
        func byClass(_ answer: [Float]) -> [Float] {
            answer.indices.map { answer[$0 % images * classes + $0 / images] }
        }
        var model = ResponseModel(images: images, classes: classes, groups: 1, scale: 60)
        model.add([], byClass(zero[0]))
        for (answers, side) in [(plus, length), (minus, -length)] {
            for (index, answer) in answers.enumerated() {
                model.add((0..<count).map { $0 == index ? side : 0 }, byClass(answer))
            }
        }
        let linear = model.linear(at: 0, directions: count, nugget: 1e-3 * (length / 60) * (length / 60))
        var (worst, worstOfModel) = (0.0, 0.0)
        for direction in 0..<count {
            let own = Array(wanted[(direction * images * classes)..<((direction + 1) * images * classes)])
            let largest = own.map(abs).max() ?? 0
            #expect(largest > 0.01)
            for at in own.indices {
                let difference = Double(plus[direction][at] - minus[direction][at]) / (2 * length)
                let (image, label) = (at / classes, at % classes)
                let modelled = Double(
                    linear.blocks[0][direction * images * classes + label * images + image])
                worst = max(worst, abs(difference - own[at]) / largest)
                worstOfModel = max(worstOfModel, abs(modelled - own[at]) / largest)
            }
        }
        print("derivatives, worst relative differences: of the box \(worst), of the model \(worstOfModel)")
        #expect(worst < 1e-3 && worstOfModel < 1e-3)
    }
}

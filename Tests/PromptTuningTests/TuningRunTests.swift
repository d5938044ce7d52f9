import BlackBox
import CLIPEngine
import Datasets
import Foundation
import PromptTuning
import Tensors
import TestData
import Testing

/// Runs on a tiny random model: the account of queries, batches, and steps that can be cut anywhere.
@Suite struct TuningRunTests {
    @Test func fiveHundredStepsUseFiveThousandQueries() throws {
        let world = try World.tiny()
        var run = try world.small()
        #expect(run.account.budget == 5000 && run.method.queriesPerStep == 10)
        for step in 1...500 {
            let record = try run.step()
            #expect(record.step == step && record.queries == 10 * step)
        }
        #expect(run.account.spent == .init(training: 5000) && run.account.remaining == 0)
        let before = run
        // The next step, and the 5 001st query itself.
        #expect(
            message { try run.step() } == "the budget of 5000 queries does not allow it: 10 needed, 0 left")
        let query = Query(run.method.deployed.prompt, Minibatch(list: run.train, indices: [0, 1]))
        #expect(
            message { _ = try run.account.ask(run.oracle, [query], for: .training) }
                == "the budget of 5000 queries does not allow it: 1 needed, 0 left")
        #expect(run.account.spent == .init(training: 5000))
        expectSame(run, before)
        // Evaluation has its own account and no limit: 12 images in minibatches of 4.
        let evaluation = try run.evaluate(world.data.validation)
        #expect(evaluation.queries == 5000 && evaluation.step == 500 && evaluation.score.images == 12)
        #expect(run.account.spent == .init(training: 5000, evaluation: 3))
        #expect(run.parameterDigest == before.parameterDigest)
        #expect(run.history.steps.count == 500 && run.history.evaluations.count == 1)
    }

    @Test func aStepThatTheBudgetCannotPayIsRefusedWhole() throws {
        let world = try World.tiny()
        var run = try world.small(["budget": .integer(27)])
        try run.step()
        try run.step()
        let before = run
        #expect(message { try run.step() } == "the budget of 27 queries does not allow it: 10 needed, 7 left")
        expectSame(run, before)
        #expect(run.account.spent.training == 20)
        // What is left can still be used by single queries, no more.
        let query = Query(run.method.deployed.prompt, Minibatch(list: run.train, indices: [3]))
        let queries = Array(repeating: query, count: 8)
        #expect(
            message { _ = try run.account.ask(run.oracle, queries, for: .training) }
                == "the budget of 27 queries does not allow it: 8 needed, 7 left")
        #expect(run.account.spent.training == 20)
        _ = try run.account.ask(run.oracle, Array(queries.dropLast()), for: .training)
        #expect(run.account.spent.training == 27 && run.account.remaining == 0)
    }

    @Test func knownFeaturesAreCountedLikeNewOnes() throws {
        let world = try World.tiny()
        var first = try world.small()
        var second = try world.small()
        for _ in 0..<3 { try first.step() }
        for _ in 0..<3 { try second.step() }
        #expect(second.account.spent.training == 30)
        #expect(second.history == first.history)
    }

    @Test(arguments: [nil, 0.8]) func tenAndTenStepsEqualTwenty(_ momentum: Double?) throws {
        let world = try World.tiny()
        let changes = momentum.map { ["momentum": SettingValue.number($0)] } ?? [:]
        var whole = try world.small(changes)
        for _ in 0..<20 { try whole.step() }
        var half = try world.small(changes)
        for _ in 0..<10 { try half.step() }
        // A copy is a checkpoint: both go on alike, whatever the other does; the account is one.
        var copy = half
        for _ in 0..<10 { try half.step() }
        _ = try copy.evaluate(world.data.test)
        for _ in 0..<10 { try copy.step() }
        #expect(copy.account.spent.training == 300 && copy.queries == 200)
        for run in [half, copy] {
            #expect(run.method.parameters.map(\.bitPattern) == whole.method.parameters.map(\.bitPattern))
            #expect(run.history.steps == whole.history.steps)
            #expect(run.parameterDigest == whole.parameterDigest)
        }
    }

    /// The losses were asked for, so they are paid for.
    @Test func aLossThatIsNotANumberChangesNothingButTheAccount() throws {
        let world = try World.tiny()
        let huge = Matrix(rows: 4, columns: 24, repeating: 3e38)
        var run = try world.run(ZIPMethod.self, ["dim": .integer(80)], initial: huge)
        let before = run
        #expect(
            message { try run.step() }
                == "a loss of step 1 is nan; the step was not taken (smaller --a or --c may help)")
        expectSame(run, before)
        #expect(run.account.spent.training == 10)
    }

    @Test func aPictureThatChangesLaterIsNamed() throws {
        let folder = try TemporaryData.folders(["cat": 12, "dog": 12, "big_owl": 12])
        let data = try DataSet(path: folder.path, shots: 5, seed: 1)
        let store = ImageStore(model: try CLIPModel(folder: Repository.tinyModel))
        let oracle = CLIPOracle(store: store, classNames: data.classNames)
        let settings = MethodSettings(World.small)
        var run = try TuningRun(
            ZIPMethod.self, settings,
            problem: TuningProblem(
                facts: oracle.facts, train: data.train, common: settings,
                encoder: { _ in CLIPImageEncoder(store: store) }), oracle: oracle)
        for image in data.train.images {
            try folder.write(image.path, TemporaryData.png("changed " + image.path))
        }
        let said = message { try run.step() }
        #expect(said.hasPrefix("'") && said.hasSuffix("' has changed since the data set was loaded"))
        #expect(run.method.step == 0)
        try FileManager.default.removeItem(atPath: folder.path)
        #expect(message { try run.step() }.hasPrefix("no such file or folder: '"))
    }

    @Test(arguments: [1, 2, 4, 7, 14, 15, 16, 128]) func batchesGoThroughEachEpochOnce(_ size: Int) throws {
        let world = try World.tiny()
        let plan = try world.small(["batch": .integer(size)]).problem.plan
        #expect(plan.images == 15)
        // A set smaller than a batch is one batch; otherwise a last short batch is dropped.
        let perEpoch = size >= 15 ? 1 : 15 / size
        #expect(plan.batchesPerEpoch == perEpoch)
        var epochs: [[Int]] = []
        for epoch in 0..<6 {
            let batches = (1...perEpoch).map { plan.batch(step: epoch * perEpoch + $0) }
            #expect(batches.allSatisfy { $0.count == min(size, 15) })
            let seen = batches.flatMap { $0 }
            #expect(Set(seen).count == seen.count && Set(seen).isSubset(of: 0..<15))
            epochs.append(seen)
        }
        #expect(Set(epochs).count == 6)
        // Over many epochs every image has its turn, although some are left out of each.
        #expect(Set(epochs.flatMap { $0 }).count == 15)
        let other = try world.small(["batch": .integer(size), "seed": .integer(2)]).problem.plan
        #expect(other.batch(step: 1) != plan.batch(step: 1))
        #expect(try world.small(["batch": .integer(size)]).problem.plan == plan)
    }

    @Test func allDirectionsOfAStepSeeTheSameBatch() throws {
        let world = try World.tiny()
        var run = try world.small()
        let prompt = run.method.deployed.prompt
        let record = try run.step()
        // With W near 0, all losses of the step are near the loss of θ₀ on that batch.
        let batch = Minibatch(list: run.train, indices: run.problem.plan.batch(step: 1))
        let loss = try QueryAccount(budget: 1).ask(run.oracle, [Query(prompt, batch)], for: .training)[0]
            .meanLoss(labels: batch.labels)
        #expect(batch.indices.count == 4)
        #expect(record.readings[0].allSatisfy { abs($0 - loss) < 0.5 })
        #expect(abs(Float(record.loss) - loss) < 0.1)
    }

    @Test func settingsThatDoNotFit() throws {
        let world = try World.tiny()
        #expect(
            message { _ = try world.small(["dim": .integer(3)]) }
                == "expected 4 to 131 for 4 tokens of width 24 for '--dim'; got 3")
        #expect(
            message { _ = try world.small(["rank": .integer(5)]) }
                == "expected 1 to 4, the smaller side of the 4 × 20 matrix, for '--rank'; got 5")
        let names = ["cat", "dog", String(repeating: "~", count: 40)]
        let run = try world.run(
            ZIPMethod.self, World.small, oracle: CLIPOracle(store: world.store, classNames: names))
        #expect(
            message { try run.prepare { _, _ in } }
                == "the prompt for class '\(names[2])' has 47 tokens; the model reads 25")
        for (names, said) in [
            ([], "a prompt tells classes apart: expected at least two classes; got none"),
            (["cat"], "a prompt tells classes apart: expected at least two classes; got one"),
        ] {
            #expect(
                message {
                    _ = try world.run(
                        ZIPMethod.self, World.small, oracle: CLIPOracle(store: world.store, classNames: names)
                    )
                } == said)
        }
    }

    private func expectSame(_ run: TuningRun, _ before: TuningRun) {
        #expect(run.method.state == before.method.state && run.method.step == before.method.step)
        #expect(run.history == before.history)
    }
}

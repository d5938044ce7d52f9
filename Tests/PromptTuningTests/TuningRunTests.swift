import CLIPEngine
import PromptTuning
import Tensors
import Testing

/// Runs on a tiny random model: the account of queries, batches, and steps that can be cut anywhere.
@Suite struct TuningRunTests {
    /// A tiny model with fifteen training images.
    struct World {
        let store: ImageFeatureStore
        let data: DataSet
        // Kept, since its files go away with it.
        let folder: TemporaryData

        init() throws {
            store = ImageFeatureStore(model: try CLIPModel(folder: Repository.tinyModel))
            folder = try TemporaryData.folders(["cat": 12, "dog": 12, "big_owl": 12])
            data = try DataSet(path: folder.path, shots: 5, seed: 1)
        }

        func run(_ change: (inout PromptSettings) -> Void = { _ in }) throws -> TuningRun {
            var settings = PromptSettings()
            settings.shape.tokens = 4
            settings.shape.dimensions = 80
            settings.shape.rank = 2
            settings.batchSize = 4
            change(&settings)
            return try TuningRun(
                settings, initial: nil, store: store, classNames: data.classNames, train: data.train)
        }
    }

    @Test func fiveHundredStepsUseFiveThousandQueries() throws {
        let world = try World()
        var run = try world.run()
        #expect(run.ledger.budget == 5000 && run.method.queriesPerStep == 10)
        for step in 1...500 {
            let summary = try run.step()
            #expect(summary.step == step && summary.queries == 10 * step)
        }
        #expect(run.ledger.training == 5000 && run.ledger.remaining == 0 && run.ledger.evaluation == 0)
        let before = run
        // The next step, and the 5 001st query itself.
        #expect(
            message { try run.step() } == "the budget of 5000 queries does not allow it: 10 needed, 0 left")
        var ledger = run.ledger
        let batch = Minibatch(list: run.train, indices: [0, 1])
        #expect(
            message {
                _ = try run.oracle.logits([run.method.context], batch, for: .training, ledger: &ledger)
            } == "the budget of 5000 queries does not allow it: 1 needed, 0 left")
        #expect(ledger == before.ledger)
        expectSame(run, before)
        // Evaluation has its own account and no limit: 12 images in minibatches of 4.
        let evaluation = try run.evaluate(world.data.validation)
        #expect(evaluation.queries == 5000 && evaluation.step == 500 && evaluation.score.images == 12)
        #expect(run.ledger.training == 5000 && run.ledger.evaluation == 3)
        #expect(run.parameterDigest == before.parameterDigest)
        #expect(run.history.steps.count == 500 && run.history.evaluations.count == 1)
    }

    @Test func aStepThatTheBudgetCannotPayIsRefusedWhole() throws {
        let world = try World()
        var run = try world.run { $0.budget = 27 }
        try run.step()
        try run.step()
        let before = run
        #expect(message { try run.step() } == "the budget of 27 queries does not allow it: 10 needed, 7 left")
        expectSame(run, before)
        // What is left can still be used by single queries, no more.
        var ledger = run.ledger
        let batch = Minibatch(list: run.train, indices: [3])
        let contexts = Array(repeating: run.method.context, count: 8)
        #expect(
            message { _ = try run.oracle.logits(contexts, batch, for: .training, ledger: &ledger) }
                == "the budget of 27 queries does not allow it: 8 needed, 7 left")
        #expect(ledger.training == 20)
        _ = try run.oracle.logits(Array(contexts.dropLast()), batch, for: .training, ledger: &ledger)
        #expect(ledger.training == 27 && ledger.remaining == 0)
    }

    @Test func knownFeaturesAreCountedLikeNewOnes() throws {
        let world = try World()
        var first = try world.run()
        var second = try world.run()
        for _ in 0..<3 { try first.step() }
        for _ in 0..<3 { try second.step() }
        #expect(second.ledger.training == 30)
        #expect(second.history == first.history)
    }

    @Test(arguments: [nil, 0.8]) func tenAndTenStepsEqualTwenty(_ momentum: Double?) throws {
        let world = try World()
        var whole = try world.run { $0.momentum = momentum }
        for _ in 0..<20 { try whole.step() }
        var half = try world.run { $0.momentum = momentum }
        for _ in 0..<10 { try half.step() }
        // A copy is a checkpoint: both go on alike, whatever the other does.
        var copy = half
        for _ in 0..<10 { try half.step() }
        _ = try copy.evaluate(world.data.test)
        for _ in 0..<10 { try copy.step() }
        for run in [half, copy] {
            #expect(run.method.parameters.map(\.bitPattern) == whole.method.parameters.map(\.bitPattern))
            #expect(run.history.steps == whole.history.steps)
            #expect(run.parameterDigest == whole.parameterDigest)
        }
    }

    @Test func aLossThatIsNotANumberChangesNothing() throws {
        let world = try World()
        var settings = PromptSettings()
        settings.shape.tokens = 4
        settings.shape.dimensions = 80
        let huge = Matrix(rows: 4, columns: 24, repeating: 3e38)
        var run = try TuningRun(
            settings, initial: huge, store: world.store, classNames: world.data.classNames,
            train: world.data.train)
        let before = run
        #expect(
            message { try run.step() }
                == "a loss of step 1 is nan; the step was not taken (smaller --a or --c may help)")
        expectSame(run, before)
        #expect(run.ledger.training == 0)
    }

    @Test(arguments: [1, 2, 4, 7, 14, 15, 16, 128]) func batchesGoThroughEachEpochOnce(_ size: Int) throws {
        let world = try World()
        let plan = try world.run { $0.batchSize = size }.plan
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
        let other = try world.run { ($0.batchSize, $0.seed) = (size, 2) }.plan
        #expect(other.batch(step: 1) != plan.batch(step: 1))
        #expect(try world.run { $0.batchSize = size }.plan == plan)
    }

    @Test func allDirectionsOfAStepSeeTheSameBatch() throws {
        let world = try World()
        var run = try world.run()
        let context = run.method.context
        let summary = try run.step()
        // With W near 0, all losses of the step are near the loss of θ₀ on that batch.
        var ledger = QueryLedger(budget: 1)
        let batch = Minibatch(list: run.train, indices: run.plan.batch(step: 1))
        let loss = try run.oracle.logits([context], batch, for: .training, ledger: &ledger)
            .meanLoss(prompt: 0, labels: batch.labels)
        #expect(batch.indices.count == 4)
        #expect((summary.lossPlus + summary.lossMinus).allSatisfy { abs($0 - loss) < 0.5 })
        #expect(abs(Float(summary.loss) - loss) < 0.1)
    }

    @Test func settingsThatDoNotFit() throws {
        let world = try World()
        #expect(
            message { _ = try world.run { $0.method = "magic" } } == "no method 'magic'; known: zip")
        #expect(
            message { _ = try world.run { $0.shape.dimensions = 3 } }
                == "expected 4 to 131 for 4 tokens of width 24 for 'dim'; got 3")
        let names = ["cat", "dog", String(repeating: "~", count: 40)]
        #expect(
            message {
                _ = try CLIPOracle(store: world.store, classNames: names, contextTokens: 4)
            } == "the prompt for class '\(names[2])' has 47 tokens; the model reads 25")
        #expect(
            message { _ = try CLIPOracle(store: world.store, classNames: [], contextTokens: 4) }
                == "expected at least one class name; got none")
    }

    private func expectSame(_ run: TuningRun, _ before: TuningRun) {
        #expect(run.method.parameters == before.method.parameters && run.method.step == before.method.step)
        #expect(run.ledger == before.ledger && run.history == before.history)
    }
}

/// What the error of a statement says; empty where it succeeds.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}

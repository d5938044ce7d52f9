import BlackBox
import Datasets
import PromptTuning
import Tensors
import TestData
import Testing

@Suite struct LogitAnchorsTests {
    private static func settings(_ contexts: Int, seed: Int = 1, batch: Int = 4, tokens: Int = 8)
        -> MethodSettings
    {
        MethodSettings([
            "contexts": .integer(contexts), "seed": .integer(seed), "batch": .integer(batch),
            "tokens": .integer(tokens),
        ])
    }

    private static func contexts(_ anchors: LogitAnchors) -> [Matrix] {
        anchors.prompts.compactMap { if case .context(let context) = $0.text { context } else { nil } }
    }

    /// Context r depends on the seed and r alone.
    @Test func contextsAreDrawnOneByOne() throws {
        let facts = CountingOracle(classNames: ["cat", "dog"]).facts
        let many = Self.contexts(try LogitAnchors(Self.settings(6, tokens: 3), facts: facts))
        let few = Self.contexts(try LogitAnchors(Self.settings(2, batch: 9, tokens: 3), facts: facts))
        let others = Self.contexts(try LogitAnchors(Self.settings(6, seed: 2, tokens: 3), facts: facts))
        #expect(many.count == 6 && Array(many.prefix(2)) == few)
        #expect(many.allSatisfy { $0.rows == 3 && $0.columns == facts.width })
        #expect(Set(many.map(\.values)).count == 6 && zip(many, others).allSatisfy { $0 != $1 })
    }

    /// Around the start they vary as whole words do, half of it with all tokens together.
    @Test func contextsVaryAsWords() throws {
        let facts = CountingOracle(classNames: ["cat", "dog"]).facts
        let (tokens, width) = (4, facts.width)
        let start = TuningProblem.randomContext(tokens: tokens, width: width, seed: 3)
        let contexts = Self.contexts(
            try LogitAnchors(Self.settings(100, seed: 3, tokens: tokens), facts: facts))
        let words = facts.wordEmbeddings()
        var variance = 0.0
        for column in 0..<width {
            let values = (0..<words.rows).map { Double(words[$0, column]) }
            let mean = values.reduce(0, +) / Double(values.count)
            variance += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        }
        var (own, shared) = (0.0, 0.0)
        for context in contexts {
            for column in 0..<width {
                let moved = (0..<tokens).map { Double(context[$0, column] - start[$0, column]) }
                for a in 0..<tokens {
                    own += moved[a] * moved[a] / Double(tokens)
                    for b in 0..<tokens where b != a {
                        shared += moved[a] * moved[b] / Double(tokens * (tokens - 1))
                    }
                }
            }
        }
        #expect(abs(own / 100 / variance - 1) < 0.1, "\(own / 100) \(variance)")
        #expect(abs(shared / 100 / variance - 0.5) < 0.1, "\(shared / 100) \(variance)")
    }

    /// R queries for every minibatch, charged as what they are; context by context in a row.
    @Test func askedIsCharged() throws {
        let base = try QueryAccountTests.Base()
        let oracle = CountingOracle(classNames: base.data.classNames)
        let anchors = try LogitAnchors(Self.settings(3), facts: oracle.facts)
        let account = QueryAccount(budget: nil)
        var progress: [Int] = []
        let logits = try anchors.logits(base.data.train, for: .training, oracle: oracle, account: account) {
            #expect($1 == 9)
            progress.append($0)
        }
        // Nine images in minibatches of four.
        #expect(oracle.asked == 9 && anchors.queries(base.data.train) == 9)
        #expect(account.spent == .init(training: 9) && progress == Array(0..<9))
        #expect(logits.rows == 9 && logits.columns == 9)
        for (number, prompt) in anchors.prompts.enumerated() {
            let whole = Minibatch(list: base.data.train, indices: Array(0..<9))
            let answer = try QueryAccount(budget: nil).ask(oracle, [Query(prompt, whole)], for: .training)[0]
            for image in 0..<9 {
                let start = logits.row(image).startIndex + 3 * number
                #expect(Array(logits.row(image)[start..<start + 3]) == Array(answer.logits.row(image)))
            }
        }
        _ = try anchors.logits(base.data.test, for: .evaluation, oracle: oracle, account: account) { _, _ in }
        #expect(account.spent == .init(training: 9, evaluation: anchors.queries(base.data.test)))
        #expect(oracle.asked == 12 + anchors.queries(base.data.test))
    }

    /// Whatever ends it, what was asked stays charged and nothing else is.
    @Test func endsOnItsWay() throws {
        struct Stop: Error {}
        let base = try QueryAccountTests.Base()
        let oracle = CountingOracle(classNames: base.data.classNames)
        let anchors = try LogitAnchors(Self.settings(2), facts: oracle.facts)
        let account = QueryAccount(budget: nil)
        func ask(stop: Int) throws {
            _ = try anchors.logits(base.data.train, for: .training, oracle: oracle, account: account) {
                done, _ in
                if done == stop { throw Stop() }
            }
        }
        #expect(throws: Stop.self) { try ask(stop: 0) }
        #expect(oracle.asked == 0)
        #expect(throws: Stop.self) { try ask(stop: 4) }
        #expect(oracle.asked == 4 && account.spent.training == 4)
        oracle.arrange(.error)
        #expect(throws: CountingOracle.Failure.self) { try ask(stop: -1) }
        #expect(oracle.asked == 5 && account.spent.training == 5)
        oracle.arrange(.nan)
        let error = #expect(throws: BlackBoxError.self) { try ask(stop: -1) }
        #expect(
            error?.description == "the mean loss is nan: the model gives logits that are not finite")
        #expect(oracle.asked == 6 && account.spent.training == 6)
    }

    @Test func refusals() throws {
        for names in [[], ["cat"]] {
            #expect(throws: TuningError.tooFewClasses(names.count)) {
                _ = try LogitAnchors(Self.settings(2), facts: CountingOracle(classNames: names).facts)
            }
        }
        let names = (0..<1000).map { "class \($0)" }
        let facts = CountingOracle(classNames: names).facts
        try LogitAnchors(Self.settings(2), facts: facts).checkRoom(images: 16_000)
        let error = #expect(throws: TuningError.self) {
            try LogitAnchors(Self.settings(3), facts: facts).checkRoom(images: 16_000)
        }
        #expect(
            error?.description
                == "expected fewer for '--contexts': the fit would hold too many numbers; got 3 with 16000 training images of 1000 classes"
        )
    }

    /// On an embedded task: the classifier of five contexts is better than the template, and says the same twice.
    @Test func readsMoreThanTheTemplate() throws {
        let world = try World.embedded("stamps", shots: 8)
        let account = QueryAccount(budget: nil)
        let anchors = try LogitAnchors(Self.settings(5, batch: 128), facts: world.oracle.facts)
        func logits(_ list: ImageList, _ purpose: QueryAccount.Purpose) throws -> Matrix {
            try anchors.logits(list, for: purpose, oracle: world.oracle, account: account) { _, _ in }
        }
        let train = try logits(world.data.train, .training)
        let fit = anchors.fit(train, labels: world.data.train.labels) { _, _ in }
        let test = try logits(world.data.test, .evaluation)
        let score = try fit.score(test, labels: world.data.test.labels)
        let template = try evaluateClassifier(
            Classifier(Prompt(text: .templates([CommonSettings.defaultTemplate]))), on: world.data.test,
            oracle: world.oracle, account: account)
        #expect(score.accuracy > template.accuracy + 10, "\(score.accuracy) \(template.accuracy)")
        let again = anchors.fit(train, labels: world.data.train.labels) { _, _ in }
        #expect(try again.score(test, labels: world.data.test.labels) == score)
        #expect(fit.ridge == again.ridge)
    }
}

import BlackBox
import Datasets
import PromptTuning
import TestData
import Testing

/// Going back to a step, for every method: the same state as having stopped there, and the same way from there.
@Suite struct GoBackTests {
    private func steps(_ name: String) -> Int { ["template": 0, "bias": 1, "calibrate": 1][name] ?? 5 }

    @Test(arguments: MethodTable.standard.names) func isAsHavingStoppedThere(_ name: String) throws {
        let method = try #require(MethodTable.standard.method(name))
        let base = try QueryAccountTests.Base()
        func run() throws -> TuningRun {
            try base.run(
                method, CountingOracle(classNames: base.data.classNames), budget: 2000, seed: 3,
                total: QueryAccount(budget: nil))
        }
        let count = steps(name)
        var whole = try run()
        for _ in 0..<count {
            _ = try whole.evaluate(base.data.validation)
            try whole.step()
        }
        for stop in 0...count {
            var back = whole
            let charged = back.account.spent
            try back.goBack(toStep: stop)
            #expect(back.account.spent == charged)
            var stopped = try run()
            for _ in 0..<stop { try stopped.step() }
            #expect(back.method.state == stopped.method.state, "step \(stop)")
            #expect(back.history.steps == stopped.history.steps)
            #expect(back.history.evaluations.count == min(stop + 1, count))
            for _ in stop..<count { try back.step() }
            #expect(back.method.state == whole.method.state, "on from step \(stop)")
            #expect(back.parameterDigest == whole.parameterDigest)
        }
    }

    /// What is thrown on the way leaves the run as it was.
    @Test func givenUp() throws {
        struct Stop: Error {}
        let world = try World.tiny()
        var run = try world.small()
        for _ in 0..<3 { try run.step() }
        let before = run.parameterDigest
        #expect(throws: Stop.self) { try run.goBack(toStep: 2) { throw Stop() } }
        #expect(run.parameterDigest == before && run.method.step == 3 && run.history.steps.count == 3)
    }

    @Test func sharedListsKeepTheirFirst() {
        var list = SharedList<Int>()
        for value in 0..<200 { list.append(value) }
        let copy = list
        for count in [200, 199, 193, 192, 191, 128, 127, 64, 63, 1, 0] {
            list.keepFirst(count)
            #expect(Array(list) == Array(0..<count))
        }
        list.append(7)
        #expect(Array(list) == [7] && copy.count == 200)
    }
}

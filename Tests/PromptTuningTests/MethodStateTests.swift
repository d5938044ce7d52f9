import BlackBox
import Datasets
import PromptTuning
import Tensors
import TestData
import Testing

/// A method goes on from its saved state as if it had never stopped, and its trace leads where it is.
@Suite struct MethodStateTests {
    private func steps(_ name: String) -> Int { ["template": 0, "bias": 1, "calibrate": 1][name] ?? 4 }

    @Test(arguments: MethodTable.standard.names) func restoredStatesGoOn(_ name: String) throws {
        let method = try #require(MethodTable.standard.method(name))
        let base = try QueryAccountTests.Base()
        func run() throws -> TuningRun {
            try base.run(
                method, CountingOracle(classNames: base.data.classNames), budget: 500, seed: 3,
                total: QueryAccount(budget: nil))
        }
        var whole = try run()
        let count = steps(name)
        for _ in 0..<count { try whole.step() }
        for stop in 0...count {
            var first = try run()
            for _ in 0..<stop { try first.step() }
            let saved = first.method.state
            // A new method takes over with nothing but the state; asking changes nothing.
            var next = try run().method
            try next.restore(saved)
            #expect(next.state == saved && next.step == stop)
            for record in whole.history.steps.dropFirst(stop) {
                let most = next.queriesPerStep
                var asked = 0
                for readings in record.readings {
                    let (once, twice) = (try next.ask(), try next.ask())
                    #expect(once.count == twice.count)
                    asked += once.count
                    _ = try next.tell(readings)
                }
                #expect(record.readings.count > 1 ? asked <= most : asked == most)
            }
            #expect(next.state == whole.method.state, "from step \(stop)")
            #expect(next.parameters.map(\.bitPattern) == whole.method.parameters.map(\.bitPattern))
        }
    }

    @Test(arguments: MethodTable.standard.names) func statesThatDoNotFit(_ name: String) throws {
        let method = try #require(MethodTable.standard.method(name))
        let base = try QueryAccountTests.Base()
        var run = try base.run(
            method, CountingOracle(classNames: base.data.classNames), budget: 500, seed: 3,
            total: QueryAccount(budget: nil))
        if steps(name) > 0 { try run.step() }
        let before = run.method.state
        guard !before.tensors.isEmpty else { return }
        for index in before.tensors.indices {
            var damaged = before
            damaged.tensors.remove(at: index)
            var method = run.method
            #expect(throws: (any Error).self, "\(name) without '\(before.tensors[index].name)'") {
                try method.restore(damaged)
            }
        }
        var uncounted = before
        uncounted.counters = [:]
        var other = run.method
        #expect(throws: (any Error).self) { try other.restore(uncounted) }
    }

    /// The trace repeats every step from its readings; `AuditTrace` stops where it does not end at the run's state.
    @Test(arguments: MethodTable.standard.names) func tracesLeadToTheState(_ name: String) throws {
        let method = try #require(MethodTable.standard.method(name))
        let base = try QueryAccountTests.Base()
        var run = try base.run(
            method, CountingOracle(classNames: base.data.classNames), budget: 500, seed: 4,
            total: QueryAccount(budget: nil))
        for _ in 0..<steps(name) { try run.step() }
        let spent = run.account.spent
        let whole = try PlainTrace(AuditTrace(run).serialized(modelDigest: "", version: ""))
        // Making a trace asks nothing.
        #expect(run.account.spent == spent)
        #expect(whole.metadata["method"] == name)
        let last = try PlainTrace(AuditTrace(run, last: 1).serialized(modelDigest: "", version: ""))
        let stepNames = whole.names.filter { $0.hasPrefix("step.") }
        #expect(
            last.names.filter { $0.hasPrefix("step.") }
                == stepNames.filter { $0.hasPrefix("step.\(run.method.step).") })
        // Help tells every tensor.
        let told = whole.names.filter { $0.hasPrefix("step.1.") || !$0.hasPrefix("step.") }
        for tensor in told {
            let parts = tensor.split(separator: ".").filter {
                Int($0) == nil && $0 != "step" && $0 != "fastfood" && $0 != "head"
            }
            for part in parts { #expect(method.help.contains(part), "help of \(name) on \(tensor)") }
        }
    }
}

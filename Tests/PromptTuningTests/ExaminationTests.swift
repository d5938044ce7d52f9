import BlackBox
import Datasets
import PromptTuning
import TestData
import Testing

/// What an examination says of runs that were spoiled on purpose; `Examples/doctor.md` shows more of them.
@Suite struct ExaminationTests {
    private static func advice(
        _ settings: [String: SettingValue] = [:], of method: any TuningMethod.Type = ZIPMethod.self
    ) throws -> [Advice] {
        try World.embedded("textures").run(method, settings).examined().advice
    }

    private struct Spoiled: Sendable {
        var settings: [String: SettingValue]
        var subject: String?
        var change: String?

        init(_ settings: [String: SettingValue], _ subject: String? = nil, _ change: String? = nil) {
            (self.settings, self.subject, self.change) = (settings, subject, change)
        }
    }

    @Test(arguments: [
        Spoiled([:]),
        Spoiled(["a": .number(1)], "step", "--a 0.01"),
        Spoiled(["a": .number(0.0001)], "step", "--a 0.01"),
        Spoiled(["c": .number(1)], "c", "--c 0.01"),
        Spoiled(["c": .number(0.0001)]),
        Spoiled(["c": .number(1e-8)], "c", "--c 0.01"),
        Spoiled(["clip": .text("none")], "step", "--clip auto"),
        Spoiled(["clip": .number(0.01)], "step", "--clip auto"),
        Spoiled(["alpha": .number(3)], "schedule", "--alpha 0.4"),
        Spoiled(["gamma": .number(3)], "schedule", "--gamma 0.1"),
        Spoiled(["o": .number(1_000_000)], "step", "--o 1"),
        Spoiled(["momentum": .number(0.99)], "step", "--momentum 0.8"),
        Spoiled(["batch": .integer(2)], "batch", "--batch 128"),
        Spoiled(["noise": .number(1)], "noise"),
        Spoiled(["decimals": .integer(0)], "noise"),
        Spoiled(["decimals": .integer(2)]),
        Spoiled(["budget": .integer(300)], "budget"),
    ])
    private func finds(_ spoiled: Spoiled) throws {
        let first = try Self.advice(spoiled.settings).first
        #expect(first?.subject == spoiled.subject, "\(spoiled.settings): \(String(describing: first))")
        if let change = spoiled.change { #expect(first?.change == change) }
    }

    /// Changes come one after the other until none is left.
    @Test func leadsBackToTheStandard() throws {
        var settings: [String: SettingValue] = ["c": .number(0.1), "a": .number(0.0001)]
        #expect(try Self.advice(settings).first?.change == "--c 0.01")
        settings["c"] = .number(0.01)
        #expect(try Self.advice(settings).first?.change == "--a 0.01")
        settings["a"] = .number(0.01)
        #expect(try Self.advice(settings).isEmpty)
    }

    @Test func oneShot() throws {
        let world = try World.embedded("textures", shots: 1)
        let advice = try world.run().examined().advice
        #expect(advice.first?.subject == "shots")
    }

    /// The box gets what the account says, and the run goes on as if nothing had been asked.
    @Test func chargesAndLeavesAlone() throws {
        let world = try World.embedded("flags")
        let box = CountingOracle(classNames: world.data.classNames, width: 128)
        let examined = try world.run(oracle: box)
        let needed = Examination.queries(of: examined)
        let examination = try examined.examined()
        #expect(examination.queries == needed)
        #expect(box.asked == needed)
        #expect(examined.account.spent == .init(training: needed))
        #expect(examined.history.steps.isEmpty)

        var one = try world.run()
        var other = try world.run()
        _ = try one.examined()
        try one.step()
        try other.step()
        #expect(one.parameterDigest == other.parameterDigest)
        #expect(try one.examined().advice == other.examined().advice)
    }

    @Test func refusesBeforeAnyQuery() throws {
        let world = try World.embedded("flags")
        let run = try world.run(ZIPMethod.self, ["budget": .integer(50)])
        #expect(throws: BlackBoxError.self) { try run.examined() }
        #expect(run.account.spent == .init())
    }

    /// Other methods are asked about answers and labels alone.
    @Test func otherMethods() throws {
        let run = try World.embedded("textures").run(GaussNewtonMethod.self)
        let examination = try run.examined()
        #expect(examination.queries == 5)
        #expect(examination.advice.isEmpty)
        #expect(
            examination.summary.last?.text
                == "of gauss-newton are not examined: those of zip and blackvip are")
    }

    /// Numbers that are none are an error and no advice.
    @Test func answersThatAreNoNumbers() throws {
        let world = try World.embedded("flags")
        let box = CountingOracle(classNames: world.data.classNames, width: 128)
        let run = try world.run(oracle: box)
        box.arrange(.nan)
        #expect(try run.examined().advice.map(\.subject) == ["answers"])
    }

    /// A step that cannot be taken is a finding, not an error.
    @Test func stepsThatCannotBeTaken() throws {
        for settings: [String: SettingValue] in [
            ["a": .number(1e300)], ["a": .number(1e37)], ["c": .number(1e-300)],
        ] {
            #expect(try Self.advice(settings).first?.subject == "step", "\(settings)")
        }
    }

    @Test func chargesWhatFails() throws {
        let run = try World.embedded("flags").run(ZIPMethod.self, ["fail": .number(0.3)])
        let examination = try run.examined()
        #expect(examination.queries == run.account.spent.training)
        #expect(examination.queries > Examination.queries(of: run) + 20)
    }

    @Test func blackVIP() throws {
        let run = try World.embedded("flags", shots: 1).run(BlackVIPMethod.self)
        let examination = try run.examined()
        #expect(examination.queries == Examination.queries(of: run))
        #expect(examination.summary.contains { $0.name == "parts" })
    }
}

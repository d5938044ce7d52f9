import PromptTuning
import ZerothOrder

extension PromptCommand {
    private static let positive = Double.leastNonzeroMagnitude...Double.infinity
    private static let atLeastZero = 0...Double.infinity

    /// Everything `prompt new` takes; names as in the paper where it has them.
    static let settingOptions = [
        OptionSpecification(name: "method", kind: .text, valueName: "zip", help: "tuning method"),
        OptionSpecification(
            name: "tokens", kind: .integer(1...1000), valueName: "8", help: "context tokens m"),
        OptionSpecification(
            name: "dim", kind: .integer(1...10_000_000), valueName: "500", help: "intrinsic dimension D"),
        OptionSpecification(
            name: "rank", kind: .choiceOrInteger(["full"], 1...100_000), valueName: "5",
            help: "rank r, or full"),
        OptionSpecification(name: "init", kind: .text, valueName: "TEXT", help: "words to start from"),
        OptionSpecification(
            name: "seed", kind: .integer(0...Int.max), valueName: "1", help: "seed of all draws"),
        OptionSpecification(
            name: "budget", kind: .integer(0...1_000_000_000), valueName: "5000",
            help: "most training queries"),
        OptionSpecification(
            name: "batch", kind: .integer(1...1_000_000), valueName: "128", help: "most images a minibatch"),
        OptionSpecification(
            name: "directions", kind: .integer(1...10_000), valueName: "5", help: "directions K a step"),
        OptionSpecification(
            name: "perturbation", kind: .choice(Perturbation.allCases.map(\.rawValue)),
            valueName: "segmented", help: "how directions are drawn: segmented or rademacher"),
        OptionSpecification(
            name: "clip", kind: .choiceOrNumber(["auto", "none"], positive), valueName: "auto|none|N",
            help: "longest gradient: √δ, no limit, or a number"),
        OptionSpecification(
            name: "momentum", kind: .number(0...1), valueName: "B", help: "β of SPSA-GC"),
        OptionSpecification(name: "a", kind: .number(positive), valueName: "0.01", help: "step size"),
        OptionSpecification(name: "c", kind: .number(positive), valueName: "0.01", help: "perturbation size"),
        OptionSpecification(
            name: "o", kind: .number(atLeastZero), valueName: "1", help: "offset of the step size"),
        OptionSpecification(
            name: "alpha", kind: .number(atLeastZero), valueName: "0.4", help: "decay of the step size"),
        OptionSpecification(
            name: "gamma", kind: .number(atLeastZero), valueName: "0.1",
            help: "decay of the perturbation size"),
        OptionSpecification(name: "no-diagonal", help: "ablation: W = U·Vᵀ + 1·uᵀ"),
        OptionSpecification(name: "no-sharing", help: "ablation: without the shared row u"),
        OptionSpecification(name: "no-projection", help: "ablation: context = θ₀ + W, without Fastfood"),
    ]

    /// The settings a call asks for; what it leaves out is the default.
    static func settings(_ call: Call) throws -> PromptSettings {
        var settings = PromptSettings()
        settings.method = call.text("method") ?? settings.method
        settings.shape.tokens = call.integer("tokens") ?? settings.shape.tokens
        settings.shape.dimensions = call.integer("dim") ?? settings.shape.dimensions
        if call.text("rank") == "full" {
            settings.shape.rank = nil
        } else if let rank = call.integer("rank") {
            settings.shape.rank = rank
        }
        settings.shape.diagonal = !call.flag("no-diagonal")
        settings.shape.sharing = !call.flag("no-sharing")
        settings.shape.projection = !call.flag("no-projection")
        if settings.shape.rank == nil, call.flag("no-diagonal") {
            throw call.failure("rank", "'--no-diagonal' has no meaning with '--rank full'")
        }
        if call.flag("no-projection"), call.flag("dim") {
            throw call.failure("dim", "'--dim' has no meaning with '--no-projection'")
        }
        settings.seed = call.integer("seed").map { UInt64($0) } ?? settings.seed
        settings.budget = call.integer("budget") ?? settings.budget
        settings.batchSize = call.integer("batch") ?? settings.batchSize
        settings.directions = call.integer("directions") ?? settings.directions
        if let name = call.text("perturbation"), let perturbation = Perturbation(rawValue: name) {
            settings.perturbation = perturbation
        }
        switch call.text("clip") {
        case nil, "auto": break
        case "none": settings.clipping = .none
        default: settings.clipping = call.number("clip").map { .fixed($0) } ?? settings.clipping
        }
        settings.momentum = call.number("momentum")
        settings.schedule.stepSize = call.number("a") ?? settings.schedule.stepSize
        settings.schedule.perturbationSize = call.number("c") ?? settings.schedule.perturbationSize
        settings.schedule.offset = call.number("o") ?? settings.schedule.offset
        settings.schedule.stepDecay = call.number("alpha") ?? settings.schedule.stepDecay
        settings.schedule.perturbationDecay = call.number("gamma") ?? settings.schedule.perturbationDecay
        return settings
    }
}

import CommandLanguage
import PromptTuning

/// `ablate`: one option's values on the same data, seeds and queries.
enum AblateCommand: NotebookCommand {
    static let verb = "ablate"
    static let summary = "compare the values of one option of a method"
    static let forms = [
        CommandForm(
            parameters: [
                Parameter(name: "option", kind: .text),
                Parameter(name: "value", kind: .text, count: .some),
            ],
            options: [
                OptionSpecification(
                    name: "method", kind: .text, valueName: MethodTable.defaultName,
                    help: "the method, with its other options")
            ] + CompareCommand.options, summary: "compare OPTION at each VALUE")
    ]
    static let help = """
        As 'compare', with a run of the method for each value of the option; an option that is on or off
        has the values on and off. Runs are named such as rank-3-s1.

          ablate rank 1 2 --seeds 1 --queries 60
          ablate diagonal on off --seeds 1 --queries 60
          ablate clip none 1 auto --method "zip --tokens 4" --seeds 1 --queries 60
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        let option = call.text("option") ?? ""
        let base = call.text("method") ?? MethodTable.defaultName
        let methods = context.host.methods
        let method = try call.locating("method") {
            try ComparisonVariant(base, what: "--method", methods: methods).method
        }
        let keys = CommonSettings.keys + method.settings
        guard let key = keys.first(where: { $0.name == option }) else {
            let near = nearestName(to: option, among: keys.map(\.name))
            throw call.failure(
                "option", "'\(method.name)' has no option '\(option)'",
                notes: [near.map { "did you mean '\($0)'?" } ?? "'help \(method.name)' lists them"])
        }
        let variants = try call.texts("value").map { value in
            let isSwitch = key.kind == .on
            guard !isSwitch || value == "on" || value == "off" else {
                throw call.failure("value", "expected on or off for '\(option)'; got '\(value)'")
            }
            let written = Double(value) == nil ? "'\(value.replacing("'", with: ""))'" : value
            let text =
                isSwitch
                ? base + (value == "off" ? " --\(key.option)" : "") : "\(base) --\(key.option) \(written)"
            return try call.locating("value") {
                try ComparisonVariant(text, label: "\(option) \(value)", what: "ablate", methods: methods)
            }
        }
        try context.carryOut(try CompareCommand.comparison(variants, "value", call, context), call)
    }
}

import BlackBox
import CommandLanguage
import Foundation
import PromptTuning

/// What the box is said to be: what new prompts see of it, and what a query costs.
struct BoxTerms: Sendable, Equatable {
    /// View settings of prompts that give none of their own, by name.
    var view: [String: SettingValue] = [:]
    /// Share of queries that fail.
    var failure = 0.0
    /// Of a query, in any currency.
    var price = 0.0
    /// Of a query, in seconds.
    var latency = 0.0

    var isStandard: Bool { self == BoxTerms() }
    var hasCosts: Bool { price > 0 || latency > 0 }

    /// What so many queries cost: "9.00 in money, 0.3 hours".
    func cost(of queries: Int) -> String {
        var parts: [String] = []
        if price > 0 { parts.append(String(format: "%.2f in money", price * Double(queries))) }
        if latency > 0 {
            let seconds = latency * Double(queries)
            parts.append(
                seconds < 120
                    ? String(format: "%.1f seconds", seconds) : String(format: "%.1f hours", seconds / 3600))
        }
        return parts.joined(separator: ", ")
    }
}

/// `box`: the in-process oracle as a service would be.
enum BoxCommand: NotebookCommand {
    static let verb = "box"
    static let summary = "say what the box shows to new prompts, and what a query costs"
    static let forms = [
        CommandForm(
            options: [
                OptionSpecification(
                    name: "shows",
                    kind: .choice(["logits", "log-probabilities", "probabilities", "top5", "label"]),
                    valueName: "logits|log-probabilities|probabilities|top5|label",
                    help: "what new prompts see of an answer"),
                OptionSpecification(
                    name: "digits", kind: .integer(0...BoxView.mostDecimals), valueName: "D",
                    help: "decimals that it shows (all)"),
                OptionSpecification(
                    name: "fail", kind: .number(0...0.9), valueName: "SHARE",
                    help: "share of queries that fail, are charged and asked again"),
                OptionSpecification(
                    name: "price", kind: .number(0...1_000_000), valueName: "P", help: "money for a query"),
                OptionSpecification(
                    name: "latency", kind: .number(0...1_000_000), valueName: "S", help: "seconds of a query"),
            ], summary: "describe the box, or change what is given")
    ]
    static let help = """
        The box in the program shows all and costs nothing. A service rounds, hides and costs: what is said
        here holds for 'prompt new', 'prompt load', 'compare' and 'ablate' from then on, unless they give
        --view, --decimals or --top of their own. Prompts that are there stay as they are.

        A query that fails is charged and asked again, until it is answered; which ones fail is drawn with the
        prompt's seed. A price and a latency are added up, not waited for: 'show' and the tables of 'compare' tell what the
        queries for training and evaluation would cost, one after the other. A label alone is refused by
        every method, with the reason. 'box --shows logits --fail 0 --price 0 --latency 0' is the box as it is.

          box --shows probabilities --digits 3 --price 0.002 --latency 0.2 --fail 0.01
          prompt new
          step
          show
          box
        """

    static func run(_ call: Call, _ context: inout CommandContext) throws {
        var terms = context.state.box
        let (view, top) = (CommonSettings.view.key.name, CommonSettings.top.key.name)
        if let shows = call.text("shows") {
            terms.view[view] = .text(["top5": "probabilities", "label": "labels"][shows] ?? shows)
            terms.view[top] = shows == "top5" ? .integer(5) : nil
            if shows == "logits" { terms.view = [:] }
        }
        if let digits = call.integer("digits") {
            terms.view[CommonSettings.decimals.key.name] = .integer(digits)
        }
        if let failure = call.number("fail") { terms.failure = failure }
        if let price = call.number("price") { terms.price = price }
        if let latency = call.number("latency") { terms.latency = latency }
        // Telling is no change.
        if terms != context.state.box { context.state.box = terms }
        describe(&context)
    }

    static func describe(_ context: inout CommandContext) {
        let terms = context.state.box
        let settings = MethodSettings(terms.view)
        var shown = settings[CommonSettings.view]
        if let decimals = settings[CommonSettings.decimals] {
            shown += " to \(DisplayNumber.count(decimals, "decimal"))"
        }
        if let count = settings[CommonSettings.top] { shown += " of the top \(count) classes" }
        context.say("new prompts see \(shown)")
        if terms.failure > 0 {
            context.say("\(DisplayNumber.percent(100 * terms.failure)) of queries fail and are asked again")
        }
        context.say(
            terms.hasCosts
                ? "1000 queries cost \(terms.cost(of: 1000))" : "a query costs nothing and takes no time")
        context.set("shows", .text(settings[CommonSettings.view]))
        if let decimals = settings[CommonSettings.decimals] { context.set("digits", .integer(decimals)) }
        if let count = settings[CommonSettings.top] { context.set("top", .integer(count)) }
        if terms.failure > 0 { context.set("fail", .double(terms.failure)) }
        context.set("price", .double(terms.price))
        context.set("latency", .double(terms.latency))
    }
}

extension CommandContext {
    /// Settings with the box's view where they give none.
    func withView(_ given: [String: SettingValue]) -> [String: SettingValue] {
        var given = given
        let failure = CommonSettings.failure.key.name
        if state.box.failure > 0, given[failure] == nil { given[failure] = .number(state.box.failure) }
        let names = [CommonSettings.view.key, CommonSettings.decimals.key, CommonSettings.top.key].map(\.name)
        guard names.allSatisfy({ given[$0] == nil }) else { return given }
        return given.merging(state.box.view) { own, _ in own }
    }
}

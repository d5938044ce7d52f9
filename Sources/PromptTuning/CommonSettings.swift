import BlackBox

/// Settings that every method has.
public enum CommonSettings {
    public static let seed = Setting.integer("seed", 0...Int.max, default: 1, "seed of all draws")
    public static let budget = Setting.integer(
        "budget", 0...1_000_000_000, default: 5000, "most training queries")
    public static let batch = Setting.integer(
        "batch", 1...1_000_000, default: 128, "most images a minibatch")

    /// Labels can be asked for, to be told why they do not do.
    public static let view = Setting.choice(
        "view", BoxView.Numbers.allCases.map(\.rawValue) + ["labels"],
        default: BoxView.standard.numbers.rawValue,
        "what the box shows")
    public static let decimals = Setting.optional(
        "decimals", 0...BoxView.mostDecimals, absent: "all", placeholder: "D", "decimals that it shows (all)")
    public static let top = Setting.optional(
        "top", 1...Int.max, absent: "all", placeholder: "K",
        "classes that it shows, the largest of an image (all)")
    public static let noise = Setting.number(
        "noise", .atLeastZero, default: BoxView.standard.noise, "standard deviation of noise on its logits")

    public static let failure = Setting.number(
        "fail", .number(0...0.9), default: BoxView.standard.failure,
        "share of queries that fail, are charged and asked again")

    /// Shown before a method's own.
    public static let keys = always + [view.key, decimals.key, top.key, noise.key, failure.key]
    private static let always = [seed.key, budget.key, batch.key]

    /// Those that a record has: a view only where it is not the standard one, failures where there are any.
    static func recorded(under view: BoxView) -> [SettingKey] {
        view.isStandard ? always : view.failure > 0 ? keys : Array(keys.dropLast())
    }

    /// The hand-written prompt that several methods start from or keep.
    public static let template = Setting.texts(
        "template", default: [defaultTemplate],
        "hand-written prompt, {} is the class name; several in [ ] make an ensemble")
    public static let defaultTemplate = "a photo of a {}."

    /// Random crops and flips of the training images, as the published trainers have them.
    public static let augment = Setting.integer(
        "augment", 0...100, default: 0, "random crops an image, drawn once; 0 for the image itself")

    /// The words of a context that a fitted head stands behind, in place of a template.
    public static let fixed = Setting.optional(
        "init", .text, absent: "template", placeholder: "TEXT", "words of a context in place of a template")

    /// Words that the context starts from.
    public static let initial = Setting.optional(
        "init", .text, absent: "normal", placeholder: "TEXT", "words to start from")
}

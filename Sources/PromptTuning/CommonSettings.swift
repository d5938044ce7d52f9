/// Settings that every method has.
public enum CommonSettings {
    public static let seed = Setting.integer("seed", 0...Int.max, default: 1, "seed of all draws")
    public static let budget = Setting.integer(
        "budget", 0...1_000_000_000, default: 5000, "most training queries")
    public static let batch = Setting.integer(
        "batch", 1...1_000_000, default: 128, "most images a minibatch")

    /// Shown before a method's own.
    public static let keys = [seed.key, budget.key, batch.key]

    /// The hand-written prompt that several methods start from or keep.
    public static let template = Setting.texts(
        "template", default: [defaultTemplate],
        "hand-written prompt, {} is the class name; several in [ ] make an ensemble")
    public static let defaultTemplate = "a photo of a {}."

    /// Random crops and flips of the training images, as the published trainers have them.
    public static let augment = Setting.integer(
        "augment", 0...100, default: 0, "random crops an image, drawn once; 0 for the image itself")

    /// Words that the context starts from.
    public static let initial = Setting.optional(
        "init", .text, absent: "normal", placeholder: "TEXT", "words to start from")
}

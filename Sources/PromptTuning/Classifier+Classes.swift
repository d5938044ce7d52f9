import BlackBox
import Tensors

extension Classifier {
    /// As this serves other classes than it was tuned on.
    public struct Transferred: Sendable {
        public var classifier: Classifier
        /// Classes that have no context of their own and get the mean.
        public var newClasses = 0
        /// Whether a head was left out, which serves the classes that it was fitted on alone.
        public var leavesHead = false
    }

    /// The prompt for other classes: contexts of classes go by name, a head stays where the classes are the same.
    ///
    /// - Parameter tuned: the classes that this was tuned on, in their order.
    public func transferred(to classNames: [String], from tuned: [String]) -> Transferred {
        var result = Transferred(classifier: self)
        guard classNames != tuned else { return result }
        if head != nil {
            result.classifier.head = nil
            result.leavesHead = true
        }
        if case .classContexts(let contexts) = prompt.text {
            let chosen = PromptFile.Contexts.ofClasses(names: tuned, contexts).chosen(for: classNames)
            result.classifier.prompt.text = .classContexts(chosen.ofClasses ?? contexts)
            result.newClasses = chosen.newClasses
        }
        return result
    }
}

public import BlackBox
public import Tensors

/// What a person deploys: a prompt, and what is done to the logits that the box answers.
public struct Classifier: Sendable {
    public var prompt: Prompt
    /// Nil: the logits as they are.
    public var head: (any LogitHead)?

    public init(_ prompt: Prompt, head: (any LogitHead)? = nil) {
        self.prompt = prompt
        self.head = head
    }

    /// The answer as it is used.
    public func read(_ answer: Answer) -> Answer {
        head.map { Answer(logits: $0.apply(answer.logits)) } ?? answer
    }

    /// Whether it serves its classes alone, in their order.
    public var dependsOnClasses: Bool {
        if case .classContexts = prompt.text { return true }
        return head != nil
    }

    public var tensors: [NamedTensor] { prompt.tensors + (head?.tensors ?? []) }
}

/// A change of logits that is fitted on answers and applied without the box.
public protocol LogitHead: Sendable {
    /// What a person needs to apply it elsewhere.
    var tensors: [NamedTensor] { get }
    /// Changed logits, [B, C].
    func apply(_ logits: Matrix) -> Matrix
}

public import Tensors

/// What is asked of the black box besides pictures: the text around every class name, and what is done to the pictures.
public struct Prompt: Sendable {
    public var text: TextPrompt
    public var visual: VisualPrompt

    public init(text: TextPrompt, visual: VisualPrompt = .none) {
        self.text = text
        self.visual = visual
    }
}

/// The words, or vectors in place of words, that stand with every class name.
public enum TextPrompt: Sendable, Equatable {
    /// Context vectors before every class name, [m, d].
    case context(Matrix)
    /// Context vectors of their own for each class, [m, d] each; C of them.
    case classContexts([Matrix])
    /// Hand-written prompts with `{}` for the class name; several make an ensemble: the mean of their normalised text
    /// features, normalised.
    case templates([String])
}

/// What is done to the pictures.
public enum VisualPrompt: Sendable {
    case none
    /// Extra tokens behind the patch tokens, before the first LayerNorm, without positions, [v, d of the vision tower].
    case tokens(Matrix)
    /// Changed pixels.
    case pixels(any PixelProgram)

    public var isNone: Bool {
        if case .none = self { true } else { false }
    }
}

/// A change of the pixels of a minibatch, before they are normalised for the model.
public protocol PixelProgram: Sendable {
    /// Side of the square crop that it takes of each picture.
    var cropSide: Int { get }
    /// What a person needs to apply it elsewhere.
    var tensors: [NamedTensor] { get }

    /// Does what does not depend on the program's numbers for a minibatch's list, with progress as images done and to do.
    func prepare(_ batch: Minibatch, progress: (_ done: Int, _ total: Int) throws -> Void) throws

    /// Returns the change of each picture of a minibatch: from a picture's place in the minibatch and its crop,
    /// [3, crop side, crop side] in 0…1, to what the box sees, [3, side, side].
    ///
    /// It is called once a query, its result once a picture, from any thread.
    func change(for batch: Minibatch) throws -> @Sendable (_ place: Int, _ pixels: [Float]) -> [Float]
}

extension PixelProgram {
    public func prepare(_ batch: Minibatch, progress: (_ done: Int, _ total: Int) throws -> Void) throws {}
}

extension Prompt {
    /// The prompt as tensors; hand-written words have none.
    public var tensors: [NamedTensor] {
        var tensors: [NamedTensor] = []
        switch text {
        case .context(let matrix): tensors.append(NamedTensor("context", matrix))
        case .classContexts(let matrices):
            let first = matrices.first
            tensors.append(
                NamedTensor(
                    "class_contexts", shape: [matrices.count, first?.rows ?? 0, first?.columns ?? 0],
                    matrices.flatMap(\.values)))
        case .templates: break
        }
        switch visual {
        case .none: break
        case .tokens(let matrix): tensors.append(NamedTensor("visual_tokens", matrix))
        case .pixels(let program): tensors += program.tensors
        }
        return tensors
    }
}

public import Tensors

/// What a method carries from step to step: with the same settings and problem it goes on from there to the same bits.
public struct MethodState: Sendable, Equatable {
    public var tensors: [NamedTensor]
    public var counters: [String: Int]

    public init(_ tensors: [NamedTensor] = [], counters: [String: Int] = [:]) {
        self.tensors = tensors
        self.counters = counters
    }

    /// - Throws: `TuningError.badState` where there is none, or of another count.
    public func floats(_ name: String, count: Int, of method: String) throws -> [Float] {
        guard case .floats(let values)? = tensors.first(where: { $0.name == name })?.values,
            values.count == count
        else { throw TuningError.badState(method: method, tensor: name) }
        return values
    }

    public func doubles(_ name: String, of method: String) throws -> [Double] {
        guard case .doubles(let values)? = tensors.first(where: { $0.name == name })?.values
        else { throw TuningError.badState(method: method, tensor: name) }
        return values
    }

    public func counter(_ name: String, of method: String) throws -> Int {
        guard let value = counters[name], value >= 0 else {
            throw TuningError.badState(method: method, tensor: name)
        }
        return value
    }
}

/// A tensor with a name, for a file or a state that somebody reads back.
public struct NamedTensor: Sendable, Equatable {
    public enum Values: Sendable, Equatable {
        case floats([Float])
        case doubles([Double])
        case integers([Int32])
    }

    public var name: String
    public var shape: [Int]
    public var values: Values

    /// - Parameter shape: nil for a vector.
    public init(_ name: String, shape: [Int]? = nil, _ values: [Float]) {
        self.init(name, shape: shape ?? [values.count], .floats(values))
    }

    public init(_ name: String, _ values: [Double]) {
        self.init(name, shape: [values.count], .doubles(values))
    }

    public init(_ name: String, integers: [Int]) {
        self.init(name, shape: [integers.count], .integers(integers.map { Int32(clamping: $0) }))
    }

    public init(_ name: String, _ matrix: Matrix) {
        self.init(name, shape: [matrix.rows, matrix.columns], .floats(matrix.values))
    }

    private init(_ name: String, shape: [Int], _ values: Values) {
        let count =
            switch values {
            case .floats(let values): values.count
            case .doubles(let values): values.count
            case .integers(let values): values.count
            }
        precondition(shape.reduce(1, *) == count, "'\(name)': \(count) values of shape \(shape)")
        self.name = name
        self.shape = shape
        self.values = values
    }
}

extension SafeTensorsWriter {
    /// Adds a tensor under a name with `prefix` before its own.
    ///
    /// - Throws: `TensorsError.unwritable` where the name is taken.
    public mutating func add(_ tensor: NamedTensor, prefix: String = "") throws {
        let name = prefix + tensor.name
        switch tensor.values {
        case .floats(let values): try add(name, shape: tensor.shape, floats: values)
        case .doubles(let values): try add(name, shape: tensor.shape, floats: values.map { Float($0) })
        case .integers(let values): try add(name, shape: tensor.shape, int32s: values)
        }
    }
}

extension NamedTensor {
    /// The values where they are floats, else none.
    public var floats: [Float] {
        if case .floats(let values) = values { values } else { [] }
    }
}

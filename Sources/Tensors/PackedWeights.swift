import CKernels

/// The function after a matrix product.
public enum Activation: Sendable, Equatable {
    case none
    /// x / (1 + exp(−1.702 x)).
    case quickGELU
    /// x (1 + erf(x / √2)) / 2.
    case gelu

    var code: Int32 {
        switch self {
        case .none: Int32(ZL_ACTIVATION_NONE)
        case .quickGELU: Int32(ZL_ACTIVATION_QUICK_GELU)
        case .gelu: Int32(ZL_ACTIVATION_GELU)
        }
    }
}

/// A linear layer: weights in the kernel's panel layout, and an optional bias.
///
/// Each output element is one chain of fused multiply-adds over the inputs in increasing order, so a result
/// does not depend on how many rows are computed together.
public final class PackedWeights: Sendable {
    public let outputs: Int
    public let inputs: Int

    // Written by the initializer only, freed by deinit only.
    private nonisolated(unsafe) let panels: UnsafeMutablePointer<Float>
    private nonisolated(unsafe) let biases: UnsafeMutablePointer<Float>?

    /// Packs a row-major [outputs, inputs] weight, the layout of PyTorch's `Linear`.
    public convenience init(
        _ weight: UnsafeBufferPointer<Float>, outputs: Int, inputs: Int, bias: [Float]? = nil
    ) {
        self.init(count: weight.count, outputs: outputs, inputs: inputs, bias: bias) { panels in
            guard let source = weight.baseAddress else { return }
            zl_pack(source, outputs, inputs, panels)
        }
    }

    /// Packs a row-major [outputs, inputs] weight.
    public convenience init(_ weight: [Float], outputs: Int, inputs: Int, bias: [Float]? = nil) {
        self.init(count: weight.count, outputs: outputs, inputs: inputs, bias: bias) { panels in
            zl_pack(weight, outputs, inputs, panels)
        }
    }

    /// Packs a row-major [outputs, inputs] weight that comes in strips of a few rows.
    ///
    /// `read` writes the rows of a range to a buffer, [rows, inputs]; the strips come in order, on the
    /// calling thread, and no more than one is held.
    public convenience init(
        outputs: Int, inputs: Int, bias: [Float]? = nil,
        read: (_ rows: Range<Int>, _ strip: UnsafeMutablePointer<Float>) throws -> Void
    ) throws {
        try self.init(count: outputs * inputs, outputs: outputs, inputs: inputs, bias: bias) { panels in
            let strip = Self.allocate(Self.stripRows * inputs)
            defer { strip.deallocate() }
            for first in stride(from: 0, to: outputs, by: Self.stripRows) {
                let rows = first..<min(first + Self.stripRows, outputs)
                try read(rows, strip)
                zl_pack(strip, rows.count, inputs, panels + zl_packed_size(first, inputs))
            }
        }
    }

    /// Rows of a strip, a multiple of a panel's.
    private static let stripRows = 16

    private init(
        count: Int, outputs: Int, inputs: Int, bias: [Float]?,
        pack: (UnsafeMutablePointer<Float>) throws -> Void
    ) rethrows {
        precondition(outputs >= 0 && inputs >= 0, "expected sizes from 0; got \(outputs) × \(inputs)")
        precondition(
            count == outputs * inputs, "expected \(outputs) × \(inputs) weights; got \(count)")
        if let bias {
            precondition(bias.count == outputs, "expected \(outputs) biases; got \(bias.count)")
        }
        let panels = Self.allocate(zl_packed_size(outputs, inputs))
        do {
            try pack(panels)
        } catch {
            panels.deallocate()
            throw error
        }
        self.outputs = outputs
        self.inputs = inputs
        self.panels = panels
        if let bias {
            let copy = Self.allocate(outputs)
            copy.initialize(from: bias, count: outputs)
            biases = copy
        } else {
            biases = nil
        }
    }

    deinit {
        panels.deallocate()
        biases?.deallocate()
    }

    /// output = activation(input · Wᵀ + bias) + residual, on the calling thread.
    ///
    /// `input` is [rows, inputs], `residual` and `output` are [rows, outputs]; strides count floats from row
    /// to row. `residual` may be `output`; `input` may not overlap it.
    public func apply(
        _ input: UnsafePointer<Float>, rows: Int, stride: Int, activation: Activation = .none,
        adding residual: UnsafePointer<Float>? = nil, residualStride: Int = 0,
        into output: UnsafeMutablePointer<Float>, outputStride: Int
    ) {
        precondition(rows >= 0, "expected rows from 0; got \(rows)")
        precondition(rows <= 1 || stride >= inputs, "expected a stride from \(inputs); got \(stride)")
        precondition(
            rows <= 1 || outputStride >= outputs,
            "expected an output stride from \(outputs); got \(outputStride)")
        precondition(
            rows <= 1 || residual == nil || residualStride >= outputs,
            "expected a residual stride from \(outputs); got \(residualStride)")
        zl_gemm(
            input, stride, rows, panels, outputs, inputs, biases, activation.code, residual,
            residualStride, output, outputStride)
    }

    /// activation(input · Wᵀ + bias) as a new matrix, on all threads.
    public func apply(_ input: Matrix, activation: Activation = .none) -> Matrix {
        precondition(
            input.columns == inputs, "expected \(inputs) columns; got \(input.columns)")
        let values = [Float](unsafeUninitializedCapacity: input.rows * outputs) { buffer, count in
            count = input.rows * outputs
            guard let output = buffer.baseAddress, count > 0 else { return }
            input.values.withUnsafeBufferPointer { source in
                // An input of no columns has no address; any valid one serves, nothing is read.
                applyInParallel(
                    source.baseAddress ?? UnsafePointer(output), rows: input.rows, activation: activation,
                    into: output)
            }
        }
        return Matrix(rows: input.rows, columns: outputs, values: values)
    }

    /// Writes activation(input · Wᵀ + bias) into a matrix of as many elements, whatever its shape, on all threads.
    public func apply(_ input: Matrix, activation: Activation = .none, into output: inout Matrix) {
        precondition(
            input.columns == inputs, "expected \(inputs) columns; got \(input.columns)")
        precondition(
            output.values.count == input.rows * outputs,
            "expected room for \(input.rows * outputs) elements; got \(output.values.count)")
        output.withMutableValues { output in
            input.values.withUnsafeBufferPointer { source in
                // As above.
                applyInParallel(
                    source.baseAddress ?? UnsafePointer(output), rows: input.rows, activation: activation,
                    into: output)
            }
        }
    }

    /// Fewest multiply-adds that are worth another thread, and fewest rows.
    private static let shareOfThread = 1 << 20
    private static let rowsOfThread = 64

    /// output = activation(input · Wᵀ + bias) on all threads; both are dense.
    ///
    /// Threads take rows where there are many, panels of outputs where there are few.
    package func applyInParallel(
        _ input: UnsafePointer<Float>, rows: Int, activation: Activation = .none,
        into output: UnsafeMutablePointer<Float>
    ) {
        precondition(rows >= 0, "expected rows from 0; got \(rows)")
        let parts = max(1, min(Parallel.threads, rows * outputs * inputs / Self.shareOfThread))
        if rows >= Self.rowsOfThread * parts {
            Parallel.forEach(parts) { part in
                let start = rows * part / parts
                apply(
                    input + start * inputs, rows: rows * (part + 1) / parts - start, stride: inputs,
                    activation: activation, into: output + start * outputs, outputStride: outputs)
            }
            return
        }
        let panelCount = (outputs + 15) / 16
        let columns = min(parts, panelCount)
        Parallel.forEach(columns) { part in
            let start = 16 * (panelCount * part / columns)
            let end = min(outputs, 16 * (panelCount * (part + 1) / columns))
            zl_gemm(
                input, inputs, rows, panels + start * inputs, end - start, inputs, biases.map { $0 + start },
                activation.code, nil, 0, output + start, outputs)
        }
    }

    /// 64-byte aligned storage, a cache line, so that no panel row straddles two.
    private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
        UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64
        ).bindMemory(to: Float.self, capacity: max(count, 1))
    }
}

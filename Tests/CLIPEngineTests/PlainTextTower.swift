import CLIPEngine
import Tensors

/// CLIP's text tower as plain loops over the summation rules of the kernels' README, apart from the kernels.
///
/// Only the elementary functions are the program's own.
struct PlainTextTower {
    let configuration: CLIPConfiguration
    private let weights: [String: [Float]]

    init(folder: String, configuration: CLIPConfiguration) throws {
        let file = try SafeTensorsFile(path: folder + "/model.safetensors")
        self.configuration = configuration
        weights = Dictionary(
            uniqueKeysWithValues: try file.names.filter { $0.hasPrefix("text") }
                .map { ($0, try file.floats($0)) })
    }

    /// The feature of a sequence of embeddings without positions, of length one.
    func feature(_ embeddings: [[Float]], pooled: Int) -> [Float] {
        let tower = configuration.text
        let positions = rows("text_model.embeddings.position_embedding.weight", tower.width)
        var x = embeddings.enumerated().map { index, row in zip(row, positions[index]).map { $0 + $1 } }
        for layer in 0..<tower.layers {
            let name = "text_model.encoder.layers.\(layer)."
            let normed = x.map { norm($0, name + "layer_norm1") }
            let (q, k, v) = (
                linear(normed, name + "self_attn.q_proj"), linear(normed, name + "self_attn.k_proj"),
                linear(normed, name + "self_attn.v_proj")
            )
            let attended = x.indices.map { attention(q[$0], Array(k[...$0]), Array(v[...$0])) }
            x = added(linear(attended, name + "self_attn.out_proj"), x)
            let hidden = linear(x.map { norm($0, name + "layer_norm2") }, name + "mlp.fc1")
            x = added(linear(hidden.map { $0.map(activation) }, name + "mlp.fc2"), x)
        }
        let state = norm(x[pooled], "text_model.final_layer_norm")
        let projected = rows("text_projection.weight", tower.width).map { chain(state, $0) }
        let length = lanes(projected.count) { $0.addingProduct(projected[$1], projected[$1]) }.squareRoot()
        return projected.map { $0 / length }
    }

    /// The rows of a two-dimensional weight.
    func rows(_ name: String, _ width: Int) -> [[Float]] {
        let values = weights[name] ?? []
        return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<($0 + width)]) }
    }

    private func linear(_ input: [[Float]], _ name: String) -> [[Float]] {
        let matrix = rows(name + ".weight", input[0].count)
        let bias = weights[name + ".bias"] ?? []
        return input.map { row in matrix.indices.map { chain(row, matrix[$0]) + bias[$0] } }
    }

    private func added(_ x: [[Float]], _ residual: [[Float]]) -> [[Float]] {
        zip(x, residual).map { zip($0, $1).map { $0 + $1 } }
    }

    private func norm(_ x: [Float], _ name: String) -> [Float] {
        let (weight, bias) = (weights[name + ".weight"] ?? [], weights[name + ".bias"] ?? [])
        let mean = lanes(x.count) { $0 + x[$1] } / Float(x.count)
        let d = x.map { $0 - mean }
        let variance = lanes(d.count) { $0.addingProduct(d[$1], d[$1]) } / Float(x.count)
        let inverse = 1 / (variance + configuration.text.epsilon).squareRoot()
        return d.indices.map { bias[$0].addingProduct(d[$0] * inverse, weight[$0]) }
    }

    /// One query over the keys that it sees, head by head.
    private func attention(_ q: [Float], _ keys: [[Float]], _ values: [[Float]]) -> [Float] {
        let width = configuration.text.headWidth
        let scale = 1 / Float(width).squareRoot()
        return (0..<configuration.text.heads).flatMap { head -> [Float] in
            let columns = (head * width)..<((head + 1) * width)
            let scores = keys.map { chain(q[columns], $0[columns]) * scale }
            let top = scores.reduce(-.infinity) { $1 > $0 ? $1 : $0 }
            let e = exponentials(scores.map { $0 - top })
            let total = lanes(e.count) { $0 + e[$1] }
            let shares = e.map { $0 / total }
            return columns.map { column in chain(shares, values.map { $0[column] }) }
        }
    }

    private func activation(_ x: Float) -> Float {
        switch configuration.text.activation {
        case .none: return x
        case .quickGELU: return x * (1 / (1 + exponentials([-1.702 * x])[0]))
        case .gelu:
            // The program's erf is reached through a product of one by one.
            let identity = PackedWeights([1], outputs: 1, inputs: 1)
            return identity.apply(Matrix(rows: 1, columns: 1, values: [x]), activation: .gelu).values[0]
        }
    }

    /// One chain acc = fma(a, b, acc) from +0.
    private func chain(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Float {
        var sum: Float = 0
        for (x, y) in zip(a, b) { sum = sum.addingProduct(x, y) }
        return sum
    }

    /// Sixteen lanes from +0, element i in lane i mod 16, joined as a tree.
    private func lanes(_ count: Int, _ step: (Float, Int) -> Float) -> Float {
        var lane = [Float](repeating: 0, count: 16)
        for index in 0..<count { lane[index % 16] = step(lane[index % 16], index) }
        while lane.count > 1 {
            let half = lane.count / 2
            lane = (0..<half).map { lane[$0] + lane[$0 + half] }
        }
        return lane[0]
    }
}

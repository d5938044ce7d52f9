import CLIPEngine
import Tensors

/// What the plain towers compute with: loops over the summation rules of the kernels' README, apart from the
/// kernels.
///
/// Only the elementary functions are the program's own.
struct PlainLoops {
    let tower: CLIPConfiguration.Tower
    private let weights: [String: [Float]]

    /// - Parameter prefix: what the names of the tower's weights begin with.
    init(folder: String, prefix: String, tower: CLIPConfiguration.Tower) throws {
        let file = try SafeTensorsFile(path: folder + "/model.safetensors")
        self.tower = tower
        weights = Dictionary(
            uniqueKeysWithValues: try file.names.filter { $0.hasPrefix(prefix) }
                .map { ($0, try file.floats($0)) })
    }

    /// A weight's values.
    func values(_ name: String) -> [Float] { weights[name] ?? [] }

    /// All layers of a transformer; `seen` says how many of the rows a row attends to.
    func transformed(_ rows: [[Float]], _ name: String, seen: (_ row: Int) -> Int) -> [[Float]] {
        var x = rows
        for layer in 0..<tower.layers {
            let name = "\(name).encoder.layers.\(layer)."
            let normed = x.map { norm($0, name + "layer_norm1") }
            let (q, k, v) = (
                linear(normed, name + "self_attn.q_proj"), linear(normed, name + "self_attn.k_proj"),
                linear(normed, name + "self_attn.v_proj")
            )
            let attended = x.indices.map { attention(q[$0], Array(k[..<seen($0)]), Array(v[..<seen($0)])) }
            x = added(linear(attended, name + "self_attn.out_proj"), x)
            let hidden = linear(x.map { norm($0, name + "layer_norm2") }, name + "mlp.fc1")
            x = added(linear(hidden.map { $0.map(activation) }, name + "mlp.fc2"), x)
        }
        return x
    }

    /// A state through the projection, divided by its length.
    func feature(_ state: [Float], _ name: String) -> [Float] {
        let projected = rows(name, tower.width).map { chain(state, $0) }
        let length = lanes(projected.count) { $0.addingProduct(projected[$1], projected[$1]) }.squareRoot()
        return projected.map { $0 / length }
    }

    /// The rows of a two-dimensional weight.
    func rows(_ name: String, _ width: Int) -> [[Float]] {
        let values = values(name)
        return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<($0 + width)]) }
    }

    func linear(_ input: [[Float]], _ name: String) -> [[Float]] {
        let matrix = rows(name + ".weight", input[0].count)
        let bias = weights[name + ".bias"] ?? []
        return input.map { row in matrix.indices.map { chain(row, matrix[$0]) + bias[$0] } }
    }

    func added(_ x: [[Float]], _ residual: [[Float]]) -> [[Float]] {
        zip(x, residual).map { zip($0, $1).map { $0 + $1 } }
    }

    func norm(_ x: [Float], _ name: String) -> [Float] {
        let (weight, bias) = (weights[name + ".weight"] ?? [], weights[name + ".bias"] ?? [])
        let mean = lanes(x.count) { $0 + x[$1] } / Float(x.count)
        let d = x.map { $0 - mean }
        let variance = lanes(d.count) { $0.addingProduct(d[$1], d[$1]) } / Float(x.count)
        let inverse = 1 / (variance + tower.epsilon).squareRoot()
        return d.indices.map { bias[$0].addingProduct(d[$0] * inverse, weight[$0]) }
    }

    /// One query over the keys that it sees, head by head.
    func attention(_ q: [Float], _ keys: [[Float]], _ values: [[Float]]) -> [Float] {
        let width = tower.headWidth
        let scale = 1 / Float(width).squareRoot()
        return (0..<tower.heads).flatMap { head -> [Float] in
            let columns = (head * width)..<((head + 1) * width)
            let scores = keys.map { chain(q[columns], $0[columns]) * scale }
            let top = scores.reduce(-.infinity) { $1 > $0 ? $1 : $0 }
            let e = exponentials(scores.map { $0 - top })
            let total = lanes(e.count) { $0 + e[$1] }
            let shares = e.map { $0 / total }
            return columns.map { column in chain(shares, values.map { $0[column] }) }
        }
    }

    func activation(_ x: Float) -> Float {
        switch tower.activation {
        case .none: return x
        case .quickGELU: return x * (1 / (1 + exponentials([-1.702 * x])[0]))
        case .gelu:
            // The program's erf is reached through a product of one by one.
            let identity = PackedWeights([1], outputs: 1, inputs: 1)
            return identity.apply(Matrix(rows: 1, columns: 1, values: [x]), activation: .gelu).values[0]
        }
    }

    /// One chain acc = fma(a, b, acc) from +0.
    func chain(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Float {
        var sum: Float = 0
        for (x, y) in zip(a, b) { sum = sum.addingProduct(x, y) }
        return sum
    }

    /// Sixteen lanes from +0, element i in lane i mod 16, joined as a tree.
    func lanes(_ count: Int, _ step: (Float, Int) -> Float) -> Float {
        var lane = [Float](repeating: 0, count: 16)
        for index in 0..<count { lane[index % 16] = step(lane[index % 16], index) }
        while lane.count > 1 {
            let half = lane.count / 2
            lane = (0..<half).map { lane[$0] + lane[$0 + half] }
        }
        return lane[0]
    }
}

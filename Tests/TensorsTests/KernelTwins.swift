/// Plain twins of the kernels, written element by element from the rules in the kernels' README.
enum Twin {
    /// One chain acc = fma(a, b, acc) from +0.
    static func chain(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Float {
        zip(a, b).reduce(0) { $0.addingProduct($1.0, $1.1) }
    }

    /// 16 lanes from `start`, joined as a tree.
    static func lanes(
        _ count: Int, start: Float = 0, step: (Float, Int) -> Float, join: (Float, Float) -> Float
    ) -> Float {
        var lane = (0..<16).map { j in stride(from: j, to: count, by: 16).reduce(start, step) }
        while lane.count > 1 {
            let half = lane.count / 2
            lane = (0..<half).map { join(lane[$0], lane[$0 + half]) }
        }
        return lane[0]
    }

    static func sum(_ x: [Float]) -> Float {
        lanes(x.count, step: { $0 + x[$1] }, join: +)
    }

    static func dot(_ x: [Float], _ y: [Float]) -> Float {
        lanes(x.count, step: { $0.addingProduct(x[$1], y[$1]) }, join: +)
    }

    static func maximum(_ x: [Float]) -> Float {
        lanes(
            x.count, start: -.infinity, step: { x[$1] > $0 ? x[$1] : $0 }, join: { $0 > $1 ? $0 : $1 })
    }

    static func layerNorm(_ x: [Float], weight: [Float], bias: [Float], epsilon: Float) -> [Float] {
        let mean = sum(x) / Float(x.count)
        let d = x.map { $0 - mean }
        let variance = dot(d, d) / Float(x.count)
        let inverse = 1 / (variance + epsilon).squareRoot()
        return d.indices.map { bias[$0].addingProduct(d[$0] * inverse, weight[$0]) }
    }

    static func softmax(_ x: [Float], exp: (Float) -> Float) -> [Float] {
        let top = maximum(x)
        let e = x.map { exp($0 - top) }
        let total = sum(e)
        return e.map { $0 / total }
    }

    /// One head's output for one query over the keys that it sees.
    static func attend(
        _ query: [Float], keys: [[Float]], values: [[Float]], scale: Float, exp: (Float) -> Float
    ) -> [Float] {
        let p = softmax(keys.map { chain(query, $0) * scale }, exp: exp)
        return query.indices.map { d in chain(p, values.map { $0[d] }) }
    }

    static func walshHadamard(_ x: [Float]) -> [Float] {
        var y = x
        var h = 1
        while h < x.count {
            y = y.indices.map { $0 & h == 0 ? y[$0] + y[$0 | h] : y[$0 ^ h] - y[$0] }
            h *= 2
        }
        return y
    }
}

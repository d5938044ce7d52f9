public import Tensors

extension CLIPModel {
    /// A token of the vocabulary and how far its embedding is from a vector.
    public struct NearWord: Sendable, Equatable {
        public let token: Int32
        /// The token's text; "…" behind it where it does not end a word.
        public let text: String
        /// Euclidean distance of the embeddings.
        public let distance: Double
    }

    /// The tokens whose embeddings are nearest to each row of a context, [m, d], the nearest first.
    ///
    /// Distances are summed in double precision, so that they do not depend on kernels; of equal ones the smaller id is
    /// first. The tokens that begin and end a text are left out, and those that are a part of a
    /// character or a control character.
    public func nearestWords(to context: Matrix, count: Int) -> [[NearWord]] {
        precondition(
            context.columns == text.width,
            "expected vectors of \(text.width) numbers; got \(context.columns)")
        let ids = (0..<Int32(text.tokenEmbedding.rows)).filter {
            $0 != tokenizer.startOfText && $0 != tokenizer.endOfText && tokenizer.token(of: $0) != nil
        }
        let vectors = (0..<context.rows).map { context.row($0).map(Double.init) }
        // The squared distance of each id to each vector.
        let distances: [[Double]] = parallelMap(ids.count) { place in
            let embedding = text.tokenEmbedding.row(Int(ids[place]))
            return vectors.map { vector in
                var sum = 0.0
                for (one, other) in zip(vector, embedding) {
                    let difference = one - Double(other)
                    sum += difference * difference
                }
                return sum
            }
        }
        return vectors.indices.map { vector in
            let nearest = ids.indices.sorted {
                (distances[$0][vector], ids[$0]) < (distances[$1][vector], ids[$1])
            }
            var words: [NearWord] = []
            for place in nearest where words.count < count {
                let id = ids[place]
                let text = tokenizer.decode([id])
                let isLegible = text.unicodeScalars.allSatisfy {
                    $0 != "\u{FFFD}" && $0.properties.generalCategory != .control
                }
                guard !text.isEmpty, isLegible else { continue }
                let isWhole = tokenizer.token(of: id)?.hasSuffix(Tokenizer.endOfWord) ?? true
                words.append(
                    NearWord(
                        token: id, text: text + (isWhole ? "" : "…"),
                        distance: distances[place][vector].squareRoot()))
            }
            return words
        }
    }
}

import Synchronization
import Tensors

extension RandomModel {
    /// Values made and written at a time by one thread.
    private static let pieceLength = 1 << 18

    /// Writes the weights and returns their number; no more than a piece a thread is in memory.
    func write(_ configuration: CLIPConfiguration, to path: String) throws -> Int {
        let tensors = RandomWeights(configuration).tensors
        let output = try SafeTensorsOutput(
            path: path, type: type, tensors: tensors.map(\.tensor), metadata: ["format": "pt"])
        let pieces = tensors.indices.flatMap { index in
            stride(from: 0, to: tensors[index].tensor.count, by: Self.pieceLength).map { (index, $0) }
        }
        let failure = Mutex<(any Error)?>(nil)
        Parallel.forEach(pieces.count) { piece in
            guard failure.withLock({ $0 == nil }) else { return }
            let (index, start) = pieces[piece]
            let (tensor, centre, deviation) = tensors[index]
            let count = min(Self.pieceLength, tensor.count - start)
            let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
                let stream = RandomStream(seed: seed, purpose: RandomPurpose("model." + tensor.name))
                // A uniform distribution of width √12 has the standard deviation 1.
                stream.fill(
                    UnsafeMutableBufferPointer(rebasing: buffer[..<count]), from: start,
                    centre: centre, width: deviation * 3.464_101_6)
                initialized = count
            }
            do {
                try values.withUnsafeBufferPointer { try output.write(tensor.name, from: start, $0) }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        try output.commit()
        return tensors.reduce(0) { $0 + $1.tensor.count }
    }
}

import Synchronization
import Tensors

/// Memory for the decoder's maps, kept from call to call: fresh pages cost as much as the arithmetic on them.
final class BlackVIPScratch: Sendable {
    private let sets = Mutex<[[Matrix]]>([])
    /// Most values of a set that is kept, 64 MiB.
    private static let mostValues = 1 << 24
    /// Most sets that are kept: calls at the same time take one each.
    private static let mostSets = 2

    /// Matrices of given shapes; what is in them is of no account.
    func take(_ shapes: [(rows: Int, columns: Int)]) -> [Matrix] {
        let kept = sets.withLock { sets in
            sets.lastIndex { set in
                set.count == shapes.count
                    && zip(set, shapes).allSatisfy { $0.rows == $1.rows && $0.columns == $1.columns }
            }.map { sets.remove(at: $0) }
        }
        return kept ?? shapes.map { Matrix(rows: $0.rows, columns: $0.columns) }
    }

    func giveBack(_ maps: consuming [Matrix]) {
        guard maps.reduce(0, { $0 + $1.values.count }) <= Self.mostValues else { return }
        let set = maps
        sets.withLock { sets in
            if sets.count == Self.mostSets { sets.removeFirst() }
            sets.append(set)
        }
    }
}

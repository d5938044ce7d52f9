/// A list that grows at its end and whose copies share what they have in common.
///
/// Every state that `undo` can go back to holds the history of its run; with plain arrays a thousand single steps of a long
/// run would hold a thousand histories. Here a copy costs a part of one block.
public struct SharedList<Element: Sendable>: Sendable {
    /// Full blocks, which never change.
    private var blocks: [[Element]] = []
    /// The last, unfinished block.
    private var tail: [Element] = []

    private static var blockSize: Int { 64 }

    public init() {}

    /// Keeps the first elements; full blocks stay shared.
    public mutating func keepFirst(_ count: Int) {
        precondition(count >= 0, "expected a count from 0; got \(count)")
        guard count < self.count else { return }
        let (whole, rest) = count.quotientAndRemainder(dividingBy: Self.blockSize)
        tail = Array((whole < blocks.count ? blocks[whole] : tail).prefix(rest))
        blocks.removeSubrange(whole...)
    }

    public mutating func append(_ element: Element) {
        tail.append(element)
        if tail.count == Self.blockSize {
            blocks.append(tail)
            tail = []
        }
    }
}

extension SharedList: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { blocks.count * Self.blockSize + tail.count }

    public subscript(index: Int) -> Element {
        let (block, place) = index.quotientAndRemainder(dividingBy: Self.blockSize)
        return block < blocks.count ? blocks[block][place] : tail[place]
    }
}

extension SharedList: Equatable where Element: Equatable {}

import BlackBox
import Files
import Synchronization

/// What a box answered to the runs of a session, as the methods read it, in a file that outlives the program.
///
/// A method is told readings and nothing else, so a session whose statements are run again and whose rounds are read from
/// here stands where it stood, to the last bit and without a query to the box. Rounds are appended as they happen; each
/// has a checksum, so that a torn tail is known and left out. The account is charged for what is read as it was then.
public final class RunJournal: Sendable {
    /// One thing that was asked and came to an end, or was given up.
    enum Entry: Equatable {
        /// The numbers that the method took from a round of queries.
        case round(readings: [Float])
        /// A round that a person's interrupt ended.
        case lost
        case score(images: Int, correct: Int, loss: Float)
    }

    struct Record {
        var entry: Entry
        /// Digest of what was asked.
        var key: UInt64
        var queries: Int
        /// Places passed at which an interrupt would have taken effect.
        var pauses: Int
        /// Where it ends in the file; 0 for one that is not read from it.
        var end = 0
    }

    struct State {
        var records: ArraySlice<Record> = []
        var stream: OpenStream?
        var taken = 0
        /// Bytes of the file that new records stand behind; nil where they stand behind all.
        var kept: Int?
        /// Records of statements that are run again, which are not written before all came out as recorded.
        var held: [UInt8]?
        var synchronized = ContinuousClock.now
        var difference: Difference?
    }

    public let path: String
    let state = Mutex(State())
    /// Nil for a journal that answers and is written to.
    private let check: Check?

    private static let magic = Array("ziplab-journal-1\n".utf8)
    /// Largest file that is read: 4 GiB.
    public static let largestFile = 4 << 30
    private static let longestRound = 1 << 26
    private static let mostPauses = 1_000_000

    /// Begins a new file, in place of an old one.
    ///
    /// - Throws: `FileError`.
    public init(new path: String) throws {
        self.path = path
        check = nil
        let stream = try OpenStream(path: path, emptied: true)
        try stream.write(Self.magic)
        state.withLock { $0.stream = stream }
    }

    /// Takes up a file: its whole records come first, new ones go behind them. What is no journal is as an empty one.
    ///
    /// - Throws: `FileError` where the file cannot be written.
    public init(resuming path: String) throws {
        self.path = path
        check = nil
        let bytes = (try? ReadOnlyFile.bytes(path, limit: Self.largestFile)) ?? []
        let (records, whole) = Self.records(bytes)
        // A torn tail goes, so that what comes behind it can be read.
        if bytes.count != whole || records.isEmpty {
            let kept = records.isEmpty ? Self.magic : Array(bytes[..<whole])
            try NewFile.write(kept, to: path)
        }
        let stream = try OpenStream(path: path)
        let taken = records
        state.withLock { state in
            state.records = taken[...]
            state.stream = stream
            state.kept = Self.magic.count
            state.held = []
        }
    }

    /// The recorded statements came out as they are recorded: from here on is written.
    ///
    /// - Throws: `FileError`.
    public func goOn() throws {
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held
        }
        if let held, !held.isEmpty { try write(held) }
    }

    /// Reads a file to compare with: everything is asked anew, and the first thing in which an answer differs is kept.
    ///
    /// - Throws: `FileError`, also where it is longer than `limit` bytes.
    public init(checking path: String, limit: Int, _ check: Check) throws {
        self.path = path
        self.check = check
        let records = Self.records(try ReadOnlyFile.bytes(path, limit: limit)).0
        state.withLock { $0.records = records[...] }
    }

    /// The first difference since the last call.
    public func takeDifference() -> Difference? {
        state.withLock { state in
            defer { state.difference = nil }
            return state.difference
        }
    }

    private static func records(_ bytes: [UInt8]) -> ([Record], whole: Int) {
        var records: [Record] = []
        var whole = magic.count
        if bytes.starts(with: magic) {
            while let (record, end) = record(bytes, at: whole) {
                records.append(record)
                records[records.count - 1].end = end
                whole = end
            }
        }
        return (records, whole)
    }

    /// Queries that were answered from the file, or still can be.
    public var queriesKnown: Int {
        state.withLock { state in state.taken + state.records.reduce(0) { $0 + $1.queries } }
    }

    /// The next record where it answers this; one that answers something else ends the reading, for all behind it
    /// belongs to another course of things.
    ///
    /// - Parameter fits: whether an answer has the form that is wanted; somebody may have written the file by hand.
    func next(key: UInt64, queries: Int, fits: (Entry) -> Bool) -> (entry: Entry, pauses: Int)? {
        guard check == nil else { return nil }
        return state.withLock { state in
            guard let record = state.records.first else { return nil }
            guard record.key == key, record.queries == queries, fits(record.entry) else {
                state.records = []
                return nil
            }
            state.records.removeFirst()
            state.kept = record.end
            state.taken += queries
            return (record.entry, record.pauses)
        }
    }

    /// Keeps what was answered.
    ///
    /// - Parameter step: the step that it belongs to.
    /// - Returns: what the run goes on with: this, or in a replay that resyncs what is recorded.
    /// - Throws: `FileError`; what was written before is whole.
    @discardableResult
    func append(_ entry: Entry, key: UInt64, queries: Int, pauses: Int, step: Int) throws -> Entry {
        if let check { return compare(entry, key: key, queries: queries, step: step, check) }
        try write(entry, key: key, queries: queries, pauses: pauses)
        return entry
    }

    private func write(_ entry: Entry, key: UInt64, queries: Int, pauses: Int) throws {
        let bytes = Self.bytes(Record(entry: entry, key: key, queries: queries, pauses: pauses))
        let isHeld = state.withLock { state in
            state.held?.append(contentsOf: bytes)
            return state.held != nil
        }
        if !isHeld { try write(bytes) }
    }

    private func write(_ bytes: [UInt8]) throws {
        let (stream, kept) = state.withLock { state in
            defer { (state.records, state.kept) = ([], nil) }
            return (state.stream, state.kept)
        }
        do {
            // Behind records that were not taken nothing could be read.
            if let kept { try stream?.truncate(to: kept) }
            try stream?.write(bytes)
            try synchronizeNowAndThen()
        } catch {
            // Half a record would hide all that come behind it.
            state.withLock { $0.stream = nil }
            throw error
        }
    }

    /// Makes what was written outlast a power cut.
    public func synchronize() throws {
        let stream = state.withLock { state in
            state.synchronized = .now
            return state.stream
        }
        try stream?.synchronize()
    }

    /// Seconds of a long run that a power cut may cost.
    private static let interval = Duration.seconds(20)

    private func synchronizeNowAndThen() throws {
        if state.withLock({ ContinuousClock.now - $0.synchronized > Self.interval }) { try synchronize() }
    }

    // MARK: Bytes

    /// Length, kind, key, queries, pauses, words, checksum; little-endian words of 32 bits.
    private static func bytes(_ record: Record) -> [UInt8] {
        var words: [UInt32] = []
        switch record.entry {
        case .round(let readings): words = [0] + readings.map(\.bitPattern)
        case .lost: words = [1]
        case .score(let images, let correct, let loss):
            words = [
                2, UInt32(truncatingIfNeeded: images), UInt32(truncatingIfNeeded: correct), loss.bitPattern,
            ]
        }
        let head = [
            UInt32(truncatingIfNeeded: record.key), UInt32(truncatingIfNeeded: record.key >> 32),
            UInt32(truncatingIfNeeded: record.queries), UInt32(truncatingIfNeeded: record.pauses),
        ]
        let all = [UInt32(words.count + head.count)] + head + words
        let bytes = all.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        return bytes + checksum(bytes[...])
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> Substring.UTF8View {
        SHA256Digest.hex(bytes).utf8.prefix(8)
    }

    /// The record at an offset and where it ends; nil where there is no whole one.
    private static func record(_ bytes: [UInt8], at offset: Int) -> (Record, Int)? {
        func word(_ index: Int) -> UInt32 {
            let place = offset + 4 * index
            return (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) }
        }
        guard offset + 4 <= bytes.count else { return nil }
        let count = Int(word(0))
        guard count >= 5, count <= longestRound else { return nil }
        let end = offset + 4 * (count + 1)
        guard end + 8 <= bytes.count,
            checksum(bytes[offset..<end]).elementsEqual(bytes[end..<end + 8])
        else { return nil }
        // No round has so many; the run passes them one by one.
        guard word(4) <= mostPauses else { return nil }
        let values = (6..<(count + 1)).map(word)
        let entry: Entry
        switch word(5) {
        case 0: entry = .round(readings: values.map { Float(bitPattern: $0) })
        case 1 where values.isEmpty: entry = .lost
        case 2 where values.count == 3:
            entry = .score(
                images: Int(values[0]), correct: Int(values[1]), loss: Float(bitPattern: values[2]))
        default: return nil
        }
        let key = UInt64(word(1)) | UInt64(word(2)) << 32
        return (Record(entry: entry, key: key, queries: Int(word(3)), pauses: Int(word(4))), end + 8)
    }
}

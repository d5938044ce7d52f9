/// A JPEG file taken apart: markers with their bodies, and what follows each up to the next marker.
struct JPEGSegments {
    struct Segment {
        var marker: UInt8
        /// The body without its length; nil for markers that stand alone.
        var body: [UInt8]?
        /// The length to write instead of the right one.
        var length: UInt16?
        /// Entropy-coded data, restart markers included.
        var data: [UInt8] = []
    }

    var segments: [Segment] = []

    init() {}

    /// Takes whole files apart, such as this folder's fixtures.
    init(_ bytes: [UInt8]) {
        var at = 0
        while at + 1 < bytes.count, bytes[at] == 0xFF {
            let marker = bytes[at + 1]
            at += 2
            var segment = Segment(marker: marker)
            if marker != 0xD8, marker != 0xD9, at + 1 < bytes.count {
                let length = min(max(2, Int(bytes[at]) << 8 | Int(bytes[at + 1])), bytes.count - at)
                segment.body = Array(bytes[at + 2..<at + length])
                at += length
            }
            let start = at
            while at < bytes.count, !Self.isMarker(bytes, at) { at += 1 }
            segment.data = Array(bytes[start..<at])
            segments.append(segment)
        }
    }

    /// A marker other than a stuffed FF and the restart markers.
    private static func isMarker(_ bytes: [UInt8], _ at: Int) -> Bool {
        guard bytes[at] == 0xFF, at + 1 < bytes.count else { return false }
        return bytes[at + 1] != 0 && !(0xD0...0xD7).contains(bytes[at + 1])
    }

    var bytes: [UInt8] {
        segments.flatMap { segment -> [UInt8] in
            guard let body = segment.body else { return [0xFF, segment.marker] + segment.data }
            let length = segment.length ?? UInt16(truncatingIfNeeded: body.count + 2)
            return [0xFF, segment.marker, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)] + body
                + segment.data
        }
    }

    mutating func add(_ marker: UInt8, _ body: [UInt8]? = nil, data: [UInt8] = []) {
        segments.append(Segment(marker: marker, body: body, data: data))
    }

    /// The places of segments of these markers.
    func places(_ markers: ClosedRange<UInt8>) -> [Int] {
        segments.indices.filter { markers.contains(segments[$0].marker) }
    }
}

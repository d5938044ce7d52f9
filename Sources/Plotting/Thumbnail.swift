package import Raster

extension Bitmap {
    /// The picture shrunk until its longer side has at most `side` pixels; smaller ones stay as they are.
    ///
    /// The shorter side keeps the proportion, rounded, and at least 1 pixel.
    package func shrunk(to side: Int) -> Bitmap {
        precondition(side > 0, "expected a side above 0, got \(side)")
        let longer = max(width, height)
        guard longer > side else { return self }
        func scaled(_ length: Int) -> Int { max(1, (length * side * 2 + longer) / (longer * 2)) }
        return resized(width: scaled(width), height: scaled(height))
    }

    /// The picture as it stands in a square of `side` pixels: shrunk, or enlarged by a whole factor of at most 4.
    package func thumbnail(side: Int) -> Bitmap {
        let shrunk = shrunk(to: side)
        let factor = min(Self.largestFactor, side / max(shrunk.width, shrunk.height))
        return shrunk.resized(width: shrunk.width * factor, height: shrunk.height * factor)
    }

    /// Beyond this a small picture is only a blur.
    private static let largestFactor = 4
}

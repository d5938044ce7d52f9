extension Bitmap {
    /// Cuts out a rectangle whose top left corner is (`x`, `y`).
    ///
    /// What lies outside the picture is black, as in Pillow's `crop`.
    public func cropped(x: Int, y: Int, width: Int, height: Int) -> Bitmap {
        var result = Bitmap(width: width, height: height)
        let firstColumn = max(x, 0)
        let endColumn = min(x.addingClamped(width), self.width)
        let firstRow = max(y, 0)
        let endRow = min(y.addingClamped(height), self.height)
        guard firstColumn < endColumn, firstRow < endRow else { return result }
        let count = (endColumn - firstColumn) * 3
        result.withMutablePixels { target in
            for row in firstRow..<endRow {
                let from = (row * self.width + firstColumn) * 3
                let to = ((row - y) * width + (firstColumn - x)) * 3
                target.replaceSubrange(to..<to + count, with: pixels[from..<from + count])
            }
        }
        return result
    }

    /// The picture with left and right exchanged.
    public func horizontallyFlipped() -> Bitmap {
        var result = self
        result.withMutablePixels { target in
            for row in 0..<height {
                for column in 0..<width {
                    let from = (row * width + column) * 3
                    let to = (row * width + width - 1 - column) * 3
                    target[to] = pixels[from]
                    target[to + 1] = pixels[from + 1]
                    target[to + 2] = pixels[from + 2]
                }
            }
        }
        return result
    }
}

extension Int {
    /// The sum, or the largest or smallest integer where it does not fit.
    fileprivate func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}

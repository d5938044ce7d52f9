public import Raster
public import Tensors

/// A region for training augmentation, drawn as torchvision's `RandomResizedCrop` draws it.
///
/// Ten tries at a region of 0.08 to 1 of the picture's area whose width is 3/4 to 4/3 of its height; where none
/// fits, the middle of the picture, cut to the nearest of these ratios.
///
/// Double words of the stream, four a try t = 0 … 9:
///
///     4t      area = width · height · (0.08 + 0.92 u)
///     4t + 1  ratio = exp(log ¾ + (log 4/3 − log ¾) u)
///     4t + 2  top row, below height − h + 1
///     4t + 3  left column, below width − w + 1
///     40      flipped where u < ½
///
/// with w = √(area · ratio) and h = √(area / ratio), each rounded, halves to even. Only the rows and columns of
/// a region that fits are drawn; what a try leaves out is skipped, so no word has two uses.
package struct RandomResizedCrop: Sendable, Equatable {
    package let x: Int
    package let y: Int
    package let width: Int
    package let height: Int
    /// Whether left and right are exchanged afterwards.
    package let isFlipped: Bool

    static let areas = (smallest: 0.08, largest: 1.0)
    static let ratios = (smallest: 3.0 / 4, largest: 4.0 / 3)
    static let tries = 10

    /// Draws a region of a picture of a size.
    package init(of size: (width: Int, height: Int), stream: RandomStream) {
        isFlipped = stream.uniformDouble(4 * Self.tries) < 0.5
        let area = Double(size.width) * Double(size.height)
        let low = Elementary.log(Self.ratios.smallest)
        let high = Elementary.log(Self.ratios.largest)
        for first in stride(from: 0, to: 4 * Self.tries, by: 4) {
            let share =
                Self.areas.smallest + (Self.areas.largest - Self.areas.smallest) * stream.uniformDouble(first)
            let ratio = Elementary.exp(low + (high - low) * stream.uniformDouble(first + 1))
            let width = Self.rounded((area * share * ratio).squareRoot())
            let height = Self.rounded((area * share / ratio).squareRoot())
            guard width > 0, width <= size.width, height > 0, height <= size.height else { continue }
            self.width = width
            self.height = height
            y = stream.bounded(first + 2, below: size.height - height + 1)
            x = stream.bounded(first + 3, below: size.width - width + 1)
            return
        }
        let ratio = Double(size.width) / Double(size.height)
        width =
            ratio > Self.ratios.largest
            ? Self.rounded(Double(size.height) * Self.ratios.largest) : size.width
        height =
            ratio < Self.ratios.smallest
            ? Self.rounded(Double(size.width) / Self.ratios.smallest) : size.height
        x = (size.width - width) / 2
        y = (size.height - height) / 2
    }

    private static func rounded(_ value: Double) -> Int { Int(value.rounded(.toNearestOrEven)) }
}

extension ImagePreprocessing {
    /// A random part of a picture for training, side × side: cut out, resized as Pillow does, flipped or not.
    ///
    /// The part has 0.08 to 1 of the picture's area, its ratio of width to height is between 3/4 and 4/3
    /// (uniform in its logarithm), and half of all parts are flipped from left to right. Double words 4t … 4t + 3 of
    /// the stream give try t = 0 … 9 its area, ratio, row and column, double word 40 the flip.
    ///
    /// - Parameter side: the model's own where it is nil.
    public func randomResizedCrop(_ bitmap: Bitmap, side: Int? = nil, stream: RandomStream) -> Bitmap {
        let region = RandomResizedCrop(of: (bitmap.width, bitmap.height), stream: stream)
        let part = bitmap.cropped(x: region.x, y: region.y, width: region.width, height: region.height)
            .resized(width: side ?? crop, height: side ?? crop)
        return region.isFlipped ? part.horizontallyFlipped() : part
    }
}

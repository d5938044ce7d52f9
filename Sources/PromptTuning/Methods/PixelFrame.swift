package import BlackBox
package import Tensors

/// A frame of fixed pixels around a smaller picture.
package struct PixelFrame: PixelProgram {
    /// Pixels of the frame in 0…1, 0 where the picture is; [3, side, side].
    let pixels: [Float]
    let side: Int
    package let cropSide: Int

    /// - Parameter program: P, [3, side, side]; the frame is sigmoid(P).
    package init(program: [Float], side: Int, inner: Int) {
        self.side = side
        cropSide = inner
        var pixels = exponentials(program.map { -$0 }).map { 1 / (1 + $0) }
        let margin = (side - inner) / 2
        for channel in 0..<3 {
            for row in margin..<(margin + inner) {
                let start = (channel * side + row) * side + margin
                for index in start..<(start + inner) { pixels[index] = 0 }
            }
        }
        self.pixels = pixels
    }

    package var tensors: [NamedTensor] {
        [
            NamedTensor("frame", shape: [3, side, side], pixels),
            NamedTensor("frame_inner_side", integers: [cropSide]),
        ]
    }

    package func change(for batch: Minibatch) -> @Sendable (Int, [Float]) -> [Float] {
        { _, picture in
            var result = pixels
            let margin = (side - cropSide) / 2
            for channel in 0..<3 {
                for row in 0..<cropSide {
                    let source = (channel * cropSide + row) * cropSide
                    let target = (channel * side + margin + row) * side + margin
                    result.replaceSubrange(
                        target..<(target + cropSide), with: picture[source..<(source + cropSide)])
                }
            }
            return result
        }
    }
}

/// How a PNG stores its pixels, and what Pillow makes of them in RGB.
///
/// Samples of fewer than 8 bits come in one byte each, not scaled; those of 16 bits high byte first.
struct PNGKind {
    let bytesPerPixel: Int
    private let layout: Layout

    private enum Layout {
        case grey(scale: UInt8)
        /// Pillow's mode `I;16`: values above 255 become 255, no scaling.
        case clippedGrey16
        case palette([UInt8])
        /// Grey or colour samples of 1 or 2 bytes; the high byte counts.
        case channels(count: Int, stride: Int)
    }

    /// Takes PNG's colour type (0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA) and bit depth.
    init(colorType: Int, depth: Int, palette: [UInt8]) {
        let sampleBytes = depth == 16 ? 2 : 1
        switch colorType {
        case 3:
            bytesPerPixel = 1
            // Pillow paints indices past the end of the palette black.
            let missing = max(0, 768 - palette.count)
            layout = .palette(palette + [UInt8](repeating: 0, count: missing))
        case 2:
            bytesPerPixel = 3 * sampleBytes
            layout = .channels(count: 3, stride: sampleBytes)
        case 6:
            bytesPerPixel = 4 * sampleBytes
            layout = .channels(count: 3, stride: sampleBytes)
        case 4:
            bytesPerPixel = 2 * sampleBytes
            layout = .channels(count: 1, stride: sampleBytes)
        default:
            bytesPerPixel = sampleBytes
            let scales: [Int: UInt8] = [1: 255, 2: 85, 4: 17]
            layout = depth == 16 ? .clippedGrey16 : .grey(scale: scales[depth] ?? 1)
        }
    }

    /// Interleaved RGB bytes of the samples.
    func rgb(_ samples: [UInt8]) -> [UInt8] {
        if case .channels(3, 1) = layout, bytesPerPixel == 3 { return samples }
        let count = samples.count / bytesPerPixel
        var result = [UInt8](repeating: 0, count: count * 3)
        for pixel in 0..<count {
            let from = pixel * bytesPerPixel
            let color: Color
            switch layout {
            case .grey(let scale):
                let value = samples[from] &* scale
                color = Color(value, value, value)
            case .clippedGrey16:
                let value = samples[from] == 0 ? samples[from + 1] : 255
                color = Color(value, value, value)
            case .palette(let palette):
                let entry = Int(samples[from]) * 3
                color = Color(palette[entry], palette[entry + 1], palette[entry + 2])
            case .channels(1, _):
                let value = samples[from]
                color = Color(value, value, value)
            case .channels(_, let stride):
                color = Color(samples[from], samples[from + stride], samples[from + 2 * stride])
            }
            result[pixel * 3] = color.red
            result[pixel * 3 + 1] = color.green
            result[pixel * 3 + 2] = color.blue
        }
        return result
    }
}

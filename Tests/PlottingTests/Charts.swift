import Plotting
import Raster

/// Charts that several tests draw.
enum Charts {
    static var loss: LineChart {
        var random = SplitMix(seed: 12)
        var points = (0..<400).map { step in
            Point(x: Double(step) * 10, y: 1 + 2 / (1 + Double(step) / 60) + random.unit() * 0.6)
        }
        points[150].y = .nan
        points[220].y = .infinity
        let series = Series(name: "ZIP", points: points, smoothed: Smoothing.exponential(points, factor: 0.9))
        return LineChart(
            title: "Training loss", xLabel: "queries", yLabel: "loss", series: [series],
            verticalLines: [.init(label: "budget", x: 4000)])
    }

    static var accuracy: LineChart {
        let zip = [32, 40, 43, 44.5, 45, 46, 45.5, 47, 47.5, 48, 47.8].enumerated().map {
            Point(x: Double($0.offset) * 500, y: $0.element)
        }
        let other = zip.map { Point(x: $0.x, y: $0.y * 0.8) }
        let band = Series.Band(
            name: "± 1.5", lower: other.map { Point(x: $0.x, y: $0.y - 1.5) },
            upper: other.map { Point(x: $0.x, y: $0.y + 1.5) })
        return LineChart(
            title: "Test accuracy", subtitle: "8 classes, 16 shots", xLabel: "queries",
            yLabel: "accuracy (%)",
            series: [
                Series(name: "ZIP", points: zip),
                Series(name: "BPT-VLM", points: other, band: band, style: .init(isDashed: true)),
            ],
            referenceLines: [.init(label: "zero-shot 33.0 %", y: 33)],
            bestMarker: .init(series: 0, point: 9, label: "best 48.0 %"))
    }
}

/// FNV-1a over size and pixels, in hexadecimal.
func fingerprint(_ bitmap: Bitmap) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bitmap.pixelDigestInput { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return String(hash, radix: 16)
}

/// True where the text, drawn alone on white, is found pixel for pixel somewhere in the picture.
func shows(_ picture: Bitmap, _ text: Text) -> Bool {
    var canvas = Canvas(width: Int(text.width) + 40, height: Int(text.size * 2))
    canvas.draw(text, x: 20, y: Int(text.size * 1.4))
    let drawn = canvas.bitmap
    var rect = (left: drawn.width, top: drawn.height, right: 0, bottom: 0)
    for y in 0..<drawn.height {
        for x in 0..<drawn.width where drawn[x, y] != .white {
            rect = (min(rect.left, x), min(rect.top, y), max(rect.right, x + 1), max(rect.bottom, y + 1))
        }
    }
    guard rect.left < rect.right else { return false }
    let ink = drawn.cropped(
        x: rect.left, y: rect.top, width: rect.right - rect.left, height: rect.bottom - rect.top)
    guard ink.width <= picture.width, ink.height <= picture.height else { return false }
    for y in 0...picture.height - ink.height {
        for x in 0...picture.width - ink.width where matches(picture, ink, x: x, y: y) { return true }
    }
    return false
}

private func matches(_ picture: Bitmap, _ ink: Bitmap, x: Int, y: Int) -> Bool {
    let count = ink.width * 3
    for row in 0..<ink.height {
        let start = ((y + row) * picture.width + x) * 3
        for index in 0..<count where picture.pixels[start + index] != ink.pixels[row * count + index] {
            return false
        }
    }
    return true
}

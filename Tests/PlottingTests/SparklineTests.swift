import Plotting
import Testing

@Suite struct SparklineTests {
    struct Sample: Sendable {
        var values: [Double]
        var width: Int
        var text: String
    }

    @Test(arguments: [
        Sample(values: [], width: 10, text: ""),
        Sample(values: [1, 2], width: 0, text: ""),
        Sample(values: [1, 2], width: -3, text: ""),
        Sample(values: [1, 2, 3, 4, 5, 6, 7, 8], width: 8, text: "▁▂▃▄▅▆▇█"),
        Sample(values: [0, 1], width: 80, text: "▁█"),
        Sample(values: [5, 5, 5], width: 3, text: "▄▄▄"),
        Sample(values: [7], width: 9, text: "▄"),
        Sample(values: [0, .nan, 1], width: 3, text: "▁×█"),
        Sample(values: [0, .infinity, 1, -.infinity], width: 4, text: "▁×█×"),
        Sample(values: [.nan, .nan], width: 5, text: "××"),
        Sample(values: [.nan, .nan, .nan], width: 2, text: "××"),
        Sample(values: [0, 0, 0, 0, 0, 9, 0, 0], width: 4, text: "▁▁█▁"),
        Sample(values: [9, 9, 9, 0, 9, 9, 9, 9, 9], width: 3, text: "█▁█"),
        Sample(values: [-1e308, 1e308], width: 2, text: "▁█"),
        Sample(values: [1, 2, 3, 4, 5], width: 2, text: "▁█"),
    ])
    func table(_ sample: Sample) {
        #expect(Sparkline.text(sample.values, width: sample.width) == sample.text)
    }

    @Test func extremesAreAlwaysSeen() {
        var random = SplitMix(seed: 4)
        for _ in 0..<300 {
            let values = (0..<Int(2 + random.next() % 500)).map { _ in random.unit() }
            let width = 2 + Int(random.next() % 60)
            let text = Sparkline.text(values, width: width)
            #expect(text.count == min(width, values.count))
            #expect(text.contains("█") || text.contains("▁"))
            if width >= values.count { #expect(text.contains("█") && text.contains("▁")) }
        }
    }
}

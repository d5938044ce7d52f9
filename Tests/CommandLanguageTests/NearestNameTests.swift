import CommandLanguage
import Testing

struct NearestNameTests {
    static let verbs = [
        "checkpoint", "classes", "classify", "data", "eval", "model", "run", "show", "step", "undo",
    ]

    static let samples: [Sample<String?>] = [
        Sample("stpe", "step"), Sample("setp", "step"), Sample("STEP", "step"), Sample("stp", "step"),
        Sample("steps", "step"), Sample("clasify", "classify"), Sample("chekpiont", "checkpoint"),
        Sample("modle", "model"), Sample("ru", "run"), Sample("evel", "eval"),
        Sample("che", "checkpoint"), Sample("CLA", "classes"), Sample("ch", nil), Sample("epo", nil),
        Sample("evaluate", "eval"), Sample("dataset", "data"), Sample("runner", "run"),
        Sample("", nil), Sample("x", nil), Sample("train", nil), Sample("st", nil), Sample("qqqqqqqq", nil),
        Sample(String(repeating: "step", count: 1000), nil),
    ]

    @Test(arguments: samples)
    func nearest(_ sample: Sample<String?>) {
        #expect(nearestName(to: sample.input, among: Self.verbs) == sample.expected)
        #expect(nearestName(to: sample.input, among: Self.verbs.reversed()) == sample.expected)
    }

    @Test func equalDistancesGoByTheAlphabet() {
        #expect(nearestName(to: "cat", among: ["hat", "bat", "rat"]) == "bat")
    }
}

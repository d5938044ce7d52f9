import BlackBox
import CLIPEngine
import Datasets
import TestData
import Testing

struct ImageStoreTests {
    /// A transcript counts the calls of the progress function, so their number may not change.
    @Test func progressComesEvery32ImagesOfASmallModel() throws {
        let model = try CLIPModel(folder: Repository.model)
        // 2 · 65 tokens · 6 layers · (4 · 128² + 2 · 128 · 512)
        #expect(model.vision.operationsPerImage == 153_354_240)
        let data = try DataSet(path: Repository.data("stamps"), shots: 16, seed: 1)
        let store = ImageStore(model: model)
        var calls: [[Int]] = []
        _ = try store.features(data.train) { done, total in calls.append([done, total]) }
        #expect(calls == [[32, 112], [64, 112], [96, 112], [112, 112]])
        calls = []
        _ = try store.features(data.train) { done, total in calls.append([done, total]) }
        #expect(calls.isEmpty)
    }
}

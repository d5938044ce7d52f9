import BlackBox
import CLIPEngine
import Datasets
import Files
import Foundation
import Tensors
import TestData
import Testing

/// Features on disk: the same bits, whatever happens to the files.
@Suite struct FeatureCacheTests {
    private static let model = Result { try CLIPModel(folder: Repository.tinyModel) }
    private static let data = Result { try DataSet(path: Repository.data("stamps"), shots: 16, seed: 1) }

    private func store(_ folder: String?, limit: Int = FeatureCache.standardLimit) throws -> ImageStore {
        let cache = folder.map { FeatureCache(folder: $0, limit: limit, leastOperations: 0) }
        return ImageStore(model: try Self.model.get(), cache: cache)
    }

    private func shards(_ folder: TemporaryData) -> [String] {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".safetensors") }.sorted()
    }

    @Test func sameBitsAndSameCallsWithAndWithout() throws {
        let data = try Self.data.get()
        let folder = try TemporaryData()
        var calls: [[[Int]]] = []
        var bits: [[UInt32]] = []
        for place in [nil, folder.path, folder.path] {
            var own: [[Int]] = []
            let matrix = try store(place).features(data.test) { own.append([$0, $1]) }
            calls.append(own)
            bits.append(matrix.values.map(\.bitPattern))
        }
        #expect(calls[0] == calls[1] && calls[0] == calls[2] && !calls[0].isEmpty)
        #expect(bits[0] == bits[1] && bits[0] == bits[2])
        #expect(shards(folder).count == calls[0].count)
        // Known images need not be decoded again.
        let isKnown = try store(folder.path).featuresOnDisk()
        #expect(data.test.digests.allSatisfy(isKnown) && !isKnown(data.train.digests[0]))
    }

    @Test func damageIsNoticedAndMended() throws {
        let data = try Self.data.get()
        let folder = try TemporaryData()
        let plain = try store(nil).features(data.train).values
        _ = try store(folder.path).features(data.train)
        let path = folder.path + "/" + (try #require(shards(folder).first))
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for round in 0..<60 {
            var bytes = whole
            let place = bytes.startIndex + (round * 7919) % bytes.count
            if round % 3 == 0 {
                bytes = bytes.prefix(place - bytes.startIndex)
            } else {
                bytes[place] ^= UInt8(1 << (round % 8))
            }
            try bytes.write(to: URL(fileURLWithPath: path))
            let store = try store(folder.path)
            #expect(try store.features(data.train).values == plain, "round \(round)")
            #expect(
                store.takeNotices() == [
                    "a damaged file of the feature cache was removed; its images are encoded again"
                ])
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole)
        }
    }

    /// An interrupted encoding goes on where it stopped.
    @Test func anInterruptKeepsWhatWasDone() throws {
        struct Stop: Error {}
        let data = try Self.data.get()
        let folder = try TemporaryData()
        #expect(throws: Stop.self) {
            _ = try store(folder.path).features(data.test) { done, _ in if done >= 64 { throw Stop() } }
        }
        let isKnown = try store(folder.path).featuresOnDisk()
        #expect(data.test.digests.count { isKnown($0) } == 64)
        #expect(try store(folder.path).features(data.test).values == store(nil).features(data.test).values)
    }

    @Test func theLeastRecentlyUsedGoFirst() throws {
        let data = try Self.data.get()
        let folder = try TemporaryData()
        _ = try store(folder.path).features(data.train)
        let first = try #require(shards(folder).first)
        let bytes = try #require(FileKind.sizeAndTime(folder.path + "/" + first)).bytes
        // Older than what comes next.
        let old = Date(timeIntervalSinceNow: -1000)
        try FileManager.default.setAttributes(
            [.modificationDate: old], ofItemAtPath: folder.path + "/" + first)
        _ = try store(folder.path, limit: 2 * bytes).features(data.test)
        #expect(!shards(folder).isEmpty && !shards(folder).contains(first))
        let cache = FeatureCache(folder: folder.path, leastOperations: 0)
        #expect(cache.contents().files == shards(folder).count && cache.contents().models == 1)
        cache.clear()
        #expect(cache.contents().files == 0)
    }

    /// A place that cannot be written costs the cache and nothing else.
    @Test func anUnwritableFolder() throws {
        let data = try Self.data.get()
        let folder = try TemporaryData()
        try folder.write("file", text: "")
        let store = try store(folder.path + "/file/x")
        #expect(
            try store.features(data.validation).values == self.store(nil).features(data.validation).values)
        #expect(store.takeNotices().count == 1)
    }

    @Test func itsPlace() {
        func place(_ environment: [String: String]) -> String? {
            FeatureCache.standardFolder(environment: environment)
        }
        #expect(place(["HOME": "/h", "XDG_CACHE_HOME": "/c"]) == "/c/ziplab")
        #expect(place(["HOME": "/h", "XDG_CACHE_HOME": "relative"]) == "/h/.cache/ziplab")
        #expect(place(["HOME": ""]) == nil && place([:]) == nil)
    }

    /// Small models are not worth a file.
    @Test func smallModelsAreNotKept() throws {
        let folder = try TemporaryData()
        let store = ImageStore(model: try Self.model.get(), cache: FeatureCache(folder: folder.path))
        _ = try store.features(Self.data.get().validation)
        #expect(shards(folder).isEmpty)
    }
}

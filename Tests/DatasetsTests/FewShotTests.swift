import Datasets
import Foundation
import TestData
import Testing

@Suite struct FewShotTests {
    private static func paths(_ list: ImageList) -> Set<String> { Set(list.images.map(\.path)) }

    @Test(arguments: [1, 2, 4, 5, 16]) func countsAreExactAndSplitsDisjoint(_ shots: Int) throws {
        let data = try TemporaryData.folders(["a": 25, "b": 21, "c": 30])
        let set = try DataSet(path: data.path, shots: shots, seed: 1)
        let validation = min(shots, 4)
        for label in 0..<3 {
            #expect(set.train.labels.count { $0 == label } == shots)
            #expect(set.validation.labels.count { $0 == label } == validation)
        }
        // What is left over is the test set.
        #expect(set.test.count == 76 - 3 * (shots + validation))
        let lists = [set.train, set.validation, set.test]
        for list in lists { #expect(Self.paths(list).count == list.count) }
        #expect(lists.map { Self.paths($0) }.reduce(Set()) { $0.union($1) }.count == 76)
        for image in lists.flatMap(\.images) {
            #expect(image.path.hasPrefix(set.classNames[image.label] + "/"))
        }
    }

    @Test func dependsOnTheSeedAlone() throws {
        let data = try TemporaryData.folders(["a": 25, "b": 21])
        let one = try DataSet(path: data.path, shots: 4, seed: 1)
        #expect(try DataSet(path: data.path, shots: 4, seed: 1) == one)
        let two = try DataSet(path: data.path, shots: 4, seed: 2)
        #expect(Self.paths(two.train) != Self.paths(one.train) && two.digests != one.digests)
        // More shots keep those drawn before.
        let more = try DataSet(path: data.path, shots: 8, seed: 1)
        #expect(Self.paths(more.train).isSuperset(of: Self.paths(one.train)))
    }

    @Test func directoryOrderDoesNotMatter() throws {
        let names = (0..<12).flatMap { index in ["a", "b"].map { "\($0)/picture \(index).png" } }
        let sets = try [names, names.reversed(), names.sorted { $0.hashValue < $1.hashValue }].map { order in
            let data = try TemporaryData()
            for name in order { try data.picture(name) }
            return try DataSet(path: data.path, shots: 3, seed: 1)
        }
        for set in sets.dropFirst() {
            #expect(set.digests == sets[0].digests)
            #expect(set.train.images == sets[0].train.images && set.test.images == sets[0].test.images)
        }
    }

    @Test func anotherPictureIsAnotherDataSet() throws {
        let data = try TemporaryData.folders(["a": 6])
        let before = try DataSet(path: data.path, shots: nil, seed: 1)
        try data.write("a/3.png", TemporaryData.png("another"))
        let after = try DataSet(path: data.path, shots: nil, seed: 1)
        #expect(after.digests != before.digests && after.train.images == before.train.images)
    }

    @Test func ownSplitsAreDrawnApart() throws {
        let data = try TemporaryData.folders(["a": 8, "b": 8], below: "train/")
        for name in ["a", "b"] {
            for index in 0..<6 { try data.picture("val/\(name)/\(index).png") }
            for index in 0..<2 { try data.picture("test/\(name)/\(index).png") }
        }
        let set = try DataSet(path: data.path, shots: 8, seed: 1)
        #expect(set.counts == [16, 8, 4])
        #expect(set.validation.images.allSatisfy { $0.path.hasPrefix("val/") })
    }

    @Test func tooFewImages() throws {
        let data = try TemporaryData.folders(["many": 20, "few": 3])
        func said(_ shots: Int) -> String {
            message { _ = try DataSet(path: data.path, shots: shots, seed: 1) }
        }
        #expect(said(4) == "class 'few' has 3 training images; 4 needed")
        // Three for training leave none for validation.
        #expect(said(3) == "class 'few' has 0 validation images; 3 needed")
        #expect(said(2) == "class 'few' has 1 validation image; 2 needed")
        #expect(said(1) == "")
    }
}

extension DataSet {
    /// What tells one draw from another.
    fileprivate var digests: [String] { [train, validation, test].map(\.digest) }
}

import Datasets
import TestData
import Testing

/// `Assets/Data/fresh`: the tasks that chose no setting; made by `Assets/Training/fresh.py`.
@Suite struct FreshDataTests {
    @Test(arguments: [
        ("engravings", 4), ("puzzles", 4), ("letters", 8), ("groups", 6), ("colours", 8), ("sizes", 6),
    ])
    func everyClassHasAsManyImages(_ task: String, _ classes: Int) throws {
        let set = try DataSet(path: Repository.data("fresh/" + task), shots: 16, seed: 1)
        #expect(set.layout == "CoOp split file")
        #expect(set.classNames.count == classes)
        for (list, count) in [(set.train, 16), (set.validation, 4), (set.test, 25)] {
            for label in 0..<classes { #expect(list.labels.count { $0 == label } == count) }
        }
        // No picture is there twice.
        let digests = [set.train, set.validation, set.test].flatMap(\.digests)
        #expect(Set(digests).count == digests.count)
    }
}

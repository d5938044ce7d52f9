import Datasets

extension DataSet {
    /// Images for training, validation and test.
    var counts: [Int] { [train.count, validation.count, test.count] }
}

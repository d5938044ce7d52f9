/// A way to lay out a data set on disk.
protocol DataLayout: Sendable {
    /// Name shown to people.
    static var name: String { get }
    /// Lists the data set at `path`, or nil where it has another layout.
    static func read(_ path: String) throws -> DataSource?
}

/// The known layouts, in the order they are tried.
let dataLayouts: [any DataLayout.Type] = [
    SplitFileLayout.self, AircraftLayout.self, ImageNetLayout.self, CSVLayout.self, FolderLayout.self,
]

/// One labelled image file.
public struct LabelledImage: Sendable, Equatable {
    /// Path below the data set's root, or absolute.
    public let path: String
    /// Index into the class names.
    public let label: Int
}

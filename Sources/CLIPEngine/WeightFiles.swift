import Files
import Tensors

/// The tensors of one model, in one safetensors file or in the shards that an index names.
struct WeightFiles: Sendable {
    /// The file, or the index of the shards; errors name it.
    let path: String
    /// Names of the files in the folder: the file, or the shards in the order of their names and the index.
    let sources: [String]
    /// The tensors' names, sorted.
    let names: [String]

    private let shards: [SafeTensorsFile]
    /// The shard of each tensor; empty where there is one file.
    private let places: [String: Int]

    /// Most shards that are opened; published models have up to a few dozen.
    private static let mostShards = 256

    /// Opens `name` of a folder, an index where it ends in `.json`.
    ///
    /// - Throws: `CLIPError`, `TensorsError`.
    init(folder: String, name: String) throws {
        path = folder + "/" + name
        guard name.hasSuffix(".json") else {
            let file = try SafeTensorsFile(path: path)
            (shards, places, names, sources) = ([file], [:], file.names, [name])
            return
        }
        let index = try JSONObject(file: path)
        guard let map = try index.object("weight_map") else {
            throw index.bad("weight_map", expected: "an object")
        }
        names = map.names
        guard !names.isEmpty else {
            throw CLIPError.badField("weight_map", file: path, expected: "tensors", got: "none")
        }
        var shardOfTensor: [String: String] = [:]
        for tensor in names {
            let file = try map.string(tensor, nil)
            guard let file, Self.isPlain(file) else {
                throw map.bad(tensor, expected: "the name of a safetensors file in the folder")
            }
            shardOfTensor[tensor] = file
        }
        let files = Set(shardOfTensor.values).sorted()
        guard files.count <= Self.mostShards else {
            throw CLIPError.badField(
                "weight_map", file: path, expected: "at most \(Self.mostShards) files",
                got: "\(files.count)")
        }
        for file in files where FileKind(folder + "/" + file) == nil {
            throw CLIPError.missingShard(file, index: path)
        }
        let shards = try files.map { try SafeTensorsFile(path: folder + "/" + $0) }
        let positions = Dictionary(uniqueKeysWithValues: files.enumerated().map { ($1, $0) })
        let places = shardOfTensor.compactMapValues { positions[$0] }
        for tensor in names {
            if let place = places[tensor], shards[place].entry(tensor) == nil {
                throw TensorsError.missingTensor(name: tensor, path: shards[place].path)
            }
        }
        self.shards = shards
        self.places = places
        sources = files + [name]
    }

    /// A file of the folder itself; anything else could lead out of it.
    private static func isPlain(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") && name.isPlainFileName
    }

    /// The file that has a tensor.
    private func file(of name: String) throws -> SafeTensorsFile {
        guard !places.isEmpty else { return shards[0] }
        guard let place = places[name] else { throw TensorsError.missingTensor(name: name, path: path) }
        return shards[place]
    }

    /// The shape of a tensor, nil where there is none of that name.
    func shape(_ name: String) -> [Int]? { try? file(of: name).entry(name)?.shape }

    /// Checks that a tensor is there and has a given shape.
    func check(_ name: String, shape: [Int]) throws {
        let file = try file(of: name)
        guard let entry = file.entry(name) else {
            throw TensorsError.missingTensor(name: name, path: file.path)
        }
        guard entry.shape == shape else {
            throw TensorsError.shapeMismatch(
                name: name, path: file.path, expected: shape, got: entry.shape)
        }
    }

    /// The elements of a tensor that must have a given shape, as float32.
    func floats(_ name: String, shape: [Int]) throws -> [Float] {
        try file(of: name).floats(name, shape: shape)
    }

    /// Reads some elements of a tensor, row-major, as float32.
    func read(_ name: String, elements: Range<Int>, into output: UnsafeMutablePointer<Float>) throws {
        try file(of: name).read(name, elements: elements, into: output)
    }
}

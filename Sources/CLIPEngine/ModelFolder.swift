import Files

/// The files of a model folder, of whichever layout: Hugging Face's or OpenCLIP's, one weight file or shards.
struct ModelFolder {
    let path: String
    let weights: WeightFiles
    let names: WeightNames
    let configuration: CLIPConfiguration
    let preprocessing: ImagePreprocessing
    /// Names of the files that are read, weights first.
    let files: [String]

    /// Where weights may be, the preferred place first.
    private static let weightFiles = [
        "model.safetensors", "model.safetensors.index.json", "open_clip_model.safetensors",
        "open_clip_model.safetensors.index.json",
    ]
    private static let huggingFaceFile = "config.json"
    private static let openCLIPFile = "open_clip_config.json"
    /// Files with the preprocessing, the preferred one first; newer folders have the second.
    private static let preprocessorFiles = ["preprocessor_config.json", "processor_config.json"]
    /// Weights that are read by running code in them.
    private static let pickledFiles = ["pytorch_model.bin", "open_clip_pytorch_model.bin"]

    /// Finds the files and reads the small ones.
    ///
    /// - Throws: `FileError`, `CLIPError`, `TensorsError`.
    init(_ folder: String) throws {
        guard try FileKind.at(folder) == .folder else { throw CLIPError.notAFolder(folder) }
        let root = folder
        func exists(_ name: String) -> Bool { FileKind(root + "/" + name) != nil }
        guard exists(Self.huggingFaceFile) || exists(Self.openCLIPFile) else {
            throw CLIPError.missingFile(Self.huggingFaceFile, folder: folder)
        }
        path = root
        let found = Self.weightFiles.filter(exists)
        if found.isEmpty, let pickled = Self.pickledFiles.first(where: exists) {
            throw CLIPError.pickledWeights(pickled, folder: folder)
        }
        (weights, names) = try Self.weights(root, folder, found)

        let openCLIP = exists(Self.openCLIPFile) ? root + "/" + Self.openCLIPFile : nil
        let huggingFace = exists(Self.huggingFaceFile) ? root + "/" + Self.huggingFaceFile : nil
        var preprocessJSON: JSONObject?
        let configurationFile: String
        if let json = try Self.preferred(huggingFace, openCLIP, openCLIPNames: names.isOpenCLIP) {
            configuration = try CLIPConfiguration(huggingFace: json)
            configurationFile = Self.huggingFaceFile
        } else {
            let json = try JSONObject(file: root + "/" + Self.openCLIPFile)
            configuration = try CLIPConfiguration(openCLIP: json)
            configurationFile = Self.openCLIPFile
            preprocessJSON = try json.object("preprocess_cfg")
        }
        let side = configuration.imageSize
        var files = weights.sources + [configurationFile]
        files +=
            exists("vocab.json") && exists("merges.txt")
            ? ["vocab.json", "merges.txt"] + Tokenizer.addedTokenFiles(folder: root) : ["tokenizer.json"]
        if let preprocessJSON {
            preprocessing = try ImagePreprocessing(openCLIP: preprocessJSON, imageSize: side)
        } else if let file = Self.preprocessorFiles.first(where: exists) {
            let json = try JSONObject(file: root + "/" + file)
            preprocessing = try ImagePreprocessing(
                huggingFace: json.object("image_processor") ?? json, imageSize: side)
            files.append(file)
        } else {
            preprocessing = ImagePreprocessing(resize: side, crop: side)
        }
        self.files = files
    }

    /// The first weights with the names of a CLIP model; where there are none, the first.
    private static func weights(
        _ root: String, _ folder: String, _ found: [String]
    ) throws -> (WeightFiles, WeightNames) {
        var first: WeightFiles?
        for name in found {
            let files = try WeightFiles(folder: root, name: name)
            if let names = WeightNames.recognized(in: files.names) { return (files, names) }
            first = first ?? files
        }
        guard let first else { throw CLIPError.missingFile(weightFiles[0], folder: folder) }
        return (first, .huggingFace)
    }

    /// The content of `config.json` where that is the file to go by, nil where it is OpenCLIP's.
    private static func preferred(
        _ huggingFace: String?, _ openCLIP: String?, openCLIPNames: Bool
    ) throws -> JSONObject? {
        guard let huggingFace, openCLIP == nil || !openCLIPNames else { return nil }
        let json = try JSONObject(file: huggingFace)
        if CLIPConfiguration.isHuggingFace(json) { return json }
        guard openCLIP == nil else { return nil }
        throw json.bad("model_type", expected: "'clip'")
    }
}

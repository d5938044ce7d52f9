import CLIPEngine
import Foundation
import Raster
import Tensors
import Testing

/// Values recorded from PyTorch's `CLIPModel`, or from OpenCLIP, in float32; see `Fixtures/README.md`.
@Suite struct ParityTests {
    /// Recorded tensors and texts of one model.
    struct Recording {
        let model: CLIPModel
        let prompts: [String]
        let tokenIDs: [[Int32]]
        /// Paths from the repository root; empty where the pixels were drawn at random.
        let images: [String]
        var pixels: [[Float]]
        let imageFeatures: [[Float]]
        let textFeatures: [[Float]]
        let logits: [[Float]]
        /// SHA-256 of the weights, where they are made again for the test.
        let digest: String?

        init(_ file: String, folder: String) throws {
            let recorded = try SafeTensorsFile(path: file)
            func list<Element: Decodable>(_ name: String, of type: Element.Type) throws -> [Element] {
                guard let text = recorded.metadata[name] else { return [] }
                return try JSONDecoder().decode([Element].self, from: Data(text.utf8))
            }
            func rows(_ name: String) throws -> [[Float]] {
                let values = try recorded.floats(name)
                let length = values.count / max(1, recorded.entry(name)?.shape.first ?? 1)
                return stride(from: 0, to: values.count, by: length).map {
                    Array(values[$0..<($0 + length)])
                }
            }
            model = try CLIPModel(folder: folder)
            prompts = try list("prompts", of: String.self)
            tokenIDs = try list("token_ids", of: [Int32].self)
            images = try list("images", of: String.self)
            pixels = recorded.entry("pixels") == nil ? [] : try rows("pixels")
            digest = recorded.metadata["model_sha256"]
            imageFeatures = try rows("image_features")
            textFeatures = try rows("text_features")
            logits = try rows("logits_per_image")
        }
    }

    @Test func embeddedModel() throws {
        let recording = try Recording(Repository.fixture("embedded.safetensors"), folder: Repository.model)
        #expect(recording.images.count == 20 && recording.prompts.count == 20)
        #expect(try recording.prompts.map(recording.model.tokens) == recording.tokenIDs)
        recording.check(name: "embedded")
    }

    @Test(arguments: ["tiny-gelu-bf16", "tiny-quick-f32", "tiny-open-clip"]) func tinyModel(_ name: String)
        throws
    {
        let folder = try Repository.fixture(name)
        let recording = try Recording(folder + "/expected.safetensors", folder: folder)
        #expect(recording.pixels.count == 4 && recording.prompts.count == 6)
        #expect(try recording.prompts.map(recording.model.tokens) == recording.tokenIDs)
        recording.check(name: name)
    }

    /// The three element types widen to the recorded values' precision, so one model stands for each.
    @Test func theModelsCoverTheElementTypes() throws {
        func types(_ folder: String) throws -> Set<String> {
            let file = try SafeTensorsFile(path: folder + "/model.safetensors")
            return Set(file.names.compactMap { file.entry($0)?.dtype })
        }
        #expect(try types(Repository.model).contains("F16"))
        #expect(try types(Repository.fixture("tiny-gelu-bf16")).contains("BF16"))
        #expect(try types(Repository.fixture("tiny-quick-f32")) == ["F32"])
    }

    @Test func recordedImagesHaveTheRecordedPixels() throws {
        let recording = try Recording(Repository.fixture("embedded.safetensors"), folder: Repository.model)
        let preprocessing = recording.model.preprocessing
        let plane = preprocessing.crop * preprocessing.crop
        var worst: Float = 0
        for (image, recorded) in zip(recording.images, recording.pixels) {
            let bitmap = try Bitmap.read(path: Repository.root.appendingPathComponent(image).path)
            let pixels = try preprocessing.pixels(bitmap)
            #expect(pixels.count == recorded.count)
            // The recorded floats may be rounded otherwise; the bytes they stand for are the same.
            func bytes(_ values: [Float]) -> [Int] {
                values.enumerated().map { index, value in
                    let channel = index / plane
                    let share = value * preprocessing.deviation[channel] + preprocessing.mean[channel]
                    return Int((share * 255).rounded())
                }
            }
            #expect(bytes(pixels) == bytes(recorded), "\(image)")
            worst = max(worst, zip(pixels, recorded).map { abs($0 - $1) }.max() ?? 0)
        }
        print("pixels: largest difference \(worst)")
        #expect(worst <= 1e-6)
    }
}

extension ParityTests.Recording {
    /// Compares features and logits, and prints the worst differences.
    func check(name: String) {
        let texts = model.text.features(tokens: tokenIDs)
        let images = model.vision.features(pixels)
        var cosines: [Double] = []
        for (row, recorded) in textFeatures.enumerated() {
            cosines.append(cosine(texts.row(row), recorded))
        }
        for (row, recorded) in imageFeatures.enumerated() {
            cosines.append(cosine(images.row(row), recorded))
        }
        let floor = largest(logits) / 100
        var worst = 0.0
        for (image, recorded) in logits.enumerated() {
            for (text, wanted) in recorded.enumerated() {
                let logit = model.logitScale * dot(Array(images.row(image)), Array(texts.row(text)))
                // A logit near zero is a difference of large terms; there a hundredth of the largest logit
                // is the yardstick.
                worst = max(worst, abs(Double(logit) - Double(wanted)) / max(abs(Double(wanted)), floor))
            }
        }
        print("\(name): worst relative difference of a logit \(worst), worst cosine \(cosines.min() ?? .nan)")
        #expect(worst <= 1e-4)
        #expect(cosines.count == tokenIDs.count + pixels.count)
        #expect(cosines.allSatisfy { $0 >= 0.999999 })
    }

    private func largest(_ rows: [[Float]]) -> Double {
        rows.joined().reduce(0) { max($0, abs(Double($1))) }
    }

    private func cosine(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
        func product(_ x: some Collection<Float>, _ y: some Collection<Float>) -> Double {
            zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        return product(a, b) / (product(a, a) * product(b, b)).squareRoot()
    }
}

import CLIPEngine
import Tensors

/// Image features, 32 images in one call.
struct ImageBenchmark {
    let model: CLIPModel
    let repetitions: Int

    func run() {
        let side = model.configuration.imageSize
        let images = (0..<32).map { index in
            RandomStream(seed: 1, purpose: RandomPurpose("image"), index: UInt64(index)).normals(
                3 * side * side)
        }
        heading("images of \(side) px")
        let time = Measurement(repetitions: max(3, repetitions / 2)) { _ = model.vision.features(images) }
        report("32 at once", "\(time.rate(32).text) images/s")
    }
}

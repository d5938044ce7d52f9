import BlackBox
import Datasets
import Foundation
import PromptTuning
import Tensors
import TestData
import Testing

/// Formulas of the methods against PyTorch's recorded values; see `Fixtures/README.md`.
@Suite struct MethodFormulaTests {
    struct Recording: Decodable {
        struct Bar: Decodable { let framed: [Double] }
        struct Focal: Decodable {
            let gamma: Double
            let labels: [Int]
            let mean: Double
        }
        struct Bpt: Decodable {
            let tokens: Int
            let width: Int
            let visualWidth: Int
            let intrinsic: Int
            let visualIntrinsic: Int
            let text: [[Double]]
            let visual: [[Double]]

            enum CodingKeys: String, CodingKey {
                case tokens, width, intrinsic, text, visual
                case visualWidth = "visual_width"
                case visualIntrinsic = "visual_intrinsic"
            }
        }
        let bar: Bar
        let focal: Focal
        let bpt: Bpt

        init() throws {
            let file = try Data(contentsOf: Repository.fixture("methods.json", of: "PromptTuningTests"))
            self = try JSONDecoder().decode(Recording.self, from: file)
        }
    }

    /// The formula that both sides compute their inputs with.
    private static func value(_ i: Int, _ salt: Int) -> Double {
        let product: Int = (i + 1) * (i + salt) * 7919
        let number: Int = (product + i * 31 + salt * 104_729) % 1009
        return Double(number - 504) / 252
    }

    private static func values(_ count: Int, _ salt: Int, _ change: (Double) -> Double = { $0 }) -> [Float] {
        (0..<count).map { Float(change(value($0, salt))) }
    }

    private static func worst(_ got: [Float], _ wanted: [Double]) -> Double {
        #expect(got.count == wanted.count)
        let scale = wanted.map(abs).max() ?? 1
        return zip(got, wanted).map { abs(Double($0) - $1) / scale }.max() ?? .infinity
    }

    @Test func framesEqualPyTorchs() throws {
        let recording = try Recording().bar
        let frame = PixelFrame(program: Self.values(300, 2), side: 10, inner: 8)
        #expect(frame.cropSide == 8)
        let folder = try TemporaryData.folders(["a": 5, "b": 5])
        let list = try DataSet(path: folder.path, shots: 1, seed: 1).train
        let change = frame.change(for: Minibatch(list: list, indices: [0]))
        let difference = Self.worst(change(0, Self.values(192, 1) { ($0 + 2) / 4 }), recording.framed)
        print("BAR's frame: worst difference from PyTorch \(difference)")
        #expect(difference <= 1e-5)
    }

    /// 64 px: 56, as 224 px: 194; odd sides keep a frame of the same width on both sides.
    @Test(arguments: [(224, 194), (64, 56), (16, 14), (336, 292), (15, 13)])
    func innerSides(_ side: Int, _ inner: Int) {
        #expect(BARMethod.standardInner(side: side) == inner)
    }

    @Test func focalLossesEqualPyTorchs() throws {
        let recording = try Recording().focal
        let logits = Matrix(rows: 4, columns: 3, values: Self.values(12, 3) { 2 * $0 })
        let loss = Answer(logits: logits).meanFocalLoss(labels: recording.labels, gamma: recording.gamma)
        print("focal loss: difference from PyTorch \(abs(Double(loss) - recording.mean))")
        #expect(abs(Double(loss) - recording.mean) <= 1e-5 * recording.mean)
        // γ = 0 is the cross-entropy; a sure answer costs nothing.
        let answer = Answer(logits: logits)
        #expect(
            abs(
                answer.meanFocalLoss(labels: recording.labels, gamma: 0)
                    - answer.meanLoss(labels: recording.labels)) < 1e-6)
        let sure = Answer(logits: Matrix(rows: 1, columns: 2, values: [200, 0]))
        #expect(sure.meanFocalLoss(labels: [0], gamma: 2) == 0)
    }

    @Test func projectedPromptsEqualPyTorchs() throws {
        let recording = try Recording().bpt
        let (tokens, width, visualWidth) = (recording.tokens, recording.width, recording.visualWidth)
        let text = RandomProjection(rows: tokens * width, columns: recording.intrinsic) {
            Self.values(tokens * width * recording.intrinsic, 4) { $0 / 8 }
        }.apply([Self.values(recording.intrinsic, 5)[...]], width: width)[0]
        let visual = RandomProjection(rows: tokens * visualWidth, columns: recording.visualIntrinsic) {
            Self.values(tokens * visualWidth * recording.visualIntrinsic, 6) { $0 / 8 }
        }.apply([Self.values(recording.visualIntrinsic, 7)[...]], width: visualWidth)[0]
        #expect(text.rows == tokens && visual.rows == tokens && visual.columns == visualWidth)
        let differences = [
            Self.worst(text.values, recording.text.flatMap { $0 }),
            Self.worst(visual.values, recording.visual.flatMap { $0 }),
        ]
        print("BPT-VLM's prompts: worst differences from PyTorch \(differences)")
        #expect(differences.allSatisfy { $0 <= 1e-5 })
    }
}

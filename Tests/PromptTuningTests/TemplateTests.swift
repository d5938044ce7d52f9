import BlackBox
import CLIPEngine
import Datasets
import PromptTuning
import Tensors
import TestData
import Testing

/// Zero-shot classification and evaluation against plain loops, on the embedded model and real images.
@Suite struct TemplateTests {
    @Test(arguments: [["a picture of a {}."], ["a {}.", "a drawing of a {}.", "{} in {}"]])
    func equalsPlainLoops(_ templates: [String]) throws {
        let model = try CLIPModel(folder: Repository.model)
        let store = ImageStore(model: model)
        let data = try DataSet(path: Repository.data("line-drawings"), shots: 1, seed: 1)
        let oracle = CLIPOracle(store: store, classNames: data.classNames)
        let prompt = Prompt(text: .templates(templates))
        let images = try store.features(data.validation)
        let account = QueryAccount(budget: nil)
        let all = Minibatch(list: data.validation, indices: Array(0..<data.validation.count))
        let logits = try account.ask(oracle, [Query(prompt, all)], for: .evaluation)[0].logits
        let texts = try data.classNames.map { name in
            let features = try templates.map { template in
                let text = template.split(separator: "{}", omittingEmptySubsequences: false)
                    .joined(separator: name)
                return model.text.features(tokens: [try model.tokens(text)]).values
            }
            return Self.unit(
                features[0].indices.map { at in features.reduce(0) { $0 + Double($1[at]) } })
        }
        var correct = 0
        var loss = 0.0
        for image in 0..<images.rows {
            let pixels = images.row(image).map(Double.init)
            let wanted = texts.map { text in
                Double(model.logitScale) * zip(text, pixels).reduce(0) { $0 + $1.0 * $1.1 }
            }
            let got = logits.row(image)
            #expect(!zip(got, wanted).contains { abs(Double($0) - $1) > 1e-4 })
            let label = data.validation.labels[image]
            correct += wanted.firstIndex(of: wanted.max() ?? .nan) == label ? 1 : 0
            let top = wanted.max() ?? .nan
            loss += top + Elementary.log(wanted.reduce(0) { $0 + Elementary.exp($1 - top) }) - wanted[label]
        }
        let score = try evaluateClassifier(
            Classifier(prompt), on: data.validation, oracle: oracle, account: account)
        #expect(score.images == images.rows && score.correct == correct)
        #expect(score.accuracy == 100 * Double(correct) / Double(images.rows))
        #expect(abs(Double(score.loss) - loss / Double(images.rows)) < 1e-4)
    }

    @Test func evaluationInBatchesIsTheWhole() throws {
        let world = try World.tiny()
        var scores: [Score] = []
        for (size, queries) in [(1, 12), (5, 3), (12, 1), (128, 1)] {
            var run = try world.small(["batch": .integer(size)])
            scores.append(try run.evaluate(world.data.validation).score)
            #expect(run.account.spent == .init(evaluation: queries))
        }
        // To the bit.
        #expect(scores.allSatisfy { $0 == scores[0] && $0.images == 12 })
    }

    @Test func templatesThatDoNotFit() throws {
        let store = ImageStore(model: try CLIPModel(folder: Repository.tinyModel))
        let oracle = CLIPOracle(store: store, classNames: ["cat"])
        func said(_ template: String) -> String {
            message { try oracle.check(Prompt(text: .templates([template]))) }
        }
        #expect(said("a photo") == "expected '{}' in template 'a photo', where the class name goes")
        #expect(said(String(repeating: "~ ", count: 30) + "{}").hasPrefix("text of "))
        #expect(said("{}") == "")
    }

    private static func unit(_ values: [Double]) -> [Double] {
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
    }
}

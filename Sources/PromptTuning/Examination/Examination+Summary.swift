import BlackBox
import Foundation
import ZerothOrder

extension Examination {
    /// What was measured, for a person: a heading and a text each.
    public var summary: [(name: String, text: String)] {
        var lines = [("loss", lossText), ("labels", labelText)]
        guard let motion else {
            return lines + [("steps", "of \(methodName) are not examined: those of zip and blackvip are")]
        }
        lines.append(("slope", slopeText(motion)))
        lines.append(("step", stepText(motion)))
        lines.append(("schedule", scheduleText(motion)))
        lines.append(("parts", partsText(motion)))
        return lines
    }

    private var lossText: String {
        let low = repeated.min() ?? loss
        let high = repeated.max() ?? loss
        var text = DisplayNumber.figure(loss)
        text +=
            low == high
            ? ", the same when asked again"
            : ", \(DisplayNumber.figure(low)) to \(DisplayNumber.figure(high)) when asked \(repeated.count) times"
        if let least = ofOtherBatches.min(), let most = ofOtherBatches.max() {
            text += "; on other minibatches \(DisplayNumber.figure(least)) to \(DisplayNumber.figure(most))"
        }
        return text
    }

    private var labelText: String {
        "a template gives \(agreement.template) of \(DisplayNumber.count(agreement.images, "training image")) its label"
            + (agreement.map.map { ", a map of its logits fitted without the image \($0)" } ?? "")
    }

    private func slopeText(_ motion: Motion) -> String {
        let good = motion.goodDistances(loss: loss)
        let left = motion.slopeLeft(at: motion.own, loss: loss)
        let noise = min(9.99, motion.noiseShare(at: motion.own.distance, loss: loss))
        return "c_k = \(Self.short(motion.own.distance)): noise \(String(format: "%.0f %%", 100 * noise)), "
            + "curvature leaves \(String(format: "%.0f %%", 100 * left)); "
            + (good.isEmpty
                ? "no difference is good"
                : "good from \(Self.short(good[0])) to \(Self.short(good[good.count - 1]))")
    }

    private func stepText(_ motion: Motion) -> String {
        var text = "‖ĝ‖ \(DisplayNumber.figure(motion.gradientNorm))"
        if let limit = motion.threshold {
            text += motion.gradientNorm >= limit ? ", clipped to " : ", not clipped at "
            text += DisplayNumber.figure(limit)
        }
        text += "; changes the parameters by \(String(format: "%.2g %%", 100 * motion.relativeStep))"
        guard let best = motion.bestLength(loss: loss), let place = Self.lengths.firstIndex(of: best) else {
            return text + "; the loss falls at no multiple of it"
        }
        return text
            + "; at \(Self.short(best)) × it the loss is least, \(DisplayNumber.figure(motion.line[place]))"
    }

    private func scheduleText(_ motion: Motion) -> String {
        let worth = DisplayNumber.figure(motion.pathShare * Double(motion.stepsLeft))
        return "\(DisplayNumber.count(motion.stepsLeft, "step")) left, as long as \(worth) like the next; "
            + "c_k ends at \(Self.short(motion.lastDistance))"
    }

    private func partsText(_ motion: Motion) -> String {
        let most = motion.blocks.map { abs($0.slope) }.max() ?? 0
        let dead = motion.blocks.filter { abs($0.slope) <= 1e-3 * most }
        let count = dead.reduce(0) { $0 + $1.count }
        let names = dead.map(\.name).joined(separator: ", ")
        return count == 0
            ? "all \(motion.parameters) parameters move the loss"
            : "\(count) of \(motion.parameters) parameters (\(names)) do not move the loss here"
    }
}

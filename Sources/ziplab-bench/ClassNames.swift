/// Names of things, of two tokens in the mean under the embedded vocabulary.
enum ClassNames {
    /// Repeats the names with other endings where more are asked for than there are.
    static func list(_ count: Int) -> [String] {
        (0..<count).map { names[$0 % names.count] + ($0 < names.count ? "" : " s") }
    }

    private static let names = [
        "airplane", "banana", "anchor", "apple", "bed", "axe", "bird", "crab", "backpack", "boat",
        "bicycle", "bench", "bottle", "door", "bridge", "bread", "fan", "eagle", "butterfly", "feather",
        "ghost", "cake", "fire truck", "ladder", "camel", "glove", "mushroom", "camera", "goat", "owl",
        "candle", "ice cream", "piano", "castle", "music note", "potted plant", "chair", "office chair",
        "road sign", "church", "palm tree", "sailing boat", "clock", "red car", "sheep", "computer", "rose",
        "wine glass", "cow", "school bus", "tea pot", "crown", "shark", "rubber duck", "deer", "snail",
        "wind mill", "dolphin", "snow man", "washing machine", "dragon", "spoon", "park bench", "elephant",
        "stop sign", "coffee cup", "fish", "sun flower", "swiss army knife", "fox", "sword", "teddy bear",
        "frog", "tennis ball", "giraffe", "tool box", "guitar", "tractor", "hammer", "traffic light",
        "horse", "turtle", "house", "violin", "key", "water bottle", "lemon", "zebra", "lighthouse",
        "fire engine", "lion", "maple leaf", "mountain", "house boat", "mouse", "lemon tree", "penguin",
        "horse shoe", "ice cream truck", "palm tree leaf",
    ]
}

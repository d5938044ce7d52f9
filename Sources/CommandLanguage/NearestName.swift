/// Returns the candidate that `name` is most likely a misspelling of, if one is near enough.
///
/// Nearness is the Damerau–Levenshtein distance (optimal string alignment) without regard to case:
/// at most a third of the longer name, at least 1, and less than the whole. Among equals the first
/// in alphabetical order wins, so the answer does not depend on the order of the candidates. Where none is
/// so near, the shortest that begins with `name`, of three letters or more, is taken; else the longest that `name` begins
/// with.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    // Longer names are never misspelt commands, and the cost grows with the square.
    let longest = 64
    let wanted = Array(name.lowercased())
    guard !wanted.isEmpty, wanted.count <= longest else { return nil }
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let other = Array(candidate.lowercased())
        let length = max(wanted.count, other.count)
        let threshold = min(max(1, length / 3), length - 1)
        guard other.count <= longest, abs(wanted.count - other.count) <= threshold else { continue }
        let distance = editDistance(wanted, other)
        guard distance <= threshold else { continue }
        if let best, (best.distance, best.name) <= (distance, candidate) { continue }
        best = (distance, candidate)
    }
    if let best { return best.name }
    guard wanted.count >= 3 else { return nil }
    return candidates.filter { $0.lowercased().hasPrefix(name.lowercased()) }
        .min { ($0.count, $0) < ($1.count, $1) }
        ?? candidates.filter { $0.count >= 3 && name.lowercased().hasPrefix($0.lowercased()) }
        .max { ($0.count, $1) < ($1.count, $0) }
}

/// Returns the number of insertions, deletions, replacements and swaps of neighbours between two words.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in b.indices {
            let replaced = previous[j] + (a[i] == b[j] ? 0 : 1)
            var cost = min(replaced, previous[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                cost = min(cost, beforePrevious[j - 1] + 1)
            }
            row.append(cost)
        }
        beforePrevious = previous
        previous = row
    }
    return previous[b.count]
}

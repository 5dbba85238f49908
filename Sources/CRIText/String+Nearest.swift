extension String {
  /// Returns the candidate of which this string is probably a misspelling, with at most a third of the characters
  /// different.
  package func nearest(among candidates: [String]) -> String? {
    let longest = candidates.map(\.count).max() ?? 0
    // A longer text differs too much from every candidate, and comparing it would be slow.
    let limit = longest + Swift.max(1, longest / 3)
    guard unicodeScalars.prefix(limit + 1).count <= limit else { return nil }
    let scored = candidates.map { (name: $0, distance: distance(to: $0)) }
    guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= Swift.max(1, best.name.count / 3) ? best.name : nil
  }

  /// The number of characters to insert, remove or replace, ignoring case (the Levenshtein distance).
  private func distance(to other: String) -> Int {
    let left = Array(lowercased())
    let right = Array(other.lowercased())
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
      var current = [row + 1]
      for (column, candidate) in right.enumerated() {
        let replaced = previous[column] + (character == candidate ? 0 : 1)
        current.append(Swift.min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}

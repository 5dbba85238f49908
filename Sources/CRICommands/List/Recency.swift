internal import CRIProtobuf

/// The limit to the most recent objects. It is not an option group, because parsing one takes as long as ten options.
enum Recency {
  /// nil for all objects. The number overrides the flag, as in crictl.
  static func limit(_ last: Int?, _ latest: Bool) -> Int? { last.flatMap { $0 > 0 ? $0 : nil } ?? (latest ? 1 : nil) }
}

extension Array {
  /// Sorts the most recent elements first and keeps at most `limit`; elements with equal times keep their order.
  mutating func sortYoungestFirst(_ moment: (Element) -> Timestamp, limit: Int?) {
    // The elements are large, so their indices are sorted and each element is moved once.
    let moments = map(moment)
    let isBefore = { (a: Int, b: Int) in moments[a] != moments[b] ? moments[a] > moments[b] : a < b }
    var source = indices.sorted(by: isBefore)
    for start in indices {
      // Follows the cycle of the permutation; a position that is finished refers to itself.
      var position = start
      while source[position] != start {
        let next = source[position]
        swapAt(position, next)
        source[position] = position
        position = next
      }
      source[position] = position
    }
    if let limit, limit < count { removeLast(count - limit) }
  }
}

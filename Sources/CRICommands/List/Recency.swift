internal import CRIProtobuf

/// How many of the youngest are wanted. A group of options of its own would take as long to read as ten options.
enum Recency {
  /// nil for all. The number beats the flag, as in crictl.
  static func limit(_ last: Int?, _ latest: Bool) -> Int? { last.flatMap { $0 > 0 ? $0 : nil } ?? (latest ? 1 : nil) }
}

extension Array {
  /// Puts the youngest first and keeps no more than `limit`; those of one moment stay in their order.
  mutating func sortYoungestFirst(_ moment: (Element) -> Timestamp, limit: Int?) {
    // The elements are large: their numbers are sorted, and each is moved once.
    let moments = map(moment)
    let isBefore = { (a: Int, b: Int) in moments[a] != moments[b] ? moments[a] > moments[b] : a < b }
    var source = indices.sorted(by: isBefore)
    for start in indices {
      // Along the circle of places that pass their elements on; a place that is done is its own source.
      var place = start
      while source[place] != start {
        let next = source[place]
        swapAt(place, next)
        source[place] = place
        place = next
      }
      source[place] = place
    }
    if let limit, limit < count { removeLast(count - limit) }
  }
}

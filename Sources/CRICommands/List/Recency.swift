internal import ArgumentParser
internal import CRIProtobuf

/// How many of the youngest are wanted.
struct Recency: ParsableArguments {
  @Flag(name: [.customShort("l"), .long], help: "Only the youngest, in whatever state.")
  var latest = false

  @Option(
    name: [.customShort("n"), .long],
    help: ArgumentHelp("Only the youngest so many, in whatever state; 0 is all.", valueName: "count"))
  var last = 0

  /// nil for all. The number beats the flag, as in crictl.
  var limit: Int? { last > 0 ? last : latest ? 1 : nil }
}

extension Array {
  /// The youngest first, no more than `limit`; those of one moment stay in their order.
  func youngestFirst(_ moment: (Element) -> Timestamp, limit: Int?) -> [Element] {
    // The elements are large: their numbers are sorted, and each is moved once.
    let moments = map(moment)
    let order = moments.indices.sorted { moments[$0] != moments[$1] ? moments[$0] > moments[$1] : $0 < $1 }
    return order.prefix(limit ?? .max).map { self[$0] }
  }
}

/// The header fields of one block while it arrives, up to the largest accepted size.
struct HeaderBlock {
  enum Admission { case accepted, overflow, ignored }

  var fields: [Header] = []
  private var size = 0
  private(set) var isTooLarge = false

  /// Adds the size of one field, in bytes, to the size of the block.
  /// - Returns: `.overflow` for the first field that exceeds the limit, `.ignored` for those after it.
  mutating func admit(_ count: Int) -> Admission {
    if isTooLarge { return .ignored }
    size += count
    if size <= SessionState.maximumHeaderList { return .accepted }
    isTooLarge = true
    fields = []
    return .overflow
  }
}

/// Header fields that are arriving, up to the size that we take.
struct HeaderBlock {
  enum Room { case fits, overflows, isOver }

  var fields: [Header] = []
  private var size = 0
  private(set) var isTooLarge = false

  /// Counts one more field.
  /// - Returns: `.overflows` once, for the first that is too much.
  mutating func reserve(_ count: Int) -> Room {
    if isTooLarge { return .isOver }
    size += count
    if size <= SessionState.largestHeaderList { return .fits }
    isTooLarge = true
    fields = []
    return .overflows
  }
}

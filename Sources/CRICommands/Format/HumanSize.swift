/// A human-readable number of bytes, as go-units' `HumanSizeWithPrecision` prints it: base 1000, `B kB MB GB …`.
package enum HumanSize {
  private static let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]

  /// `1.03MB`: `precision` significant digits (crictl's tables use 3, its statistics 4).
  package static func text(bytes: UInt64, precision: Int = 3) -> String {
    // Divided step by step in floating point, as Go does; otherwise the last digit could differ.
    var size = Double(bytes)
    var unit = 0
    while size >= 1000, unit < units.count - 1 {
      size /= 1000
      unit += 1
    }
    return size.general(digits: precision) + units[unit]
  }
}

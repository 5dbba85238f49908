/// Durations in Go's notation (`1m30s`, `500ms`), as crictl accepts them; a plain number is in seconds.
package enum DurationText {
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
  ]

  package static func parse(_ text: String, option: String) throws(Failure) -> Duration {
    guard let duration = parse(text) else {
      throw Failure(.usage, "\(option) \(text): specify a duration such as 500ms, 2s or 1m30s")
    }
    return duration
  }

  package static func parse(_ text: String) -> Duration? {
    if let seconds = Int64(text), seconds >= 0, seconds < 1 << 32 { return .seconds(seconds) }
    var rest = text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard !rest.isEmpty else { return nil }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let scale = units.first(where: { $0.name == unit }) else {
        return nil
      }
      total += number * scale.nanoseconds
    }
    guard total < 9e18 else { return nil }
    return .nanoseconds(Int64(total))
  }
}

extension JSON {
  /// The text of a string, a number or a Boolean where a string is expected, as `sigs.k8s.io/yaml` converts it; nil for
  /// other values.
  ///
  /// A number that is not a 64-bit integer has the digits of a 32-bit float: `1.50` becomes `1.5`, and `3.14159265` becomes
  /// `3.1415927`.
  package var unquotedText: String? {
    switch self {
    case .string(let text): text
    case .bool(let value): value ? "true" : "false"
    case .number(let text): Self.unquotedText(number: text)
    default: nil
    }
  }

  private static func unquotedText(number text: String) -> String {
    if let value = Int64(text) { return String(value) }
    if let value = UInt64(text) { return String(value) }
    guard let value = Double(text).map({ Float($0) }) else { return text }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value.generalText
  }
}

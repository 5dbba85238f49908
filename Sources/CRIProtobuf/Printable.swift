internal import CRIText

/// A type that a message's property can have, with the members that `Message.description` needs.
protocol Printable {
  /// Whether the value is the default, which is not printed.
  var isDefault: Bool { get }
  /// The value as it is printed.
  var printed: String { get }
}

extension Printable where Self: Numeric {
  var isDefault: Bool { self == 0 }
  var printed: String { "\(self)" }
}

extension Int32: Printable {}
extension Int64: Printable {}
extension UInt32: Printable {}
extension UInt64: Printable {}
extension Double: Printable {}

extension Bool: Printable {
  var isDefault: Bool { !self }
  var printed: String { description }
}

extension String: Printable {
  var isDefault: Bool { isEmpty }
  var printed: String { quoted }
}

extension Timestamp: Printable {
  var isDefault: Bool { isZero }
  var printed: String { description }
}

extension StringMap: Printable {
  var isDefault: Bool { isEmpty }
  var printed: String { description }
}

extension UnknownFields: Printable {
  var isDefault: Bool { isEmpty }
  var printed: String { "<\(bytes.count) bytes>" }
}

extension Array: Printable {
  var isDefault: Bool { isEmpty }
  var printed: String {
    if Element.self == UInt8.self { return "<\(count) bytes>" }
    return "[" + map { Self.printed($0) }.joined(separator: ", ") + "]"
  }

  private static func printed(_ element: Element) -> String {
    (element as? any Printable)?.printed ?? String(describing: element)
  }
}

extension Optional: Printable {
  var isDefault: Bool { self == nil }
  var printed: String { map { String(describing: $0) } ?? "nil" }
}

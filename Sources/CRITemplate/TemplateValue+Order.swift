internal import CRIJSON

/// The result of comparing two values.
enum TemplateOrder {
  case less, equal, greater
  /// The values differ, but neither comes first.
  case unordered
  /// Values of these types cannot be compared.
  case incomparable

  init<Value: Comparable>(_ a: Value, _ b: Value) {
    self = a < b ? .less : a == b ? .equal : a > b ? .greater : .unordered
  }

  init(bytesOf a: String, _ b: String) {
    if a.utf8.elementsEqual(b.utf8) {
      self = .equal
    } else {
      self = a.utf8.lexicographicallyPrecedes(b.utf8) ? .less : .greater
    }
  }
}

extension TemplateValue {
  /// Compares numbers by value and strings by bytes. A string of digits can be compared with a number, because 64-bit
  /// integers are strings in the runtime's documents.
  func compared(to other: TemplateValue) -> TemplateOrder {
    switch (self, other) {
    case (.json(.string(let a)), .json(.string(let b))): return TemplateOrder(bytesOf: a, b)
    case (.json(.bool(let a)), .json(.bool(let b))): return a == b ? .equal : .unordered
    case (.json(.null), .json(.null)): return .equal
    case (.json(.null), _), (_, .json(.null)): return .unordered
    default: break
    }
    if isString && other.isString { return .incomparable }
    if let a = numericText, let b = other.numericText { return Self.order(a, b) }
    // crictl compares a number from the document by its text.
    if case (.json(.number(let a)), .json(.string(let b))) = (self, other) { return TemplateOrder(bytesOf: a, b) }
    if case (.json(.string(let a)), .json(.number(let b))) = (self, other) { return TemplateOrder(bytesOf: a, b) }
    return .incomparable
  }

  private var isString: Bool {
    if case .json(.string) = self { true } else { false }
  }

  private var numericText: JSON? {
    switch self {
    case .int(let value): .number(String(value))
    case .float(let value): .number(value.description)
    case .json(.number(let text)): .number(text)
    case .json(.string(let text)) where Self.isNumber(text): .number(text)
    default: nil
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
    return (first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first))
      && text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) } && Double(text) != nil
  }

  private static func order(_ a: JSON, _ b: JSON) -> TemplateOrder {
    if let a = a.intValue, let b = b.intValue { return TemplateOrder(a, b) }
    if let a = a.uintValue, let b = b.uintValue { return TemplateOrder(a, b) }
    guard let a = a.doubleValue, let b = b.doubleValue else { return .unordered }
    return TemplateOrder(a, b)
  }
}

extension Message {
  /// The fields that do not have their default value, such as `Container(id: "abc", state: running)`. Secrets are redacted
  /// and control characters are escaped.
  public var description: String {
    let fields = Mirror(reflecting: self).children.compactMap { child -> String? in
      guard let name = child.label, let text = printed(child.value) else { return nil }
      return "\(name): \(Self.secretProperties.contains(name) ? "<redacted>" : text)"
    }
    return "\(Self.self)(\(fields.joined(separator: ", ")))"
  }

  /// Returns the text of a value, or nil if it is the default.
  private func printed(_ value: Any) -> String? {
    switch value {
    case let value as any OpenEnum: value.rawValue == 0 ? nil : value.description
    case let value as any Printable: value.isDefault ? nil : value.printed
    default: "\(value)"
    }
  }
}

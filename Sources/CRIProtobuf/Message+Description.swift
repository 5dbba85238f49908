extension Message {
  /// `Container(id: "abc", state: running)`: what is not at its default, secrets hidden, control characters escaped.
  public var description: String {
    let fields = Mirror(reflecting: self).children.compactMap { child -> String? in
      guard let name = child.label, let value = child.value as? any Printable, !value.isDefault else {
        return nil
      }
      return "\(name): \(Self.secretProperties.contains(name) ? "<redacted>" : value.printed)"
    }
    return "\(Self.self)(\(fields.joined(separator: ", ")))"
  }
}

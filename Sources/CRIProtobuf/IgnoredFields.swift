/// The fields of a JSON document that a message type does not have. Only the first ones are kept, because a file may
/// have any number of them.
package struct IgnoredFields: Sendable {
  /// The number of errors that are kept.
  private static let maximum = 20

  /// The errors of the first fields.
  package private(set) var first: [MessageJSONError] = []
  /// The number of further fields.
  package private(set) var others = 0

  package init() {}

  mutating func append(_ error: @autoclosure () -> MessageJSONError) {
    if first.count < Self.maximum { first.append(error()) } else { others += 1 }
  }
}

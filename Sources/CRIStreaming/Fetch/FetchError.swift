/// The reason why a document could not be fetched.
package struct FetchError: Error, Hashable, Sendable {
  /// A brief reason. It may include text from the server, which may contain control characters.
  package let reason: String

  init(_ reason: String) { self.reason = reason }
}

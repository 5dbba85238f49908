/// The reason why a document could not be fetched.
package struct FetchError: Error, Hashable, Sendable {
  /// A brief reason. It may include text from the server, which may contain control characters.
  package let reason: String
  /// The kind of failure if TLS failed; nil for any other failure.
  package let tls: TLSFailure.Kind?

  init(_ reason: String) {
    self.reason = reason
    tls = nil
  }

  init(_ failure: TLSFailure) {
    reason = failure.reason
    tls = failure.kind
  }
}

extension FetchError: CustomStringConvertible {
  /// The reason.
  package var description: String { reason }
}

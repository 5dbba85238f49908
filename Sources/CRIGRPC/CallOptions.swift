/// What a single call may say about itself.
package struct CallOptions: Sendable {
  /// From now to the answer, connecting included; nil waits for ever.
  package var timeout: Duration?
  /// Sent as request headers, names in lower case.
  package var metadata: [(name: String, value: String)]

  package init(timeout: Duration? = nil, metadata: [(name: String, value: String)] = []) {
    self.timeout = timeout
    self.metadata = metadata
  }
}

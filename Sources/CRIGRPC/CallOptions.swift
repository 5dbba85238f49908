/// Options of a single call.
package struct CallOptions: Sendable {
  /// The time in which the call must complete, including the time to connect; nil for no limit.
  package var timeout: Duration?
  /// How the server shows that it is alive until it has responded; nil for no such check.
  package var keepAlive: KeepAlive?
  /// Additional request headers. The names are in lower case.
  package var metadata: [(name: String, value: String)]

  package init(
    timeout: Duration? = nil, keepAlive: KeepAlive? = nil, metadata: [(name: String, value: String)] = []
  ) {
    self.timeout = timeout
    self.keepAlive = keepAlive
    self.metadata = metadata
  }
}

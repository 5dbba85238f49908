extension Channel {
  /// Options of a single call.
  package struct Options: Sendable {
    /// The time in which the call must complete, including the time to connect; nil for no limit.
    package var timeout: Duration?
    /// The time in which the first response message must arrive or the call must complete; nil for no limit. It is not
    /// sent to the server.
    package var firstResponseTimeout: Duration?
    /// How the server shows that it is alive while the call is open; nil for no such check.
    package var keepAlive: KeepAlive?
    /// Additional request headers.
    package var metadata: [(name: String, value: String)]
    /// The largest accepted response message, in bytes; nil for the channel's limit.
    package var maxMessageSize: Int?

    package init(
      timeout: Duration? = nil, firstResponseTimeout: Duration? = nil, keepAlive: KeepAlive? = nil,
      metadata: [(name: String, value: String)] = [], maxMessageSize: Int? = nil
    ) {
      self.timeout = timeout
      self.firstResponseTimeout = firstResponseTimeout
      self.keepAlive = keepAlive
      self.metadata = metadata
      self.maxMessageSize = maxMessageSize
    }
  }
}

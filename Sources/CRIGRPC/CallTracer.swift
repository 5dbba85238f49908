/// Follows calls from their beginning to their end.
package protocol CallTracer: Sendable {
  /// Called before a call is sent, on the caller's thread.
  /// - Parameters:
  ///   - method: The path of the method, such as `/runtime.v1.RuntimeService/Version`.
  ///   - server: The path of the socket, or the IP address with the port.
  func begin(method: String, server: String) -> CallTrace
}

/// What a tracer adds to one call.
package struct CallTrace: Sendable {
  /// Additional request headers, with valid names and values.
  package let headers: [(name: String, value: String)]
  /// Called exactly once when the call has ended, on an arbitrary thread and before the caller continues; with the
  /// reason for which the call failed.
  package let end: @Sendable (RPCError?) -> Void

  package init(headers: [(name: String, value: String)], end: @escaping @Sendable (RPCError?) -> Void) {
    self.headers = headers
    self.end = end
  }
}

/// The tracer of the current task, which follows the calls of all channels.
package enum CallTracing {
  @TaskLocal package static var tracer: (any CallTracer)?
}

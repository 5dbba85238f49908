/// Options of a single call. The default options are those of the client.
public struct CallOptions: Sendable {
  /// The time after which the call fails with `.deadlineExceeded`.
  public var timeout: Timeout
  /// Additional request headers, for example `traceparent`. The names are case-insensitive and may contain letters,
  /// digits, `_`, `-` and `.`; the values must be printable ASCII. A call with other metadata, or with a name that
  /// belongs to HTTP/2 or gRPC, fails with `.invalidMetadata` before anything is sent.
  public var metadata: [(name: String, value: String)]
  /// The largest accepted response message in bytes; nil for the client's limit. A call with a larger response fails
  /// with `.responseTooLarge`.
  public var maxMessageSize: Int?
  /// Whether to wait until the runtime is ready, instead of failing immediately if no process listens on the socket or
  /// the runtime has not recovered its state yet (`RPCError.isNotInitialized`). A runtime executes no calls in either
  /// state.
  ///
  /// The call waits no longer than its timeout. A call without a default timeout, such as `PullImage` and
  /// `GetContainerEvents`, waits no longer than the client's timeout. Then it fails with the last error, which says why
  /// the runtime is not ready.
  public var waitForReady: Bool
  /// The keys of labels, annotations and other maps that the response contains; nil for all keys. Decoding only a few of
  /// them makes long lists faster.
  package var mapKeys: [String]?

  /// Creates options.
  /// - Parameters:
  ///   - timeout: The time after which the call fails with `.deadlineExceeded`.
  ///   - metadata: Additional request headers.
  ///   - maxMessageSize: The largest accepted response message in bytes; nil for the client's limit.
  ///   - waitForReady: Whether to wait until the runtime is ready, instead of failing immediately.
  public init(
    timeout: Timeout = .default, metadata: [(name: String, value: String)] = [], maxMessageSize: Int? = nil,
    waitForReady: Bool = false
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.maxMessageSize = maxMessageSize
    self.waitForReady = waitForReady
  }

  /// Options with only a timeout for the whole call, for example `.timeout(.seconds(5))`.
  public static func timeout(_ timeout: Timeout) -> CallOptions { CallOptions(timeout: timeout) }

  /// Options with only a timeout for the whole call; nil for the client's.
  package static func within(_ limit: Duration?) -> CallOptions {
    CallOptions(timeout: limit.map { .after($0) } ?? .default)
  }
}

public import CRIGRPC
public import CRIMessages
public import CRISystem

/// A client of a container runtime that listens on a unix socket.
///
/// The first call establishes a connection, which all calls share, even concurrent ones. After the connection has been
/// lost, the next call establishes a new one. The client makes no calls on its own, except that it repeats the first
/// call with v1alpha2 if the runtime does not serve CRI v1.
public struct Client: Sendable {
  /// The calls for pods, containers and the runtime itself (CRI: `RuntimeService`).
  public let runtime: RuntimeService
  /// The calls for images (CRI: `ImageService`). They share the connection, unless images have a separate
  /// endpoint.
  public let images: ImageService

  /// Options that apply to all calls of a client.
  public struct Options: Sendable {
    /// Selects the version of the CRI.
    public var api: APISelection
    /// The time in which a unary call must complete, including the time to connect; nil for no limit.
    /// `CallOptions.Timeout.default` describes its effect on other calls; `CallOptions.timeout` takes precedence.
    public var timeout: Duration?
    /// How a runtime that takes longer than `keepAlive.first` to respond must show that it is alive; nil for no such
    /// check. The check limits calls that have no timeout.
    public var keepAlive: KeepAlive?
    /// The largest accepted response message, in bytes.
    public var maxMessageSize: Int
    /// When lists are requested as streams.
    public var listStreaming: ListStreaming
    /// Called when each call completes and when each stream is opened, on an arbitrary thread.
    public var observer: (@Sendable (CallReport) -> Void)?

    /// The default of `timeout`: two minutes, like kubelet's (`runtimeRequestTimeout` in `KubeletConfiguration`).
    public static let defaultTimeout = Duration.seconds(120)

    /// Creates options.
    /// - Parameters:
    ///   - api: Selects the version of the interface.
    ///   - timeout: The time in which a unary call must complete; nil for no limit.
    ///   - keepAlive: How a runtime that is slow to respond shows that it is alive; nil for no such check.
    ///   - maxMessageSize: The largest accepted response message, in bytes.
    ///   - listStreaming: When lists are requested as streams.
    ///   - observer: Called when each call completes and when each stream is opened, on an arbitrary thread.
    public init(
      api: APISelection = .auto, timeout: Duration? = defaultTimeout, keepAlive: KeepAlive? = KeepAlive(),
      maxMessageSize: Int = 64 << 20, listStreaming: ListStreaming = .whenTooLong,
      observer: (@Sendable (CallReport) -> Void)? = nil
    ) {
      self.api = api
      self.timeout = timeout
      self.keepAlive = keepAlive
      self.maxMessageSize = maxMessageSize
      self.listStreaming = listStreaming
      self.observer = observer
    }
  }

  /// Creates a client. It connects when the first call is made.
  /// - Parameters:
  ///   - endpoint: The socket of the runtime.
  ///   - imageEndpoint: The socket for images, if it is a different one; nil if `endpoint` serves both, which is the
  ///     usual case.
  ///   - options: The options for all calls.
  public init(_ endpoint: Endpoint, imageEndpoint: Endpoint? = nil, options: Options = Options()) {
    let caller = Caller(endpoint, options)
    runtime = RuntimeService(caller: caller)
    let isSame = imageEndpoint == nil || imageEndpoint == endpoint
    images = ImageService(caller: isSame ? caller : Caller(imageEndpoint ?? endpoint, options))
  }

  /// The endpoint of the runtime.
  public var endpoint: Endpoint { runtime.caller.endpoint }

  /// The version selection from the options.
  package var selection: APISelection { runtime.caller.options.api }

  /// The process that serves the socket (SO_PEERCRED); nil before the first call.
  public var peer: PeerCredentials? { runtime.caller.channel.peer }

  /// The version of the CRI that the client uses with the runtime; nil before the first response.
  public var negotiatedVersion: APIVersion? { runtime.caller.negotiated }

  /// Returns whether the runtime serves a version of the CRI, which can differ from the one that the client uses.
  ///
  /// Call this method after the first response. It returns nil if the runtime's error messages do not allow a
  /// conclusion.
  public func serves(_ version: APIVersion) async -> Bool? { await runtime.caller.serves(version) }

  /// Sends an HTTP/2 PING and returns the round-trip time. No method of the runtime is called.
  /// - Throws: `RPCError`, for example `.deadlineExceeded` after the timeout from the options.
  public func ping() async throws(RPCError) -> Duration {
    try await runtime.caller.channel.ping(timeout: runtime.caller.options.timeout)
  }

  /// Closes the connection. The next call establishes a new one.
  public func close() {
    runtime.caller.channel.close()
    images.caller.channel.close()
  }
}

/// Selects the version of the CRI that a client uses.
public enum APISelection: Hashable, Sendable {
  /// Uses v1, or v1alpha2 if the runtime does not serve v1. containerd up to 1.5 serves only v1alpha2, which Kubernetes
  /// up to 1.25 can use.
  case auto
  /// Uses only the given version.
  case only(APIVersion)
}

/// The calls for pods, containers and the runtime itself, with one method for each call (CRI: `RuntimeService`).
public struct RuntimeService: Sendable {
  let caller: Caller
}

/// The calls for images, with one method for each call (CRI: `ImageService`).
public struct ImageService: Sendable {
  let caller: Caller

  /// The endpoint of the image service.
  public var endpoint: Endpoint { caller.endpoint }
}

extension Client {
  private init(runtime: Caller, images: Caller) {
    self.runtime = RuntimeService(caller: runtime)
    self.images = ImageService(caller: images)
  }

  /// How long reading the details of many objects may take in total, as a multiple of the timeout for one call.
  private static let detailTimeouts = 10
  /// The memory in bytes that all details together may take, regardless of their size on the wire.
  private static let detailBase = 8 << 20
  /// The additional memory for each byte on the wire. Details arrive in separate responses, unlike the elements of a
  /// list.
  private static let detailPerByte = 3

  /// Returns a budget for the lists of all objects, which are in memory at the same time.
  /// - Parameter deadline: The time at which the last list must have arrived; nil if each has only its own timeout.
  package func budgetForLists(deadline: ContinuousClock.Instant? = nil) -> ResponseBudget {
    ResponseBudget(totalSize: runtime.caller.maximumStreamSize, deadline: deadline)
  }

  /// Returns a budget for the details of all objects of a list: a list of many tiny elements must not cause an
  /// unlimited number of calls.
  /// - Parameters:
  ///   - retainedPerResponse: The memory in bytes that the caller needs for each response in addition to its values.
  ///   - timeout: The timeout for one call; nil for that of the client.
  package func budgetForDetails(retainedPerResponse: Int, timeout: Duration? = nil) -> ResponseBudget {
    let timeout = timeout ?? runtime.caller.options.timeout
    return ResponseBudget(
      base: Self.detailBase, perByte: Self.detailPerByte, retainedPerResponse: retainedPerResponse,
      deadline: timeout.map { .now + $0 * Self.detailTimeouts })
  }

  /// The timeout of a call; nil for no limit.
  package var timeout: Duration? { runtime.caller.options.timeout }

  /// Returns a client that uses the same connections and whose responses share a budget.
  package func sharing(_ budget: ResponseBudget) -> Client {
    let caller = Caller(sharing: runtime.caller, budget)
    let isSame = runtime.caller === images.caller
    return Client(runtime: caller, images: isSame ? caller : Caller(sharing: images.caller, budget))
  }
}

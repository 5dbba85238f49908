internal import CRIGRPC
public import CRIMessages
public import CRISystem

/// A container runtime at the other end of a unix socket.
///
/// It connects when the first call is made, carries any number of calls at once over one connection, and connects
/// again when that was lost. Nothing is called that was not asked for, but a first call that the runtime does not
/// know in CRI v1 is tried once more in v1alpha2.
public struct Client: Sendable {
  /// CRI: `RuntimeService`.
  public let runtime: RuntimeService
  /// CRI: `ImageService`; over the same connection, unless it has an endpoint of its own.
  public let images: ImageService

  /// What holds for every call of a client.
  public struct Options: Sendable {
    /// Which version of the interface is spoken.
    public var api: APISelection
    /// From a call to its answer, connecting included, where the call does not say otherwise; nil waits for ever.
    public var timeout: Duration?
    /// Largest answer that is taken, in bytes.
    public var maxMessageSize: Int
    /// Told of each call when it has ended, and of each stream when it is opened, on whatever thread that is.
    public var observer: (@Sendable (CallReport) -> Void)?

    public init(api: APISelection = .auto, timeout: Duration? = nil, maxMessageSize: Int = 64 << 20) {
      self.api = api
      self.timeout = timeout
      self.maxMessageSize = maxMessageSize
    }
  }

  /// - Parameter imageEndpoint: nil where one socket serves both, as everywhere in the field.
  public init(_ endpoint: Endpoint, imageEndpoint: Endpoint? = nil, options: Options = Options()) {
    let caller = Caller(endpoint, options)
    runtime = RuntimeService(caller: caller)
    let isSame = imageEndpoint == nil || imageEndpoint == endpoint
    images = ImageService(caller: isSame ? caller : Caller(imageEndpoint ?? endpoint, options))
  }

  /// Where the runtime listens.
  public var endpoint: Endpoint { runtime.caller.endpoint }

  /// The version that was chosen, or none.
  package var selection: APISelection { runtime.caller.options.api }

  /// The process that serves the socket (SO_PEERCRED); nil before the first call.
  public var peer: PeerCredentials? { runtime.caller.channel.peer }

  /// The version of the interface that the runtime answers to; nil before the first answer.
  public var negotiatedVersion: APIVersion? { runtime.caller.negotiated }

  /// Whether the runtime serves a version of the interface beside the one that this client speaks.
  ///
  /// To be asked after a first answer; nil where the runtime does not say.
  public func serves(_ version: APIVersion) async -> Bool? { await runtime.caller.serves(version) }

  /// Measures the way to the runtime and back with an HTTP/2 PING, without calling it.
  public func ping() async throws(RPCError) -> Duration {
    try await runtime.caller.channel.ping(timeout: runtime.caller.options.timeout)
  }

  /// Ends the connection. The next call makes a new one.
  public func close() {
    runtime.caller.channel.close()
    images.caller.channel.close()
  }
}

/// Which version of the interface a client speaks.
public enum APISelection: Hashable, Sendable {
  /// v1, and v1alpha2 where the runtime does not know v1 (Kubernetes up to 1.25; containerd up to 1.5 knows only that).
  case auto
  case only(APIVersion)
}

/// CRI: `RuntimeService`, one method a call.
public struct RuntimeService: Sendable {
  let caller: Caller
}

/// CRI: `ImageService`, one method a call.
public struct ImageService: Sendable {
  let caller: Caller

  /// Where it listens.
  public var endpoint: Endpoint { caller.endpoint }
}

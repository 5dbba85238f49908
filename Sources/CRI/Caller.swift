internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf
internal import CRISystem

/// Calls typed methods over a channel, in the version of the CRI that the runtime serves.
final class Caller: Sendable {
  let endpoint: Endpoint
  let channel: Channel
  let options: Client.Options
  private let version: Locked<APIVersion?>
  private let usesListStreams: Locked<Bool>
  /// The budget that all responses share; nil if each has its own limits.
  let budget: ResponseBudget?

  init(_ endpoint: Endpoint, _ options: Client.Options) {
    self.endpoint = endpoint
    self.options = options
    budget = nil
    usesListStreams = Locked(options.listStreaming == .first)
    channel = Channel(path: endpoint.path, maxMessageSize: options.maxMessageSize)
    version = if case .only(let version) = options.api { Locked(version) } else { Locked(nil) }
  }

  /// Creates a caller that uses the same connection and whose responses share a budget.
  init(sharing other: Caller, _ budget: ResponseBudget) {
    (endpoint, options, channel) = (other.endpoint, other.options, other.channel)
    (version, usesListStreams, self.budget) = (other.version, other.usesListStreams, budget)
  }

  /// Whether to request lists as streams first.
  var prefersListStreams: Bool {
    get { usesListStreams.withLock { $0 } }
    set { usesListStreams.withLock { $0 = newValue } }
  }

  /// The version that the runtime serves; nil until it has responded.
  var negotiated: APIVersion? { version.withLock { $0 } }

  func unary<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ request: Request, _ callOptions: CallOptions
  ) async throws(RPCError) -> Response {
    let bytes = request.encode()
    let bounds = CallBounds(request, callOptions, options, end: budget?.deadline)
    let known = negotiated
    do throws(RPCError) {
      let response = try await call(method.path(known ?? .v1), bytes, bounds)
      if known == nil { version.withLock { $0 = $0 ?? .v1 } }
      return try decode(response, method.path(known ?? .v1), bounds)
    } catch {
      guard known == nil else { throw error }
      guard error.isUnknownService else {
        // Any other status comes from the service itself, so the runtime serves v1.
        if error.provesServiceExists { version.withLock { $0 = $0 ?? .v1 } }
        throw error
      }
      return try await unaryInOldVersion(method, bytes, bounds, instead: error)
    }
  }

  private func unaryInOldVersion<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ bytes: [UInt8], _ bounds: CallBounds, instead original: RPCError
  ) async throws(RPCError) -> Response {
    let path = method.path(.v1alpha2)
    do throws(RPCError) {
      let response = try await call(path, bytes, bounds)
      version.withLock { $0 = $0 ?? .v1alpha2 }
      return try decode(response, path, bounds)
    } catch {
      // The runtime serves neither version; the error for v1 is more relevant.
      if error.isUnknownService { throw original }
      if error.provesServiceExists { version.withLock { $0 = $0 ?? .v1alpha2 } }
      throw error
    }
  }

  /// Returns whether the runtime serves a version of the CRI, regardless of the version that this client uses; nil if
  /// unknown.
  func serves(_ version: APIVersion) async -> Bool? {
    if negotiated == version { return true }
    // Call a method that does not exist: containerd 1.6 and 1.7 log a warning when a real method of v1alpha2 is called.
    if let error = await failure(of: "NoSuchMethod", version) {
      if error.isUnknownService { return false }
      if error.isGoUnknownMethod { return true }
    }
    // The server is not grpc-go, whose messages distinguish an unknown service from an unknown method.
    guard let error = await failure(of: "Version", version) else { return true }
    return error.isUnknownService ? false : nil
  }

  private func failure(of method: String, _ version: APIVersion) async -> RPCError? {
    let request = VersionRequest(version: "v1")
    do throws(RPCError) {
      _ = try await call(
        Service.runtime.path(of: method, version), request.encode(), CallBounds(request, CallOptions(), options))
      return nil
    } catch {
      return error
    }
  }

  func stream<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ request: Request, _ callOptions: CallOptions
  ) -> MessageStream<Response> {
    let bytes = request.encode()
    return MessageStream { [self] budget in
      let bounds = CallBounds(request, callOptions, options, isStreaming: true, end: budget?.deadline)
      let wait =
        bounds.waitsForReady ? ReadyWait(path: endpoint.path, deadline: bounds.readyDeadline) : nil
      return MessageStream<Response>.Opener(wait: wait) { [self] () throws(RPCError) in
        let path = method.path(negotiated ?? .v1)
        options.observer?(CallReport(method: path, duration: nil, size: nil, error: nil))
        let messages = try channel.stream(path, bytes, options: bounds.channelOptions).makeAsyncIterator()
        return MessageStream<Response>.Source(messages: messages) { (bytes) throws(RPCError) in
          // Without a budget for the whole stream, each message has its own limits.
          try (budget ?? ResponseBudget()).decode(bytes, method: path, bounds)
        }
      }
    }
  }

  private func call(_ path: String, _ bytes: [UInt8], _ bounds: CallBounds) async throws(RPCError) -> [UInt8] {
    let wait = bounds.waitsForReady ? ReadyWait(path: endpoint.path, deadline: bounds.readyDeadline) : nil
    while true {
      do throws(RPCError) {
        return try await attempt(path, bytes, bounds)
      } catch {
        guard let wait, await wait.pause(after: error) else {
          throw Task.isCancelled ? .cancelled(method: path) : bounds.completed(error)
        }
      }
    }
  }

  private func attempt(_ path: String, _ bytes: [UInt8], _ bounds: CallBounds) async throws(RPCError) -> [UInt8] {
    if let failure = budget?.failure(of: path, bounds) { throw failure }
    guard let observe = options.observer else {
      return try await channel.unary(path, bytes, options: bounds.channelOptions)
    }
    let start = ContinuousClock.now
    do throws(RPCError) {
      let response = try await channel.unary(path, bytes, options: bounds.channelOptions)
      observe(CallReport(method: path, duration: .now - start, size: response.count, error: nil))
      return response
    } catch {
      observe(CallReport(method: path, duration: .now - start, size: nil, error: bounds.completed(error)))
      throw error
    }
  }

  private func decode<M: CMessage>(
    _ bytes: [UInt8], _ method: String, _ bounds: CallBounds
  ) throws(RPCError) -> M {
    try (budget ?? ResponseBudget()).decode(bytes, method: method, bounds)
  }
}

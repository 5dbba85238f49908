internal import CRIGRPC
internal import CRIMessages
internal import CRIProtobuf
internal import CRISystem

/// Calls typed methods over a channel, in the version of the interface that the runtime understands.
final class Caller: Sendable {
  let endpoint: Endpoint
  let channel: Channel
  let options: Client.Options
  private let version: Locked<APIVersion?>
  private let hasStreams: Locked<Bool>

  init(_ endpoint: Endpoint, _ options: Client.Options) {
    self.endpoint = endpoint
    self.options = options
    hasStreams = Locked(endpoint.path.contains("crio"))
    channel = Channel(path: endpoint.path, maxMessageSize: options.maxMessageSize)
    version = if case .only(let version) = options.api { Locked(version) } else { Locked(nil) }
  }

  /// Whether lists are asked for as streams first.
  var streamsLists: Bool {
    get { hasStreams.withLock { $0 } }
    set { hasStreams.withLock { $0 = newValue } }
  }

  /// nil until the runtime has answered.
  var negotiated: APIVersion? { version.withLock { $0 } }

  func unary<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ request: Request, timeout: Duration?
  ) async throws(RPCError) -> Response {
    let bytes = request.encode()
    let options = CallOptions(timeout: timeout ?? options.timeout)
    let known = negotiated
    do throws(RPCError) {
      let answer = try await call(method.path(known ?? .v1), bytes, options)
      if known == nil { version.withLock { $0 = $0 ?? .v1 } }
      return try Self.decode(answer, method.path(known ?? .v1))
    } catch {
      guard known == nil else { throw error }
      guard error.isUnknownService else {
        // Any other status comes from the service itself: it knows v1. Only a gate before it may not (see `isGate`).
        if error.provesService { version.withLock { $0 = $0 ?? .v1 } }
        throw error
      }
      return try await unaryInOldVersion(method, bytes, options, instead: error)
    }
  }

  private func unaryInOldVersion<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ bytes: [UInt8], _ options: CallOptions, instead original: RPCError
  ) async throws(RPCError) -> Response {
    let path = method.path(.v1alpha2)
    do throws(RPCError) {
      let answer = try await call(path, bytes, options)
      version.withLock { $0 = $0 ?? .v1alpha2 }
      return try Self.decode(answer, path)
    } catch {
      // Neither version is there: what v1 said is the news.
      if error.isUnknownService { throw original }
      if error.provesService { version.withLock { $0 = $0 ?? .v1alpha2 } }
      throw error
    }
  }

  /// Whether the runtime serves a version of the interface, whichever one is spoken; nil where it does not say.
  func serves(_ version: APIVersion) async -> Bool? {
    if negotiated == version { return true }
    // A method that nobody has, so that none runs: containerd 1.6 and 1.7 write down for the administrator that somebody
    // still calls the old version.
    if let error = await failure(of: "NoSuchMethod", version) {
      if error.isUnknownService { return false }
      if error.namesUnknownMethod { return true }
    }
    // Not grpc-go, whose words tell a service from a method.
    guard let error = await failure(of: "Version", version) else { return true }
    return error.isUnknownService ? false : nil
  }

  private func failure(of method: String, _ version: APIVersion) async -> RPCError? {
    do throws(RPCError) {
      _ = try await call(
        Service.runtime.path(of: method, version), VersionRequest(version: "v1").encode(),
        CallOptions(timeout: options.timeout))
      return nil
    } catch {
      return error
    }
  }

  func stream<Request: CMessage, Response: CMessage>(
    _ method: Method<Request, Response>, _ request: Request, timeout: Duration?
  ) -> MessageStream<Response> {
    let bytes = request.encode()
    // A stream has no end to wait for: the client's timeout for answers is not meant for it.
    let options = CallOptions(timeout: timeout)
    return MessageStream { [self] () throws(RPCError) in
      let known = negotiated ?? .v1
      self.options.observer?(CallReport(method: method.path(known), duration: nil, size: nil, error: nil))
      let messages = try channel.stream(method.path(known), bytes, options: options).makeAsyncIterator()
      return MessageStream<Response>.Source(messages: messages) { (bytes) throws(RPCError) in
        try Self.decode(bytes, method.path(known))
      }
    }
  }

  private func call(_ path: String, _ bytes: [UInt8], _ options: CallOptions) async throws(RPCError) -> [UInt8] {
    guard let observe = self.options.observer else { return try await channel.unary(path, bytes, options: options) }
    let start = ContinuousClock.now
    do throws(RPCError) {
      let answer = try await channel.unary(path, bytes, options: options)
      observe(CallReport(method: path, duration: .now - start, size: answer.count, error: nil))
      return answer
    } catch {
      observe(CallReport(method: path, duration: .now - start, size: nil, error: error))
      throw error
    }
  }

  private static func decode<M: CMessage>(_ bytes: [UInt8], _ method: String) throws(RPCError) -> M {
    do throws(DecodeError) {
      return try M.decode(bytes)
    } catch {
      throw .undecodable(method: method, reason: "\(error)")
    }
  }
}

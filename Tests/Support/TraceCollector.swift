package import CRIGRPC
internal import CRIHTTP2
package import CRISystem

/// A collector of traces on a TCP port of loopback, which decodes what it receives.
package final class TraceCollector: Sendable {
  /// The path of the only method.
  package static let method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

  private let server: Server
  private let received: Locked<[ReceivedTrace]>

  /// - Parameter respond: Ends a call; nil for a success.
  package init(
    on address: SocketAddress = .loopback(port: 0), respond: (@Sendable (ServerCall) async -> Void)? = nil
  ) throws {
    let received = Locked<[ReceivedTrace]>([])
    self.received = received
    server = try Server(at: .tcp(address)) { call in
      if let respond { return await respond(call) }
      guard call.method == Self.method, let trace = ReceivedTrace(call.message) else {
        return call.finish(.invalidArgument, "not a trace")
      }
      received.withLock { $0.append(trace) }
      call.send([])
      call.finish()
    }
  }

  deinit { server.stop() }

  package var port: UInt16 { server.port ?? 0 }

  /// The requests, in their order.
  package var requests: [ReceivedTrace] { received.withLock { $0 } }

  /// The spans of all requests.
  package var spans: [ReceivedTrace.Span] { requests.flatMap(\.spans) }
}
